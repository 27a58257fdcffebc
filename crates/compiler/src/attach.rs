//! The module with its native code: the same bytes, and one more custom section.

use moteur_image::module::{hashed, parts};
use moteur_image::section::{self, Contents, Fingerprint, Native};
use sha2::{Digest, Sha256};

/// The number of custom sections.
const CUSTOM: u8 = 0;

/// SHA-256 of a module without its native sections.
pub fn hash(module: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hashed(module).for_each(|piece| hash.update(piece));
    hash.finalize().into()
}

/// A module without its native sections.
pub fn strip(module: &[u8]) -> Vec<u8> {
    hashed(module).flatten().copied().collect()
}

/// Adds a section, in the place of those for the same machine and of those that no runtime would accept any more.
pub fn attach(module: &[u8], contents: &Contents<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(module.len() + contents.code.len());
    for part in parts(module) {
        let stays = part.native.is_none_or(|old| {
            Native::read(old).is_ok_and(|old| is_other_machine(&old.fingerprint, &contents.fingerprint))
        });
        if stays {
            out.extend_from_slice(part.whole);
        }
    }
    // Five bytes for the length, whatever it is, so that the place of the code is known before.
    let name = section::NAME.as_bytes();
    let place = out.len() + 1 + 5 + 1 + name.len();
    let mut payload = Vec::new();
    contents.write(place, &mut |piece| payload.extend_from_slice(piece));
    out.push(CUSTOM);
    let mut len = 1 + name.len() + payload.len();
    for last in [false, false, false, false, true] {
        out.push((len & 0x7F) as u8 | if last { 0 } else { 0x80 });
        len >>= 7;
    }
    out.push(name.len() as u8);
    out.extend_from_slice(name);
    out.extend_from_slice(&payload);
    out
}

/// Whether a section is for another machine than a new one, and of the same module.
fn is_other_machine(old: &Fingerprint, new: &Fingerprint) -> bool {
    let machine = |print: &Fingerprint| (print.arch, print.float_abi, print.checks, print.metering, print.features);
    machine(old) != machine(new) && old.module_hash == new.module_hash
}
