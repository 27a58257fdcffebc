//! A guest in C whose memory is smaller than a page of 64 KiB: `guest.c`, trimmed, in a pool of 8 KB that holds the runtime, too.
//!
//! `cargo xtask small` compiles and trims the guest, and names the file in `MOTEUR_GUEST` when this is compiled. Lines that
//! begin with `#` hold figures; all others are the same however the guest is run, and on every machine.

#![no_std]
#![no_main]

#[cfg_attr(not(feature = "native"), path = "interpreted.rs")]
mod native;

use board::println;
use moteur::{Config, Engine, Error, Heap, Linker, Module, OutOfMemory, Store};
use moteur_guest::libc::{self, Libc};
use moteur_platform::{Console, Platform, Stream};

board::main!(main);

/// All the memory that the runtime and its guest get.
const HEAP_BYTES: usize = 8 * 1024;
/// Bytes of the guest's call stack; what it keeps in memory has a stack there.
const STACK_BYTES: usize = 1024;

/// Code must stand at a multiple of its alignment in the file, and so must the file.
#[repr(align(16))]
struct Aligned<T: ?Sized>(T);

static GUEST: &Aligned<[u8]> = &Aligned(*include_bytes!(env!("MOTEUR_GUEST")));

/// What the guest prints to.
struct Machine;

impl Platform for Machine {
    fn console(&self) -> &dyn Console {
        self
    }
}

impl Console for Machine {
    fn write(&self, _: Stream, bytes: &[u8]) -> Result<(), moteur_platform::Error> {
        for part in bytes.utf8_chunks() {
            board::print(part.valid());
        }
        Ok(())
    }
}

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

/// Runs the guest; whether it got as much memory the second time, and the heap is as empty as before.
fn run() -> Result<bool, Error> {
    let heap = Heap::new(board::heap!(HEAP_BYTES).ok_or(OutOfMemory)?)?;
    let empty = heap.stats().used;
    let again = guest(heap)?;
    let stats = heap.stats();
    board::print_usage(stats.peak, HEAP_BYTES);
    Ok(again && stats.used == empty)
}

fn guest(heap: Heap) -> Result<bool, Error> {
    let config = native::configure(Config::new(heap).stack_bytes(STACK_BYTES));
    let engine = Engine::new(config)?;
    let module = Module::from_static(&engine, &GUEST.0)?;
    let mut linker = Linker::new(&engine);
    libc::add_to_linker(&mut linker, |libc: &mut Libc| libc)?;
    let mut store = Store::new(&engine, Libc::new(&Machine))?;
    let instance = linker.instantiate(&mut store, &module)?;
    let memory = instance.memory(&store, "memory").ok_or(Error::NoExport)?;
    println!("# memory of {} bytes", memory.data(&store)?.len());
    println!("{}", native::state(&module));
    let run = instance.typed_func::<i32, i32>(&store, "run")?;
    println!("3 readings: {}", run.call(&mut store, 3)?);
    // What is taken until there is no more is all given back.
    let most = run.call(&mut store, i32::MAX)?;
    let again = run.call(&mut store, i32::MAX)?;
    println!("as many as there is memory for: {most}");
    Ok(most == again && most > 3)
}
