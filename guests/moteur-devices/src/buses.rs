//! I2C and SPI.

use embedded_hal::i2c;
use embedded_hal::spi;

use crate::error::{Error, check};
use crate::handle::Handle;
use crate::imports::{self, Kind, OPERATIONS_MAX, Record};

/// An I2C bus, or what the host lets this guest reach of it. A transaction has at most 16 operations.
#[derive(Debug)]
pub struct I2c(Handle);

impl I2c {
    /// Opens the bus of this name.
    ///
    /// # Errors
    /// [`Error::NoDevice`], [`Error::WrongKind`], [`Error::Busy`].
    pub fn open(name: &str) -> Result<I2c, Error> {
        Handle::open(Kind::I2c, name).map(I2c)
    }
}

impl i2c::ErrorType for I2c {
    type Error = Error;
}

impl i2c::I2c for I2c {
    fn read(&mut self, address: u8, to: &mut [u8]) -> Result<(), Error> {
        // SAFETY: pointer and length are those of a slice that may be written.
        let result = unsafe { imports::i2c_read(self.0.number(), address.into(), to.as_mut_ptr(), to.len()) };
        check(result).map(|_| ())
    }

    fn write(&mut self, address: u8, from: &[u8]) -> Result<(), Error> {
        // SAFETY: pointer and length are those of a slice.
        let result = unsafe { imports::i2c_write(self.0.number(), address.into(), from.as_ptr(), from.len()) };
        check(result).map(|_| ())
    }

    fn write_read(&mut self, address: u8, from: &[u8], to: &mut [u8]) -> Result<(), Error> {
        let (handle, address) = (self.0.number(), address.into());
        // SAFETY: pointers and lengths are those of two slices, of which the second may be written.
        let result =
            unsafe { imports::i2c_write_read(handle, address, from.as_ptr(), from.len(), to.as_mut_ptr(), to.len()) };
        check(result).map(|_| ())
    }

    fn transaction(&mut self, address: u8, operations: &mut [i2c::Operation<'_>]) -> Result<(), Error> {
        let records = records(operations, |operation| match operation {
            i2c::Operation::Read(to) => Record::read(to),
            i2c::Operation::Write(from) => Record::write(from),
        })?;
        let (handle, count) = (self.0.number(), operations.len());
        // SAFETY: so many records stand there, each of slices that are borrowed until the host is done.
        let result = unsafe { imports::i2c_transaction(handle, address.into(), records.as_ptr(), count) };
        check(result).map(|_| ())
    }
}

/// A device on an SPI bus; the host selects its chip. A transaction has at most 16 operations, and its delays take at most
/// 10 ms together.
#[derive(Debug)]
pub struct SpiDevice(Handle);

impl SpiDevice {
    /// Opens the device of this name.
    ///
    /// # Errors
    /// [`Error::NoDevice`], [`Error::WrongKind`], [`Error::Busy`].
    pub fn open(name: &str) -> Result<SpiDevice, Error> {
        Handle::open(Kind::Spi, name).map(SpiDevice)
    }
}

impl spi::ErrorType for SpiDevice {
    type Error = Error;
}

impl spi::SpiDevice for SpiDevice {
    fn read(&mut self, to: &mut [u8]) -> Result<(), Error> {
        // SAFETY: pointer and length are those of a slice that may be written.
        let result = unsafe { imports::spi_read(self.0.number(), to.as_mut_ptr(), to.len()) };
        check(result).map(|_| ())
    }

    fn write(&mut self, from: &[u8]) -> Result<(), Error> {
        // SAFETY: pointer and length are those of a slice.
        let result = unsafe { imports::spi_write(self.0.number(), from.as_ptr(), from.len()) };
        check(result).map(|_| ())
    }

    fn transfer(&mut self, to: &mut [u8], from: &[u8]) -> Result<(), Error> {
        let handle = self.0.number();
        // SAFETY: pointers and lengths are those of two slices, of which the first may be written.
        let result = unsafe { imports::spi_transfer(handle, to.as_mut_ptr(), to.len(), from.as_ptr(), from.len()) };
        check(result).map(|_| ())
    }

    fn transfer_in_place(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        // SAFETY: pointer and length are those of a slice that may be written.
        let result = unsafe { imports::spi_transfer_in_place(self.0.number(), bytes.as_mut_ptr(), bytes.len()) };
        check(result).map(|_| ())
    }

    fn transaction(&mut self, operations: &mut [spi::Operation<'_, u8>]) -> Result<(), Error> {
        let records = records(operations, |operation| match operation {
            spi::Operation::Read(to) => Record::read(to),
            spi::Operation::Write(from) => Record::write(from),
            spi::Operation::Transfer(to, from) => Record::transfer(to, from),
            spi::Operation::TransferInPlace(bytes) => Record::transfer_in_place(bytes),
            spi::Operation::DelayNs(ns) => Record::delay(*ns),
        })?;
        // SAFETY: so many records stand there, each of slices that are borrowed until the host is done.
        let result = unsafe { imports::spi_transaction(self.0.number(), records.as_ptr(), operations.len()) };
        check(result).map(|_| ())
    }
}

/// A record for each operation; an error if there are too many.
fn records<O>(operations: &mut [O], record: impl Fn(&mut O) -> Record) -> Result<[Record; OPERATIONS_MAX], Error> {
    if operations.len() > OPERATIONS_MAX {
        return Err(Error::InvalidArgument);
    }
    let mut records = [Record::NONE; OPERATIONS_MAX];
    for (to, operation) in records.iter_mut().zip(operations) {
        *to = record(operation);
    }
    Ok(records)
}
