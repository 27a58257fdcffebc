//! Random bytes.

use crate::Error;

/// A source of random bytes that is good enough for keys. A machine without one has none: it does not pretend.
pub trait Random: Sync {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error>;
}
