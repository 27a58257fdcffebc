//! Asks a modem at a serial port whether it is there, and gives up if it does not answer.

#![no_std]

use embedded_io::Write;
use moteur_devices::{Delay, Error, Serial};

/// How long the modem may take for each piece of its answer.
const PATIENCE_NS: u64 = 20_000_000;

/// 1 if the modem at the port `modem` answers `OK`, 0 if it does not answer, and a code if something fails.
#[unsafe(no_mangle)]
pub extern "C" fn is_there() -> i32 {
    run().unwrap_or_else(|error| error as i32)
}

fn run() -> Result<i32, Error> {
    let mut port = Serial::open("modem")?;
    let mut delay = Delay::open("delay")?;
    port.write_all(b"AT\r")?;
    port.flush()?;
    let (mut answer, mut length) = ([0; 16], 0);
    while let Some(place) = answer.get_mut(length..).filter(|place| !place.is_empty()) {
        match port.read_within(place, &mut delay, PATIENCE_NS)? {
            0 => return Ok(0),
            count => length += count,
        }
        if answer.get(..length).is_some_and(|answer| answer.ends_with(b"OK\r\n")) {
            return Ok(1);
        }
    }
    Err(Error::Failed)
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
