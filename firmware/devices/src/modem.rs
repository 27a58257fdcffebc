//! A guest that talks over a serial port to a simulated modem, which answers a byte at a time, or not at all.

use core::convert::Infallible;

use board::println;
use embedded_io::{ErrorType, Read, ReadReady, Write};
use moteur::{Engine, Error};
use moteur_guest::devices::Devices;

use crate::Guest;
use crate::machine::Timer;

static MODEM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/modem.wasm"));

/// What the modem answers to each line.
const ANSWER: &[u8] = b"\r\nOK\r\n";
/// So often the port is looked at before the next byte has come.
const LOOKS_PER_BYTE: u32 = 3;

/// The modem, and the port that it is at.
struct Modem {
    is_on: bool,
    answer: &'static [u8],
    looks: u32,
}

impl ErrorType for Modem {
    type Error = Infallible;
}

impl ReadReady for Modem {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        self.looks += 1;
        Ok(!self.answer.is_empty() && self.looks.is_multiple_of(LOOKS_PER_BYTE))
    }
}

impl Read for Modem {
    fn read(&mut self, to: &mut [u8]) -> Result<usize, Infallible> {
        let (Some((byte, rest)), Some(place)) = (self.answer.split_first(), to.first_mut()) else {
            return Ok(0);
        };
        *place = *byte;
        self.answer = rest;
        Ok(1)
    }
}

impl Write for Modem {
    fn write(&mut self, from: &[u8]) -> Result<usize, Infallible> {
        println!("the modem hears {}", from.escape_ascii());
        if self.is_on && from.ends_with(b"\r") {
            self.answer = ANSWER;
        }
        Ok(from.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Asks for a modem that is on, and for one that is off.
pub fn run(engine: &Engine) -> Result<(), Error> {
    for is_on in [true, false] {
        let mut devices = Devices::new(engine.heap());
        devices.serial("modem", Modem { is_on, answer: &[], looks: 0 })?;
        devices.delay("delay", Timer::start())?;
        let Guest { mut store, instance } = Guest::new(engine, MODEM, devices)?;
        let is_there = instance.typed_func::<(), i32>(&store, "is_there")?;
        let start = board::instructions();
        let answer = is_there.call(&mut store, ())?;
        let passed_ms = (board::instructions() - start) / 1_000_000;
        println!("the guest got an answer: {answer}; it waited for 20 ms: {}", passed_ms >= 20);
    }
    Ok(())
}
