//! Placeholder
#![no_std]
#![no_main]
board::main!(main);
fn main() -> u8 { 0 }
