//! Native code runs if the holder of one key has signed it; modules without native code are interpreted, and modules with
//! other native code are refused.

use moteur::{Config, InPlace, Module, PublicKey};

pub use moteur::Refusal;

/// The key, as `moteur keygen` prints it.
const KEYS: &[PublicKey] = &[match PublicKey::from_hex(env!("MOTEUR_UPDATE_KEY")) {
    Some(key) => key,
    None => panic!("MOTEUR_UPDATE_KEY is not 64 hexadecimal digits"),
}];

/// Trusts the key.
pub fn configure(config: Config) -> Config {
    config.trust(KEYS, &InPlace)
}

/// Accepts modules whose native code runs here, and those without.
pub fn check(module: &Module) -> Result<(), Refusal> {
    module.native().map(|_| ())
}

/// How it runs.
pub fn how(module: &Module) -> &'static str {
    if module.native() == Ok(true) { "it runs natively" } else { "it is interpreted" }
}
