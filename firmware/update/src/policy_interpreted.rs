//! Modules are interpreted: whatever they are, they reach nothing but what they import. Native code in them is ignored.

use moteur::{Config, Module};

/// There is nothing to refuse.
pub type Refusal = core::convert::Infallible;

/// Changes nothing.
pub fn configure(config: Config) -> Config {
    config
}

/// Accepts every module.
pub fn check(_: &Module) -> Result<(), Refusal> {
    Ok(())
}

/// How it runs.
pub fn how(_: &Module) -> &'static str {
    "it is interpreted"
}
