//! The well-behaved guest, and the host functions that all guests here may import.

use board::println;
use moteur::{Caller, Engine, Error, GuestAddr, Linker, Module, Store};

use crate::counted;

static BLINK: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/blink.wasm"));

/// What host functions keep between calls.
#[derive(Default)]
pub struct Host {
    led_switched: u32,
}

/// Loads the guest, calls its functions, and prints what they return and cost.
pub fn run(engine: &Engine) -> Result<(), Error> {
    let module = counted("load", || Module::from_static(engine, BLINK))?;
    let mut store = Store::new(engine, Host::default())?;
    let linker = linker(engine)?;
    let instance = counted("instantiate", || linker.instantiate(&mut store, &module))?;
    println!("# heap in use {} bytes", engine.heap().stats().used);

    instance.typed_func::<(), ()>(&store, "greet")?.call(&mut store, ())?;
    let blink = instance.typed_func::<i32, i32>(&store, "blink")?;
    let switched = counted("blink", || blink.call(&mut store, 5))?;
    println!("blink says {switched}, the LED was switched {} times", store.data().led_switched);
    let primes = instance.typed_func::<i32, i32>(&store, "primes")?;
    let count = counted("primes, lowered on the way", || primes.call(&mut store, 10_000))?;
    let again = counted("primes, lowered before", || primes.call(&mut store, 10_000))?;
    println!("primes below 10000: {count}, {again}");
    let golden = instance.typed_func::<i32, f64>(&store, "golden")?;
    let ratio = counted("golden", || golden.call(&mut store, 40))?;
    // As an integer: formatting floats would be a third of the firmware.
    println!("golden ratio times a million: {}", (ratio * 1e6) as u32);
    Ok(())
}

/// The host functions: a console and an LED.
pub fn linker(engine: &Engine) -> Result<Linker<Host>, Error> {
    let mut linker = Linker::new(engine);
    linker.func("env", "led", |mut caller: Caller<'_, Host>, on: i32| {
        board::led(on != 0);
        caller.data_mut().led_switched += 1;
    })?;
    linker.func("env", "print", |caller: Caller<'_, Host>, text: GuestAddr, len: u32| -> Result<(), Error> {
        println!("guest: {}", caller.memory()?.str(&caller, text, len)?);
        Ok(())
    })?;
    Ok(linker)
}
