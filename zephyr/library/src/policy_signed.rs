//! Native code is run if the key of the configuration has signed it: `CONFIG_MOTEUR_PUBLIC_KEY`.

use moteur::{Config, PublicKey};
use moteur_platform::zephyr::ZephyrCode;

/// A digit that is wrong does not compile.
static KEYS: [PublicKey; 1] = [PublicKey::from_hex(env!("MOTEUR_PUBLIC_KEY")).unwrap()];

/// Trusts what the key has signed.
pub fn configure(config: Config, native_stack_bytes: usize) -> Config {
    config.native_stack_bytes(native_stack_bytes).trust(&KEYS, &ZephyrCode)
}
