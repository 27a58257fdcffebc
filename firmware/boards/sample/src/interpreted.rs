//! The guest is run from its bodies.

use core::fmt::Display;

use moteur::{Config, Module};

/// Changes nothing.
pub fn configure(config: Config) -> Config {
    config
}

/// What runs the module.
pub fn engine(_: &Module) -> impl Display {
    "interpreted"
}
