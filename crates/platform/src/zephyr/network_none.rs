//! There is no network.

use crate::Network;

/// Nothing.
pub fn network() -> Option<&'static dyn Network> {
    None
}
