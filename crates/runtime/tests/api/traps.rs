//! Traps carry a reason and the guest functions that were active.

use moteur::{Caller, Engine, Error, Instance, Linker, Store, Trap};

use crate::{config, engine, instance, module};

#[test]
fn reasons() {
    let engine = Engine::new(config().stack_bytes(16 << 10)).unwrap();
    let mut store = Store::new(&engine, ()).unwrap();
    let instance = instance(
        &mut store,
        r#"(module (table 3 funcref) (elem (i32.const 0) $wrong) (func $wrong (param i32))
            (func (export "unreachable") unreachable)
            (func (export "divide") (drop (i32.div_u (i32.const 1) (i32.const 0))))
            (func (export "overflow") (drop (i64.div_s (i64.const 0x8000000000000000) (i64.const -1))))
            (func (export "convert") (drop (i32.trunc_f32_s (f32.const nan))))
            (func (export "recurse") (call 5))
            (func (export "undefined") (call_indirect (i32.const 3)))
            (func (export "null") (call_indirect (i32.const 1)))
            (func (export "mismatch") (call_indirect (i32.const 0)))
            (func (export "table") (drop (table.get (i32.const 3)))))"#,
    );
    for (name, trap) in [
        ("unreachable", Trap::Unreachable),
        ("divide", Trap::IntegerDivideByZero),
        ("overflow", Trap::IntegerOverflow),
        ("convert", Trap::BadConversionToInteger),
        ("recurse", Trap::StackOverflow),
        ("undefined", Trap::UndefinedElement),
        ("null", Trap::UninitializedElement),
        ("mismatch", Trap::IndirectCallTypeMismatch),
        ("table", Trap::TableOutOfBounds),
    ] {
        let func = instance.typed_func::<(), ()>(&store, name).unwrap();
        assert_eq!(func.call(&mut store, ()), Err(Error::Trap(trap)), "{name}");
    }
}

#[test]
fn backtraces_cross_instances() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    let inner = instance(
        &mut store,
        r#"(module $inner (func $a nop) (func $boom (param i32) (drop (i32.div_u (i32.const 1) (local.get 0))))
            (func $enter (export "enter") (param i32) (call $boom (local.get 0))))"#,
    );
    let mut linker = Linker::new(&engine);
    linker.instance(&store, "inner", inner).unwrap();
    let outer = module(
        &engine,
        r#"(module $outer (import "inner" "enter" (func $enter (param i32)))
            (func $run (export "run") (param i32) nop (call $enter (local.get 0))))"#,
    );
    let outer = linker.instantiate(&mut store, &outer).unwrap();
    let run = outer.typed_func::<i32, ()>(&store, "run").unwrap();
    assert_eq!(run.call(&mut store, 1), Ok(()));
    assert_eq!(store.backtrace().frames().count(), 0);
    assert_eq!(run.call(&mut store, 0), Err(Error::Trap(Trap::IntegerDivideByZero)));
    let backtrace = store.backtrace();
    let frames: Vec<_> = backtrace.frames().map(|frame| (frame.func(), frame.name(), frame.module().name())).collect();
    let expected =
        [(1, Some("boom"), Some("inner")), (2, Some("enter"), Some("inner")), (1, Some("run"), Some("outer"))];
    assert_eq!(frames, expected);
    // Each offset is that of the instruction that trapped or called: i32.div_u = 0x6e, call = 0x10.
    let opcodes: Vec<u8> =
        backtrace.frames().map(|frame| frame.module().bytes()[frame.offset().unwrap() as usize]).collect();
    assert_eq!(opcodes, [0x6e, 0x10, 0x10]);
    // Behind the count of locals, and `i32.const 1` and `local.get 0`; `local.get 0`; `nop` and `local.get 0`.
    let offsets: Vec<_> = backtrace.frames().map(|frame| frame.offset_in_func()).collect();
    assert_eq!(offsets, [Some(5), Some(3), Some(4)]);
    let instances: Vec<_> = backtrace.frames().map(|frame| frame.instance()).collect();
    assert_eq!(instances, [inner, inner, outer]);
    let text = backtrace.to_string();
    assert!(text.starts_with("  0: func 1 <boom> at offset 0x"), "{text}");
    assert_eq!(backtrace.total(), 3);
}

#[test]
fn backtraces_cross_host_functions() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    let inner = instance(
        &mut store,
        r#"(module (func $deep (param i32) (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1)))))
            unreachable) (func $boom (export "boom") (call $deep (i32.const 2))))"#,
    );
    let boom = inner.typed_func::<(), ()>(&store, "boom").unwrap();
    let mut linker = Linker::new(&engine);
    linker.func("host", "call", move |mut caller: Caller<'_, ()>| boom.call(&mut caller, ())).unwrap();
    // The first failure is swallowed and leaves no frames behind.
    linker
        .func("host", "twice", move |mut caller: Caller<'_, ()>| {
            assert_eq!(boom.call(&mut caller, ()), Err(Error::Trap(Trap::Unreachable)));
            boom.call(&mut caller, ())
        })
        .unwrap();
    let outer = module(
        &engine,
        r#"(module (import "host" "call" (func $call)) (import "host" "twice" (func $twice))
            (func $run (export "run") (param i64 i64) (result i32) nop (call $call) (i32.const 1))
            (func $again (export "again") (return_call $twice)))"#,
    );
    let outer = linker.instantiate(&mut store, &outer).unwrap();
    let names = |store: &Store<()>| -> Vec<String> {
        store.backtrace().frames().map(|frame| frame.name().unwrap_or_default().to_string()).collect()
    };
    let run = outer.typed_func::<(i64, i64), i32>(&store, "run").unwrap();
    assert_eq!(run.call(&mut store, (1, 2)), Err(Error::Trap(Trap::Unreachable)));
    assert_eq!(names(&store), ["deep", "deep", "deep", "boom", "run"]);
    let again = outer.typed_func::<(), ()>(&store, "again").unwrap();
    assert_eq!(again.call(&mut store, ()), Err(Error::Trap(Trap::Unreachable)));
    assert_eq!(names(&store), ["deep", "deep", "deep", "boom", "again"]);
}

#[test]
#[cfg_attr(miri, ignore = "slow")]
fn deep_recursion_is_counted_and_cut() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    let deep = module(&engine, r#"(module (func $f (export "f") (call $f)))"#);
    let deep = Instance::new(&mut store, &deep, &[]).unwrap();
    let f = deep.typed_func::<(), ()>(&store, "f").unwrap();
    for _ in 0..3 {
        assert_eq!(f.call(&mut store, ()), Err(Error::Trap(Trap::StackOverflow)));
        let backtrace = store.backtrace();
        assert!(backtrace.total() > 1000);
        assert_eq!(backtrace.frames().count(), 32);
        assert!(backtrace.to_string().ends_with("more"));
    }
}
