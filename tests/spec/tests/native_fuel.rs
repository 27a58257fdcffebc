//! Metering in native code: the same guest leaves the same fuel as when it is interpreted, and ends where that ends.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use moteur::{Config, Engine, Error, Func, Heap, Linker, Module, Store, Trap, Val};
use moteur_compiler::{Machine, Optimise, Options, compile};
use moteur_image::target::Checks;
use moteur_platform::std::{GUARDED, Std};

const GUEST: &str = r#"(module
    (import "host" "spend" (func $spend (param i32)))
    (type $unary (func (param i32) (result i32)))
    (memory 1) (data $text "some bytes")
    (table $t 70 funcref) (elem (table $t) (i32.const 0) func $fib $collatz)
    (elem $some func $fib $collatz)

    (func (export "nothing") (param i32) (result i32) nop (block (nop)) (i32.const 1))
    (func $fib (export "fib") (type $unary)
        (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
            (then (local.get 0))
            (else (i32.add
                (call $fib (i32.sub (local.get 0) (i32.const 1)))
                (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
    (func $collatz (export "collatz") (type $unary) (local $steps i32)
        (block $done
            (loop $next
                (br_if $done (i32.le_u (local.get 0) (i32.const 1)))
                (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
                (if (i32.and (local.get 0) (i32.const 1))
                    (then
                        (local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 3)) (i32.const 1)))
                        (br $next)))
                (local.set 0 (i32.shr_u (local.get 0) (i32.const 1)))
                (br $next)
                (drop (i32.const 1)) (block (loop (nop)))))
        (local.get $steps))
    (func (export "switch") (type $unary)
        (block $c (block $b (block $a
            (br_table $a $b $c (local.get 0)))
            (drop (i32.const 1)) (drop (i32.const 2)))
            (return (i32.const 7)))
        (block (result i32) (br 0 (i32.const 5)) unreachable))
    (func (export "if_without_else") (type $unary)
        (if (local.get 0) (then (drop (i32.const 1)) (if (i32.const 0) (then nop)) nop))
        (if (local.get 0) (then (return (i32.const 3))) (else (drop (i32.const 2))))
        (block (drop (i32.const 1)) (drop (i32.const 1)))
        (if (i32.const 1) (then unreachable) (else unreachable))
        (i32.const 1))
    (func (export "bulk") (type $unary)
        (memory.fill (i32.const 8) (i32.const 1) (local.get 0))
        (memory.copy (i32.const 0) (i32.const 9) (local.get 0))
        (memory.init $text (i32.const 0) (i32.const 0) (i32.const 10))
        (table.fill $t (i32.const 0) (ref.null func) (i32.const 70))
        (table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 65))
        (table.init $t $some (i32.const 0) (i32.const 0) (i32.const 2))
        (drop (table.grow $t (ref.null func) (i32.const 128)))
        (memory.grow (i32.const 1)))
    (func (export "indirect") (type $unary) (call_indirect (type $unary) (local.get 0) (i32.const 1)))
    (func $count (export "tail") (type $unary)
        (if (i32.eqz (local.get 0)) (then (return (i32.const 9))))
        (return_call $count (i32.sub (local.get 0) (i32.const 1))))
    (func (export "across") (type $unary)
        (call $spend (local.get 0)) (call $spend (i32.const 1)) (i32.const 0))
    (func (export "out_of_bounds") (type $unary) (i32.load (i32.shl (local.get 0) (i32.const 16))))
    (func (export "divide") (type $unary) (i32.div_u (i32.const 8) (local.get 0)))
    (func (export "endless") (type $unary) (loop (br 0)) unreachable)
    (func (export "endless_calls") (type $unary)
        (loop (drop (call $fib (i32.const 3))) (br 0)) unreachable))"#;

/// What a call gave, and the fuel that was left.
type Outcome = (Result<i32, Trap>, u64);

struct Guest {
    module: Module,
}

impl Guest {
    fn new(wasm: &[u8], is_native: bool) -> Guest {
        // SAFETY: the native code is from `compile`, and unchanged.
        let mut config = unsafe { Config::new(Heap::system()).fuel(true).native(&Std) };
        if let Some(memory) = GUARDED {
            // SAFETY: memory is the platform's.
            config = unsafe { config.guard_pages(memory) };
        }
        let module = Module::new(&Engine::new(config).unwrap(), wasm).unwrap();
        assert_eq!(module.native(), Ok(is_native));
        Guest { module }
    }

    fn call(&self, name: &str, argument: i32, fuel: u64) -> Outcome {
        let mut store = Store::new(self.module.engine(), ()).unwrap();
        store.set_fuel(fuel).unwrap();
        let mut linker = Linker::new(self.module.engine());
        // The host takes fuel as well, or all of it.
        let spend = Func::wrap(&mut store, |mut caller: moteur::Caller<'_, ()>, units: i32| {
            let fuel = caller.fuel()?;
            caller.set_fuel(fuel.saturating_sub(units as u64))
        });
        linker.define("host", "spend", spend.unwrap()).unwrap();
        let instance = linker.instantiate(&mut store, &self.module).unwrap();
        let func = instance.typed_func::<i32, i32>(&store, name).unwrap();
        let result = func.call(&mut store, argument).map_err(|error| match error {
            Error::Trap(trap) => trap,
            other => panic!("{other}"),
        });
        (result, store.fuel().unwrap())
    }
}

fn natives(wasm: &[u8]) -> Vec<Guest> {
    let machine = Machine::host(None).unwrap();
    let mut guests = Vec::new();
    for optimise in [Optimise::None, Optimise::Size, Optimise::Speed] {
        for checks in [Checks::Explicit, Checks::GuardPages] {
            if checks == Checks::Explicit || GUARDED.is_some() {
                let options = Options { optimise, checks, metering: true, ..Options::new(machine.clone()) };
                guests.push(Guest::new(&compile(wasm, &options).unwrap(), true));
            }
        }
    }
    guests
}

#[test]
fn fuel_left_is_that_of_the_interpreter() {
    let wasm = wat::parse_str(GUEST).unwrap();
    let interpreted = Guest::new(&wasm, false);
    let natives = natives(&wasm);
    let mut spent = Vec::new();
    for name in [
        "nothing",
        "fib",
        "collatz",
        "switch",
        "if_without_else",
        "bulk",
        "indirect",
        "tail",
        "across",
        "out_of_bounds",
        "divide",
        "endless",
        "endless_calls",
    ] {
        for argument in [0, 1, 2, 3, 11, 129] {
            let fuels = if name == "fib" && argument == 129 { &[20_000][..] } else { &[20_000, 100, 9, 1, 0] };
            for fuel in fuels {
                let expected = interpreted.call(name, argument, *fuel);
                for native in &natives {
                    assert_eq!(native.call(name, argument, *fuel), expected, "{name} {argument} with {fuel}");
                }
                spent.push(fuel - expected.1);
                if name.starts_with("endless") {
                    assert_eq!(expected.0, Err(Trap::OutOfFuel));
                }
            }
        }
    }
    assert!(spent.iter().any(|units| *units > 10_000));
}

/// Runs that are longer than what is paid at once, and operators that move many values: what these cost is reckoned by
/// interpreter and compiler alike.
fn large() -> Vec<u8> {
    let values = |count: usize, what: &str| what.repeat(count);
    let (results, zeros, drops) = (values(200, "i32 "), values(200, "(i32.const 0)"), values(200, "(drop)"));
    let steps = values(300, "(local.set 0 (i32.xor (local.get 0) (i32.const 5)))");
    wat::parse_str(format!(
        r#"(module
            (import "host" "spend" (func $spend (param i32)))
            (type $unary (func (param i32) (result i32)))
            (type $many (func (param {results}) (result {results})))
            (table funcref (elem $many))
            (func $many (type $many) {})
            (func (export "long") (type $unary) {steps} (if (local.get 0) (then {steps})) (local.get 0))
            (func (export "locals") (type $unary) (local {}) (local.get 0))
            (func (export "call") (type $unary) {zeros} (call $many) {drops} (local.get 0))
            (func (export "call_indirect") (type $unary)
                {zeros} (call_indirect (type $many) (i32.const 0)) {drops} (local.get 0))
            (func $tail (type $many) {zeros} (return_call $many))
            (func (export "tail") (type $unary) {zeros} (call $tail) {drops} (local.get 0))
            (func (export "branch") (type $unary)
                (block (result {results}) {zeros} (br_if 0 (local.get 0)) (br 0)) {drops}
                (block (result {results}) {zeros} (br_table 0 0 (local.get 0))) {drops} (local.get 0))
            (func $return (result {results}) {zeros} return)
            (func (export "return") (type $unary) (call $return) {drops} (local.get 0)))"#,
        (0..200).map(|at| format!("(local.get {at})")).collect::<String>(),
        values(1_000, "i64 "),
    ))
    .unwrap()
}

#[test]
fn long_runs_and_many_values_cost_what_they_cost_the_interpreter() {
    let wasm = large();
    let interpreted = Guest::new(&wasm, false);
    let natives = natives(&wasm);
    for name in ["long", "locals", "call", "call_indirect", "tail", "branch", "return"] {
        for argument in [0, 1, 3] {
            for fuel in [10_000, 1_000, 600, 300, 256, 255, 15, 3, 0] {
                let expected = interpreted.call(name, argument, fuel);
                for native in &natives {
                    assert_eq!(native.call(name, argument, fuel), expected, "{name} {argument} with {fuel}");
                }
            }
        }
    }
    assert_eq!(interpreted.call("locals", 7, 100), (Ok(7), 100 - 15 - 1));
}

#[test]
fn native_code_is_not_called_where_it_would_have_to_come_back() {
    let wasm = compile(
        &wat::parse_str(GUEST).unwrap(),
        &Options { metering: true, ..Options::new(Machine::host(None).unwrap()) },
    );
    let guest = Guest::new(&wasm.unwrap(), true);
    let mut store = Store::new(guest.module.engine(), None).unwrap();
    let mut linker = Linker::new(guest.module.engine());
    // Below a host function nothing comes back anyway.
    let spend = |mut caller: moteur::Caller<'_, Option<Func>>, n: i32| match *caller.data() {
        Some(func) => func.call(&mut caller, &[Val::I32(n)], &mut [Val::I32(0)]),
        None => Ok(()),
    };
    linker.func("host", "spend", spend).unwrap();
    let instance = linker.instantiate(&mut store, &guest.module).unwrap();
    let func = instance.typed_func::<i32, i32>(&store, "collatz").unwrap();
    store.set_fuel(10_000).unwrap();
    let once = |future: &mut (dyn Future<Output = Result<i32, Error>> + Unpin)| {
        Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
    };
    assert_eq!(once(&mut func.call_async(&mut store, 27)), Poll::Ready(Err(Error::NativeAsync)));
    assert_eq!(func.call(&mut store, 27), Ok(111));
    *store.data_mut() = Some(func.func());
    let text = r#"(module (import "host" "spend" (func $spend (param i32)))
        (func (export "run") (param i32) (result i32) (call $spend (local.get 0)) (i32.const 4)))"#;
    let interpreted = Module::new(guest.module.engine(), &wat::parse_str(text).unwrap()).unwrap();
    let outer = linker.instantiate(&mut store, &interpreted).unwrap();
    let run = outer.typed_func::<i32, i32>(&store, "run").unwrap();
    let mut call = run.call_async(&mut store, 27).yield_every(300);
    assert!(once(&mut call).is_pending(), "the interpreted function was lowered, and a slice is over");
    assert_eq!(once(&mut call), Poll::Ready(Ok(4)));
}

#[test]
fn counting_code_does_not_run_where_nothing_is_counted() {
    let options = Options { metering: true, ..Options::new(Machine::host(None).unwrap()) };
    let wasm = compile(b"\0asm\x01\0\0\0", &options).unwrap();
    // SAFETY: the native code is from `compile`, and unchanged.
    let config = unsafe { Config::new(Heap::system()).native(&Std) };
    let module = Module::new(&Engine::new(config).unwrap(), &wasm).unwrap();
    assert_eq!(module.native(), Err(moteur::Refusal::Metering));
}
