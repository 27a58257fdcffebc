//! Large modules are compiled in chunks: what comes out depends on the module alone.

use std::fmt::Write;
use std::num::NonZeroUsize;

use moteur_compiler::{Bodies, Machine, Optimise, Options, compile_all};
use moteur_image::section::{NAME, Native};

/// Each function calls the next and the one before it: calls lead out of every chunk, forward and back.
fn large() -> Vec<u8> {
    const FUNCTIONS: usize = 40;
    let mut text = String::from("(module (memory 1) (table 1 funcref) (elem (i32.const 0) $f0)");
    for index in 0..FUNCTIONS {
        let (next, before) = ((index + 1) % FUNCTIONS, (index + FUNCTIONS - 1) % FUNCTIONS);
        let _ = write!(text, "(func $f{index} (param i32) (result i32)");
        let _ = write!(text, "(if (i32.eqz (local.get 0)) (then (return (call $f{next} (i32.const {index})))))");
        // Large in bytes, and little work for LLVM.
        text += &"(local.set 0 (i32.xor (local.get 0) (i32.const 0x12345678)))".repeat(700);
        let _ = write!(text, "(i32.load (i32.div_u (call $f{before} (local.get 0)) (local.get 0))))");
    }
    wat::parse_str(text + ")").unwrap()
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let module = large();
    assert!(module.len() > 2 * (128 << 10), "{}", module.len());
    let all: Vec<_> = ["riscv32imac-unknown-none-elf", "x86_64-unknown-linux-gnu"]
        .map(|triple| Options { optimise: Optimise::None, ..Options::new(Machine::new(triple, None).unwrap()) })
        .into();
    let mut told = Vec::new();
    let one = compile_all(&module, Bodies::Keep, &all, NonZeroUsize::MIN, &mut |progress| told.push(progress)).unwrap();
    assert!(told.is_sorted_by_key(|progress| progress.done), "{told:?}");
    assert_eq!(told.last().map(|progress| (progress.done, progress.total)), Some((160, 160)));
    let several = compile_all(&module, Bodies::Keep, &all, NonZeroUsize::new(3).unwrap(), &mut |_| ()).unwrap();
    assert!(one == several);
    wasmparser::Validator::new().validate_all(&one).unwrap();
    let sections = wasmparser::Parser::new(0).parse_all(&one).filter_map(|payload| match payload {
        Ok(wasmparser::Payload::CustomSection(section)) if section.name() == NAME => Some(section.data().to_vec()),
        _ => None,
    });
    for section in sections {
        let native = Native::read(&section).unwrap();
        let places: Vec<_> = (0..40).map(|index| native.function(index).unwrap()).collect();
        assert!(places.is_sorted(), "{places:?}");
        assert!(native.entry(0).unwrap() > places[39]);
    }
}
