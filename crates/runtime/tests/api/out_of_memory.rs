//! Every allocation failed in turn: each gives an error, never a panic, and afterwards nothing is left in the heap.

use std::mem::MaybeUninit;
use std::sync::Mutex;

use moteur::pool::Counted;
use moteur::{
    Caller, Config, Engine, Error, Func, Global, GlobalType, GuestAddr, Heap, Instance, Limits, Linker, Memory,
    MemoryType, Module, RefType, Store, Table, TableType, Val, ValType,
};

/// Programs that allocate in many ways; `run` takes a number and gives one.
pub const PROGRAMS: &[&str] = &[
    // Arithmetic in several functions, through a table; a memory that grows by bytes.
    r#"(module $arithmetic
        (type $op (func (param i32 i32) (result i32)))
        (table funcref (elem $add $mul $xor))
        (memory 100 (pagesize 1)) (data (i32.const 97) "end")
        (func $add (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
        (func $mul (param i32 i32) (result i32) (i32.mul (local.get 0) (local.get 1)))
        (func $xor (param i32 i32) (result i32) (i32.xor (local.get 0) (local.get 1)))
        (func (export "run") (param $n i32) (result i32) (local $i i32) (local $sum i32)
            (if (i32.ge_s (memory.grow (i32.const 100)) (i32.const 0))
                (then (i32.store8 (i32.sub (memory.size) (i32.const 1)) (i32.const 1))))
            (local.set $sum (i32.load8_u (i32.const 99)))
            (loop $again
                (local.set $sum (call_indirect (type $op) (local.get $sum) (local.get $i)
                    (i32.rem_u (local.get $i) (i32.const 3))))
                (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
            (local.get $sum)))"#,
    // Memory with segments, growth, host functions, a start function.
    r#"(module $memory
        (import "env" "print" (func $print (param i32 i32)))
        (import "env" "rand" (func $rand (result i64)))
        (memory (export "memory") 1) (data (i32.const 16) "a text to print") (data $passive "passive")
        (global $calls (mut i32) (i32.const 0))
        (func $start (memory.init $passive (i32.const 64) (i32.const 0) (i32.const 7)))
        (start $start)
        (func (export "run") (param $n i32) (result i32)
            (call $print (i32.const 16) (i32.const 15))
            (call $print (i32.const 64) (i32.const 7))
            (drop (memory.grow (i32.const 2)))
            (i64.store (i32.const 8) (call $rand))
            (global.set $calls (i32.add (global.get $calls) (i32.load (i32.const 8))))
            (i32.add (global.get $calls) (local.get $n))))"#,
    // References, tables that grow, imported items of the embedder, recursion, floats.
    r#"(module $references
        (import "env" "memory" (memory 1)) (import "env" "table" (table $t 2 funcref))
        (import "env" "global" (global $g (mut f64))) (import "env" "dynamic" (func $dynamic (param f32) (result f64)))
        (table $things 1 externref)
        (elem (table $t) (i32.const 0) func $fib) (elem declare func $fact)
        (func $fib (param i32) (result i32)
            (if (result i32) (i32.lt_u (local.get 0) (i32.const 2)) (then (local.get 0))
                (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                    (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
        (func $fact (param i32) (result i32)
            (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1))
                (else (i32.mul (local.get 0) (call $fact (i32.sub (local.get 0) (i32.const 1)))))))
        (func (export "run") (param i32) (result i32)
            (drop (table.grow $things (ref.null extern) (i32.const 100)))
            (table.set $t (i32.const 1) (ref.func $fact))
            (global.set $g (call $dynamic (f32.convert_i32_s (local.get 0))))
            (i32.add (i32.trunc_f64_s (global.get $g))
                (i32.add (call_indirect $t (param i32) (result i32) (i32.const 10) (i32.const 0))
                    (call_indirect $t (param i32) (result i32) (i32.const 5) (i32.const 1))))))"#,
];

struct Host {
    printed: usize,
}

fn linker(engine: &Engine, store: &mut Store<Host>) -> Result<Linker<Host>, Error> {
    let mut linker = Linker::new(engine);
    linker.func("env", "print", |mut caller: Caller<'_, Host>, addr: GuestAddr, len: u32| -> Result<(), Error> {
        let memory = caller.memory()?;
        let (text, host) = memory.str_and_data_mut(&mut caller, addr, len)?;
        host.printed += text.len();
        Ok(())
    })?;
    linker.func("env", "rand", || 4_i64)?;
    linker.func_dyn("env", "dynamic", &[ValType::F32], &[ValType::F64], |_, args, results| {
        results[0] = Val::from(f64::from(args[0].f32().unwrap()) * 2.0);
        Ok(())
    })?;
    let limits = Limits { min: 2, max: None };
    linker.define("env", "memory", Memory::new(store, MemoryType::new(limits))?)?;
    let ty = TableType { element: RefType::FUNCREF, limits };
    linker.define("env", "table", Table::new(store, ty, Val::FuncRef(None))?)?;
    let ty = GlobalType { value: ValType::F64, mutable: true };
    linker.define("env", "global", Global::new(store, ty, Val::from(0.5))?)?;
    Ok(linker)
}

/// Does with a module what an embedder would, twice over, and gives all numbers that came out.
fn embed(heap: Heap, bytes: &[u8], eager: bool) -> Result<Vec<i32>, Error> {
    let engine = Engine::new(Config::new(heap).stack_bytes(8 << 10).eager(eager))?;
    let module = Module::new(&engine, bytes)?;
    let mut store = Store::new(&engine, Host { printed: 0 })?;
    let linker = linker(&engine, &mut store)?;
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let instance: Instance = linker.instantiate(&mut store, &module)?;
        let run = instance.typed_func::<i32, i32>(&store, "run")?;
        numbers.push(run.call(&mut store, 10)?);
        let twice = Func::wrap(&mut store, |n: i32| n * 2)?;
        let mut results = [Val::I32(0)];
        let number = run.call(&mut store, 4)?;
        twice.call(&mut store, &[number.into()], &mut results)?;
        numbers.push(results[0].i32().unwrap());
    }
    numbers.push(store.data().printed as i32);
    Ok(numbers)
}

#[test]
fn each_allocation_fails_once() {
    static COUNTED: Counted = Counted::new();
    let heap = Heap::counted(&COUNTED);
    for text in PROGRAMS {
        let bytes = wat::parse_str(text).unwrap();
        for eager in [false, true] {
            let expected = embed(heap, &bytes, eager).unwrap();
            assert_eq!(heap.stats().used, 0);
            let mut failures = 0;
            let mut successes = 0;
            // A failure that the guest is told of (a refused growth) is no error; so the end is a run of successes.
            let step = if cfg!(miri) { 9 } else { 1 };
            for allocations in (0..).step_by(step) {
                heap.fail_after(Some(allocations));
                let result = embed(heap, &bytes, eager);
                heap.fail_after(None);
                assert_eq!((heap.stats().used, heap.stats().allocations), (0, 0), "after {allocations}: {result:?}");
                match result {
                    Ok(numbers) => {
                        assert_eq!(numbers, expected, "after {allocations}");
                        successes += 1;
                    }
                    Err(error) => {
                        assert_eq!(error, Error::OutOfMemory, "after {allocations}");
                        failures += 1;
                        successes = 0;
                    }
                }
                if successes * step >= 50 {
                    break;
                }
            }
            assert!(failures * step > 30, "{failures}");
        }
    }
}

/// Buffers that were given away for ever: a leak checker finds them here and reports others only.
static BUFFERS: Mutex<Vec<usize>> = Mutex::new(Vec::new());

#[test]
#[cfg_attr(miri, ignore = "slow")]
fn pools_of_all_sizes() {
    for text in PROGRAMS {
        let bytes = wat::parse_str(text).unwrap();
        let expected = embed(Heap::system(), &bytes, false).unwrap();
        let mut succeeded = false;
        for size in (1 << 10..600 << 10).step_by(4093) {
            let buffer: &'static mut [MaybeUninit<u8>] = vec![MaybeUninit::uninit(); size].leak();
            BUFFERS.lock().unwrap().push(buffer.as_ptr() as usize);
            let Ok(heap) = Heap::new(buffer) else { continue };
            match embed(heap, &bytes, false) {
                Ok(numbers) => {
                    assert_eq!(numbers, expected, "{size}");
                    succeeded = true;
                }
                Err(error) => {
                    assert_eq!(error, Error::OutOfMemory, "{size}");
                }
            }
            assert_eq!((heap.stats().used, heap.stats().allocations), (0, 0), "{size}");
        }
        assert!(succeeded);
    }
}

#[test]
fn a_dropped_store_leaves_the_heap_as_it_was() {
    static COUNTED: Counted = Counted::new();
    let heap = Heap::counted(&COUNTED);
    let engine = Engine::new(Config::new(heap)).unwrap();
    let modules: Vec<Module> =
        PROGRAMS.iter().map(|text| Module::new(&engine, &wat::parse_str(text).unwrap()).unwrap()).collect();
    let before = heap.stats();
    for round in 0..3 {
        let mut store = Store::new(&engine, Host { printed: 0 }).unwrap();
        let linker = linker(&engine, &mut store).unwrap();
        for module in &modules {
            let instance = linker.instantiate(&mut store, module).unwrap();
            instance.typed_func::<i32, i32>(&store, "run").unwrap().call(&mut store, round).unwrap();
        }
        drop(linker);
        if round == 1 {
            assert!(store.into_data().printed > 0);
        } else {
            drop(store);
        }
        let after = heap.stats();
        assert_eq!((after.used, after.allocations), (before.used, before.allocations));
    }
}

#[test]
fn a_failed_instantiation_leaves_no_trace() {
    static COUNTED: Counted = Counted::new();
    let heap = Heap::counted(&COUNTED);
    let engine = Engine::new(Config::new(heap).max_memory_pages(2)).unwrap();
    let mut store = Store::new(&engine, ()).unwrap();
    let text = r#"(module (func) (func) (global i32 (i32.const 1)) (table 5 funcref) (memory 3))"#;
    let module = Module::new(&engine, &wat::parse_str(text).unwrap()).unwrap();
    let refused = |store: &mut Store<()>| Instance::new(store, &module, &[]).unwrap_err();
    refused(&mut store);
    let before = heap.stats();
    for _ in 0..3 {
        assert!(matches!(refused(&mut store), Error::Limit(_)));
        assert_eq!(heap.stats().used, before.used);
    }
}
