//! Native code where the processor can run it from where it stands.

use moteur::{Config, InPlace, Module};

/// Whether native code can be run.
pub const RUNS_NATIVE: bool = true;

/// Whether a module runs as native code.
pub fn runs_native(module: &Module) -> bool {
    module.native() == Ok(true)
}

/// An engine that runs native code. There are no guard pages.
pub fn native(config: Config, _: bool) -> Option<Config> {
    // SAFETY: the header: a program that asks for native code vouches for that of its modules.
    Some(unsafe { config.native(&InPlace) })
}
