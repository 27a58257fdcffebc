//! How long a guest keeps another one from running: what `cargo xtask firmware --latency` reads and judges.
//!
//! Two guests take turns. One waits for a tick of the host, which is there at once: it asks for nothing but its turn. The
//! other is endless. What the first one's host function counts, from when it gives the turn away to when it has it again,
//! is the delay. Each line is `KIND NAME KEY NUMBER ...`, in instructions, of which there are steps.

#![no_std]
#![no_main]

mod hog;
mod once;

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use board::{instructions, println};
use moteur::{Caller, Config, Engine, Error, Heap, Instance, Linker, Module, Store};

board::main!(main);

static PERIODIC: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/periodic.wasm"));

fn main() -> u8 {
    match measure() {
        Ok(()) => 0,
        Err(error) => {
            println!("the measurement stops: {error}");
            1
        }
    }
}

fn measure() -> Result<(), Error> {
    println!("# board {}, counts in steps of {} instructions", board::NAME, board::INSTRUCTIONS_PER_TICK);
    // Guests have megabytes here, so that what moves them takes long.
    let start = core::ptr::NonNull::new(core::ptr::with_exposed_provenance_mut(board::EXTERNAL.start));
    // SAFETY: memory that nothing is linked into.
    let heap = unsafe { Heap::from_raw(start.ok_or(Error::OutOfMemory)?, board::EXTERNAL.bytes)? };
    let config = Config::new(heap).stack_bytes(16 << 10).fuel(true);
    hog::run(config.eager(true))?;
    once::run(config)
}

/// What the waiting guest's host knows.
#[derive(Default)]
struct Clock {
    /// How often the guest had its turn, and the longest it waited for one.
    turns: u32,
    worst: u64,
}

/// The guest that asks for its turn only.
struct Periodic {
    store: Store<Clock>,
    instance: Instance,
}

impl Periodic {
    fn new(engine: &Engine) -> Result<Periodic, Error> {
        let mut linker = Linker::new(engine);
        let tick = async |mut caller: Caller<'_, Clock>| {
            let asked = instructions();
            Turn::default().await;
            let clock = caller.data_mut();
            clock.turns += 1;
            clock.worst = clock.worst.max(instructions() - asked);
        };
        linker.func_async("env", "tick", tick)?;
        let mut store = Store::new(engine, Clock::default())?;
        store.set_fuel(u64::MAX)?;
        let module = Module::from_static(engine, PERIODIC)?;
        let instance = linker.instantiate(&mut store, &module)?;
        Ok(Periodic { store, instance })
    }

    /// Lets the guest and `other` take so many turns; gives the longest it waited.
    fn take_turns(&mut self, other: &mut dyn FnMut() -> Result<(), Error>, turns: u32) -> Result<u64, Error> {
        let run = self.instance.typed_func::<(), ()>(&self.store, "run")?;
        *self.store.data_mut() = Clock::default();
        {
            let mut periodic = run.call_async(&mut self.store, ());
            for _ in 0..=turns {
                step(&mut periodic)?;
                other()?;
            }
        }
        let Clock { turns: had, worst } = *self.store.data();
        // Each turn but the first ends a wait.
        if had == turns { Ok(worst) } else { Err(Error::host(had)) }
    }
}

/// Polls a guest that never ends.
fn step(guest: &mut (dyn Future<Output = Result<(), Error>> + Unpin)) -> Result<(), Error> {
    match Pin::new(guest).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Pending => Ok(()),
        Poll::Ready(result) => result.and(Err(Error::host(0))),
    }
}

/// Lets others have a turn.
#[derive(Default)]
struct Turn {
    had: bool,
}

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if core::mem::replace(&mut self.had, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
