//! No native code: what takes the place of `native` on systems whose memory we cannot make executable.

use moteur::{Config, PublicKey};

/// Whether memories can be guarded.
pub const CAN_GUARD: bool = false;

/// No engine runs native code here, whoever signed it.
pub fn trusting_keys(_: Config, _: &'static [PublicKey], _: bool) -> Option<Config> {
    None
}

/// No engine runs native code here.
pub fn trusting(_: Config, _: bool) -> Option<Config> {
    None
}
