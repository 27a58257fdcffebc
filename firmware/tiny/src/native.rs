//! The guest with its native code, run where it is in flash.

use moteur::{Config, InPlace, Module, Refusal};

/// Bytes of native stack that the guest may use, of the 10 KB that there are.
const NATIVE_STACK_BYTES: usize = 4 << 10;

/// Code must stand at a multiple of its alignment in the file, and so must the file.
#[repr(align(16))]
struct Aligned<T: ?Sized>(T);

static FILE: &Aligned<[u8]> = &Aligned(*include_bytes!(env!("MOTEUR_GUEST")));

/// The module.
pub static WASM: &[u8] = &FILE.0;

/// Trusts the module.
pub fn configure(config: Config) -> Config {
    // SAFETY: the file was compiled for this program.
    unsafe { config.native(&InPlace) }.native_stack_bytes(NATIVE_STACK_BYTES)
}

/// Says whether the native code runs.
pub fn is_native(module: &Module) -> Result<bool, Refusal> {
    module.native()
}
