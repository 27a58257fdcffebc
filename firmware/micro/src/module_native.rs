//! The module that runs, with its native code, in place from flash.

use moteur::{Config, InPlace};

/// Code must stand at a multiple of its alignment in the file, and so must the file.
#[repr(align(16))]
struct Aligned<T: ?Sized>(T);

static FILE: &Aligned<[u8]> = &Aligned(*include_bytes!(env!("MOTEUR_ANSWER")));

/// The module.
pub static BYTES: &[u8] = &FILE.0;

/// Trusts the module.
pub fn configure(config: Config) -> Config {
    // SAFETY: the file was compiled for this firmware.
    unsafe { config.native(&InPlace) }
}
