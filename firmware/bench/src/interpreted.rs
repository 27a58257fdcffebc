//! The kernels as WebAssembly alone.

use moteur::{Config, Module};
pub use moteur_kernels::WASM;

/// Changes nothing.
pub fn configure(config: Config) -> Config {
    config
}

/// Nothing to check.
pub fn check(_: &Module) {}
