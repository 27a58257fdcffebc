//! Devices that write down what is asked of them, and fail when told to.

use std::cell::{Cell, RefCell};
use std::format;
use std::rc::Rc;
use std::string::String;
use std::vec::Vec;

use embedded_hal::{delay, digital, i2c, pwm, spi};

/// What was asked of the devices, in order.
#[derive(Clone, Default)]
pub struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn add(&self, entry: String) {
        self.0.borrow_mut().push(entry);
    }

    /// What has been asked since the last time, separated by `; `.
    pub fn take(&self) -> String {
        self.0.take().join("; ")
    }
}

/// An error of any device.
#[derive(Clone, Copy, Debug)]
pub enum Failure {
    Pin,
    I2c(i2c::ErrorKind),
    Spi(spi::ErrorKind),
}

impl digital::Error for Failure {
    fn kind(&self) -> digital::ErrorKind {
        digital::ErrorKind::Other
    }
}

impl pwm::Error for Failure {
    fn kind(&self) -> pwm::ErrorKind {
        pwm::ErrorKind::Other
    }
}

impl i2c::Error for Failure {
    fn kind(&self) -> i2c::ErrorKind {
        match self {
            Failure::I2c(kind) => *kind,
            _ => i2c::ErrorKind::Other,
        }
    }
}

impl spi::Error for Failure {
    fn kind(&self) -> spi::ErrorKind {
        match self {
            Failure::Spi(kind) => *kind,
            _ => spi::ErrorKind::Other,
        }
    }
}

/// A device of every kind at once. Reads give 0xa0, 0xa1 and so on.
#[derive(Clone, Default)]
pub struct Mock {
    pub log: Log,
    pub level: Rc<Cell<bool>>,
    pub failure: Rc<Cell<Option<Failure>>>,
    /// After how many looks at the input it changes its level.
    pub changes_after: Rc<Cell<Option<u32>>>,
}

impl Mock {
    fn outcome(&self) -> Result<(), Failure> {
        self.failure.get().map_or(Ok(()), Err)
    }
}

fn fill(bytes: &mut [u8]) {
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = 0xa0u8.wrapping_add(index as u8);
    }
}

impl digital::ErrorType for Mock {
    type Error = Failure;
}

impl digital::OutputPin for Mock {
    fn set_low(&mut self) -> Result<(), Failure> {
        self.level.set(false);
        self.log.add("low".into());
        self.outcome()
    }

    fn set_high(&mut self) -> Result<(), Failure> {
        self.level.set(true);
        self.log.add("high".into());
        self.outcome()
    }
}

impl digital::StatefulOutputPin for Mock {
    fn is_set_high(&mut self) -> Result<bool, Failure> {
        self.outcome().map(|()| self.level.get())
    }

    fn is_set_low(&mut self) -> Result<bool, Failure> {
        self.outcome().map(|()| !self.level.get())
    }
}

impl digital::InputPin for Mock {
    fn is_high(&mut self) -> Result<bool, Failure> {
        let left = self.changes_after.get();
        if left == Some(0) {
            self.level.set(!self.level.get());
        }
        self.changes_after.set(left.and_then(|left| left.checked_sub(1)));
        self.outcome().map(|()| self.level.get())
    }

    fn is_low(&mut self) -> Result<bool, Failure> {
        self.is_high().map(|high| !high)
    }
}

impl pwm::ErrorType for Mock {
    type Error = Failure;
}

impl pwm::SetDutyCycle for Mock {
    fn max_duty_cycle(&self) -> u16 {
        1000
    }

    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), Failure> {
        assert!(duty <= self.max_duty_cycle(), "the trait lets a device rely on that");
        self.log.add(format!("duty {duty}"));
        self.outcome()
    }
}

impl delay::DelayNs for Mock {
    fn delay_ns(&mut self, ns: u32) {
        self.log.add(format!("{ns} ns"));
    }
}

impl embedded_io::ErrorType for Mock {
    type Error = embedded_io::ErrorKind;
}

impl embedded_io::ReadReady for Mock {
    fn read_ready(&mut self) -> Result<bool, embedded_io::ErrorKind> {
        Ok(true)
    }
}

impl embedded_io::Read for Mock {
    fn read(&mut self, to: &mut [u8]) -> Result<usize, embedded_io::ErrorKind> {
        self.log.add(format!("serial read {}", to.len()));
        fill(to);
        Ok(to.len())
    }
}

impl embedded_io::Write for Mock {
    fn write(&mut self, from: &[u8]) -> Result<usize, embedded_io::ErrorKind> {
        self.log.add(format!("serial write {from:?}"));
        Ok(from.len())
    }

    fn flush(&mut self) -> Result<(), embedded_io::ErrorKind> {
        self.log.add("serial flush".into());
        Ok(())
    }
}

impl i2c::ErrorType for Mock {
    type Error = Failure;
}

impl i2c::I2c for Mock {
    fn read(&mut self, address: u8, read: &mut [u8]) -> Result<(), Failure> {
        self.log.add(format!("{address:#x} read {}", read.len()));
        fill(read);
        self.outcome()
    }

    fn write(&mut self, address: u8, write: &[u8]) -> Result<(), Failure> {
        self.log.add(format!("{address:#x} write {write:?}"));
        self.outcome()
    }

    fn write_read(&mut self, address: u8, write: &[u8], read: &mut [u8]) -> Result<(), Failure> {
        self.log.add(format!("{address:#x} write {write:?} read {}", read.len()));
        fill(read);
        self.outcome()
    }

    fn transaction(&mut self, address: u8, operations: &mut [i2c::Operation<'_>]) -> Result<(), Failure> {
        self.log.add(format!("{address:#x} transaction of {}", operations.len()));
        for operation in operations {
            match operation {
                i2c::Operation::Read(bytes) => {
                    self.log.add(format!("read {}", bytes.len()));
                    fill(bytes);
                }
                i2c::Operation::Write(bytes) => self.log.add(format!("write {bytes:?}")),
            }
        }
        self.outcome()
    }
}

impl spi::ErrorType for Mock {
    type Error = Failure;
}

impl spi::SpiDevice for Mock {
    fn transaction(&mut self, operations: &mut [spi::Operation<'_, u8>]) -> Result<(), Failure> {
        for operation in operations {
            match operation {
                spi::Operation::Read(to) => {
                    self.log.add(format!("read {}", to.len()));
                    fill(to);
                }
                spi::Operation::Write(from) => self.log.add(format!("write {from:?}")),
                spi::Operation::Transfer(to, from) => {
                    self.log.add(format!("transfer {from:?} read {}", to.len()));
                    fill(to);
                }
                spi::Operation::TransferInPlace(bytes) => {
                    self.log.add(format!("in place {bytes:?}"));
                    fill(bytes);
                }
                spi::Operation::DelayNs(ns) => self.log.add(format!("{ns} ns")),
            }
        }
        self.outcome()
    }
}
