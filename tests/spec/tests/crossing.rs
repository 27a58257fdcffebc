//! Calls across native code, the interpreter and the host where something runs out in the middle: memory of the heap, or
//! fuel. What can be told by values and traps alone is in `crossing/`, which boards run as well.

use std::sync::Mutex;

use moteur::pool::Counted;
use moteur::{Caller, Config, Engine, Error, Func, Heap, Linker, Module, Store, Trap, Val, ValType};
use moteur_compiler::{Machine, Options, compile};
use moteur_platform::std::Std;

/// Each calls the one before, through a table or through the host; the last one's `run` adds up what they give.
const MODULES: [&str; 3] = [
    r#"(module
        (type $unary (func (param i32) (result i32)))
        (table (export "table") 4 funcref) (elem (i32.const 0) $collatz)
        (func $half (param i32) (result i32) (i32.shr_u (local.get 0) (i32.const 1)))
        (func $collatz (type $unary) (local $steps i32)
            (loop $next
                (if (i32.gt_u (local.get 0) (i32.const 1)) (then
                    (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
                    (if (i32.and (local.get 0) (i32.const 1))
                        (then (local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 3)) (i32.const 1))))
                        (else (local.set 0 (call $half (local.get 0)))))
                    (br $next))))
            (local.get $steps)))"#,
    r#"(module
        (import "0" "table" (table 4 funcref)) (import "host" "call" (func $host (param funcref i32) (result i32)))
        (type $unary (func (param i32) (result i32)))
        (elem (i32.const 1) $twice) (elem declare func $once)
        (func $once (type $unary) (call_indirect (type $unary) (local.get 0) (i32.const 0)))
        (func $twice (export "twice") (type $unary)
            (i32.add (call $once (local.get 0)) (call $host (ref.func $once) (i32.add (local.get 0) (i32.const 1))))))"#,
    r#"(module
        (import "0" "table" (table 4 funcref)) (import "1" "twice" (func $twice (param i32) (result i32)))
        (type $unary (func (param i32) (result i32)))
        (memory 1)
        (func (export "run") (type $unary) (local $i i32)
            (loop $next
                (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (call $twice (local.get $i))))
                (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0))
                    (call_indirect (type $unary) (local.get $i) (i32.const 1))))
                (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get 0))))
            (i32.load (i32.const 0))))"#,
];

static HEAP: Counted = Counted::new();
/// Tests that have the heap fail take turns.
static TURN: Mutex<()> = Mutex::new(());

/// The modules in every mixture of native and interpreted: some of them compiled.
fn mixtures(metering: bool) -> Vec<Vec<(Vec<u8>, bool)>> {
    let options = Options { metering, ..Options::new(Machine::host(None).unwrap()) };
    let modules = MODULES.map(|text| wat::parse_str(text).unwrap());
    let compiled: Vec<_> = modules.iter().map(|wasm| compile(wasm, &options).unwrap()).collect();
    let choose = |mixture: usize, at: usize| match mixture >> at & 1 {
        0 => (modules[at].clone(), false),
        _ => (compiled[at].clone(), true),
    };
    (0..1 << MODULES.len()).map(|mixture| (0..MODULES.len()).map(|at| choose(mixture, at)).collect()).collect()
}

/// Runs the last module's `run`; with fuel, also says how much of it is left.
fn run(modules: &[(Vec<u8>, bool)], fuel: Option<u64>) -> Result<(Result<i32, Error>, u64), Error> {
    // SAFETY: all native code here was just compiled.
    let config = unsafe { Config::new(Heap::counted(&HEAP)).stack_bytes(64 << 10).fuel(fuel.is_some()).native(&Std) };
    let engine = Engine::new(config)?;
    let mut store = Store::new(&engine, ())?;
    let mut linker = Linker::new(&engine);
    let params = [ValType::FUNCREF, ValType::I32];
    let back = |mut caller: Caller<'_, ()>, arguments: &[Val], results: &mut [Val]| match arguments {
        [Val::FuncRef(Some(func)), number] => func.call(&mut caller, std::slice::from_ref(number), results),
        _ => Err(Error::Type),
    };
    linker.define("host", "call", Func::new(&mut store, &params, &[ValType::I32], back)?)?;
    let mut last = None;
    for (number, (bytes, is_native)) in modules.iter().enumerate() {
        let module = Module::new(&engine, bytes)?;
        assert_eq!(module.native(), Ok(*is_native));
        let instance = linker.instantiate(&mut store, &module)?;
        linker.instance(&store, &number.to_string(), instance)?;
        last = Some(instance);
    }
    if let Some(fuel) = fuel {
        store.set_fuel(fuel)?;
    }
    let run = last.unwrap().typed_func::<i32, i32>(&store, "run")?;
    let result = run.call(&mut store, 4);
    Ok((result, if fuel.is_some() { store.fuel()? } else { 0 }))
}

/// The steps of 0 to 4.
const STEPS: [i32; 5] = [0, 0, 1, 7, 2];
/// Each of 0 to 3 counts its own and those of the next, twice.
const SUM: i32 = 2 * (STEPS[0] + 2 * (STEPS[1] + STEPS[2] + STEPS[3]) + STEPS[4]);

#[test]
fn every_allocation_fails_in_turn() {
    let _turn = TURN.lock();
    let heap = Heap::counted(&HEAP);
    for modules in mixtures(false) {
        let mut failures = 0;
        let result = loop {
            heap.fail_after(Some(failures));
            let result = run(&modules, None);
            heap.fail_after(None);
            assert_eq!(heap.stats().used, 0, "after {failures} allocations");
            match result {
                Err(Error::OutOfMemory) | Ok((Err(Error::OutOfMemory), _)) => failures += 1,
                other => break other,
            }
        };
        assert_eq!(result, Ok((Ok(SUM), 0)));
        assert!(failures > 30, "{failures}");
    }
}

#[test]
fn fuel_ends_where_it_ends_interpreted() {
    let _turn = TURN.lock();
    let mixtures = mixtures(true);
    let mut ended = 0;
    let mut fuel = 0;
    loop {
        let expected = run(&mixtures[0], Some(fuel)).unwrap();
        for modules in &mixtures[1..] {
            assert_eq!(run(modules, Some(fuel)).unwrap(), expected, "{fuel}");
        }
        match expected.0 {
            Err(Error::Trap(Trap::OutOfFuel)) => ended += 1,
            result => {
                assert_eq!(result, Ok(SUM));
                break;
            }
        }
        // Not each, as most of them end in the same loop.
        fuel += 7;
    }
    assert!(ended > 50, "{ended}");
}
