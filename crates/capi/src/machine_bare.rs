//! What a machine without an operating system gives: what the program brings along.

use moteur::{Error, Heap};

/// There is no allocator but the one that a program names.
pub fn system_heap() -> Result<Heap, Error> {
    Err(Error::OutOfMemory)
}
