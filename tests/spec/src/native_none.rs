//! Without native code.

use moteur::{Config, Module};

/// Changes nothing.
pub fn configure(_: bool) -> fn(Config) -> Config {
    |config| config
}

/// Accepts every module.
pub fn accept(_: &Module, _: bool) -> bool {
    true
}

/// Accepts every module.
pub fn accept_interpreted(_: &Module, _: bool) -> bool {
    true
}
