//! SHA-256, by `sha2`.

use sha2::Digest;

/// A hash on the way.
pub struct Sha256(sha2::Sha256);

impl Sha256 {
    /// The hash of nothing yet.
    pub fn new() -> Sha256 {
        Sha256(sha2::Sha256::new())
    }

    /// Goes on with these bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all bytes.
    pub fn finalize(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}
