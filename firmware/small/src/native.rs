//! The guest's native code is run where it is in flash.

use moteur::{Config, InPlace, Module};

/// Trusts the module.
pub fn configure(config: Config) -> Config {
    // SAFETY: `cargo xtask small` compiled the file for this board.
    unsafe { config.native(&InPlace) }
}

/// How the guest is run.
pub fn state(module: &Module) -> &'static str {
    match module.native() {
        Ok(true) => "# native code",
        _ => "its native code does not run",
    }
}
