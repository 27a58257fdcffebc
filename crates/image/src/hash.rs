//! The fingerprint's hash: which module native code belongs to.

use crate::module::hashed;
use crate::sha256::Sha256;

/// SHA-256 of a module without its native sections.
pub fn module(module: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hashed(module).for_each(|piece| hash.update(piece));
    hash.finalize()
}

/// SHA-256 of these bytes.
pub(crate) fn of(bytes: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(bytes);
    hash.finalize()
}
