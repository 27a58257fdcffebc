//! The firmware vouches for the native code of its module, and its faults are traps nevertheless.

use moteur::{Config, InPlace};
use moteur_platform::cortex_m::faults::Faults;

/// Trusts the module.
pub fn configure(config: Config) -> Config {
    // SAFETY: the file was compiled for this firmware, and the board's handlers are those of `Faults`.
    unsafe { config.native(&InPlace).faults(&Faults) }
}
