//! What backtraces need is in the section and not in the code, which is the same with and without: on AArch64 but for the
//! order of some instructions.

use std::collections::BTreeSet;

use moteur_compiler::{Machine, Optimise, Options, compile};
use moteur_image::module::parts;
use moteur_image::section::Native;
use wasmparser::Operator::{self, *};

const MACHINES: [&str; 7] = [
    "thumbv6m-none-eabi",
    "thumbv7m-none-eabi",
    "thumbv8m.main-none-eabihf",
    "riscv32imac-unknown-none-elf",
    "riscv64gc-unknown-none-elf",
    "aarch64-unknown-none",
    "x86_64-unknown-linux-gnu",
];

const LEVELS: [Optimise; 6] =
    [Optimise::None, Optimise::Less, Optimise::Default, Optimise::Speed, Optimise::Size, Optimise::SizeAlone];

/// Checks of memory and division, calls that are inlined, loops, calls of the runtime.
const PROGRAM: &str = r#"(module
    (import "env" "f" (func $f (param i32 f64) (result f64)))
    (memory 1 4)
    (table 2 funcref) (elem (i32.const 0) $small $fib)
    (global $g (mut i64) (i64.const 5))
    (func $small (param i32) (result i32) (i32.div_u (i32.load (local.get 0)) (local.get 0)))
    (func $fib (export "fib") (param i32) (result i32)
        (if (result i32) (i32.lt_s (local.get 0) (i32.const 2)) (then (call $small (local.get 0)))
            (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                (call_indirect (param i32) (result i32) (i32.sub (local.get 0) (i32.const 2)) (i32.const 1))))))
    (func (export "sum") (param $n i32) (result i64) (local $i i32)
        (loop $next
            (global.set $g (i64.div_s (i64.add (global.get $g) (i64.load offset=8 (local.get $i))) (global.get $g)))
            (local.set $i (i32.add (local.get $i) (call $small (local.get $n))))
            (br_if $next (i32.lt_u (local.get $i) (local.get $n))))
        (global.get $g))
    (func (export "float") (param f64 f64) (result f64) (local $i i32)
        (loop $next
            (local.set 0 (f64.add (f64.mul (local.get 0) (call $f (local.get $i) (local.get 1))) (f64.load (local.get $i))))
            (local.set $i (i32.add (local.get $i) (i32.const 4)))
            (br_if $next (f64.lt (local.get 0) (local.get 1))))
        (f64.store (i32.trunc_f64_s (local.get 0)) (local.get 0))
        (f64.nearest (local.get 0)))
    (func (export "grow") (param i32) (result i32)
        (memory.fill (i32.const 0) (i32.const 1) (local.get 0)) (memory.grow (i32.const 1))))"#;

/// The functions of the program.
const FUNCTIONS: usize = 5;

fn with_section<T>(module: &[u8], look: impl Fn(&Native<'_>) -> T) -> T {
    look(&Native::read(parts(module).find_map(|part| part.native).unwrap()).unwrap())
}

#[test]
fn code_is_the_same_with_and_without() {
    let wasm = wat::parse_str(PROGRAM).unwrap();
    for machine in MACHINES {
        for optimise in LEVELS {
            let options = Options { optimise, ..Options::new(Machine::new(machine, None).unwrap()) };
            let with = compile(&wasm, &options).unwrap_or_else(|error| panic!("{machine}, {optimise:?}: {error}"));
            let without = compile(&wasm, &Options { offsets: false, ..options }).unwrap();
            let code = |module: &[u8]| with_section(module, |native| native.code().to_vec());
            let (code, plain) = (code(&with), code(&without));
            let same = match (machine, optimise) {
                // Prologues are not made functions of their own when there is a line table.
                ("aarch64-unknown-none", Optimise::SizeAlone) => code.len().abs_diff(plain.len()) <= plain.len() / 32,
                // Nor does the scheduler mix them with what follows.
                ("aarch64-unknown-none", _) => instructions(&code) == instructions(&plain),
                _ => code == plain,
            };
            assert!(same, "{machine}, {optimise:?}");
            assert!(with.len() > without.len(), "{machine}, {optimise:?}");
        }
    }
}

/// The instructions of AArch64 code, sorted.
fn instructions(code: &[u8]) -> Vec<&[u8]> {
    let mut instructions: Vec<_> = code.chunks(4).collect();
    instructions.sort();
    instructions
}

/// Every operator that traps or calls is in the list; and what else is there are the places where the code looks whether it
/// is interrupted, of which each function and each loop has no more than one.
#[test]
fn every_operator_that_may_trap_is_in_the_list() {
    let wasm = wat::parse_str(PROGRAM).unwrap();
    for machine in MACHINES {
        for optimise in LEVELS {
            let options = Options { optimise, ..Options::new(Machine::new(machine, None).unwrap()) };
            let compiled = compile(&wasm, &options).unwrap();
            let offsets = with_section(&compiled, |native| {
                let places = 0..native.code().len() as u32;
                let mut offsets: Vec<_> = places.flat_map(|at| native.active_at(at).collect::<Vec<_>>()).collect();
                offsets.retain(|active| active.offset.is_some());
                offsets.iter().filter_map(|active| active.offset).collect::<BTreeSet<_>>()
            });
            let all = operators(&wasm, |_| true);
            let trapping = operators(&wasm, may_trap);
            let missing: Vec<_> = trapping.difference(&offsets).collect();
            assert!(missing.is_empty(), "{machine}, {optimise:?}: {missing:?}");
            assert!(offsets.is_subset(&all), "{machine}, {optimise:?}: {offsets:?}");
            let looks: Vec<_> = offsets.difference(&trapping).collect();
            let places = operators(&wasm, |operator| matches!(operator, Loop { .. })).len() + FUNCTIONS;
            assert!(looks.len() <= places, "{machine}, {optimise:?}: {looks:?}");
        }
    }
}

/// Whether an operator of the program traps or calls.
fn may_trap(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Call { .. }
            | CallIndirect { .. }
            | I32DivU
            | I64DivS
            | I32TruncF64S
            | I32Load { .. }
            | I64Load { .. }
            | F64Load { .. }
            | F64Store { .. }
            | MemoryFill { .. }
            | MemoryGrow { .. }
    )
}

/// Offsets of some operators.
fn operators(wasm: &[u8], is_wanted: impl Fn(&Operator<'_>) -> bool) -> BTreeSet<u32> {
    let mut offsets = BTreeSet::new();
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        let Ok(wasmparser::Payload::CodeSectionEntry(body)) = payload else { continue };
        for operator in body.get_operators_reader().unwrap().into_iter_with_offsets() {
            let (operator, offset) = operator.unwrap();
            if is_wanted(&operator) {
                offsets.insert(offset as u32);
            }
        }
    }
    offsets
}
