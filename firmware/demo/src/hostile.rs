//! Guests that recurse, loop, grow and reach for ever: each must get a trap or an error, and nothing else may happen.

use board::println;
use moteur::{Config, Engine, Error, Instance, InterruptFlag, Module, Store};

use crate::guest::{Host, linker};

static HOSTILE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hostile.wasm"));
static HUGE_TABLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/huge_table.wasm"));
static HUGE_MEMORY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/huge_memory.wasm"));
static START_SPINS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/start_spins.wasm"));

/// What ends by itself, one way or another.
const FINITE: [&str; 14] = [
    "recurse",
    "recurse through a table",
    "grow",
    "grow the table",
    "grow by everything",
    "reach",
    "poke",
    "fill",
    "lie",
    "call nothing",
    "call something else",
    "divide by zero",
    "divide beyond the range",
    "convert not a number",
];
/// What only fuel or an interrupt ends.
const ENDLESS: [&str; 2] = ["spin", "spin by tail calls"];

const FUEL: u64 = 20_000;
/// Instructions until the alarm rings: long after the guest began to run.
const ALARM_AFTER: u32 = 2_000_000;
/// Raised by the timer's interrupt.
static ALARM: InterruptFlag = InterruptFlag::new();

/// Every way of misbehaving. An error is one of ours: those of the guests are printed.
pub fn run(config: Config) -> Result<(), Error> {
    let engine = Engine::new(config)?;
    let mut guest = Guest::new(&engine, HOSTILE, None)?;
    for name in FINITE {
        guest.call(name)?;
    }
    guest.store.set_interrupt_flag(&ALARM);
    for name in ENDLESS {
        board::alarm(ALARM_AFTER, || ALARM.raise());
        guest.call(name)?;
        ALARM.clear();
    }
    drop(guest);

    let metered = Engine::new(config.fuel(true))?;
    let mut guest = Guest::new(&metered, HOSTILE, Some(FUEL))?;
    for name in ENDLESS {
        guest.store.set_fuel(FUEL)?;
        guest.call(name)?;
    }
    drop(guest);

    refused("a table of 4 Gi elements", Guest::new(&engine, HUGE_TABLE, None));
    refused("a memory of 4 GiB", Guest::new(&engine, HUGE_MEMORY, None));
    refused("a start function that spins", Guest::new(&metered, START_SPINS, Some(FUEL)));
    Ok(())
}

struct Guest {
    store: Store<Host>,
    instance: Instance,
}

impl Guest {
    fn new(engine: &Engine, module: &'static [u8], fuel: Option<u64>) -> Result<Guest, Error> {
        let module = Module::from_static(engine, module)?;
        let mut store = Store::new(engine, Host::default())?;
        if let Some(fuel) = fuel {
            store.set_fuel(fuel)?;
        }
        let instance = linker(engine)?.instantiate(&mut store, &module)?;
        Ok(Guest { store, instance })
    }

    /// Calls, and prints how that ended.
    fn call(&mut self, name: &str) -> Result<(), Error> {
        let func = self.instance.typed_func::<(), i32>(&self.store, name)?;
        match func.call(&mut self.store, ()) {
            Ok(result) => println!("{name}: {result}"),
            Err(error) => println!("{name}: {error}"),
        }
        Ok(())
    }
}

fn refused(what: &str, guest: Result<Guest, Error>) {
    match guest {
        Ok(_) => println!("{what}: accepted"),
        Err(error) => println!("{what}: {error}"),
    }
}
