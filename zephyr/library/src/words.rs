//! What went wrong, in words, with names and offsets.

use core::ffi::{CStr, c_char};
use core::fmt::{self, Display, Write};

use moteur::{Error, Frame, Module};

/// Bytes of the longest text, its zero among them.
const BYTES: usize = 128;

/// A text with a zero behind it. What is too long for it is cut.
pub struct Text {
    len: usize,
    bytes: [u8; BYTES],
}

impl Text {
    /// An empty text.
    pub const fn new() -> Text {
        Text { len: 0, bytes: [0; BYTES] }
    }

    /// Says what an error is; of a module, with the names that are meant.
    pub fn error(&mut self, error: &Error, module: Option<&Module>) {
        match module {
            Some(module) => self.display(&error.describe(module)),
            None => self.display(error),
        }
    }

    /// Says this.
    pub fn say(&mut self, what: &'static CStr) {
        self.display(&what.to_str().unwrap_or_default());
    }

    /// Says where a guest was, as a line.
    pub fn line(&mut self, frame: &Frame<'_>) -> &[u8] {
        self.display(frame);
        // A text that is full has no room for the end of the line.
        let _ = self.write_str("\n");
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// What it says, with its zero.
    pub fn as_ptr(&self) -> *const c_char {
        self.bytes.as_ptr().cast()
    }

    fn display(&mut self, what: &dyn Display) {
        self.len = 0;
        // What does not fit is left out.
        let _ = write!(self, "{what}");
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = 0;
        }
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            // The last place is the zero's.
            let place = self.bytes.get_mut(self.len).filter(|_| self.len < BYTES - 1).ok_or(fmt::Error)?;
            *place = byte;
            self.len = self.len.wrapping_add(1);
        }
        Ok(())
    }
}
