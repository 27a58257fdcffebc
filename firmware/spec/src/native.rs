//! Runs the native code that the suite's modules bring along, where they are.

use moteur::{Config, InPlace, Module};

/// Bytes of native stack for native code: most of what the board leaves, as the suite recurses until the end.
const NATIVE_STACK_BYTES: usize = 64 << 10;

/// Trusts the modules.
pub fn configure(config: Config) -> Config {
    // SAFETY: all native code of the suite comes from the converter, which compiles it.
    unsafe { config.native(&InPlace) }.native_stack_bytes(NATIVE_STACK_BYTES)
}

/// Accepts modules whose native code is run.
pub fn accept(module: &Module) -> bool {
    module.native() == Ok(true)
}
