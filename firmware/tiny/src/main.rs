//! A guest on a machine with 16 KB of RAM: greets, blinks, computes, and misbehaves. Runtime, guest and its memory are in
//! one pool of 6 KB; the rest of the RAM is the stack.
//!
//! Built with the feature `native`, the guest's code is compiled and runs from flash, and there is no interpreter; with
//! `interpreter` it is the other way round. Both print the same but for the lines that begin with `#`.

#![no_std]
#![no_main]

#[cfg_attr(feature = "native", path = "native.rs")]
#[cfg_attr(not(feature = "native"), path = "interpreted.rs")]
mod code;

use board::{instructions, println};
use moteur::{
    Caller, Config, Engine, Error, GuestAddr, Heap, Instance, InterruptFlag, Linker, Module, OutOfMemory, Store,
};

board::main!(main);

/// All the memory that runtime and guest get.
const POOL_BYTES: usize = 6 << 10;
/// The guest's stack, a part of that: the least that a guest can have and some calls.
const STACK_BYTES: usize = 1280;
/// Instructions until the alarm rings.
const ALARM_AFTER: u32 = 1_000_000;

static ALARM: InterruptFlag = InterruptFlag::new();

fn main() -> u8 {
    match run() {
        Ok(true) => 0,
        Ok(false) => 1,
        Err(error) => {
            println!("it stops: {error}");
            2
        }
    }
}

/// Runs the guest; whether the pool ended as empty as it began.
fn run() -> Result<bool, Error> {
    let heap = Heap::new(board::heap!(POOL_BYTES).ok_or(OutOfMemory)?)?;
    let empty = heap.stats().used;
    guest(code::configure(Config::new(heap).stack_bytes(STACK_BYTES).max_host_depth(2)))?;
    let stats = heap.stats();
    println!("# pool when empty: {empty} bytes");
    board::print_usage(stats.peak, POOL_BYTES);
    println!("pool as empty as before: {}", stats.used == empty);
    Ok(stats.used == empty)
}

fn guest(config: Config) -> Result<(), Error> {
    let engine = Engine::new(config)?;
    let module = Module::from_static(&engine, code::WASM)?;
    let mut store = Store::new(&engine, 0_u32)?;
    store.set_interrupt_flag(&ALARM);
    let instance = linker(&engine)?.instantiate(&mut store, &module)?;
    println!("# native code: {:?}", code::is_native(&module));
    println!("# pool in use: {} bytes", engine.heap().stats().used);

    instance.typed_func::<(), ()>(&store, "greet")?.call(&mut store, ())?;
    instance.typed_func::<i32, ()>(&store, "blink")?.call(&mut store, 4)?;
    println!("the LED was switched {} times", store.data());
    println!("primes below 1000: {}", call(&mut store, instance, "primes", 1000)?);
    println!("square of the golden ratio, in millionths: {}", call(&mut store, instance, "golden", 40)?);
    board::alarm(ALARM_AFTER, || ALARM.raise());
    for (name, argument) in [("spin", 0), ("beyond", 127), ("beyond", 128), ("recurse", 0), ("primes", 100)] {
        match call(&mut store, instance, name, argument) {
            Ok(result) => println!("{name} {argument}: {result}"),
            Err(error) => println!("{name} {argument}: {error}"),
        }
        ALARM.clear();
    }
    Ok(())
}

/// Calls a function of the guest, and prints how many instructions that took.
fn call(store: &mut Store<u32>, instance: Instance, name: &str, argument: i32) -> Result<i32, Error> {
    let func = instance.typed_func::<i32, i32>(store, name)?;
    let start = instructions();
    let result = func.call(store, argument);
    println!("# {name}: {} instructions", instructions() - start);
    result
}

/// The host's functions: a console and an LED.
fn linker(engine: &Engine) -> Result<Linker<u32>, Error> {
    let mut linker = Linker::new(engine);
    linker.func("env", "led", |mut caller: Caller<'_, u32>, on: i32| {
        board::led(on != 0);
        *caller.data_mut() += 1;
    })?;
    linker.func("env", "print", |caller: Caller<'_, u32>, text: GuestAddr, len: u32| -> Result<(), Error> {
        println!("guest: {}", caller.memory()?.str(&caller, text, len)?);
        Ok(())
    })?;
    Ok(linker)
}
