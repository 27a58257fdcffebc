//! Keys and signatures: what is signed is verified, and nothing runs that is not. The code of these sections would not do
//! what the module says: an interpreted run gives 7, a native one would end by a signal or give something else.

mod common;

use common::{file, moteur, moteur_with, wat};
use moteur_image::section::{Contents, Fingerprint, mend_check_sum};
use moteur_image::target::{Arch, Checks, FloatAbi};
use moteur_image::{ABI_VERSION, hash, module};

/// The private key of RFC 8410, section 10.3, in both forms, and its public key.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
";
const PRIVATE_WITH_PUBLIC: &str = "-----BEGIN PRIVATE KEY-----
MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB
Z9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PRIVATE KEY-----
";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
";
const PUBLIC_DIGITS: &str = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";

/// A module that gives 7, with a native section for this machine and one for a board.
fn module() -> String {
    let mut bytes = wat::parse_str(r#"(module (func (export "seven") (result i32) (i32.const 7)))"#).unwrap();
    let module_hash = hash::module(&bytes);
    for arch in [Arch::NATIVE.unwrap(), Arch::Thumb] {
        let contents = Contents {
            fingerprint: Fingerprint {
                abi_version: ABI_VERSION,
                arch,
                float_abi: FloatAbi::Hard,
                checks: Checks::Explicit,
                metering: false,
                context_hash: arch.context_hash(),
                features: 0,
                module_hash,
            },
            frame_bytes_max: 0,
            needs: &[],
            functions: &[0],
            entries: &[8],
            traps: &[],
            code: &[0xFF; 16],
        };
        let mut section = Vec::new();
        contents.write(bytes.len() + module::NATIVE_HEAD_BYTES, &mut |piece| section.extend_from_slice(piece));
        module::write_native_head(section.len(), &mut |piece| bytes.extend_from_slice(piece));
        bytes.extend_from_slice(&section);
    }
    file("module.wasm", bytes)
}

/// A pair of keys of its own: the private file, the public file, and how signatures name it.
fn keys(name: &str) -> (String, String, String) {
    let place = file(name, "");
    let text = moteur(&["keygen", "-o", &place]).expect(0, &[]).out.clone();
    let id = text.lines().find_map(|line| line.strip_prefix("key ")).unwrap();
    (format!("{place}.key"), format!("{place}.pub"), id.split(',').next().unwrap().to_owned())
}

/// Signs, and returns the result's place.
#[track_caller]
fn signed(module: &str, key: &str) -> String {
    let out = module.replace(".wasm", ".signed.wasm");
    let text = moteur(&["sign", module, "--key", key, "-o", &out]).expect(0, &[]).out.clone();
    assert!(text.contains(", thumb signed with key "), "{text}");
    out
}

/// Runs with this key trusted: the module is interpreted, and it is said why.
#[track_caller]
fn interpreted(module: &str, key: &str, why: &str) {
    let ran = moteur(&["run", "--trust", key, "--invoke", "seven", module]);
    assert_eq!(ran.expect(0, &["note:", "interpreted", why]).out, "7\n");
}

#[test]
fn keys_are_files_that_are_never_overwritten() {
    let place = file("mine", "");
    let ran = moteur(&["keygen", "-o", &place]);
    let (private, public) = (format!("{place}.key"), format!("{place}.pub"));
    let texts = || [&private, &public].map(|path| std::fs::read_to_string(path).unwrap());
    let before = texts();
    assert!(before[0].starts_with("-----BEGIN PRIVATE KEY-----\n"), "{}", before[0]);
    assert!(before[1].starts_with("-----BEGIN PUBLIC KEY-----\n"), "{}", before[1]);
    let digits = ran.expect(0, &[]).out.lines().last().unwrap();
    assert_eq!(digits.len(), 64);
    assert!(!ran.out.contains(before[0].lines().nth(1).unwrap()), "the private key is shown");
    assert_ne!(keys("other").2, keys("other").2);

    moteur(&["keygen", "-o", &place]).expect(1, &["mine.key: exists already"]);
    assert_eq!(texts(), before);
    std::fs::remove_file(&private).unwrap();
    moteur(&["keygen", "-o", &place]).expect(1, &["mine.pub: exists already"]);
    assert!(std::fs::metadata(&private).is_err());
    moteur(&["keygen", "-o", &format!("{place}/nowhere")]).expect(1, &["nowhere.key"]);
}

#[cfg(unix)]
#[test]
fn the_private_key_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (private, ..) = keys("mine");
    assert_eq!(std::fs::metadata(&private).unwrap().permissions().mode() & 0o7777, 0o600);
    let module = module();
    assert_eq!(moteur(&["sign", &module, "--key", &private]).expect(0, &[]).err, "");
    std::fs::set_permissions(&private, std::fs::Permissions::from_mode(0o640)).unwrap();
    moteur(&["sign", &module, "--key", &private]).expect(0, &["note:", "(mode 640)"]);
}

#[test]
fn who_signed_is_shown_and_verified() {
    let module = module();
    let (ann, ann_public, ann_id) = keys("ann");
    let (bob, bob_public, bob_id) = keys("bob");
    let inspect = |module: &str, keys: &[&str]| {
        let words: Vec<_> = keys.iter().flat_map(|key| ["--trust", key]).collect();
        let text = moteur(&[&["inspect", module], &words[..]].concat()).expect(0, &[]).out.clone();
        text.lines().filter_map(|line| line.strip_prefix("  signed by key ")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(inspect(&module, &[&ann_public]).len(), 0);
    let once = signed(&module, &ann);
    let verified = |id: &str| format!("{id}: verified");
    let unknown = |id: &str| format!("{id}: not verified: --trust KEY does that");
    assert_eq!(inspect(&once, &[]), vec![unknown(&ann_id); 2]);
    assert_eq!(inspect(&once, &[&ann_public]), vec![verified(&ann_id); 2]);
    assert_eq!(inspect(&once, &[&bob_public]), vec![unknown(&ann_id); 2]);
    let twice = signed(&once, &bob);
    let both = [verified(&ann_id), verified(&bob_id)];
    assert_eq!(inspect(&twice, &[&bob_public, &ann_public]), [both.clone(), both].concat());
    // Signing again changes nothing but the order, in the file itself if no other is named.
    let before = std::fs::read(&twice).unwrap();
    moteur(&["sign", &twice, "--key", &bob]).expect(0, &[]);
    assert_eq!(std::fs::read(&twice).unwrap(), before);
    // The result may go to the standard output, and is still the module that it was.
    let out = moteur(&["sign", &module, "--key", &ann, "-o", "-"]);
    assert!(out.expect(0, &[]).out.starts_with("\0asm"));
    moteur(&["validate", &twice]).expect(0, &[]);
}

#[test]
fn keys_of_other_tools_will_do() {
    let module = module();
    let public = file("public.pem", PUBLIC);
    let digits = file("digits", format!("{PUBLIC_DIGITS}\n"));
    for private in [PRIVATE, PRIVATE_WITH_PUBLIC] {
        let module = signed(&module, &file("private.pem", private));
        for key in [&*public, &*digits, PUBLIC_DIGITS] {
            let text = moteur(&["inspect", "--trust", key, &module]).expect(0, &[]).out.clone();
            assert_eq!(text.matches(": verified").count(), 2, "{text}");
        }
    }
    let out = module.replace(".wasm", ".out.wasm");
    moteur_with(&["sign", "--key", "-", "-o", &out, &module], PRIVATE).expect(0, &[]);
    let text = moteur(&["inspect", "--trust", &public, &out]).expect(0, &[]).out.clone();
    assert_eq!(text.matches(": verified").count(), 2, "{text}");
}

#[test]
fn what_nobody_trusted_has_signed_is_interpreted() {
    let module = module();
    let (ann, ann_public, ann_id) = keys("ann");
    let (_, bob_public, _) = keys("bob");
    interpreted(&module, &ann_public, "it is not signed");
    let once = signed(&module, &ann);
    interpreted(&once, &bob_public, &format!("by no key that is trusted (key {ann_id})"));

    // The code changed, with the check sum mended; a bit of the signature; one section's signature in another.
    let whole = std::fs::read(&once).unwrap();
    let starts: Vec<_> = (0..whole.len()).filter(|at| whole[*at..].starts_with(b"MNAT")).collect();
    let signatures: Vec<_> = (0..whole.len()).filter(|at| whole[*at..].starts_with(b"MSIG")).collect();
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = whole.clone();
        change(&mut bytes);
        file("changed.wasm", bytes)
    };
    let changed = with(&|bytes| {
        bytes[signatures[0] - 1] ^= 1;
        mend_check_sum(&mut bytes[starts[0]..signatures[0]]);
    });
    interpreted(&changed, &ann_public, "the signature is wrong");
    let text = moteur(&["inspect", "--trust", &ann_public, &changed]).expect(0, &[]).out.clone();
    assert!(text.contains(&format!("signed by key {ann_id}: WRONG")), "{text}");
    interpreted(&with(&|bytes| bytes[signatures[0] + 79] ^= 1), &ann_public, "the signature is wrong");
    let swapped = with(&|bytes| bytes.copy_within(signatures[1]..signatures[1] + 80, signatures[0]));
    interpreted(&swapped, &ann_public, "the signature is wrong");
    let malformed = with(&|bytes| bytes[signatures[0]] = b'X');
    interpreted(&malformed, &ann_public, "what should be its signatures is something else");
    moteur(&["inspect", &malformed]).expect(0, &[]);
    moteur(&["sign", &malformed, "--key", &ann]).expect(1, &["no room for one more signature"]);
}

#[test]
fn what_cannot_be_signed_is_said() {
    let (ann, ann_public, _) = keys("ann");
    let module = module();
    let plain = wat("(module)");
    moteur(&["sign", &plain, "--key", &ann]).expect(1, &["no native code in it to sign", "moteur compile"]);
    let mut bytes = std::fs::read(&module).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    let damaged = file("damaged.wasm", &bytes);
    moteur(&["sign", &damaged, "--key", &ann]).expect(1, &["the section is damaged", "compile the module again"]);
    assert_eq!(std::fs::read(&damaged).unwrap(), bytes);
    for (key, part) in [
        ("nowhere.key".to_owned(), "nowhere.key: the private key: No such file"),
        (ann_public, "this is a public key"),
        (
            file("k", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----\n"),
            "openssl pkey",
        ),
        (file("k", PRIVATE.replace("MC4CAQAwBQYDK2Vw", "MC4CAQAwBQYDK2Vu")), "no private key of Ed25519"),
        (file("k", PUBLIC_DIGITS), "no private key in PKCS#8"),
        (file("k", [b'x'; 5000]), "not a file with a key"),
        (file("k", [0xFF; 50]), "not a file with a key"),
    ] {
        let ran = moteur(&["sign", &module, "--key", &key]);
        ran.expect(1, &[part]);
    }
}

#[test]
fn what_cannot_be_trusted_is_said() {
    let module = module();
    let (ann, ..) = keys("ann");
    let neutral = format!("01{}", "0".repeat(62));
    for (key, part) in [
        ("nowhere.pub".to_owned(), "nowhere.pub: No such file"),
        (ann, "this is a private key; give the public one"),
        (neutral.clone(), "not the public key of any private key"),
        (file("k", &neutral), "not the public key of any private key"),
        (file("k", "hello"), "no public key of Ed25519"),
        (file("k", PUBLIC.replace("AyEA", "AyEB")), "no public key of Ed25519"),
    ] {
        for words in [&["run", "--invoke", "seven"][..], &["inspect"]] {
            moteur(&[words, &["--trust", &key, &module]].concat()).expect(1, &[part]);
        }
    }
}
