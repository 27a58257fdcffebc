//! A module that is replaced while it runs: the newest whole one boots from its partition in flash, in place; another comes
//! over the second UART by YMODEM, is checked, written to the other slot and booted. Whatever byte the power fails at, a
//! whole module boots; one that fails at its start gives way to the one before.
//!
//! A module exports `start`, whose result is printed and whose return confirms the module, and `step`, which is called
//! again and again; each may take so much fuel. It may import `print`, `led` and `restart` of `env`. `modules/hello.wat`
//! is one. `docs/update.md` tells how to send it.

#![no_std]
#![no_main]

mod guest;
#[cfg_attr(not(feature = "outages"), path = "outages_none.rs")]
mod outages;
#[cfg_attr(not(feature = "signed"), path = "policy_interpreted.rs")]
#[cfg_attr(feature = "signed", path = "policy_signed.rs")]
mod policy;
#[cfg_attr(not(feature = "files"), path = "session_slot.rs")]
#[cfg_attr(feature = "files", path = "session_file.rs")]
mod session;

use core::convert::Infallible;
use core::fmt::{self, Write as _};
use core::ops::Range;

use board::modules::{SimulatedFlash, line_get, line_put, line_start, restart};
use board::println;
use moteur::{Config, Engine, Heap, OutOfMemory};
use moteur_slots::{Progress, SILENCE_MS, Slots};

use guest::Guest;
use outages::Outages;

board::main!(main);

/// All the memory that the runtime and its guests get: for the one that runs, and for a look at its successor.
const HEAP_BYTES: usize = 256 * 1024;
const MEMORY_PAGES_MAX: u32 = 2;
/// The two slots, 256 KiB each; the rest of the partition is left to others.
const SLOTS: Range<u32> = 0..0x8_0000;
/// A timer's nanosecond is an instruction, or about that long.
const SILENCE_INSTRUCTIONS: u64 = SILENCE_MS as u64 * 1_000_000;

/// Why the firmware cannot go on.
enum Stopped {
    Runtime(moteur::Error),
    Slots(moteur_slots::Error),
    /// Somebody else has the flash.
    Flash,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stopped::Runtime(error) => error.fmt(f),
            Stopped::Slots(error) => error.fmt(f),
            Stopped::Flash => f.write_str("there is no flash"),
        }
    }
}

impl<E: Into<moteur::Error>> From<E> for Stopped {
    fn from(error: E) -> Stopped {
        Stopped::Runtime(error.into())
    }
}

fn main() -> u8 {
    let Err(why) = run();
    println!("the firmware stops: {why}");
    1
}

fn run() -> Result<Infallible, Stopped> {
    let heap = Heap::new(board::heap!(HEAP_BYTES).ok_or(OutOfMemory)?)?;
    let config = Config::new(heap).stack_bytes(8 * 1024).max_memory_pages(MEMORY_PAGES_MAX).fuel(true);
    let engine = Engine::new(policy::configure(config))?;
    let flash = SimulatedFlash::take().ok_or(Stopped::Flash)?;
    // SAFETY: there is one such value, which keeps the flash until the board starts anew.
    let mut slots = unsafe { Slots::new(flash, SLOTS) }.map_err(Stopped::Slots)?;
    let mut guest = boot(&engine, &mut slots);
    session::at_start(&engine, &mut slots);

    line_start();
    let mut session = session::new(&engine, slots);
    let mut outages = Outages::new();
    let mut last = board::instructions();
    // The first sign of life; later ones follow on silence.
    let _ = session.silence(line_put);
    board::print_usage(heap.stats().peak, HEAP_BYTES);
    println!("ready");
    loop {
        step(&mut guest);
        outages.poll(session.slots().flash());
        let now = board::instructions();
        let progress = if let Some(byte) = line_get() {
            last = now;
            session.byte(byte, line_put)
        } else if now.saturating_sub(last) > SILENCE_INSTRUCTIONS || now < last {
            last = now;
            session.silence(line_put)
        } else {
            Progress::Waits
        };
        told(progress);
    }
}

/// Boots the newest module that is whole and starts. Without one, the device waits for it.
fn boot(engine: &Engine, slots: &mut Slots<SimulatedFlash>) -> Option<Guest> {
    let booted = match slots.boot() {
        Ok(booted) => booted,
        Err(error) => {
            println!("{error}");
            return None;
        }
    };
    println!(
        "slot {} boots number {}, {:?}, {} bytes",
        booted.slot,
        booted.sequence,
        booted.trial,
        booted.module.len()
    );
    let failure = match Guest::start(engine, booted.module) {
        Ok((guest, result)) => {
            println!("the module says {result}");
            if let Err(error) = slots.confirm() {
                println!("it cannot be confirmed: {error}");
            }
            return Some(guest);
        }
        Err(failure) => failure,
    };
    println!("the module fails: {failure}");
    match slots.refuse() {
        Ok(()) => restart(),
        // To start anew would end here again.
        Err(error) => println!("it cannot be refused: {error}"),
    }
    None
}

/// Lets the module do a piece of its work. One that fails now was confirmed: it stops, and the device waits for the next.
fn step(guest: &mut Option<Guest>) {
    if let Some(Err(failure)) = guest.as_mut().map(Guest::step) {
        println!("the module stops: {failure}");
        *guest = None;
    }
}

/// The line, for text.
struct Line;

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        line_put(text.as_bytes());
        Ok(())
    }
}

fn told(progress: Progress<impl fmt::Display>) {
    match progress {
        Progress::Waits => {}
        Progress::Begins(bytes) => println!("{bytes} bytes come"),
        Progress::Installed(new) => println!("installed in slot {} as number {}", new.slot, new.sequence),
        Progress::Failed(failure) => {
            println!("not installed: {failure}");
            // Behind the cancellation `moteur send` reads why; writing to the line cannot fail.
            let _ = write!(Line, "\r\n{failure}\r\n");
        }
        Progress::Ended => restart(),
    }
}
