//! The smallest firmware that can run every module in scope: one buffer, one host function, no console; and, by feature,
//! the interfaces that a module may import.
//!
//! Its flash is what `cargo xtask size` measures. The exit status says whether the guest's answer was right.

#![no_std]
#![no_main]

use moteur::{Caller, Config, Engine, Error, Heap, Linker, Module, Store};

mod imports;
#[cfg_attr(feature = "native", path = "module_native.rs")]
mod module;

board::main!(main);

fn main() -> u8 {
    u8::from(answer() != Ok(42))
}

fn answer() -> Result<i32, Error> {
    let buffer = board::heap!(48 * 1024).ok_or(moteur::OutOfMemory)?;
    let heap = Heap::new(buffer)?;
    let engine = Engine::new(module::configure(Config::new(heap).stack_bytes(4 * 1024)))?;
    let module = Module::from_static(&engine, module::BYTES)?;
    let mut store = Store::new(&engine, imports::world(heap))?;
    let mut linker = Linker::new(&engine);
    linker.func("env", "led", |_: Caller<'_, imports::World>, on: i32| board::led(on != 0))?;
    imports::link(&mut linker)?;
    let instance = linker.instantiate(&mut store, &module)?;
    instance.typed_func::<i32, i32>(&store, "answer")?.call(&mut store, 1)
}
