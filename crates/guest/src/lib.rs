//! What a WebAssembly module may import from Moteur: [WASI preview 1](wasi), the [built-in libc](libc), [devices], and
//! whatever the embedder makes of its own functions with [`host_functions`].
//!
//! Guest pointers are [claims](claim) until one place has turned them into slices. Memory comes from the heap that the
//! embedder names.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(test, feature = "std"))]
extern crate std;
// The attribute names this crate by its name, here as elsewhere.
extern crate self as moteur_guest;

pub mod claim;
#[cfg(feature = "devices")]
pub mod devices;
pub mod files;
pub mod host;
pub mod libc;
pub mod wasi;

pub use host::{host_functions, link};
pub use libc::Libc;
pub use wasi::Wasi;

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
