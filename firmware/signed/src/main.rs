//! A board that runs native code which one key has signed, and no other: the kernels as they were signed run natively
//! from where they are in flash; under another key, or with a bit changed, they are interpreted, or refused where there is
//! no interpreter.
//!
//! `cargo xtask signed` compiles and signs the kernels, and names them and the key in `MOTEUR_KERNELS` and `MOTEUR_KEY` when
//! this is compiled.

#![no_std]
#![no_main]

use board::{instructions, println};
use moteur::pool::Box;
use moteur::{Config, Engine, Error, Heap, InPlace, Linker, Module, PublicKey, Refusal, Store};
use moteur_image::section::mend_check_sum;
use moteur_kernels::KERNELS;

board::main!(main);

/// Code must stand at a multiple of its alignment in the file, and so must the file.
#[repr(align(16))]
struct Aligned<T: ?Sized>(T);

static FILE: &Aligned<[u8]> = &Aligned(*include_bytes!(env!("MOTEUR_KERNELS")));

/// Whom this board trusts.
static KEY: [PublicKey; 1] = [PublicKey::from_hex(env!("MOTEUR_KEY")).unwrap()];
/// A key that signed nothing: that of the first test of RFC 8032.
static ANOTHER: [PublicKey; 1] =
    [PublicKey::from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a").unwrap()];

/// What is done to a file before it is loaded.
type Change = fn(&mut [u8]);

/// What `Module::native` says.
type Native = Result<bool, Refusal>;
/// A file: what it is, under which key it is loaded, what was done to it before, and what becomes of it.
type Case = (&'static str, &'static [PublicKey], Option<Change>, Native);

const CASES: [Case; 5] = [
    ("as it was signed", &KEY, None, Ok(true)),
    ("where another key is trusted", &ANOTHER, None, Err(Refusal::UnknownKey)),
    ("with another signature", &KEY, Some(change_signature), Err(Refusal::WrongSignature)),
    ("with other code", &KEY, Some(change_code), Err(Refusal::WrongSignature)),
    ("with something else in place of the signature", &KEY, Some(change_form), Err(Refusal::SignatureForm)),
];

fn main() -> u8 {
    let Some(heap) = board::heap!(256 * 1024).and_then(|buffer| Heap::new(buffer).ok()) else {
        println!("there is no memory");
        return 2;
    };
    let mut status = 0;
    for (what, keys, change, expected) in CASES {
        let native = case(heap, keys, change);
        match native {
            Ok(Ok(_)) => println!("{what}: native"),
            Ok(Err(refusal)) => println!("{what}: interpreted, as {refusal}"),
            Err(error) => println!("{what}: {error}"),
        }
        let expected = match expected {
            Err(refusal) if !cfg!(feature = "interpreter") => Err(Error::Native(refusal)),
            expected => Ok(expected),
        };
        if native != expected || heap.stats().used != 0 {
            println!("FAILED: expected was {expected:?}, and nothing left in the heap");
            status = 1;
        }
    }
    status
}

/// Loads the file and runs a kernel; says whether that was native code.
fn case(heap: Heap, keys: &'static [PublicKey], change: Option<Change>) -> Result<Native, Error> {
    let engine = Engine::new(Config::new(heap).stack_bytes(8 * 1024).trust(keys, &InPlace))?;
    let start = instructions();
    let module = match change {
        None => Module::from_static(&engine, &FILE.0)?,
        Some(change) => {
            let mut file = Box::from_slice_in(&FILE.0, heap)?;
            change(&mut file);
            Module::new(&engine, &file)?
        }
    };
    let loaded = instructions() - start;
    let mut store = Store::new(&engine, ())?;
    let instance = Linker::new(&engine).instantiate(&mut store, &module)?;
    let kernel = &KERNELS[0];
    let func = instance.typed_func::<u32, u32>(&store, kernel.name)?;
    let start = instructions();
    let is_right = func.call(&mut store, kernel.n)? == kernel.checksum;
    println!("# loaded in {loaded} instructions, {} ran in {}", kernel.name, instructions() - start);
    if is_right { Ok(module.native()) } else { Err(Error::host(0)) }
}

/// The native section, and the signature behind it.
fn parts(file: &mut [u8]) -> Option<(&mut [u8], &mut [u8])> {
    let place = |magic: &[u8; 4]| FILE.0.windows(4).position(|found| found == magic);
    let (section, signature) = (place(b"MNAT")?, place(b"MSIG")?);
    file.get_mut(section..)?.split_at_mut_checked(signature.checked_sub(section)?)
}

fn change_signature(file: &mut [u8]) {
    let last = parts(file).and_then(|(_, signature)| signature.last_mut());
    last.into_iter().for_each(|byte| *byte ^= 1);
}

fn change_code(file: &mut [u8]) {
    let Some((section, _)) = parts(file) else { return };
    section.last_mut().into_iter().for_each(|byte| *byte ^= 1);
    mend_check_sum(section);
}

fn change_form(file: &mut [u8]) {
    let first = parts(file).and_then(|(_, signature)| signature.first_mut());
    first.into_iter().for_each(|byte| *byte ^= 1);
}
