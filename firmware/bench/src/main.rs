//! The kernels on a board, native and interpreted: what `cargo xtask bench m33` reads.
//!
//! A line per kernel, `kernel NAME native N first N call N`, in instructions; other lines are for people. The first call
//! lowers the functions it reaches; the second only runs them.

#![no_std]
#![no_main]

use core::hint::black_box;

use board::{instructions, println};
use moteur::{Config, Engine, Error, Heap, Linker, Module, OutOfMemory, Store};
use moteur_kernels::{KERNELS, Kernel};

#[cfg_attr(not(feature = "native"), path = "interpreted.rs")]
mod native;

use native::WASM;

board::main!(main);

fn main() -> u8 {
    match bench() {
        Ok(true) => 0,
        Ok(false) => {
            println!("a checksum is wrong");
            1
        }
        Err(error) => {
            println!("the bench stops: {error}");
            2
        }
    }
}

/// Runs all kernels in both forms; whether all results were right.
fn bench() -> Result<bool, Error> {
    let heap = Heap::new(board::heap!(256 * 1024).ok_or(OutOfMemory)?)?;
    let engine = Engine::new(native::configure(Config::new(heap).stack_bytes(8 * 1024)))?;
    let (load, module) = count(|| Module::from_static(&engine, WASM));
    let module = module?;
    native::check(&module);
    println!("load {load} instructions, {} bytes of WebAssembly, heap {} bytes", WASM.len(), heap.stats().used);
    let mut store = Store::new(&engine, ())?;
    let linker = Linker::new(&engine);
    let (instantiate, instance) = count(|| linker.instantiate(&mut store, &module));
    let instance = instance?;
    println!("instantiate {instantiate} instructions, heap {} bytes", heap.stats().used);

    let mut right = true;
    for kernel in &KERNELS {
        let (native, expected) = count(|| on_the_machine(kernel));
        let func = instance.typed_func::<u32, u32>(&store, kernel.name)?;
        let (first, result) = count(|| func.call(&mut store, kernel.n));
        right &= result? == kernel.checksum;
        let (call, result) = count(|| func.call(&mut store, kernel.n));
        right &= result? == kernel.checksum && expected == kernel.checksum;
        println!("kernel {} native {native} first {first} call {call}", kernel.name);
    }
    let stats = heap.stats();
    println!("heap with all six lowered {} bytes, high-water mark {} bytes", stats.used, stats.peak);
    Ok(right)
}

fn on_the_machine(kernel: &Kernel) -> u32 {
    let run = black_box(kernel.native);
    // SAFETY: nothing else runs kernels, and no interrupt is on.
    black_box(unsafe { run(black_box(kernel.n)) })
}

/// What `f` takes in instructions, and what it returns.
fn count<R>(f: impl FnOnce() -> R) -> (u64, R) {
    let start = instructions();
    let result = f();
    (instructions() - start, result)
}
