//! No native code: what takes the place of `native` on systems whose memory we cannot make executable.

use moteur::Config;

/// Whether memories can be guarded.
pub const CAN_GUARD: bool = false;

/// No engine runs native code here.
pub fn trusting(_: Config, _: bool) -> Option<Config> {
    None
}
