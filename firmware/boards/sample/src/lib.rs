//! What every board of this folder runs. A board gives what it has as a [`Board`], a buffer for all the memory, and calls
//! [`tick`] each millisecond (on a Cortex-M, [`cortex_m`] does that); everything from there on is the same everywhere.
//!
//! The guest lies in flash and is read there. Lines of the output that begin with `#` hold figures, which differ between
//! boards.

#![no_std]

mod budget;
#[cfg_attr(feature = "native", path = "native.rs")]
#[cfg_attr(not(feature = "native"), path = "interpreted.rs")]
mod code;
mod console;
#[cfg(feature = "cortex-m")]
pub mod cortex_m;
mod host;
mod module;
mod pins;
mod report;

use core::fmt::{self, Write};
use core::mem::MaybeUninit;

use embedded_hal::digital::{InputPin, StatefulOutputPin};
use moteur::{Config, Engine, Error, Heap, Instance, Module, Store, WasmValues};
use moteur_platform::{Clock, Console, Stream, Writer};

pub use budget::tick;
pub use console::Shared;
pub use pins::ActiveLow;
pub use report::halt;

use host::Host;

/// The guest's call stack, a part of the pool.
const STACK_BYTES: usize = 2 * 1024;
/// The most memory that a guest gets, a part of the pool.
const MEMORY_BYTES_MAX: u64 = 4 * 1024;
/// How long each function of the guest may take.
const BUDGET_MS: u32 = 5_000;
/// How long the one may take that never ends.
const SPIN_MS: u32 = 100;
/// How deep the guest's stack does not go.
const TOO_DEEP: u32 = 100_000;

/// A board. What is lit or pressed is high; a pin where it is the other way round comes as [`ActiveLow`].
pub struct Board<L, B> {
    /// What it is called.
    pub name: &'static str,
    /// Where output goes.
    pub console: &'static dyn Console,
    /// The time.
    pub clock: &'static dyn Clock,
    /// An LED.
    pub led: L,
    /// A button.
    pub button: B,
}

/// Runs the guest in `pool`, which is all the memory that the runtime and the guest get, and says on the console what
/// happens.
pub fn run<L, B>(board: Board<L, B>, pool: &'static mut [MaybeUninit<u8>])
where
    L: StatefulOutputPin + 'static,
    B: InputPin + 'static,
{
    report::to(board.console);
    let out = Output(board.console);
    out.line(format_args!("# board {}, a pool of {} bytes", board.name, pool.len()));
    match run_in(board, pool) {
        Ok(is_empty) => out.line(format_args!("pool as empty as before: {is_empty}")),
        Err(error) => out.line(format_args!("the sample stops: {error}")),
    }
}

/// Whether the pool ended as empty as it began.
fn run_in<L, B>(board: Board<L, B>, pool: &'static mut [MaybeUninit<u8>]) -> Result<bool, Error>
where
    L: StatefulOutputPin + 'static,
    B: InputPin + 'static,
{
    let out = Output(board.console);
    let heap = Heap::new(pool)?;
    let empty = heap.stats().used;
    let config = Config::new(heap).stack_bytes(STACK_BYTES).max_memory_bytes(MEMORY_BYTES_MAX);
    Guest::new(board, &Engine::new(code::configure(config))?)?.run()?;
    let stats = heap.stats();
    out.line(format_args!("# {} bytes of the pool were used at most", stats.peak));
    Ok(stats.used == empty)
}

/// The guest, ready to be called.
struct Guest {
    store: Store<Host>,
    instance: Instance,
    clock: &'static dyn Clock,
    out: Output,
}

impl Guest {
    fn new<L, B>(board: Board<L, B>, engine: &Engine) -> Result<Guest, Error>
    where
        L: StatefulOutputPin + 'static,
        B: InputPin + 'static,
    {
        let out = Output(board.console);
        let clock = board.clock;
        let module = Module::from_static(engine, module::bytes())?;
        out.line(format_args!("# {} bytes of module in flash; {}", module::bytes().len(), code::engine(&module)));
        let mut store = Store::new(engine, Host::new(engine, board)?)?;
        store.set_interrupt_flag(budget::flag());
        let instance = host::linker(engine)?.instantiate(&mut store, &module)?;
        Ok(Guest { store, instance, clock, out })
    }

    /// Calls each of the guest's functions.
    fn run(mut self) -> Result<(), Error> {
        let seen: i32 = self.call("blink", (3_u32, 20_u32), BUDGET_MS)?;
        self.out.line(format_args!("the guest blinked, and saw the LED lit {seen} times"));
        let presses: i32 = self.call("presses", (2_u32, 2_000_u32), BUDGET_MS)?;
        self.out.line(format_args!("the button was pressed {presses} times"));
        let start = self.clock.monotonic_ns();
        let primes: u32 = self.call("primes", 1_000_u32, BUDGET_MS)?;
        let passed_us = self.clock.monotonic_ns().wrapping_sub(start) / 1_000;
        self.out.line(format_args!("# which took {passed_us} us"));
        self.out.line(format_args!("primes below 1000: {primes}"));
        // Each of these ends with a trap; the firmware and the guest live on.
        self.show("spin", |guest| guest.call::<(), ()>("spin", (), SPIN_MS));
        self.show("beyond", |guest| guest.call::<(), u32>("beyond", (), BUDGET_MS));
        self.show("recurse", |guest| guest.call::<u32, u32>("recurse", TOO_DEEP, BUDGET_MS));
        self.show("primes below 100", |guest| guest.call::<u32, u32>("primes", 100, BUDGET_MS));
        Ok(())
    }

    /// Calls a function of the guest, which is interrupted when so many milliseconds are over.
    fn call<P, R>(&mut self, name: &str, arguments: P, budget_ms: u32) -> Result<R, Error>
    where
        P: WasmValues,
        R: WasmValues,
    {
        let func = self.instance.typed_func::<P, R>(&self.store, name)?;
        budget::give(budget_ms);
        let result = func.call(&mut self.store, arguments);
        budget::take();
        result
    }

    fn show<R: fmt::Debug>(&mut self, what: &str, call: impl FnOnce(&mut Guest) -> Result<R, Error>) {
        match call(self) {
            Ok(result) => self.out.line(format_args!("{what}: {result:?}")),
            Err(error) => self.out.line(format_args!("{what}: {error}")),
        }
    }
}

/// A console, for lines.
#[derive(Clone, Copy)]
struct Output(&'static dyn Console);

impl Output {
    fn line(self, line: fmt::Arguments<'_>) {
        // A console that fails leaves nobody to tell.
        let _ = writeln!(Writer::new(self.0, Stream::Out), "{line}");
    }
}
