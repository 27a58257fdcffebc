//! What a WebAssembly module may import from Moteur. Today that is [WASI preview 1](wasi) for programs without files; the
//! built-in libc and devices follow.
//!
//! Nothing here allocates but the lists of arguments and variables, which live in the heap that the embedder names.
//! Guest pointers are [claims](claim) until one place has turned them into slices.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod claim;
pub mod wasi;

pub use wasi::Wasi;

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
