//! Runs the native code that the suite's modules bring along: where they are, or copied.

#[cfg_attr(not(feature = "copied"), path = "native/in_place.rs")]
#[cfg_attr(feature = "copied", path = "native/copied.rs")]
mod memory;

use moteur::{Config, Module};

pub use memory::{is_empty, start};

/// Bytes of native stack for native code: most of what the board leaves, as the suite recurses until the end.
const NATIVE_STACK_BYTES: usize = 64 << 10;

/// Trusts the modules.
pub fn configure(config: Config) -> Config {
    // SAFETY: all native code of the suite comes from the converter, which compiles it. It takes no fault, whether the board's
    // handlers are those of `Faults` or not; but all that it calls of the runtime goes through the gates.
    let config = unsafe { config.native(memory::get()).faults(&board::Faults) };
    config.cpu_features(board::CPU_FEATURES).native_stack_bytes(NATIVE_STACK_BYTES)
}

/// Accepts modules whose native code is run, or that bring none along where some may be interpreted.
pub fn accept(module: &Module, may_be_interpreted: bool) -> bool {
    module.native().is_ok_and(|is_native| is_native || may_be_interpreted)
}
