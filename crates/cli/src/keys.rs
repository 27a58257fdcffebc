//! Keys: makes them, and reads them from files. A private key is a file in PKCS#8 (PEM) as RFC 8410 has it for Ed25519, a
//! public one likewise, or 64 hexadecimal digits: what other tools write and read.
//!
//! Private keys come from files only, as a command line can be read by others, and are wiped from memory after use.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use ed25519::pkcs8::spki::der::pem::LineEnding;
use ed25519::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, KeypairBytes};
use ed25519_dalek::{SigningKey, VerifyingKey};
use moteur::PublicKey;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::load::refused;
use crate::private_file;

/// Bytes that a file with a key has at most: one of Ed25519 has some hundred.
const KEY_BYTES_MAX: usize = 4096;

/// `moteur keygen`: makes a pair of keys, `NAME.key` and `NAME.pub`, and returns what there is to say about it.
pub fn generate(name: &Path) -> Result<String, Failure> {
    let with = |extension: &str| -> PathBuf {
        let mut path = name.as_os_str().to_owned();
        path.push(extension);
        path.into()
    };
    let (private, public) = (with(".key"), with(".pub"));
    // Both before either is made. Nothing that exists is ever written: see `create_new`.
    for path in [&private, &public] {
        if path.symlink_metadata().is_ok() {
            return Err(refused(path, "exists already, and is not overwritten"));
        }
    }
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).map_err(|error| refused(&private, format_args!("no random numbers: {error}")))?;
    let key = SigningKey::from_bytes(&seed);
    // Without the public key, as some tools read no other form.
    let bytes = KeypairBytes { secret_key: *seed, public_key: None };
    let text = bytes.to_pkcs8_pem(LineEnding::LF).map_err(|error| refused(&private, error))?;
    let file = private_file::create(&private).map_err(|error| refused(&private, error))?;
    write(file, &private, &text)?;
    let written = public_pem(&key.verifying_key()).and_then(|text| {
        let file = File::create_new(&public).map_err(|error| error.to_string())?;
        write(file, &public, &text).map_err(|error| error.to_string())
    });
    if let Err(error) = written {
        // Half a pair is of no use; what cannot be removed is named by the error about the other half.
        let _ = std::fs::remove_file(&private);
        return Err(refused(&public, error));
    }
    let key = PublicKey::new(key.verifying_key().to_bytes());
    Ok(format!(
        "{}: the private key. Keep it secret: who has it can sign native code\n\
         {}: the public key, for those who trust it\n\
         key {}, public key in hexadecimal:\n\
         {key:?}\n",
        private.display(),
        public.display(),
        key.id()
    ))
}

fn public_pem(key: &VerifyingKey) -> Result<String, String> {
    key.to_public_key_pem(LineEnding::LF).map_err(|error| error.to_string())
}

fn write(mut file: File, path: &Path, text: &str) -> Result<(), Failure> {
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| refused(path, error))
}

/// Reads a private key; `-` is the standard input.
pub fn private(path: &Path) -> Result<SigningKey, Failure> {
    let text = if path == Path::new("-") { read(io::stdin()) } else { read_private(path) };
    let text = text.map_err(|error| refused(path, format_args!("the private key: {error}")))?;
    SigningKey::from_pkcs8_pem(&text).map_err(|error| {
        let cause = if text.contains("BEGIN ENCRYPTED PRIVATE KEY") {
            "the private key is encrypted; give it decrypted on the standard input: `openssl pkey -in FILE | moteur sign --key - ...`".into()
        } else if text.contains("BEGIN PUBLIC KEY") {
            "this is a public key; signing takes the private one (NAME.key of `moteur keygen`)".into()
        } else if text.contains("BEGIN PRIVATE KEY") {
            format!("this is no private key of Ed25519: {error}")
        } else {
            "this is no private key in PKCS#8 (`moteur keygen` makes one)".into()
        };
        refused(path, cause)
    })
}

fn read_private(path: &Path) -> io::Result<Zeroizing<String>> {
    let file = File::open(path)?;
    if let Some(problem) = private_file::is_open(&file) {
        // Whoever closed the standard error does not want to read it.
        let _ = writeln!(io::stderr(), "note: {}: {problem}", path.display());
    }
    read(file)
}

/// The keys that these words name: files with public keys, or 64 hexadecimal digits. They are there as long as the process.
pub fn trusted(words: &[OsString]) -> Result<&'static [PublicKey], Failure> {
    let keys: Vec<_> = words.iter().map(public).collect::<Result<_, _>>()?;
    Ok(keys.leak())
}

fn public(word: &OsString) -> Result<PublicKey, Failure> {
    let path = Path::new(word);
    let key = match word.to_str().and_then(PublicKey::from_hex) {
        Some(key) => key,
        None => public_in(path)?,
    };
    match key.is_valid() {
        true => Ok(key),
        false => Err(refused(path, "this is not the public key of any private key")),
    }
}

fn public_in(path: &Path) -> Result<PublicKey, Failure> {
    let text = File::open(path)
        .and_then(read)
        .map_err(|error| refused(path, format_args!("{error} (a public key is a file, or 64 hexadecimal digits)")))?;
    if let Some(key) = PublicKey::from_hex(text.trim()) {
        return Ok(key);
    }
    match VerifyingKey::from_public_key_pem(&text) {
        Ok(key) => Ok(PublicKey::new(key.to_bytes())),
        Err(_) if text.contains("PRIVATE KEY") => {
            Err(refused(path, "this is a private key; give the public one (NAME.pub of `moteur keygen`)"))
        }
        Err(_) => Err(refused(path, "this is no public key of Ed25519, in PEM or as 64 hexadecimal digits")),
    }
}

/// Reads a text that may be secret: into one place, which is wiped.
fn read(mut from: impl Read) -> io::Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(vec![0; KEY_BYTES_MAX + 1]);
    let mut len = 0;
    while len < bytes.len() {
        match from.read(&mut bytes[len..])? {
            0 => break,
            more => len += more,
        }
    }
    match std::str::from_utf8(&bytes[..len]) {
        Ok(text) if len <= KEY_BYTES_MAX => Ok(Zeroizing::new(text.to_owned())),
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "not a file with a key")),
    }
}
