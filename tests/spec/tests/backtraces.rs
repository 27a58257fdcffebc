//! Traps of native code, and who was active then, are those of the same program interpreted: each function, each offset,
//! and how many there were.

use moteur::{Caller, Config, Engine, Error, Func, Heap, Linker, Module, Store, Trap, Val, ValType};
use moteur_compiler::{Machine, Optimise, Options, compile};
use moteur_platform::std::Std;

const LEVELS: [Optimise; 6] =
    [Optimise::None, Optimise::Less, Optimise::Default, Optimise::Speed, Optimise::Size, Optimise::SizeAlone];

/// How a call ended, and who was active: name, index and offset of each function, the innermost first.
#[derive(PartialEq, Debug)]
struct Ended {
    result: Result<(), Error>,
    frames: Vec<(String, u32, Option<u32>)>,
    total: u32,
}

/// A module, and whether it has native code.
type Part = (Vec<u8>, bool);

fn at(optimise: Optimise) -> Options {
    Options { optimise, ..Options::new(Machine::host(None).unwrap()) }
}

/// Instantiates the modules; each may import from those before it, which are called "0" and so on, and from the host:
/// `host.back` calls the export `back` of the last module with its argument. Then calls an export of the last module, with
/// so much fuel if any is counted.
fn call(parts: &[Part], options: &Options, export: &str, argument: i32, fuel: Option<u64>) -> Ended {
    // SAFETY: all native code here was just compiled.
    let engine = Engine::new(unsafe { Config::new(Heap::system()).fuel(fuel.is_some()).native(&Std) }).unwrap();
    let mut store = Store::new(&engine, None::<Func>).unwrap();
    let mut linker = Linker::new(&engine);
    let back = |mut caller: Caller<'_, Option<Func>>, arguments: &[Val], _: &mut [Val]| {
        let func = (*caller.data()).ok_or(Error::NoExport)?;
        func.call(&mut caller, arguments, &mut [])
    };
    let back = Func::new(&mut store, &[ValType::I32], &[], back).unwrap();
    linker.define("host", "back", back).unwrap();
    let mut last = None;
    for (number, (wasm, is_native)) in parts.iter().enumerate() {
        let metering = fuel.is_some();
        let options = Options { metering, ..options.clone() };
        let bytes = if *is_native { compile(wasm, &options).unwrap() } else { wasm.clone() };
        let module = Module::new(&engine, &bytes).unwrap();
        assert_eq!(module.native(), Ok(*is_native));
        let instance = linker.instantiate(&mut store, &module).unwrap();
        linker.instance(&store, &number.to_string(), instance).unwrap();
        last = Some(instance);
    }
    let instance = last.unwrap();
    *store.data_mut() = instance.func(&store, "back");
    let func = instance.func(&store, export).unwrap();
    if let Some(fuel) = fuel {
        store.set_fuel(fuel).unwrap();
    }
    let result = func.call(&mut store, &[Val::I32(argument)], &mut []);
    let backtrace = store.backtrace();
    let frames = backtrace.frames().map(|frame| (frame.name().unwrap().to_owned(), frame.func(), frame.offset()));
    Ended { result, frames: frames.collect(), total: backtrace.total() }
}

/// Calls an export interpreted, native, and with each mixture of both; all must end alike, with as many frames.
#[track_caller]
fn same(wats: &[&str], export: &str, argument: i32, trap: Trap, total: u32) {
    let modules: Vec<Vec<u8>> = wats.iter().map(|wat| wat::parse_str(wat).unwrap()).collect();
    let parts = |mixture: usize| -> Vec<Part> {
        modules.iter().enumerate().map(|(at, wasm)| (wasm.clone(), mixture >> at & 1 == 1)).collect()
    };
    let interpreted = call(&parts(0), &at(Optimise::None), export, argument, None);
    assert_eq!((interpreted.result, interpreted.total), (Err(Error::Trap(trap)), total), "{export}: interpreted");
    assert!(interpreted.frames.iter().all(|(_, _, offset)| offset.is_some()));
    // Not every machine has tail calls; this one can do without.
    let forms = if wats.iter().any(|wat| wat.contains("return_call")) { &[true, false][..] } else { &[true] };
    for (level, tail_calls) in LEVELS.into_iter().flat_map(|level| forms.iter().map(move |form| (level, *form))) {
        let mut options = at(level);
        options.machine.tail_calls = tail_calls;
        for mixture in 1..1 << modules.len() {
            let native = call(&parts(mixture), &options, export, argument, None);
            assert_eq!(native, interpreted, "{export}, {level:?}, jumps {tail_calls}, mixture {mixture:b}");
        }
    }
}

/// Many operators that trap, some alike in branches that an optimiser would like to make one.
const LEAVES: &str = r#"(module
    (memory 1) (table $t 4 funcref) (data $d "abc") (elem $e func $unreachable)
    (type $ii (func (param i32) (result i32)))
    (func $unreachable (export "unreachable") (param i32) unreachable)
    (func $divide (export "divide") (param i32)
        (drop (i32.div_u (i32.const 8) (local.get 0)))
        (drop (i32.div_s (i32.const 7) (i32.sub (local.get 0) (i32.const 1)))))
    (func $overflow (export "overflow") (param i32)
        (drop (i64.div_s (i64.const 0x8000000000000000) (i64.extend_i32_s (local.get 0)))))
    (func $load (export "load") (param i32)
        (if (i32.and (local.get 0) (i32.const 4))
            (then (i32.store8 offset=65536 (local.get 0) (i32.load (local.get 0))))
            (else (i32.store8 offset=65536 (local.get 0) (i32.load (local.get 0))))))
    (func $fill (export "fill") (param i32)
        (memory.fill (i32.const 0) (i32.const 1) (i32.const 9))
        (if (i32.and (local.get 0) (i32.const 4))
            (then (memory.fill (local.get 0) (i32.const 1) (i32.const 65536)))
            (else (memory.fill (local.get 0) (i32.const 1) (i32.const 65536)))))
    (func $init (export "init") (param i32)
        (memory.init $d (i32.const 0) (i32.const 0) (i32.const 3))
        (memory.init $d (local.get 0) (i32.const 1) (i32.const 3)))
    (func $table (export "table") (param i32)
        (table.set $t (local.get 0) (table.get $t (i32.sub (local.get 0) (i32.const 1)))))
    (func $truncate (export "truncate") (param i32)
        (drop (i32.trunc_f32_s (f32.convert_i32_u (local.get 0))))
        (drop (i32.trunc_f64_u (f64.convert_i32_s (local.get 0)))))
    (func $indirect (export "indirect") (param i32)
        (drop (call_indirect $t (type $ii) (i32.const 1) (local.get 0))))
    (func $loop (export "loop") (param i32) (local $i i32)
        (loop $next
            (drop (i32.load offset=65500 (local.get $i)))
            (local.set $i (i32.add (local.get $i) (i32.const 4)))
            (br_if $next (i32.lt_u (local.get $i) (local.get 0))))))"#;

#[test]
fn traps_in_leaves() {
    same(&[LEAVES], "unreachable", 0, Trap::Unreachable, 1);
    same(&[LEAVES], "divide", 0, Trap::IntegerDivideByZero, 1);
    same(&[LEAVES], "divide", 1, Trap::IntegerDivideByZero, 1);
    same(&[LEAVES], "overflow", -1, Trap::IntegerOverflow, 1);
    for argument in [0, 4, 65533, 65536, -4, -5] {
        same(&[LEAVES], "load", argument, Trap::MemoryOutOfBounds, 1);
    }
    same(&[LEAVES], "fill", 4, Trap::MemoryOutOfBounds, 1);
    same(&[LEAVES], "fill", 1, Trap::MemoryOutOfBounds, 1);
    same(&[LEAVES], "init", 0, Trap::MemoryOutOfBounds, 1);
    same(&[LEAVES], "table", 0, Trap::TableOutOfBounds, 1);
    same(&[LEAVES], "table", 4, Trap::TableOutOfBounds, 1);
    same(&[LEAVES], "truncate", -1, Trap::IntegerOverflow, 1);
    same(&[LEAVES], "truncate", -9, Trap::IntegerOverflow, 1);
    same(&[LEAVES], "indirect", 0, Trap::UninitializedElement, 1);
    same(&[LEAVES], "indirect", 4, Trap::UndefinedElement, 1);
    same(&[LEAVES], "loop", 100, Trap::MemoryOutOfBounds, 1);
}

/// Small functions, which an optimiser makes parts of each other, and two calls that it would like to make one.
const NESTED: &str = r#"(module
    (type $ii (func (param i32) (result i32)))
    (table funcref (elem $divide $once $other))
    (func $divide (param i32) (result i32) (i32.div_u (i32.const 100) (local.get 0)))
    (func $once (param i32) (result i32)
        (i32.add (call $divide (local.get 0)) (call $divide (i32.sub (local.get 0) (i32.const 1)))))
    (func $other (param i32) (param i32) (result i32) (local.get 0))
    (func $twice (param i32) (result i32)
        (if (result i32) (i32.lt_s (local.get 0) (i32.const 3))
            (then (call $once (local.get 0)))
            (else (call $once (i32.sub (local.get 0) (i32.const 3))))))
    (func $direct (export "direct") (param i32)
        (drop (call $twice (local.get 0))) (drop (call $divide (i32.const 0))))
    (func $indirect (export "indirect") (param i32)
        (drop (call_indirect (type $ii) (local.get 0) (i32.const 1)))
        (drop (call_indirect (type $ii) (i32.const 2) (local.get 0))))
    (func $deep (param i32 i32) (result i32)
        (if (result i32) (local.get 0)
            (then (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1)) (local.get 1)) (i32.const 1)))
            (else (call $twice (local.get 1)))))
    (func $down (export "down") (param i32) (drop (call $deep (local.get 0) (i32.const 4)))))"#;

#[test]
fn traps_below_other_functions() {
    for argument in [0, 1, 3, 4] {
        same(&[NESTED], "direct", argument, Trap::IntegerDivideByZero, 4);
    }
    same(&[NESTED], "direct", 2, Trap::IntegerDivideByZero, 2);
    same(&[NESTED], "down", 7, Trap::IntegerDivideByZero, 1 + 8 + 3);
    same(&[NESTED], "down", 100, Trap::IntegerDivideByZero, 1 + 101 + 3);
}

#[test]
fn traps_behind_indirect_calls() {
    same(&[NESTED], "indirect", 0, Trap::IntegerDivideByZero, 3);
    same(&[NESTED], "indirect", 1, Trap::IntegerDivideByZero, 3);
    same(&[NESTED], "indirect", 2, Trap::IndirectCallTypeMismatch, 1);
    same(&[NESTED], "indirect", 3, Trap::UndefinedElement, 1);
}

/// Calls itself through the host until its argument is 0, which traps.
const THROUGH_HOST: &str = r#"(module
    (import "host" "back" (func $host (param i32)))
    (func $less (param i32) (result i32)
        (drop (i32.rem_s (i32.const 9) (local.get 0))) (i32.sub (local.get 0) (i32.const 1)))
    (func $back (export "back") (param i32) (nop) (call $host (call $less (local.get 0))) (nop)))"#;

#[test]
fn traps_below_the_host() {
    same(&[THROUGH_HOST], "back", 0, Trap::IntegerDivideByZero, 2);
    same(&[THROUGH_HOST], "back", 1, Trap::IntegerDivideByZero, 3);
    same(&[THROUGH_HOST], "back", 5, Trap::IntegerDivideByZero, 7);
}

/// Three modules that call each other, directly, through a table and through the host.
const CHAIN: [&str; 3] = [
    r#"(module
        (type $i (func (param i32)))
        (table (export "table") 8 funcref) (elem (i32.const 0) $first)
        (func $leaf (param i32) (drop (i32.div_s (i32.const 1) (local.get 0))))
        (func $first (export "first") (param i32) (call $leaf (local.get 0)) (call_indirect (type $i) (i32.const 0) (i32.const 2))))"#,
    r#"(module
        (type $i (func (param i32)))
        (import "0" "first" (func $import (param i32))) (import "0" "table" (table 8 funcref)) (elem (i32.const 1) $second)
        (func $second (export "second") (param i32)
            (if (i32.eqz (local.get 0)) (then (call $import (i32.const 0))))
            (if (i32.eq (local.get 0) (i32.const 1)) (then (call_indirect (type $i) (i32.const 0) (i32.const 0))))
            (call $import (local.get 0))))"#,
    r#"(module
        (type $i (func (param i32)))
        (import "1" "second" (func $import (param i32))) (import "0" "table" (table 8 funcref)) (elem (i32.const 2) $back)
        (import "host" "back" (func $host (param i32)))
        (func $back (export "back") (param i32) (call_indirect (type $i) (i32.div_u (i32.const 3) (local.get 0)) (i32.const 1)))
        (func $third (export "third") (param i32)
            (call $host (local.get 0)) (call $import (local.get 0))))"#,
];

#[test]
fn traps_below_other_instances() {
    same(&CHAIN, "third", 0, Trap::IntegerDivideByZero, 2);
    same(&CHAIN, "third", 1, Trap::IntegerDivideByZero, 5);
    same(&CHAIN, "third", 3, Trap::IntegerDivideByZero, 5);
    same(&CHAIN, "third", 4, Trap::IntegerDivideByZero, 5);
    same(&CHAIN, "back", 2, Trap::IntegerDivideByZero, 4);
}

/// Who made a tail call is active no more, however many arguments there were.
const TAILS: &str = r#"(module
    (type $few (func (param i32) (result i32)))
    (type $many (func (param i32 i64 f64 i32 i64 f64 i32 i64 f64 i32) (result i32)))
    (table funcref (elem $divide $loop))
    (func $divide (type $few) (i32.div_u (i32.const 100) (local.get 0)))
    (func $loop (type $many)
        (if (i32.eqz (local.get 0)) (then (return_call_indirect (type $few) (local.get 9) (i32.const 0))))
        (if (i32.eq (local.get 0) (i32.const 3)) (then (drop (call $divide (i32.add (local.get 9) (i32.const 2))))))
        (return_call $loop (i32.sub (local.get 0) (i32.const 1)) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
            (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9)))
    (func $begin (param i32) (result i32)
        (i32.add (i32.const 3) (call_indirect (type $many) (local.get 0) (i64.const 0) (f64.const 0) (local.get 0)
            (i64.const 0) (f64.const 0) (i32.const 0) (i64.const 0) (f64.const 0) (i32.sub (local.get 0) (i32.const 5))
            (i32.const 1))))
    (func $between (param i32) (result i32) (return_call $begin (local.get 0)))
    (func $start (export "start") (param i32)
        (drop (call $begin (i32.add (local.get 0) (i32.const 1))))
        (drop (call $between (local.get 0)))))"#;

#[test]
fn traps_behind_tail_calls() {
    // The last call of a tail is active, and who called the first one.
    same(&[TAILS], "start", 5, Trap::IntegerDivideByZero, 3);
    same(&[TAILS], "start", 4, Trap::IntegerDivideByZero, 3);
    // Below the last of a tail is a call that is none.
    same(&[TAILS], "start", 3, Trap::IntegerDivideByZero, 4);
}

const RECURSION: &str = r#"(module
    (func $sum (param i32) (result i32) (i32.add (local.get 0) (call $sum (i32.add (local.get 0) (i32.const 1)))))
    (func $start (export "start") (param i32) (drop (call $sum (local.get 0)))))"#;

/// How deep a recursion gets depends on the stacks, of which there are two; what the innermost frames are does not.
#[test]
fn the_end_of_the_stack() {
    let wasm = wat::parse_str(RECURSION).unwrap();
    let interpreted = call(&[(wasm.clone(), false)], &at(Optimise::None), "start", 0, None);
    assert_eq!(interpreted.result, Err(Error::Trap(Trap::StackOverflow)));
    for level in LEVELS {
        let native = call(&[(wasm.clone(), true)], &at(level), "start", 0, None);
        assert_eq!((native.result, native.frames), (interpreted.result, interpreted.frames.clone()), "{level:?}");
        assert!(native.total > 1000, "{level:?}: {}", native.total);
    }
}

/// Fuel is taken in advance where a run of operators begins, which is where it lacks.
#[test]
fn the_end_of_the_fuel() {
    let wasm = wat::parse_str(NESTED).unwrap();
    let mut different = std::collections::BTreeSet::new();
    for fuel in 0..90 {
        let interpreted = call(&[(wasm.clone(), false)], &at(Optimise::None), "down", 3, Some(fuel));
        assert!(interpreted.result.is_err());
        different.insert(interpreted.frames.clone());
        for level in [Optimise::None, Optimise::Speed] {
            let mut native = call(&[(wasm.clone(), true)], &at(level), "down", 3, Some(fuel));
            // The interpreter does not know where it is before a function's first operator.
            if let (Some(ours), Some(theirs)) = (native.frames.first_mut(), interpreted.frames.first()) {
                assert!(ours.2.is_some());
                ours.2 = theirs.2.and(ours.2);
            }
            assert_eq!(native, interpreted, "{level:?}, fuel {fuel}");
        }
    }
    assert!(different.len() > 8, "{}", different.len());
}
