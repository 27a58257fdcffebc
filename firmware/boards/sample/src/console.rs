//! A HAL's UART as a console that the main program and a panic handler share.

use core::cell::RefCell;

use critical_section::Mutex;
use embedded_io::Write;
use moteur_platform::{Console, Error, Stream};

/// What can be written to, once it is there.
pub struct Shared<W>(Mutex<RefCell<Option<W>>>);

impl<W> Shared<W> {
    /// Nothing yet: what is written is lost.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Shared<W> {
        Shared(Mutex::new(RefCell::new(None)))
    }

    /// From now on this is written to.
    pub fn set(&self, writer: W) {
        critical_section::with(|section| self.0.borrow(section).replace(Some(writer)));
    }
}

impl<W: Write + Send> Console for Shared<W> {
    /// Byte by byte, so that interrupts wait for one byte at most: 90 µs at 115,200 baud.
    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), Error> {
        if stream == Stream::In {
            return Err(Error::Unsupported);
        }
        for byte in bytes {
            critical_section::with(|section| match &mut *self.0.borrow(section).borrow_mut() {
                Some(writer) => writer.write_all(&[*byte]).map_err(|_| Error::Failed),
                None => Ok(()),
            })?;
        }
        Ok(())
    }
}
