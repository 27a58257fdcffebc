//! The module with its native code: the same bytes, and one more custom section.

use moteur_image::module::{NATIVE_HEAD_BYTES, hashed, parts, write_native_head};
use moteur_image::section::{Contents, Fingerprint, Native};

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
    let place = out.len() + NATIVE_HEAD_BYTES;
    let mut payload = Vec::new();
    contents.write(place, &mut |piece| payload.extend_from_slice(piece));
    write_native_head(payload.len(), &mut |piece| out.extend_from_slice(piece));
    out.extend_from_slice(&payload);
    out
}

/// Whether a section is for another machine than a new one, and of the same module.
fn is_other_machine(old: &Fingerprint, new: &Fingerprint) -> bool {
    let machine = |print: &Fingerprint| (print.arch, print.float_abi, print.checks, print.metering, print.features);
    machine(old) != machine(new) && old.module_hash == new.module_hash
}
