//! A WebAssembly guest on the Raspberry Pi Pico 2: it prints, blinks the LED and reads a button.

#![no_std]
#![no_main]

mod board;

use core::mem::MaybeUninit;

use static_cell::ConstStaticCell;

/// All the memory that the runtime and its guest get.
const POOL_BYTES: usize = 16 * 1024;
static POOL: ConstStaticCell<[MaybeUninit<u8>; POOL_BYTES]> =
    ConstStaticCell::new([const { MaybeUninit::uninit() }; POOL_BYTES]);

#[cortex_m_rt::entry]
fn main() -> ! {
    sample::run(board::start(), POOL.take());
    sample::cortex_m::sleep()
}
