//! Errors, traps among them, in frames of `defmt`, in the words that they have everywhere.

use defmt::{Display2Format, Format, Formatter, write};

use crate::Error;

impl Format for Error {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{}", Display2Format(self));
    }
}
