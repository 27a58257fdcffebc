//! Who vouches for native code: the embedder for all of it, or keys that the embedder trusts, by their signatures.

use core::fmt;

use ed25519_compact as ed25519;
use moteur_image::section::{Native, Refusal};
use moteur_image::signature::{KeyId, signatures, statement};

use super::{CodeMemory, NativeSection};
use crate::engine::Config;

/// Which native code is run.
#[derive(Clone, Copy)]
pub(crate) enum Trust {
    /// All that fits: the embedder vouches for it.
    All,
    /// What one of these has signed.
    Keys(&'static [PublicKey]),
}

impl Trust {
    pub const ALL: Trust = Trust::All;

    /// Whether somebody vouches for a section: `section` is all of it, `native` what was read of it.
    pub fn vouches(self, section: &[u8], native: &Native<'_>) -> Result<(), Refusal> {
        match self {
            Trust::All => Ok(()),
            Trust::Keys(keys) => signer(section, native, keys).map(|_| ()),
        }
    }
}

/// An Ed25519 public key, as RFC 8032 encodes it.
///
/// `moteur keygen` makes keys and prints this one in hexadecimal.
///
/// ```
/// use moteur::PublicKey;
///
/// let key = PublicKey::from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a").unwrap();
/// assert_eq!(key.id().to_string(), "21fe31dfa154a261");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The key with this encoding. Whether it is a good one is seen when it is used; [`is_valid`](Self::is_valid) tells
    /// before.
    pub const fn new(bytes: [u8; 32]) -> PublicKey {
        PublicKey(bytes)
    }

    /// The key whose encoding is given by 64 hexadecimal digits.
    pub const fn from_hex(digits: &str) -> Option<PublicKey> {
        let digits = digits.as_bytes();
        let mut bytes = [0; 32];
        if digits.len() != 2 * bytes.len() {
            return None;
        }
        let mut index = 0;
        while index < digits.len() {
            let digit = match digits[index] {
                digit @ b'0'..=b'9' => digit - b'0',
                digit @ b'a'..=b'f' => digit - b'a' + 10,
                digit @ b'A'..=b'F' => digit - b'A' + 10,
                _ => return None,
            };
            bytes[index / 2] = bytes[index / 2] << 4 | digit;
            index += 1;
        }
        Some(PublicKey(bytes))
    }

    /// Its encoding.
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    /// What names it in signatures and to people.
    pub fn id(self) -> KeyId {
        KeyId::of(&self.0)
    }

    /// Whether it can verify anything: it encodes a point of the curve, in the one way that there is, and not one of the
    /// few for which everybody can make signatures.
    pub fn is_valid(self) -> bool {
        // What a signature is refused for that the key is not to blame for.
        let other = ed25519::Signature::new([0; 64]);
        !matches!(
            ed25519::PublicKey::new(self.0).verify([], &other),
            Err(ed25519::Error::InvalidPublicKey | ed25519::Error::WeakPublicKey)
        )
    }

    /// Whether this key made an Ed25519 signature of a message. Nobody without the private key can make one, nor change one
    /// into another: numbers and points must be encoded in the one way that there is, and neither key nor signature may
    /// be of small order.
    pub fn verifies(self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519::Signature::new(*signature);
        ed25519::PublicKey::new(self.0).verify(message, &signature).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Which of some keys signed a section.
fn signer(section: &[u8], native: &Native<'_>, keys: &[PublicKey]) -> Result<KeyId, Refusal> {
    let mut refusal = Refusal::Unsigned;
    // Takes its time with large code: once, and only for a key that is known.
    let mut made = None;
    for signature in signatures(section, native)? {
        for key in keys.iter().filter(|key| key.id() == signature.key) {
            if key.verifies(made.get_or_insert_with(|| statement(native)), &signature.bytes) {
                return Ok(signature.key);
            }
            refusal = Refusal::WrongSignature;
        }
        if refusal == Refusal::Unsigned {
            refusal = Refusal::UnknownKey;
        }
    }
    Err(refusal)
}

impl Config {
    /// Lets modules run the native code that they bring along, if one of these keys signed it (`moteur sign`), and if it
    /// was made for this machine and for that very module. Other code is not run: the module is interpreted, and
    /// [`Module::native`](crate::Module::native) says why. Takes the place of [`Config::native`].
    ///
    /// Whoever holds the private half of such a key can do on this machine what native code can do there, which is
    /// everything. They vouch with each signature that the compiler of this project made the code from a module, and that
    /// nobody changed it since.
    ///
    /// A signature is verified when the module is loaded, and never again. It is worth nothing if somebody who is not
    /// trusted can write to the module's bytes afterwards: to the flash that they are in (another processor, a peripheral's
    /// DMA, a chip of its own that somebody can get at), to the heap, or to the memory that `memory` gives.
    /// [`Module::new`](crate::Module::new) copies the bytes before anything of them is looked at, and code memory other than
    /// [`InPlace`](crate::InPlace) gets its copy from what was verified.
    ///
    /// ```
    /// use moteur::{Config, Heap, InPlace, PublicKey};
    ///
    /// // As `moteur keygen` prints it; what is not a key does not compile.
    /// const MAKER: PublicKey =
    ///     PublicKey::from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a").unwrap();
    /// static TRUSTED: [PublicKey; 1] = [MAKER];
    ///
    /// let config = Config::new(Heap::system()).trust(&TRUSTED, &InPlace);
    /// # let _ = config;
    /// ```
    ///
    /// Verifying takes a Cortex-M33 1.9 million instructions and 6 KiB of stack, and 38 instructions more for each byte of
    /// the section, with the feature `small` three times as many.
    #[must_use]
    pub const fn trust(mut self, keys: &'static [PublicKey], memory: &'static dyn CodeMemory) -> Config {
        self.native.code = Some(memory);
        self.native.trust = Trust::Keys(keys);
        self
    }
}

impl NativeSection<'_> {
    /// Which of these keys signed the section.
    ///
    /// # Errors
    /// What is wrong with the section or its signatures. Whether its code fits this machine is another question.
    pub fn verify(&self, keys: &[PublicKey]) -> Result<KeyId, Refusal> {
        signer(self.section, &Native::read(self.section)?, keys)
    }
}

#[cfg(test)]
mod tests;
