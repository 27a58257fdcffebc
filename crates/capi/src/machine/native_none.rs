//! A library that runs no native code.

use moteur::{Config, Module};

/// No module runs as native code.
pub fn runs_native(_: &Module) -> bool {
    false
}

/// Whether native code can be run.
pub const RUNS_NATIVE: bool = false;

/// No engine here runs native code.
pub fn native(_: Config, _: bool) -> Option<Config> {
    None
}
