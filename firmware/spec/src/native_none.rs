//! Without native code.

use moteur::{Config, Module, OutOfMemory};

/// Changes nothing.
pub fn configure(config: Config) -> Config {
    config
}

/// Accepts every module.
pub fn accept(_: &Module, _: bool) -> bool {
    true
}

/// Nothing is to be done.
pub fn start() -> Result<(), OutOfMemory> {
    Ok(())
}

/// There is no code whose memory could be left.
pub fn is_empty() -> bool {
    true
}
