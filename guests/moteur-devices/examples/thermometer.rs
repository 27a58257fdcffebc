//! Reads a temperature with the driver `lm75`, which knows nothing of WebAssembly.

#![no_std]

use lm75::Lm75;
use moteur_devices::{Error, I2c};

/// What [`temperature`] returns when it fails, plus the error's code; no sensor is that cold.
const FAILED: i32 = -1_000_000;

/// The temperature at an address of the bus `sensors`, in thousandths of a degree Celsius.
#[unsafe(no_mangle)]
pub extern "C" fn temperature(address: u32) -> i32 {
    run(address as u8).unwrap_or_else(|error| FAILED + error as i32)
}

fn run(address: u8) -> Result<i32, Error> {
    let bus = I2c::open("sensors")?;
    let mut sensor = Lm75::new(bus, address);
    match sensor.read_temperature() {
        Ok(degrees) => Ok((degrees * 1000.0) as i32),
        Err(lm75::Error::I2C(error)) => Err(error),
        Err(lm75::Error::InvalidInputData) => Err(Error::InvalidArgument),
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
