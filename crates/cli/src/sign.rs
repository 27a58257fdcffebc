//! `moteur sign`: vouches for the native code in a module.

use std::path::Path;

use ed25519_dalek::{Signer, SigningKey};
use moteur::{PublicKey, Refusal};
use moteur_image::signature;

use crate::args::keys::Sign;
use crate::failure::Failure;
use crate::keys;
use crate::load::{self, refused};

/// Signs all native sections of a module as the command line says, and returns what there is to say about it.
pub fn sign(options: &Sign) -> Result<String, Failure> {
    let file = &options.file;
    let source = load::read(file)?;
    let key = keys::private(&options.key)?;
    let (bytes, count) = signed(file, source.bytes, &key)?;
    let out = options.out.as_deref().unwrap_or(file);
    load::write(out, &bytes)?;
    if out == Path::new("-") {
        return Ok(String::new());
    }
    let (plural, id) = (if count == 1 { "" } else { "s" }, public(&key).id());
    Ok(format!("{}: {count} native section{plural} signed with key {id}\n", out.display()))
}

/// The module with its native sections signed, and how many there are.
fn signed(file: &Path, module: &[u8], key: &SigningKey) -> Result<(Vec<u8>, usize), Failure> {
    let public = public(key);
    let mut is_right = true;
    let mut out = Vec::with_capacity(module.len() + signature::BLOCK_BYTES);
    let mut make = |statement: &[u8; signature::STATEMENT_BYTES]| {
        let made = key.sign(statement).to_bytes();
        // The check that every device will make, by another implementation: a fault in signing can give the key away.
        is_right &= public.verifies(statement, &made);
        made
    };
    let count = signature::sign(module, public.id(), &mut make, &mut |piece| out.extend_from_slice(piece));
    match count {
        Ok(0) => Err(refused(file, "there is no native code in it to sign (`moteur compile` adds some)")),
        Ok(count) if is_right => Ok((out, count)),
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

fn public(key: &SigningKey) -> PublicKey {
    PublicKey::new(key.verifying_key().to_bytes())
}
