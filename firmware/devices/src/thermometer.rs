//! A guest that reads temperatures with the driver `lm75` from crates.io, of a bus of which it has two addresses.

use board::println;
use moteur::{Engine, Error};
use moteur_guest::devices::Devices;

use crate::Guest;
use crate::sensor::Bus;

static THERMOMETER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/thermometer.wasm"));

/// The first sensor; there are three in a row, of which the guest gets the first, and an address where there is none.
const FIRST: u8 = 0x48;
/// What the guest adds to a code.
const FAILED: i32 = -1_000_000;

/// Reads at three addresses.
pub fn run(engine: &Engine) -> Result<(), Error> {
    let mut devices = Devices::new(engine.heap());
    devices.i2c_at("sensors", Bus::new(FIRST, 3), FIRST - 1..=FIRST + 1)?;
    let Guest { mut store, instance } = Guest::new(engine, THERMOMETER, devices)?;
    let temperature = instance.typed_func::<u32, i32>(&store, "temperature")?;
    for (address, what) in [
        (FIRST, "a sensor"),
        (FIRST + 1, "another sensor"),
        (FIRST - 1, "nobody there"),
        (FIRST + 2, "a sensor that is not for this guest"),
    ] {
        match temperature.call(&mut store, address.into())? {
            code @ ..-500_000 => println!("{address:#x}, {what}: code {}", code - FAILED),
            thousandths => println!("{address:#x}, {what}: {thousandths} thousandths of a degree"),
        }
    }
    Ok(())
}
