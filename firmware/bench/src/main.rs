//! The kernels on a board, native and interpreted: what `cargo xtask bench m33` reads.
//!
//! Lines of output are `key value...`; instruction counts are exact multiples of the timer's tick.

#![no_std]
#![no_main]

use core::hint::black_box;

use board::{instructions, println};
use moteur_kernels::{KERNELS, Kernel};

board::main!(main);

fn main() -> u8 {
    println!("board {} tick {}", board::NAME, board::INSTRUCTIONS_PER_TICK);
    let mut failed = false;
    for kernel in &KERNELS {
        let (native, result) = native(kernel);
        failed |= result != kernel.checksum;
        println!("kernel {} native {native} result {result}", kernel.name);
    }
    u8::from(failed)
}

fn native(kernel: &Kernel) -> (u64, u32) {
    let run = black_box(kernel.native);
    let n = black_box(kernel.n);
    let start = instructions();
    // SAFETY: nothing else runs kernels, and no interrupt is on.
    let result = unsafe { run(n) };
    (instructions() - start, black_box(result))
}
