//! Native code on an operating system.

use moteur::{Config, Module};
use moteur_platform::std::{GUARDED, Std};

/// Whether native code can be run.
pub const RUNS_NATIVE: bool = true;

/// Whether a module runs as native code.
pub fn runs_native(module: &Module) -> bool {
    module.native() == Ok(true)
}

/// An engine that runs native code, in guarded memories if it may.
pub fn native(config: Config, guarded: bool) -> Option<Config> {
    // SAFETY: the header: a program that asks for native code vouches for that of its modules.
    let config = unsafe { config.native(&Std) };
    Some(match GUARDED.filter(|_| guarded) {
        // SAFETY: the platform's memory does what the runtime asks for.
        Some(memory) => unsafe { config.guard_pages(memory) },
        None => config,
    })
}
