//! The 16550 UART with its registers one byte apart, polled, with the settings that the loader left.
//! Source: National Semiconductor, PC16550D data sheet, section 8.

use crate::register::Register;
use crate::{Console, Error, Stream};

/// A 16550 UART. Both output streams go to the same line; input has no end.
pub struct Ns16550 {
    data: Register<u8>,
    line_status: Register<u8>,
}

const STATUS_RECEIVED: u8 = 1;
const STATUS_CAN_SEND: u8 = 1 << 5;

impl Ns16550 {
    /// The UART whose registers begin at `base`.
    ///
    /// # Safety
    /// A 16550 is there, and nothing else uses it.
    pub const unsafe fn new(base: usize) -> Ns16550 {
        // SAFETY: as the caller promised; the offsets are the device's.
        unsafe { Ns16550 { data: Register::at(base), line_status: Register::at(base + 5) } }
    }

    /// Sends a byte, waiting until there is room for it.
    pub fn put(&self, byte: u8) {
        while self.line_status.read() & STATUS_CAN_SEND == 0 {
            core::hint::spin_loop();
        }
        self.data.write(byte);
    }

    /// A byte, if one has been received.
    pub fn get(&self) -> Option<u8> {
        (self.line_status.read() & STATUS_RECEIVED != 0).then(|| self.data.read())
    }
}

impl Console for Ns16550 {
    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), Error> {
        if stream == Stream::In {
            return Err(Error::Unsupported);
        }
        bytes.iter().for_each(|&byte| self.put(byte));
        Ok(())
    }

    fn read(&self, buffer: &mut [u8]) -> Result<usize, Error> {
        Ok(crate::console::read_polled(buffer, || self.get()))
    }
}
