//! Standard input through the standard library, which knows how this system's terminals speak.

use rust_std::io::{self, Read};

/// Reads what there is.
pub fn read(buffer: &mut [u8]) -> io::Result<usize> {
    io::stdin().lock().read(buffer)
}
