//! Serial ports.

use embedded_io::{ErrorType, Write};

use crate::Delay;
use crate::error::{Error, check};
use crate::handle::Handle;
use crate::imports::{self, Kind};

/// A serial port: a UART, or what is like one.
#[derive(Debug)]
pub struct Serial(Handle);

impl Serial {
    /// Opens the port of this name.
    ///
    /// # Errors
    /// [`Error::NoDevice`], [`Error::WrongKind`], [`Error::Busy`].
    pub fn open(name: &str) -> Result<Serial, Error> {
        Handle::open(Kind::Serial, name).map(Serial)
    }

    /// Reads what has come, without waiting; how many bytes that is, 0 if none has.
    ///
    /// # Errors
    /// What the port gives.
    pub fn read_now(&mut self, to: &mut [u8]) -> Result<usize, Error> {
        self.read_with(to, 0, 0)
    }

    /// Reads what has come, and waits for the first byte, but no longer than `timeout_ns` nanoseconds; how many bytes that
    /// is, 0 if the time is over. The host looks every 100 µs, and `pause` is what it waits with in between.
    ///
    /// # Errors
    /// What the port gives.
    pub fn read_within(&mut self, to: &mut [u8], pause: &mut Delay, timeout_ns: u64) -> Result<usize, Error> {
        self.read_with(to, pause.handle().number(), timeout_ns)
    }

    fn read_with(&mut self, to: &mut [u8], pause: u32, timeout_ns: u64) -> Result<usize, Error> {
        // SAFETY: pointer and length are those of a slice that is ours alone; the host writes bytes and keeps nothing.
        let read = unsafe { imports::serial_read(self.0.number(), to.as_mut_ptr(), to.len(), pause, timeout_ns) };
        check(read).map(|read| read as usize)
    }
}

impl ErrorType for Serial {
    type Error = Error;
}

impl Write for Serial {
    fn write(&mut self, from: &[u8]) -> Result<usize, Error> {
        // SAFETY: pointer and length are those of a slice; the host reads it and keeps nothing.
        let written = unsafe { imports::serial_write(self.0.number(), from.as_ptr(), from.len()) };
        match check(written)? {
            0 if !from.is_empty() => Err(Error::Failed),
            written => Ok(written as usize),
        }
    }

    fn flush(&mut self) -> Result<(), Error> {
        check(imports::serial_flush(self.0.number())).map(|_| ())
    }
}
