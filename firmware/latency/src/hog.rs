//! Guests that run for ever: the delay that each causes, by the length of its slices.

use core::sync::atomic::{AtomicU32, Ordering};

use board::{instructions, println};
use moteur::{Config, Engine, Error, Linker, Module, Store};

use crate::{Periodic, step};

static OTHER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/other.wasm"));
static HOGS: &[(&str, &[u8])] = &include!(concat!(env!("OUT_DIR"), "/hogs.rs"));

/// Slices as they are chosen, and one that is shorter than what is paid at once.
const SLICES: [u64; 3] = [100, 1_000, 10_000];
/// Slices of each kind that are measured.
const TURNS: u32 = 12;

/// Instructions between two rings of the alarm.
const ALARM_EVERY: u32 = 50_000;
/// When the alarm rings next, in instructions modulo 2³², and the longest that it was late.
static DUE: AtomicU32 = AtomicU32::new(0);
static LATE: AtomicU32 = AtomicU32::new(0);

pub fn run(config: Config) -> Result<(), Error> {
    let engine = Engine::new(config)?;
    let mut periodic = Periodic::new(&engine)?;
    ring();
    for (name, bytes) in HOGS {
        let mut linker = Linker::new(&engine);
        linker.func("env", "host", |n: i32| n)?;
        linker.func("env", "tick", || {})?;
        let mut store = Store::new(&engine, ())?;
        store.set_fuel(u64::MAX)?;
        let other = linker.instantiate(&mut store, &Module::from_static(&engine, OTHER)?)?;
        linker.instance(&store, "other", other)?;
        let instance = linker.instantiate(&mut store, &Module::from_static(&engine, bytes)?)?;
        let run = instance.typed_func::<(), ()>(&store, "run")?;
        for every in SLICES {
            let mut hog = run.call_async(&mut store, ()).yield_every(every);
            let worst = periodic.take_turns(&mut || step(&mut hog), TURNS)?;
            println!("hog {} slice {every} delay {worst}", Joined(name));
        }
    }
    println!("interrupt any size 0 late {}", LATE.load(Ordering::Relaxed));
    Ok(())
}

/// The alarm's handler: notes how late it is, and sets the next.
fn ring() {
    let (now, due) = (instructions() as u32, DUE.load(Ordering::Relaxed));
    if due != 0 {
        LATE.fetch_max(now.wrapping_sub(due), Ordering::Relaxed);
    }
    DUE.store((instructions() as u32).wrapping_add(ALARM_EVERY), Ordering::Relaxed);
    board::alarm(ALARM_EVERY, ring);
}

/// A name as one word.
struct Joined<'a>(&'a str);

impl core::fmt::Display for Joined<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        for (at, word) in self.0.split(' ').enumerate() {
            write!(f, "{}{word}", if at > 0 { "-" } else { "" })?;
        }
        Ok(())
    }
}
