//! What guests write comes out by whole lines, however they write it and however they end: two guests in turns, half lines
//! before a trap and an exit, and output that an interrupt sends on while the guest runs.
//!
//! All lines are the same on every board, and with `defmt`, once its frames are decoded; `cargo xtask firmware` compares
//! them with `expected.txt`.

#![no_std]
#![no_main]

#[cfg_attr(feature = "defmt", path = "sink_defmt.rs")]
#[cfg_attr(not(feature = "defmt"), path = "sink_text.rs")]
mod sink;

use moteur::{Config, Engine, Error, Heap, Instance, Linker, Module, OutOfMemory, Store, WasmValues};
use moteur_guest::{Libc, Wasi, libc, wasi};
use moteur_platform::{Console, Full, Lines, Parts, Platform, Ring, flush_on_error};

use sink::{Sink, end_line, say, say_error, say_number};

board::main!(main);

/// All the memory that the runtime and its guests get.
const HEAP_BYTES: usize = 192 * 1024;
/// Of a line that is not yet complete.
const LINE_BYTES: usize = 80;
/// Between two interrupts that send output on.
const DRAIN_INSTRUCTIONS: u32 = 20_000;
/// How much each of them sends at most.
const DRAIN_BYTES: usize = 16;

static WRITER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/writer.wasm"));

// Each guest's lines are its own; two of them reach the sink directly, the others by a ring.
static FIRST: Lines<'_, LINE_BYTES> = Lines::new(&Sink);
static SECOND: Lines<'_, LINE_BYTES> = Lines::new(&Sink);
static HURRIED: Lines<'_, LINE_BYTES> = Lines::new(&DROPS);
static PATIENT: Lines<'_, LINE_BYTES> = Lines::new(&WAITS);
/// What is taken out of a ring is no more than bytes; frames want lines.
static DRAINED: Lines<'_, LINE_BYTES> = Lines::new(&Sink);

static DROPS: Ring<128> = Ring::new(Full::Drop);
static WAITS: Ring<128> = Ring::new(Full::Wait(core::hint::spin_loop));

static FIRST_MACHINE: Parts<'_> = Parts::new(&FIRST);
static SECOND_MACHINE: Parts<'_> = Parts::new(&SECOND);
static HURRIED_MACHINE: Parts<'_> = Parts::new(&HURRIED);
static PATIENT_MACHINE: Parts<'_> = Parts::new(&PATIENT);

fn main() -> u8 {
    match run() {
        Ok(()) => 0,
        Err(error) => {
            say_error("the firmware stops", &error);
            1
        }
    }
}

fn run() -> Result<(), Error> {
    let heap = Heap::new(board::heap!(HEAP_BYTES).ok_or(OutOfMemory)?)?;
    let engine = Engine::new(Config::new(heap).stack_bytes(4 * 1024).max_memory_pages(1))?;
    in_turns(&engine)?;
    half_lines(&engine)?;
    without_waiting(&engine)?;
    while_it_runs(&engine)?;
    #[cfg(not(feature = "defmt"))]
    board::print_usage(heap.stats().peak, heap.stats().capacity);
    Ok(())
}

/// A guest, and the console that it writes to.
struct Guest {
    store: Store<World>,
    instance: Instance,
    console: &'static dyn Console,
}

/// What host functions work on.
struct World {
    wasi: Wasi,
    libc: Libc,
}

impl Guest {
    fn new(engine: &Engine, machine: &'static dyn Platform) -> Result<Guest, Error> {
        let module = Module::from_static(engine, WRITER)?;
        let mut linker = Linker::new(engine);
        wasi::add_part::<World, wasi::Streams>(&mut linker, |world| &mut world.wasi)?;
        wasi::add_part::<World, wasi::Process>(&mut linker, |world| &mut world.wasi)?;
        libc::add_to_linker(&mut linker, |world: &mut World| &mut world.libc)?;
        let world = World { wasi: Wasi::new(engine.heap(), machine), libc: Libc::new(machine) };
        let mut store = Store::new(engine, world)?;
        let instance = linker.instantiate(&mut store, &module)?;
        Ok(Guest { store, instance, console: machine.console() })
    }

    /// Calls a function; what it left of a line is seen if it traps.
    fn call<P: WasmValues>(&mut self, name: &str, params: P) -> Result<(), Error> {
        let func = self.instance.typed_func::<P, ()>(&self.store, name)?;
        flush_on_error(self.console, || func.call(&mut self.store, params))
    }
}

/// Two guests write a letter each in turns: their lines come out apart.
fn in_turns(engine: &Engine) -> Result<(), Error> {
    say("in turns");
    let mut first = Guest::new(engine, &FIRST_MACHINE)?;
    let mut second = Guest::new(engine, &SECOND_MACHINE)?;
    for letter in 0..5 {
        first.call("letter", letter)?;
        second.call("letter", 25 - letter)?;
    }
    first.call("end_line", ())?;
    second.call("end_line", ())?;
    second.call("reading", 7)?;
    Ok(())
}

/// What a guest has written of a line is there when it traps, exits, or is dropped.
fn half_lines(engine: &Engine) -> Result<(), Error> {
    for end in ["half_and_trap", "half_and_exit"] {
        say(end);
        let ended = Guest::new(engine, &FIRST_MACHINE)?.call(end, ());
        end_line();
        if let Err(error) = ended {
            say_error("it ends", &error);
        }
    }
    say("dropped");
    Guest::new(engine, &FIRST_MACHINE)?.call("half", ())?;
    end_line();
    say("that was it");
    Ok(())
}

/// A guest that never waits: the ring takes what it has room for, and counts the rest.
fn without_waiting(engine: &Engine) -> Result<(), Error> {
    say("nobody sends it on");
    let mut guest = Guest::new(engine, &HURRIED_MACHINE)?;
    guest.call("readings", 10)?;
    // A failure of the sink is none of this firmware's.
    let _ = DROPS.drain(&DRAINED, usize::MAX);
    guest.call("reading", 11)?;
    let _ = DROPS.drain(&DRAINED, usize::MAX);
    say_number("lines lost", DROPS.lost());
    Ok(())
}

/// A guest that writes more than the ring has room for, while the timer's interrupt sends it on.
fn while_it_runs(engine: &Engine) -> Result<(), Error> {
    say("an interrupt sends it on");
    let mut guest = Guest::new(engine, &PATIENT_MACHINE)?;
    board::alarm(DRAIN_INSTRUCTIONS, drain);
    guest.call("readings", 10)?;
    while !WAITS.is_empty() {
        core::hint::spin_loop();
    }
    say_number("lines lost", WAITS.lost());
    Ok(())
}

/// The timer's interrupt. Nobody else writes to the sink meanwhile.
fn drain() {
    let _ = WAITS.drain(&DRAINED, DRAIN_BYTES);
    board::alarm(DRAIN_INSTRUCTIONS, drain);
}
