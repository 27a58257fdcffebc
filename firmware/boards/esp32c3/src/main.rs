//! A WebAssembly guest on the ESP32-C3: it prints, blinks an LED and reads the boot button.

#![no_std]
#![no_main]

mod board;

use core::mem::MaybeUninit;

use static_cell::ConstStaticCell;

esp_bootloader_esp_idf::esp_app_desc!();

/// All the memory that the runtime and its guest get.
const POOL_BYTES: usize = 16 * 1024;
static POOL: ConstStaticCell<[MaybeUninit<u8>; POOL_BYTES]> =
    ConstStaticCell::new([const { MaybeUninit::uninit() }; POOL_BYTES]);

#[esp_hal::main]
fn main() -> ! {
    sample::run(board::start(), POOL.take());
    loop {
        core::hint::spin_loop();
    }
}
