//! Devices for guests on a bare board: a guest blinks an LED of the board and waits with its timer; another reads a sensor
//! with a driver from crates.io, and gets no further than it may;
//! a third talks over a serial port, with a timeout.
//!
//! Lines that begin with `#` hold figures, which differ between boards and builds; all others are the same everywhere,
//! and `cargo xtask firmware` compares them with `expected.txt`.

#![no_std]
#![no_main]

mod blink;
#[cfg_attr(target_arch = "arm", path = "mps2.rs")]
#[cfg_attr(target_arch = "riscv32", path = "riscv_virt.rs")]
mod machine;
mod modem;
mod sensor;
mod thermometer;

use board::println;
use moteur::{Config, Engine, Error, Heap, Instance, Linker, Module, OutOfMemory, Store};
use moteur_guest::devices::{self, Devices};

board::main!(main);

/// All the memory that the runtime and its guests get.
const HEAP_BYTES: usize = 128 * 1024;

fn main() -> u8 {
    match run() {
        Ok(true) => 0,
        Ok(false) => 1,
        Err(error) => {
            println!("the firmware stops: {error}");
            2
        }
    }
}

/// Runs both guests; whether the heap ended as empty as it began.
fn run() -> Result<bool, Error> {
    println!("# board {}", board::NAME);
    let heap = Heap::new(board::heap!(HEAP_BYTES).ok_or(OutOfMemory)?)?;
    let empty = heap.stats().used;
    let engine = Engine::new(Config::new(heap).stack_bytes(4 * 1024).max_memory_pages(1))?;
    blink::run(&engine)?;
    thermometer::run(&engine)?;
    modem::run(&engine)?;
    drop(engine);
    let stats = heap.stats();
    board::print_usage(stats.peak, stats.capacity);
    println!("heap as empty as before: {}", stats.used == empty);
    Ok(stats.used == empty)
}

/// A guest with its devices.
struct Guest {
    store: Store<Devices>,
    instance: Instance,
}

impl Guest {
    fn new(engine: &Engine, module: &'static [u8], devices: Devices) -> Result<Guest, Error> {
        let module = Module::from_static(engine, module)?;
        let mut linker = Linker::new(engine);
        devices::add_to_linker(&mut linker, |devices: &mut Devices| devices)?;
        let mut store = Store::new(engine, devices)?;
        let instance = linker.instantiate(&mut store, &module)?;
        Ok(Guest { store, instance })
    }
}
