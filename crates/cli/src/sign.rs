//! `moteur sign`: vouches for the native code in a module.

use std::path::Path;

use ed25519_dalek::{Signer, SigningKey};
use moteur::{PublicKey, Refusal};
use moteur_image::module::parts;
use moteur_image::section::Native;
use moteur_image::signature;

use crate::args::keys::Sign;
use crate::failure::Failure;
use crate::keys;
use crate::load::{self, Source, refused};

/// A module with its native sections signed.
pub struct Signed {
    /// The module.
    pub bytes: Vec<u8>,
    /// The architecture of each section.
    architectures: Vec<&'static str>,
}

/// Signs all native sections of a module as the command line says, and returns what there is to say about it.
pub fn sign(options: &Sign) -> Result<String, Failure> {
    let file = &options.file;
    let source = load::read(file)?;
    let key = keys::private(&options.key)?;
    let signed = signed(file, source.bytes, &key)?;
    let out = options.out.as_deref().unwrap_or(file);
    load::write(out, &signed.bytes)?;
    if out == Path::new("-") {
        return Ok(String::new());
    }
    let (plural, id) = (if signed.architectures.len() == 1 { "" } else { "s" }, public(&key).id());
    let list = signed.architectures.join(", ");
    Ok(format!("{}: native section{plural} for {list} signed with key {id}\n", out.display()))
}

/// The module with its native sections signed.
pub fn signed(file: &Path, module: &[u8], key: &SigningKey) -> Result<Signed, Failure> {
    let public = public(key);
    let mut is_right = true;
    let mut bytes = Vec::with_capacity(module.len() + signature::BLOCK_BYTES);
    let mut make = |statement: &[u8; signature::STATEMENT_BYTES]| {
        let made = key.sign(statement).to_bytes();
        // The check that every device will make, by another implementation: a fault in signing can give the key away.
        is_right &= public.verifies(statement, &made);
        made
    };
    let count = signature::sign(module, public.id(), &mut make, &mut |piece| bytes.extend_from_slice(piece));
    match count {
        Ok(0) => Err(refused(file, "there is no native code in it to sign (`moteur compile` adds some)")),
        Ok(_) if is_right => Ok(Signed { bytes, architectures: architectures(module).collect() }),
        Ok(_) => Err(refused(file, "this machine made a signature that is wrong; nothing was written")),
        Err(Refusal::SignatureForm) => {
            Err(refused(file, "a native section has no room for one more signature, or something else stands there"))
        }
        Err(refusal) => Err(refused(
            file,
            format_args!(
                "a native section is not signed, as no machine would run it: {refusal} (compile the module again)"
            ),
        )),
    }
}

/// The private key for code that is still to be compiled from a file. That must not have native code already, which would be
/// signed as well: nobody knows who made it.
#[cfg_attr(not(feature = "llvm"), allow(dead_code))]
pub fn key_for_new_code(file: &Path, source: Source, key: &Path) -> Result<SigningKey, Failure> {
    if parts(source.bytes).any(|part| part.native.is_some()) {
        let advice = "it has native code already, for which --sign would vouch, too: compile the module that it was made \
                      from, or use `moteur sign`";
        return Err(refused(file, advice));
    }
    keys::private(key)
}

fn architectures(module: &[u8]) -> impl Iterator<Item = &'static str> {
    let sections = parts(module).filter_map(|part| part.native);
    sections.filter_map(|section| Some(Native::read(section).ok()?.fingerprint.arch.name()))
}

fn public(key: &SigningKey) -> PublicKey {
    PublicKey::new(key.verifying_key().to_bytes())
}
