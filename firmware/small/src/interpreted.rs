//! The guest is interpreted.

use moteur::{Config, Module};

/// Trusts nothing.
pub fn configure(config: Config) -> Config {
    config
}

/// How the guest is run.
pub fn state(_: &Module) -> &'static str {
    "# interpreted"
}
