//! Texts from and to C: they end with a zero, and what is too long for a buffer is cut off.

use core::ffi::{CStr, c_char};
use core::fmt;

/// The bytes of a text before its zero; none for a null pointer.
///
/// # Safety
/// `text` is null, or a text that stays as it is for as long as the result is used.
pub unsafe fn bytes<'a>(text: *const c_char) -> Option<&'a [u8]> {
    // SAFETY: the caller's promise.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_bytes())
}

/// A text, if it is UTF-8 and not null.
///
/// # Safety
/// As for [`bytes`].
pub unsafe fn str<'a>(text: *const c_char) -> Option<&'a str> {
    // SAFETY: the caller's promise.
    core::str::from_utf8(unsafe { bytes(text)? }).ok()
}

/// A buffer of C's that is written piece by piece, and always ends with a zero if it has room for one.
pub struct Out {
    at: *mut c_char,
    /// Bytes that are left, the one for the zero included.
    left: usize,
}

impl Out {
    /// An empty text in this buffer.
    ///
    /// # Safety
    /// `buffer` is null or has `len` bytes, for as long as this is used.
    pub unsafe fn new(buffer: *mut c_char, len: usize) -> Out {
        let out = Out { at: buffer, left: if buffer.is_null() { 0 } else { len } };
        out.end();
        out
    }

    /// Appends as much as there is room for.
    pub fn push(&mut self, text: &[u8]) {
        let len = text.len().min(self.left.saturating_sub(1));
        // SAFETY: `new`: there is room for so many bytes and a zero.
        unsafe {
            self.at.cast::<u8>().copy_from_nonoverlapping(text.as_ptr(), len);
            self.at = self.at.wrapping_add(len);
        }
        self.left = self.left.saturating_sub(len);
        self.end();
    }

    /// Appends a number in decimal.
    pub fn push_number(&mut self, number: u32) {
        let mut digits = [0; 10];
        let (mut rest, mut at) = (number, digits.len());
        while let Some(place) = at.checked_sub(1).and_then(|before| digits.get_mut(before)) {
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
            at = at.wrapping_sub(1);
            if rest == 0 {
                break;
            }
        }
        self.push(digits.get(at..).unwrap_or_default());
    }

    fn end(&self) {
        if self.left > 0 {
            // SAFETY: `new`: there is room for a byte.
            unsafe { self.at.write(0) };
        }
    }
}

impl fmt::Write for Out {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}
