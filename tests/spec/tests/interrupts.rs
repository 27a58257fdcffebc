//! Native code that goes on and on is ended by an interrupt soon, however little there is in it: a loop with nothing in it, a
//! count that takes years, calls that are doubled from function to function, recursion in every form.

use std::thread;
use std::time::{Duration, Instant};

use moteur::{Config, Engine, Error, Heap, Linker, Module, Store, Trap};
use moteur_compiler::{Machine, Optimise, Options, compile};
use moteur_platform::std::Std;

/// Each export would take years, and gives LLVM no reason to leave it out, or to compute what comes out.
fn guest() -> Vec<u8> {
    let mut text = String::from(
        r#"(module (memory 1) (table 1 funcref) (elem (i32.const 0) $indirect) (type $none (func))
        (func (export "empty") (loop $l (br $l)))
        (func (export "count") (local $i i64)
            (loop $l
                (local.set $i (i64.add (i64.mul (local.get $i) (i64.const 6364136223846793005)) (i64.const 1)))
                (br_if $l (i64.ne (local.get $i) (i64.const 0)))))
        (func (export "short loops in a long one") (local $i i32) (local $j i64)
            (loop $long
                (local.set $i (i32.const 0))
                (loop $short
                    (i32.store (local.get $i) (i32.add (i32.load (local.get $i)) (i32.const 1)))
                    (local.set $i (i32.add (local.get $i) (i32.const 4)))
                    (br_if $short (i32.ne (local.get $i) (i32.const 64))))
                (local.set $j (i64.add (local.get $j) (i64.const 1)))
                (br_if $long (i64.ne (local.get $j) (i64.const 0)))))
        (func $tree (param i32) (result i32)
            (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1)))
            (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1))
                (else (i32.add (call $tree (i32.sub (local.get 0) (i32.const 1)))
                    (call $tree (i32.sub (local.get 0) (i32.const 1)))))))
        (func (export "recursions") (drop (call $tree (i32.const 60))))
        (func $loops (param i32) (local $i i32)
            (i32.store (i32.const 8) (i32.xor (i32.mul (i32.load (i32.const 8)) (i32.const 5)) (local.get 0)))
            (loop $l
                (if (local.get 0) (then (call $loops (i32.sub (local.get 0) (i32.const 1)))))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $l (i32.lt_u (local.get $i) (i32.const 3)))))
        (func (export "recursion in a loop") (call $loops (i32.const 60)))
        (func $indirect (type $none)
            (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
            (if (i32.lt_u (i32.load (i32.const 0)) (i32.const 60))
                (then (call_indirect (type $none) (i32.const 0)) (call_indirect (type $none) (i32.const 0))))
            (i32.store (i32.const 0) (i32.sub (i32.load (i32.const 0)) (i32.const 1))))
        (func (export "calls through a table") (call $indirect))
        (func $d0 (param i32) (result i32)
            (i32.xor (i32.mul (local.get 0) (i32.const 1664525)) (i32.shr_u (local.get 0) (i32.const 7))))"#,
    );
    for depth in 1..60 {
        let below = depth - 1;
        text += &format!("(func $d{depth} (param i32) (result i32) (call $d{below} (call $d{below} (local.get 0))))");
    }
    text += r#"(func (export "calls that are doubled") (i32.store (i32.const 0) (call $d59 (i32.const 1)))))"#;
    wat::parse_str(text).unwrap()
}

#[test]
fn every_form_of_going_on_is_interrupted() {
    let wasm = guest();
    // SAFETY: all native code here was just compiled.
    let engine = Engine::new(unsafe { Config::new(Heap::system()).native(&Std) }).unwrap();
    for optimise in [Optimise::None, Optimise::Less, Optimise::Speed, Optimise::Size] {
        let options = Options { optimise, ..Options::new(Machine::host(None).unwrap()) };
        let module = Module::new(&engine, &compile(&wasm, &options).unwrap()).unwrap();
        assert_eq!(module.native(), Ok(true));
        for name in [
            "empty",
            "count",
            "short loops in a long one",
            "recursions",
            "recursion in a loop",
            "calls through a table",
            "calls that are doubled",
        ] {
            let mut store = Store::new(&engine, ()).unwrap();
            let instance = Linker::new(&engine).instantiate(&mut store, &module).unwrap();
            let handle = store.interrupt_handle();
            let func = instance.typed_func::<(), ()>(&store, name).unwrap();
            let interrupter = thread::spawn(move || {
                thread::sleep(Duration::from_millis(5));
                handle.interrupt();
                Instant::now()
            });
            let result = func.call(&mut store, ());
            let waited = Instant::now().duration_since(interrupter.join().unwrap());
            assert_eq!(result, Err(Error::Trap(Trap::Interrupted)), "{name}, {optimise:?}");
            // Microseconds, where nobody else wants the processor.
            assert!(waited < Duration::from_secs(5), "{name}, {optimise:?}: {waited:?}");
        }
    }
}
