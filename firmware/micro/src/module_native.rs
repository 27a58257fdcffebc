//! The module that runs, with its native code, in place from flash.

#[cfg_attr(feature = "signatures", path = "trust/key.rs")]
#[cfg_attr(all(feature = "faults", not(feature = "signatures")), path = "trust/watched.rs")]
#[cfg_attr(not(any(feature = "faults", feature = "signatures")), path = "trust/all.rs")]
mod trust;

/// Code must stand at a multiple of its alignment in the file, and so must the file.
#[repr(align(16))]
struct Aligned<T: ?Sized>(T);

static FILE: &Aligned<[u8]> = &Aligned(*include_bytes!(env!("MOTEUR_ANSWER")));

/// The module.
pub static BYTES: &[u8] = &FILE.0;

pub use trust::configure;
