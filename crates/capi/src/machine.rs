//! What this machine gives: an operating system's.

use moteur::{Error, Heap};

/// The allocator that a program gets that names none.
pub fn system_heap() -> Result<Heap, Error> {
    Ok(Heap::system())
}

#[cfg_attr(not(all(feature = "native", unix)), path = "machine/native_none.rs")]
mod native;

#[cfg(feature = "wasm-c-api")]
pub use native::{native, runs_native};
