//! What native code and the runtime agree on, each thing defined once. The compiler takes offsets from here for machines
//! of either word size; the runtime takes the structure for its own, and the build fails where the two differ.
//!
//! | module | says |
//! |---|---|
//! | [`context`] | where native code finds memory, globals, tables, limits and helpers |
//! | [`helper`] | what native code calls in the runtime |
//! | [`target`] | machines: architecture, float ABI, features, and which helpers each may need |
//! | [`feature`] | what a CPU may lack |
//! | [`section`] | the custom section: header, fingerprint, tables, code |
//! | [`module`] | the module around it: what the fingerprint's hash goes over |
//! | `hash` | that hash; with the feature of this name |
//! | `signature` | who vouches for a section; with the feature `hash` |
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod context;
pub mod feature;
#[cfg(feature = "hash")]
pub mod hash;
pub mod helper;
pub mod module;
pub mod section;
#[cfg(feature = "hash")]
#[cfg_attr(feature = "small", path = "sha256_small.rs")]
mod sha256;
#[cfg(all(test, not(feature = "small")))]
mod sha256_small;
#[cfg(feature = "hash")]
pub mod signature;
pub mod target;

/// The version of all that this crate defines. It changes when native code of before would not run.
pub const ABI_VERSION: u16 = 1;
