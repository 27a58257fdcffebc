//! Without native code.

use moteur::{Config, Module};

/// Changes nothing.
pub fn configure(config: Config) -> Config {
    config
}

/// Accepts every module.
pub fn accept(_: &Module) -> bool {
    true
}
