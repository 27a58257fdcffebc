//! The UART of Arm's CMSDK, polled. Source: "Cortex-M System Design Kit Technical Reference Manual", 4.3.

use crate::register::Register;
use crate::{Console, Error, Stream};

/// A CMSDK UART. Both output streams go to the same line; input has no end.
pub struct CmsdkUart {
    data: Register<u32>,
    state: Register<u32>,
    control: Register<u32>,
    baud_divider: Register<u32>,
}

const STATE_SEND_FULL: u32 = 1;
const STATE_RECEIVE_FULL: u32 = 2;
const CONTROL_SEND: u32 = 1;
const CONTROL_RECEIVE: u32 = 2;

impl CmsdkUart {
    /// The UART whose registers begin at `base`. It must be [started](CmsdkUart::start) once.
    ///
    /// # Safety
    /// A CMSDK UART is there, and nothing else uses it.
    pub const unsafe fn new(base: usize) -> CmsdkUart {
        // SAFETY: as the caller promised; the offsets are the device's.
        unsafe {
            CmsdkUart {
                data: Register::at(base),
                state: Register::at(base + 0x04),
                control: Register::at(base + 0x08),
                baud_divider: Register::at(base + 0x10),
            }
        }
    }

    /// Switches sending and receiving on. The speed is the device's clock divided by `baud_divider`, at least 16.
    pub fn start(&self, baud_divider: u32) {
        self.baud_divider.write(baud_divider.max(16));
        self.control.write(CONTROL_SEND | CONTROL_RECEIVE);
    }

    /// Sends a byte, waiting until there is room for it.
    pub fn put(&self, byte: u8) {
        while self.state.read() & STATE_SEND_FULL != 0 {
            core::hint::spin_loop();
        }
        self.data.write(u32::from(byte));
    }

    /// A byte, if one has been received.
    pub fn get(&self) -> Option<u8> {
        if self.state.read() & STATE_RECEIVE_FULL == 0 {
            return None;
        }
        let [byte, ..] = self.data.read().to_le_bytes();
        Some(byte)
    }
}

impl Console for CmsdkUart {
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
