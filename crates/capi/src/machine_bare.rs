//! What a machine without an operating system gives: what the program brings along.

use moteur::{Error, Heap};

/// There is no allocator but the one that a program names.
pub fn system_heap() -> Result<Heap, Error> {
    Err(Error::OutOfMemory)
}

#[cfg_attr(not(feature = "native"), path = "machine/native_none.rs")]
#[cfg_attr(feature = "native", path = "machine/native_bare.rs")]
mod native;

#[cfg(feature = "wasm-c-api")]
pub use native::{native, runs_native};
