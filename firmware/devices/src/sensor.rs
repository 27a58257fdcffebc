//! A simulated temperature sensor on a simulated I2C bus, as the LM75 is: a pointer register that each write sets, and a
//! temperature in steps of half a degree. Source: Texas Instruments, LM75 data sheet (SNIS153), "Register map".

use embedded_hal::i2c::{ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation};

/// What the sensor measures, in halves of a degree Celsius.
const HALF_DEGREES: i16 = 47;

const TEMPERATURE: u8 = 0;

/// A bus with sensors at some addresses, each a little warmer than the one before.
pub struct Bus {
    first: u8,
    count: u8,
    /// The pointer registers.
    pointer: u8,
}

impl Bus {
    /// A bus with so many sensors, at addresses in a row.
    pub fn new(first: u8, count: u8) -> Bus {
        Bus { first, count, pointer: TEMPERATURE }
    }

    /// The bytes of the register that the pointer names.
    fn register(&self, sensor: u8) -> [u8; 2] {
        match self.pointer {
            // The temperature stands in the upper 9 bits.
            TEMPERATURE => ((HALF_DEGREES + i16::from(sensor)) << 7).to_be_bytes(),
            _ => [0, 0],
        }
    }
}

impl ErrorType for Bus {
    type Error = ErrorKind;
}

impl I2c for Bus {
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
        let nobody = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address);
        let sensor = address.checked_sub(self.first).filter(|sensor| *sensor < self.count).ok_or(nobody)?;
        for operation in operations {
            match operation {
                Operation::Write(bytes) => self.pointer = bytes.first().copied().unwrap_or(self.pointer),
                Operation::Read(bytes) => {
                    for (to, from) in bytes.iter_mut().zip(self.register(sensor).into_iter().cycle()) {
                        *to = from;
                    }
                }
            }
        }
        Ok(())
    }
}
