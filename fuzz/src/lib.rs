//! What the fuzz targets check, as functions of an input's bytes.
//!
//! `decode`: whatever bytes come, they are refused or can be read and run without harm. `validate`: what we accept is
//! what `wasmparser` accepts. `run`: programs do what they do in `wasmi`. `limits`: programs that never end, in little
//! memory, with allocations that fail, are stopped and leave nothing behind. `native`: programs do as native code what they
//! do interpreted.

pub mod decode;
mod input;
pub mod limits;
#[cfg(feature = "native")]
pub mod native;
mod ours;
pub mod run;
mod theirs;
pub mod validate;
mod value;
