//! What this machine gives: an operating system's.

use moteur::{Error, Heap};

/// The allocator that a program gets that names none.
pub fn system_heap() -> Result<Heap, Error> {
    Ok(Heap::system())
}
