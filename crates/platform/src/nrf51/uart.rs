//! The UART, polled. Source: "nRF51 Series Reference Manual", chapter 29.

use crate::register::Register;
use crate::{Console, Error, Stream};

/// The UART. Both output streams go to the same line; input has no end.
pub struct Uart {
    start_receive: Register<u32>,
    start_send: Register<u32>,
    received: Register<u32>,
    sent: Register<u32>,
    enable: Register<u32>,
    pin_send: Register<u32>,
    pin_receive: Register<u32>,
    receive: Register<u32>,
    send: Register<u32>,
    baud_rate: Register<u32>,
}

const ENABLED: u32 = 4;
/// 115,200 baud, as the manual's table gives it.
const BAUD_115200: u32 = 0x01D7_E000;

impl Uart {
    /// The UART whose registers begin at `base`. It must be [started](Uart::start) once.
    ///
    /// # Safety
    /// A UART of an nRF51 is there, and nothing else uses it.
    pub const unsafe fn new(base: usize) -> Uart {
        // SAFETY: as the caller promised; the offsets are the device's.
        unsafe {
            Uart {
                start_receive: Register::at(base),
                start_send: Register::at(base + 0x008),
                received: Register::at(base + 0x108),
                sent: Register::at(base + 0x11C),
                enable: Register::at(base + 0x500),
                pin_send: Register::at(base + 0x50C),
                pin_receive: Register::at(base + 0x514),
                receive: Register::at(base + 0x518),
                send: Register::at(base + 0x51C),
                baud_rate: Register::at(base + 0x524),
            }
        }
    }

    /// Switches sending and receiving on, at 115,200 baud, on these pins. The pin to send on must be an output already.
    pub fn start(&self, pin_send: u32, pin_receive: u32) {
        self.pin_send.write(pin_send);
        self.pin_receive.write(pin_receive);
        self.baud_rate.write(BAUD_115200);
        self.enable.write(ENABLED);
        self.start_send.write(1);
        self.start_receive.write(1);
    }

    /// Sends a byte, waiting until it is gone.
    pub fn put(&self, byte: u8) {
        self.sent.write(0);
        self.send.write(u32::from(byte));
        while self.sent.read() == 0 {
            core::hint::spin_loop();
        }
    }

    /// A byte, if one has been received.
    pub fn get(&self) -> Option<u8> {
        if self.received.read() == 0 {
            return None;
        }
        self.received.write(0);
        let [byte, ..] = self.receive.read().to_le_bytes();
        Some(byte)
    }
}

impl Console for Uart {
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
