//! Signatures of native sections: who vouches for the code, as nobody can check it.
//!
//! A signature is a block behind the bytes that it covers, in the same custom section, so that they stay together whatever
//! happens to the file. It covers the section from its first byte to the last that its header counts: fingerprint, lists
//! and code, and through the fingerprint's hash the module. It does not cover other signatures.
//!
//! ```text
//!   0  magic "MSIG"          4  version u16            6  bytes of this block u16
//!   8  key: the first 8 bytes of the SHA-256 of the public key
//!  16  Ed25519 signature of the statement (64 bytes)
//! ```
//!
//! What is signed is a statement of 64 bytes: [`DOMAIN`], then the SHA-256 of what is covered. So keys may be used for
//! other things too, whoever holds one needs to see no more than 64 bytes, and of all the code only SHA-256 is taken, which
//! the fingerprint needs anyway and which costs a 32-bit machine less than SHA-512.
//!
//! Blocks take a multiple of [`CODE_ALIGN`](crate::section::CODE_ALIGN): signing moves no code of later sections out of
//! line.

use core::fmt;

use crate::section::{Native, Refusal};
use crate::{hash, module};

/// What a block begins with.
pub const MAGIC: [u8; 4] = *b"MSIG";
/// The version of block and statement.
pub const VERSION: u16 = 1;
/// Bytes of a block.
pub const BLOCK_BYTES: usize = 80;
/// Signatures that one section may have: verifying one takes a small machine a while.
pub const SIGNATURES_MAX: usize = 8;
/// What a statement begins with, so that nothing else that is signed with a key can be taken for one.
pub const DOMAIN: [u8; 32] = *b"moteur native section, version 1";
/// Bytes of a statement.
pub const STATEMENT_BYTES: usize = 64;

/// Which key: the first bytes of the SHA-256 of a public key. Enough to find the right one among some and to name it to a
/// person, too short to prove anything.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct KeyId(pub [u8; 8]);

impl KeyId {
    /// That of a public key.
    pub fn of(public_key: &[u8; 32]) -> KeyId {
        let [a, b, c, d, e, f, g, h, ..] = hash::of(public_key);
        KeyId([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A signature as it stands in a section.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signature {
    /// Whose it says it is.
    pub key: KeyId,
    /// What Ed25519 made of the statement.
    pub bytes: [u8; 64],
}

impl Signature {
    fn read(block: &[u8; BLOCK_BYTES]) -> Option<Signature> {
        let (magic, rest) = block.split_first_chunk()?;
        let (version, rest) = rest.split_first_chunk()?;
        let (bytes, rest) = rest.split_first_chunk()?;
        let (key, rest) = rest.split_first_chunk()?;
        let known = *magic == MAGIC
            && u16::from_le_bytes(*version) == VERSION
            && usize::from(u16::from_le_bytes(*bytes)) == BLOCK_BYTES;
        known.then_some(Signature { key: KeyId(*key), bytes: *rest.first_chunk()? })
    }

    /// Writes the block piece by piece.
    fn write(&self, put: &mut dyn FnMut(&[u8])) {
        put(&MAGIC);
        put(&VERSION.to_le_bytes());
        put(&(BLOCK_BYTES as u16).to_le_bytes());
        put(&self.key.0);
        put(&self.bytes);
    }
}

/// The signatures of a section that was read, in their order: `section` is all of it.
///
/// # Errors
/// [`Refusal::SignatureForm`] if anything else stands behind the code, or too many of them.
pub fn signatures<'b>(
    section: &'b [u8],
    native: &Native<'_>,
) -> Result<impl Iterator<Item = Signature> + use<'b>, Refusal> {
    let behind = section.get(native.bytes().len()..).unwrap_or_default();
    let (blocks, rest) = behind.as_chunks::<BLOCK_BYTES>();
    let is_wrong = |block: &[u8; BLOCK_BYTES]| Signature::read(block).is_none();
    if !rest.is_empty() || blocks.len() > SIGNATURES_MAX || blocks.iter().any(is_wrong) {
        return Err(Refusal::SignatureForm);
    }
    Ok(blocks.iter().filter_map(Signature::read))
}

/// What is signed of a section.
pub fn statement(native: &Native<'_>) -> [u8; STATEMENT_BYTES] {
    let mut statement = [0; STATEMENT_BYTES];
    let (domain, hash) = statement.split_at_mut(DOMAIN.len());
    domain.copy_from_slice(&DOMAIN);
    hash.copy_from_slice(&hash::of(native.bytes()));
    statement
}

/// Writes a module anew, piece by piece, each of its native sections with one more signature: the one that `sign` makes of
/// its statement. An older one by the same key goes, all others stay. Returns how many sections were signed.
///
/// # Errors
/// What is wrong with a section, as only those are signed that a runtime could accept: those that can be read, and that
/// were made from this module. What was written is of no use then.
pub fn sign(
    module: &[u8],
    key: KeyId,
    sign: &mut dyn FnMut(&[u8; STATEMENT_BYTES]) -> [u8; 64],
    put: &mut dyn FnMut(&[u8]),
) -> Result<usize, Refusal> {
    let module_hash = hash::module(module);
    let mut signed = 0;
    for part in module::parts(module) {
        let Some(section) = part.native else {
            put(part.whole);
            continue;
        };
        let native = Native::read(section)?;
        if native.fingerprint.module_hash != module_hash {
            return Err(Refusal::Module);
        }
        let kept = || signatures(section, &native).map(|all| all.filter(|other| other.key != key));
        let count = kept()?.count() + 1;
        if count > SIGNATURES_MAX {
            return Err(Refusal::SignatureForm);
        }
        module::write_native_head(native.bytes().len() + count * BLOCK_BYTES, put);
        put(native.bytes());
        kept()?.for_each(|signature| signature.write(put));
        Signature { key, bytes: sign(&statement(&native)) }.write(put);
        signed += 1;
    }
    Ok(signed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::tests::contents;
    use std::vec::Vec;

    const ANN: KeyId = KeyId(*b"ann's id");
    const BOB: KeyId = KeyId(*b"bob's id");

    /// A module with two native sections of its own.
    fn module() -> Vec<u8> {
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        let module_hash = hash::module(&module);
        for metering in [false, true] {
            let mut contents = contents();
            contents.fingerprint.module_hash = module_hash;
            contents.fingerprint.metering = metering;
            let place = module.len() + module::NATIVE_HEAD_BYTES;
            let mut section = Vec::new();
            contents.write(place, &mut |piece| section.extend_from_slice(piece));
            module::write_native_head(section.len(), &mut |piece| module.extend_from_slice(piece));
            module.extend_from_slice(&section);
        }
        module
    }

    /// Signs with nothing but the statement itself.
    fn signed(module: &[u8], key: KeyId) -> Result<Vec<u8>, Refusal> {
        let mut out = Vec::new();
        let count = sign(module, key, &mut |statement| *statement, &mut |piece| out.extend_from_slice(piece))?;
        assert_eq!(count, 2);
        Ok(out)
    }

    fn sections(module: &[u8]) -> Vec<&[u8]> {
        module::parts(module).filter_map(|part| part.native).collect()
    }

    fn found(section: &[u8]) -> Result<Vec<(KeyId, [u8; 64])>, Refusal> {
        let native = Native::read(section)?;
        Ok(signatures(section, &native)?.map(|signature| (signature.key, signature.bytes)).collect())
    }

    #[test]
    fn what_was_signed_is_found_and_nothing_else_has_changed() {
        let module = module();
        let once = signed(&module, ANN).unwrap();
        let twice = signed(&once, BOB).unwrap();
        assert_eq!((once.len(), twice.len()), (module.len() + 160, module.len() + 320));
        for (index, plain) in sections(&module).into_iter().enumerate() {
            let statement = statement(&Native::read(plain).unwrap());
            assert_eq!(statement[..32], DOMAIN);
            assert_eq!(statement[32..], hash::of(plain)[..]);
            assert_eq!(found(plain), Ok(Vec::new()));
            assert_eq!(found(sections(&once)[index]), Ok(std::vec![(ANN, statement)]));
            assert_eq!(found(sections(&twice)[index]), Ok(std::vec![(ANN, statement), (BOB, statement)]));
            let section = sections(&twice)[index];
            assert_eq!(section[..plain.len()], *plain);
            let code = Native::read(section).unwrap().code().as_ptr().addr() - twice.as_ptr().addr();
            assert_eq!(code % crate::section::CODE_ALIGN, 0);
        }
        assert_eq!(hash::module(&twice), hash::module(&module));
    }

    #[test]
    fn a_key_signs_once() {
        let once = signed(&signed(&module(), ANN).unwrap(), BOB).unwrap();
        let again = signed(&once, ANN).unwrap();
        assert_eq!(again.len(), once.len());
        let keys = |module: &[u8]| found(sections(module)[1]).unwrap().iter().map(|(key, _)| *key).collect::<Vec<_>>();
        assert_eq!((keys(&once), keys(&again)), (std::vec![ANN, BOB], std::vec![BOB, ANN]));
    }

    #[test]
    fn there_is_a_limit() {
        let mut module = module();
        for key in 0..SIGNATURES_MAX as u8 {
            module = signed(&module, KeyId([key; 8])).unwrap();
        }
        assert_eq!(found(sections(&module)[0]).unwrap().len(), SIGNATURES_MAX);
        assert_eq!(signed(&module, ANN), Err(Refusal::SignatureForm));
        assert!(signed(&module, KeyId([0; 8])).is_ok());
        let mut section = sections(&module)[0].to_vec();
        section.extend_from_within(section.len() - BLOCK_BYTES..);
        assert_eq!(found(&section), Err(Refusal::SignatureForm));
    }

    #[test]
    fn what_is_no_signature_is_refused() {
        let once = signed(&module(), ANN).unwrap();
        let section = sections(&once)[0];
        let end = Native::read(section).unwrap().bytes().len();
        assert_eq!(section.len(), end + BLOCK_BYTES);
        for len in end + 1..section.len() {
            assert_eq!(found(&section[..len]), Err(Refusal::SignatureForm), "{len}");
        }
        for at in 0..8 {
            let mut other = section.to_vec();
            other[end + at] ^= 1;
            assert_eq!(found(&other), Err(Refusal::SignatureForm), "{at}");
        }
    }

    #[test]
    fn what_no_runtime_accepts_is_not_signed() {
        let module = module();
        let mut damaged = module.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(signed(&damaged, ANN), Err(Refusal::Damaged));
        let mut other = module.clone();
        other.extend_from_slice(b"\x00\x02\x01x");
        assert_eq!(signed(&other, ANN), Err(Refusal::Module));
        let mut longer = Vec::new();
        let section = [sections(&module)[0], b"x"].concat();
        longer.extend_from_slice(&module[..8]);
        module::write_native_head(section.len(), &mut |piece| longer.extend_from_slice(piece));
        longer.extend_from_slice(&section);
        assert_eq!(signed(&longer, ANN), Err(Refusal::SignatureForm));
    }

    #[test]
    fn keys_have_names() {
        assert_eq!(std::format!("{}", KeyId::of(&[0; 32])), "66687aadf862bd77");
    }
}
