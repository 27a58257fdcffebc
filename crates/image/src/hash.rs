//! The fingerprint's hash: which module native code belongs to.

use sha2::{Digest, Sha256};

use crate::module::hashed;

/// SHA-256 of a module without its native sections.
pub fn module(module: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hashed(module).for_each(|piece| hash.update(piece));
    hash.finalize().into()
}
