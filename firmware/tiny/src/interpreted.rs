//! The guest as it was written, interpreted.

use moteur::{Config, Module};

/// The module.
pub static WASM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/tiny.wasm"));

/// Changes nothing.
pub fn configure(config: Config) -> Config {
    config
}

/// Says that there is none.
pub fn is_native(_: &Module) -> bool {
    false
}
