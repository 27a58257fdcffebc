//! What went wrong, as one of a few texts: nothing is formatted, which takes 5 KB of flash less.

use core::ffi::{CStr, c_char};

use moteur::{Error, Frame, Module};

use crate::runtime::{code, code_of};

/// One of the texts.
pub struct Text(&'static CStr);

impl Text {
    /// An empty text.
    pub const fn new() -> Text {
        Text(c"")
    }

    /// Says which kind of error it is.
    pub fn error(&mut self, error: &Error, _: Option<&Module>) {
        self.0 = match code_of(error) {
            code::NO_MEMORY => c"out of memory",
            code::BAD_MODULE => c"not a valid module",
            code::NATIVE_REFUSED => c"native code refused",
            code::BAD_IMPORT => c"import missing or of another type",
            code::NO_EXPORT => c"no such export",
            code::BAD_TYPE => c"types do not match",
            code::TRAP => c"trap",
            code::EXIT => c"exit",
            code::LIMIT => c"limit reached",
            code::HOST => c"host function failed",
            code::UNSUPPORTED => c"not in this firmware",
            _ => c"invalid argument",
        };
    }

    /// Says this.
    pub fn say(&mut self, what: &'static CStr) {
        self.0 = what;
    }

    /// Says that there was a frame.
    pub fn line(&mut self, _: &Frame<'_>) -> &[u8] {
        b"a function\n"
    }

    /// What it says, with its zero.
    pub fn as_ptr(&self) -> *const c_char {
        self.0.as_ptr()
    }
}
