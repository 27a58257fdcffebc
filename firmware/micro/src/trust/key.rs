//! A key vouches for the native code of the module.

use moteur::{Config, InPlace, PublicKey};

/// The public key of the first test of RFC 8032: this program is there to be measured. `firmware/signed` runs signed code.
const KEY: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

static KEYS: [PublicKey; 1] = [PublicKey::from_hex(KEY).unwrap()];

/// Trusts what the key has signed.
pub fn configure(config: Config) -> Config {
    config.trust(&KEYS, &InPlace)
}
