//! Native sections that nobody who is trusted vouches for, in every way there is. What is signed here is signed by another
//! implementation than the one that verifies.

use ed25519_dalek::{Signer, SigningKey};
use moteur::pool::Counted;
use moteur::{Config, Engine, Error, Heap, Module, PublicKey, Refusal};
use moteur_compiler::Machine;
use moteur_image::section::{Native, mend_check_sum};
use moteur_image::signature::{self, BLOCK_BYTES, DOMAIN, SIGNATURES_MAX};
use sha2::{Digest, Sha256};

use super::{MADE_RUNNABLE, RELEASED, WATCHED, compiled, load_by, program, section_for, with};

struct Keys {
    private: SigningKey,
    public: PublicKey,
}

impl Keys {
    fn new(seed: u8) -> Keys {
        let private = SigningKey::from_bytes(&[seed; 32]);
        let public = PublicKey::new(private.verifying_key().to_bytes());
        Keys { private, public }
    }

    /// A signature in this key's name.
    fn block(&self, signature: [u8; 64]) -> Vec<u8> {
        [b"MSIG\x01\x00\x50\x00", &self.public.id().0[..], &signature].concat()
    }

    /// What a section is signed with, by hand: as the document says, not as the code does.
    fn sign(&self, section: &[u8]) -> Vec<u8> {
        let hash = Sha256::digest(section);
        self.block(self.private.sign(&[&DOMAIN[..], &hash].concat()).to_bytes())
    }

    /// The section with this key's signature.
    fn signed(&self, section: &[u8]) -> Vec<u8> {
        [section, &self.sign(section)].concat()
    }
}

/// Two people with keys.
fn people() -> (Keys, Keys) {
    (Keys::new(1), Keys::new(2))
}

fn trusting(heap: Heap, keys: &[PublicKey]) -> Config {
    Config::new(heap).trust(keys.to_vec().leak(), &WATCHED)
}

/// Loads a module where these keys are trusted; says whether its native code is used, after its functions have given the
/// right results. Asserts that code was made runnable if it is used, and not otherwise.
#[track_caller]
fn load(module: &[u8], keys: &[&Keys]) -> Result<bool, Refusal> {
    let keys: Vec<_> = keys.iter().map(|keys| keys.public).collect();
    MADE_RUNNABLE.set(0);
    let native = load_by(&Engine::new(trusting(Heap::system(), &keys)).unwrap(), module);
    assert_eq!(MADE_RUNNABLE.get(), u32::from(native == Ok(true)), "{native:?}");
    native
}

#[test]
fn what_a_trusted_key_signed_runs() {
    let (ann, bob) = people();
    let module = program();
    let section = compiled(&module);
    let signed = ann.signed(&section);
    let file = with(&module, &[&signed]);
    for keys in [&[&ann][..], &[&bob, &ann], &[&ann, &bob], &[&ann, &ann]] {
        assert_eq!(load(&file, keys), Ok(true));
    }
    // The document and the code agree.
    let mut other = Vec::new();
    let mut sign = |statement: &[u8; 64]| ann.private.sign(statement).to_bytes();
    let plain = with(&module, &[&section]);
    let count = signature::sign(&plain, ann.public.id(), &mut sign, &mut |piece| other.extend_from_slice(piece));
    assert_eq!((count, moteur_image::module::parts(&other).find_map(|part| part.native)), (Ok(1), Some(&signed[..])));
    assert_eq!(load(&other, &[&ann]), Ok(true));
}

#[test]
fn one_signature_of_several_is_enough() {
    let (ann, bob) = people();
    let module = program();
    let section = compiled(&module);
    let (by_ann, by_bob, wrong) = (ann.sign(&section), bob.sign(&section), ann.block([1; 64]));
    let load =
        |blocks: &[&[u8]], keys: &[&Keys]| load(&with(&module, &[&[&section[..], &blocks.concat()].concat()]), keys);
    assert_eq!(load(&[&by_bob, &by_ann], &[&ann]), Ok(true));
    assert_eq!(load(&[&by_ann, &by_bob], &[&ann]), Ok(true));
    assert_eq!(load(&[&wrong, &by_ann], &[&ann]), Ok(true));
    assert_eq!(load(&[&wrong, &by_bob], &[&ann, &bob]), Ok(true));
    // What is wrong says more than what is unknown, wherever it stands.
    assert_eq!(load(&[&wrong, &by_bob], &[&ann]), Err(Refusal::WrongSignature));
    assert_eq!(load(&[&by_bob, &wrong], &[&ann]), Err(Refusal::WrongSignature));
    let most = [&by_bob[..]; SIGNATURES_MAX - 1];
    assert_eq!(load(&[&most[..], &[&by_ann]].concat(), &[&ann]), Ok(true));
    assert_eq!(load(&[&most[..], &[&by_ann, &by_ann]].concat(), &[&ann]), Err(Refusal::SignatureForm));
}

#[test]
fn each_section_is_signed_for_itself() {
    let (ann, bob) = people();
    let module = program();
    let here = compiled(&module);
    let board = section_for(&module, Machine::new("thumbv8m.main-none-eabihf", None).unwrap());
    let load = |sections: &[&[u8]]| load(&with(&module, sections), &[&ann]);
    assert_eq!(load(&[&ann.signed(&board), &ann.signed(&here)]), Ok(true));
    assert_eq!(load(&[&board, &ann.signed(&here), b""]), Ok(true));
    assert_eq!(load(&[&here, &bob.signed(&here), &ann.signed(&here)]), Ok(true));
    assert_eq!(load(&[&ann.signed(&board), &here]), Err(Refusal::Unsigned));
    let swapped = [&here[..], &ann.sign(&board)].concat();
    assert_eq!(load(&[&ann.signed(&board), &swapped]), Err(Refusal::WrongSignature));
}

#[test]
fn what_nobody_trusted_vouches_for_does_not_run() {
    let (ann, bob) = people();
    let module = program();
    let section = compiled(&module);
    let other = compiled(&wat::parse_str(super::PROGRAM.replace("(i32.const 0))))", "(i32.const 1))))")).unwrap());
    let by = |keys: &Keys, statement: &[u8]| keys.private.sign(statement).to_bytes();
    let hash = Sha256::digest(&section);
    let next = [b"moteur native section, version 2", &hash[..]].concat();
    let right = by(&ann, &[&DOMAIN[..], &hash].concat());
    let forged = Keys { public: PublicKey::new(neutral()), ..Keys::new(3) };
    let mut base = [0x66; 64];
    base[0] = 0x58;
    base[32..].copy_from_slice(&neutral());
    #[rustfmt::skip]
    let cases: &[(&str, Vec<u8>, &[&Keys], Refusal)] = &[
        ("unsigned", section.clone(), &[&ann], Refusal::Unsigned),
        ("unsigned, and nobody is trusted", section.clone(), &[], Refusal::Unsigned),
        ("nobody is trusted", ann.signed(&section), &[], Refusal::UnknownKey),
        ("another key", bob.signed(&section), &[&ann], Refusal::UnknownKey),
        ("another key under this one's name", [&section[..], &ann.block(by(&bob, &[&DOMAIN[..], &hash].concat()))].concat(), &[&ann, &bob], Refusal::WrongSignature),
        ("this key under another's name", [&section[..], &bob.block(right)].concat(), &[&ann, &bob], Refusal::WrongSignature),
        ("of another module's section", [&section[..], &ann.sign(&other)].concat(), &[&ann], Refusal::WrongSignature),
        ("another module's section", ann.signed(&other), &[&ann], Refusal::Module),
        ("of the hash alone", [&section[..], &ann.block(by(&ann, &hash))].concat(), &[&ann], Refusal::WrongSignature),
        ("of the section itself", [&section[..], &ann.block(by(&ann, &section))].concat(), &[&ann], Refusal::WrongSignature),
        ("of another kind of statement", [&section[..], &ann.block(by(&ann, &next))].concat(), &[&ann], Refusal::WrongSignature),
        ("of section and signature", [&ann.signed(&section)[..], &bob.sign(&ann.signed(&section))].concat(), &[&bob], Refusal::WrongSignature),
        ("with the order added", [&section[..], &ann.block(plus_order(right))].concat(), &[&ann], Refusal::WrongSignature),
        ("zeros", [&section[..], &ann.block([0; 64])].concat(), &[&ann], Refusal::WrongSignature),
        ("a key of small order", [&section[..], &forged.block(base)].concat(), &[&forged], Refusal::WrongSignature),
        ("more behind it", [&ann.signed(&section)[..], b"\0"].concat(), &[&ann], Refusal::SignatureForm),
        ("something else behind it", [&ann.signed(&section)[..], &[0; BLOCK_BYTES]].concat(), &[&ann], Refusal::SignatureForm),
        ("something else before it", [&section[..], &[0; 16], &ann.sign(&section)].concat(), &[&ann], Refusal::SignatureForm),
    ];
    for (what, section, keys, refusal) in cases {
        assert_eq!(load(&with(&module, &[section]), keys), Err(*refusal), "{what}");
    }
}

/// The point that every other stays the same with; and the number one.
fn neutral() -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[0] = 1;
    bytes
}

/// The same signature in another encoding.
fn plus_order(mut signature: [u8; 64]) -> [u8; 64] {
    const ORDER: [u8; 16] = 0x14de_f9de_a2f7_9cd6_5812_631a_5cf5_d3ed_u128.to_le_bytes();
    let mut carry = 0;
    for (index, byte) in signature[32..].iter_mut().enumerate() {
        let digit = ORDER.get(index).copied().unwrap_or(if index == 31 { 0x10 } else { 0 });
        carry += u16::from(*byte) + u16::from(digit);
        *byte = carry as u8;
        carry >>= 8;
    }
    signature
}

#[test]
fn every_byte_of_a_signature_counts() {
    let (ann, bob) = people();
    let module = program();
    let section = compiled(&module);
    let whole = ann.signed(&section);
    for at in 0..BLOCK_BYTES {
        for flip in [1, 0x80, 0xFF] {
            let mut other = whole.clone();
            other[section.len() + at] ^= flip;
            let refusal = match at {
                0..8 => Refusal::SignatureForm,
                8..16 => Refusal::UnknownKey,
                _ => Refusal::WrongSignature,
            };
            assert_eq!(load(&with(&module, &[&other]), &[&bob, &ann]), Err(refusal), "byte {at} with {flip:#x}");
        }
    }
    for len in 0..whole.len() {
        let refusal = match len {
            len if len < section.len() => Refusal::Truncated,
            len if len == section.len() => Refusal::Unsigned,
            _ => Refusal::SignatureForm,
        };
        assert_eq!(load(&with(&module, &[&whole[..len]]), &[&ann]), Err(refusal), "{len}");
    }
}

#[test]
fn every_byte_of_the_section_is_signed() {
    let (ann, _) = people();
    let module = program();
    let section = compiled(&module);
    let whole = ann.signed(&section);
    let native = Native::read(&section).unwrap();
    let code = native.code().as_ptr_range();
    let code = code.start.addr() - section.as_ptr().addr()..code.end.addr() - section.as_ptr().addr();
    let mut wrong = 0;
    for at in 0..section.len() {
        let mut other = whole.clone();
        other[at] ^= 1;
        mend_check_sum(&mut other[..section.len()]);
        // A flipped bit of the check sum itself was mended.
        if other == whole {
            assert!((104..108).contains(&at), "{at}");
            continue;
        }
        let refusal = load(&with(&module, &[&other]), &[&ann]).unwrap_err();
        wrong += usize::from(refusal == Refusal::WrongSignature);
        assert!(!code.contains(&at) || refusal == Refusal::WrongSignature, "byte {at}: {refusal:?}");
    }
    assert!(wrong > code.len(), "{wrong}");
}

#[test]
fn the_embedders_word_needs_no_signature_and_the_last_word_counts() {
    let (ann, _) = people();
    let module = program();
    let section = compiled(&module);
    let wrong = with(&module, &[&[&section[..], &ann.block([0; 64])].concat()]);
    assert_eq!(super::load(&wrong), Ok(true));
    assert_eq!(super::load(&with(&module, &[&[&section[..], b"anything"].concat()])), Ok(true));
    let keys: &'static [PublicKey] = vec![ann.public].leak();
    // Taken back: what was signed wrongly must not run.
    let config = super::config(Heap::system(), &WATCHED).trust(keys, &WATCHED);
    assert_eq!(load_by(&Engine::new(config).unwrap(), &wrong), Err(Refusal::WrongSignature));
}

#[test]
fn tools_see_who_signed() {
    let (ann, bob) = people();
    let module = program();
    let section = compiled(&module);
    let both = [&ann.signed(&section)[..], &bob.block([0; 64])].concat();
    let file = with(&module, &[&section, &both, b"MNAT"]);
    let module = Module::new(&Engine::new(Config::new(Heap::system())).unwrap(), &file).unwrap();
    assert_eq!(module.native(), Ok(false));
    let ids = [ann.public.id(), bob.public.id()];
    let signers = module.native_sections().map(|section| section.signers().map(|signers| signers.collect::<Vec<_>>()));
    assert_eq!(signers.collect::<Vec<_>>(), [Ok(vec![]), Ok(ids.to_vec()), Err(Refusal::Truncated)]);
    let verified =
        |keys: &Keys| module.native_sections().map(|section| section.verify(&[keys.public])).collect::<Vec<_>>();
    assert_eq!(verified(&ann), [Err(Refusal::Unsigned), Ok(ids[0]), Err(Refusal::Truncated)]);
    assert_eq!(verified(&bob), [Err(Refusal::Unsigned), Err(Refusal::WrongSignature), Err(Refusal::Truncated)]);
}

#[test]
fn verifying_allocates_nothing_and_every_allocation_around_it_may_fail() {
    static ACCOUNT: Counted = Counted::new();
    let heap = Heap::counted(&ACCOUNT);
    let (ann, _) = people();
    let module = program();
    let file = with(&module, &[&ann.signed(&compiled(&module))]);
    let load = |config: Config| -> Result<bool, Error> {
        let module = Module::new(&Engine::new(config)?, &file)?;
        Ok(module.native() == Ok(true))
    };
    // How many allocations it takes, and that each that fails leaves nothing behind.
    let count = |config: Config| {
        (0..).find(|allocations| {
            MADE_RUNNABLE.set(0);
            RELEASED.set(0);
            heap.fail_after(Some(*allocations));
            let loaded = load(config);
            heap.fail_after(None);
            assert_eq!((heap.stats().used, MADE_RUNNABLE.get()), (0, RELEASED.get()), "{allocations}");
            assert!(matches!(loaded, Ok(true) | Err(Error::OutOfMemory)), "{loaded:?}");
            loaded.is_ok()
        })
    };
    let trusted = count(trusting(heap, &[ann.public]));
    assert!(trusted.is_some_and(|allocations| allocations > 2), "{trusted:?}");
    assert_eq!(trusted, count(super::config(heap, &WATCHED)));
}
