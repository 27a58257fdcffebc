//! Host functions: arguments and results of all types, errors, and calls back into the guest.

use moteur::{
    Caller, Config, Error, ExternRef, Func, Heap, Instance, Limit, Linker, Module, Store, Trap, Val, ValType,
};

use crate::{engine, module};

#[test]
fn values_of_all_types_pass_through() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    let mut linker = Linker::new(&engine);
    linker.func("", "mix", |a: i32, b: i64, c: f32, d: f64, e: u32, f: u64| (f, e, d, c, b, a)).unwrap();
    let user = module(
        &engine,
        r#"(module
            (import "" "mix" (func $mix (param i32 i64 f32 f64 i32 i64) (result i64 i32 f64 f32 i64 i32)))
            (func (export "run") (param i32 i64 f32 f64 i32 i64) (result i64 i32 f64 f32 i64 i32)
                (call $mix (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5))))"#,
    );
    let instance = linker.instantiate(&mut store, &user).unwrap();
    let run =
        instance.typed_func::<(i32, i64, f32, f64, u32, u64), (u64, u32, f64, f32, i64, i32)>(&store, "run").unwrap();
    let nan = f32::from_bits(0xFFA0_0001);
    let (f, e, d, c, b, a) = run.call(&mut store, (-1, i64::MIN, nan, -0.0, u32::MAX, u64::MAX)).unwrap();
    assert_eq!((f, e, d.to_bits(), b, a), (u64::MAX, u32::MAX, (-0.0_f64).to_bits(), i64::MIN, -1));
    assert!(c.is_nan());

    let run = run.func();
    let args = [Val::I32(-1), Val::I64(3), Val::F32(0xFFA0_0001), Val::F64(1), Val::I32(5), Val::I64(-6)];
    let mut results = [Val::I32(0); 6];
    run.call(&mut store, &args, &mut results).unwrap();
    assert_eq!(results, [args[5], args[4], args[3], args[2], args[1], args[0]]);
}

#[test]
fn sixteen_arguments() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    #[allow(clippy::too_many_arguments)]
    fn sum(
        a: i32,
        b: i64,
        c: i32,
        d: i64,
        e: i32,
        f: i64,
        g: i32,
        h: i64,
        i: i32,
        j: i64,
        k: i32,
        l: i64,
        m: i32,
        n: i64,
        o: i32,
        p: i64,
    ) -> i64 {
        let narrow = [a, c, e, g, i, k, m, o].iter().rev().fold(0, |sum, n| sum * 10 + i64::from(*n));
        let wide = [b, d, f, h, j, l, n, p].iter().rev().fold(0, |sum, n| sum * 10 + n);
        narrow * 100_000_000 + wide
    }
    let sum = Func::wrap(&mut store, sum).unwrap();
    let args: Vec<Val> = (1..=8).flat_map(|n| [Val::I32(n), Val::I64(i64::from(9 - n))]).collect();
    let mut results = [Val::I32(0)];
    sum.call(&mut store, &args, &mut results).unwrap();
    assert_eq!(results, [Val::I64(8_765_432_112_345_678)]);
}

#[test]
fn references_pass_through() {
    let engine = engine();
    let mut store = Store::new(&engine, Vec::new()).unwrap();
    let mut linker = Linker::new(&engine);
    linker
        .func("", "keep", |mut caller: Caller<'_, Vec<u32>>, thing: Option<ExternRef>, func: Option<Func>| {
            caller.data_mut().push(thing.map_or(0, ExternRef::number));
            (func, thing)
        })
        .unwrap();
    let user = module(
        &engine,
        r#"(module (import "" "keep" (func $keep (param externref funcref) (result funcref externref)))
            (func (export "run") (param externref funcref) (result funcref externref)
                (call $keep (local.get 0) (local.get 1))))"#,
    );
    let instance = linker.instantiate(&mut store, &user).unwrap();
    let run = instance.func(&store, "run").unwrap();
    let typed = run.typed::<(Option<ExternRef>, Option<Func>), (Option<Func>, Option<ExternRef>)>(&store).unwrap();
    let thing = ExternRef::new(ExternRef::MAX);
    assert_eq!(typed.call(&mut store, (Some(thing), Some(run))), Ok((Some(run), Some(thing))));
    assert_eq!(typed.call(&mut store, (Some(ExternRef::new(0)), None)), Ok((None, Some(ExternRef::new(0)))));
    assert_eq!(typed.call(&mut store, (None, Some(run))), Ok((Some(run), None)));
    assert_eq!(store.into_data(), [ExternRef::MAX, 0, 0]);
}

#[test]
fn dynamic_functions_know_their_type_at_run_time() {
    let engine = engine();
    let mut store = Store::new(&engine, 0_i64).unwrap();
    let mut linker = Linker::new(&engine);
    let params = [ValType::I64, ValType::I32];
    linker
        .func_dyn("", "f", &params, &[ValType::I64, ValType::F32], |mut caller, args, results| {
            let sum = args[0].i64().unwrap() + i64::from(args[1].i32().unwrap());
            *caller.data_mut() += sum;
            results[0] = Val::I64(sum);
            assert_eq!(results[1], Val::F32(0));
            if sum == 0 {
                results[0] = Val::I32(0);
            }
            if sum < 0 { Err(Error::host(7)) } else { Ok(()) }
        })
        .unwrap();
    let user = module(
        &engine,
        r#"(module (import "" "f" (func $f (param i64 i32) (result i64 f32)))
            (func (export "run") (param i64 i32) (result i64 f32) (call $f (local.get 0) (local.get 1))))"#,
    );
    let instance = linker.instantiate(&mut store, &user).unwrap();
    let run = instance.typed_func::<(i64, i32), (i64, f32)>(&store, "run").unwrap();
    assert_eq!(run.call(&mut store, (40, 2)), Ok((42, 0.0)));
    assert_eq!(run.call(&mut store, (-40, 2)), Err(Error::Host(7)));
    assert_eq!(run.call(&mut store, (-2, 2)), Err(Error::Type), "a result of the wrong type");
    assert_eq!(*store.data(), 4);
}

#[test]
fn errors_of_host_functions_end_the_call() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    let mut linker = Linker::new(&engine);
    linker
        .func("", "fail", |how: i32| match how {
            0 => Ok(()),
            1 => Err(Error::exit(3)),
            2 => Err(Error::host(4)),
            _ => Err(Error::trap(Trap::IntegerOverflow)),
        })
        .unwrap();
    let user = module(
        &engine,
        r#"(module (import "" "fail" (func $fail (param i32)))
            (global (export "after") (mut i32) (i32.const 0))
            (func $inner (param i32) (call $fail (local.get 0)) (global.set 0 (i32.const 1)))
            (func (export "run") (param i32) (call $inner (local.get 0))))"#,
    );
    let instance = linker.instantiate(&mut store, &user).unwrap();
    let run = instance.typed_func::<i32, ()>(&store, "run").unwrap();
    for (how, error) in [(1, Error::Exit(3)), (2, Error::Host(4)), (3, Error::Trap(Trap::IntegerOverflow))] {
        assert_eq!(run.call(&mut store, how), Err(error));
        assert_eq!(instance.global(&store, "after").unwrap().get(&store), Ok(Val::I32(0)));
        let frames: Vec<u32> = store.backtrace().frames().map(|frame| frame.func()).collect();
        assert_eq!(frames, [1, 2]);
    }
    assert_eq!(run.call(&mut store, 0), Ok(()));
    assert_eq!(instance.global(&store, "after").unwrap().get(&store), Ok(Val::I32(1)));
}

/// `down(n)` calls the host, which calls `down(n - 1)` of the calling instance.
const NESTING: &str = r#"(module (import "" "up" (func $up (param i32) (result i32)))
    (func (export "down") (param i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0))
            (then (i32.const 0))
            (else (i32.add (i32.const 1) (call $up (i32.sub (local.get 0) (i32.const 1))))))))"#;

fn up(mut caller: Caller<'_, u32>, n: i32) -> Result<i32, Error> {
    *caller.data_mut() += 1;
    let instance = caller.instance().ok_or(Error::NoExport)?;
    instance.typed_func::<i32, i32>(&caller, "down")?.call(&mut caller, n)
}

#[test]
fn host_and_guest_nest_to_a_limited_depth() {
    let engine = moteur::Engine::new(Config::new(Heap::system()).max_host_depth(10)).unwrap();
    let nesting = module(&engine, NESTING);
    let mut store = Store::new(&engine, 0).unwrap();
    let mut linker = Linker::new(&engine);
    linker.func("", "up", up).unwrap();
    let instance = linker.instantiate(&mut store, &nesting).unwrap();
    let down = instance.typed_func::<i32, i32>(&store, "down").unwrap();
    for _ in 0..3 {
        assert_eq!(down.call(&mut store, 10), Ok(10));
        assert_eq!(down.call(&mut store, 11), Err(Error::Limit(Limit::HostDepth)));
        assert_eq!(down.call(&mut store, i32::MAX), Err(Error::Limit(Limit::HostDepth)));
    }
    assert_eq!(*store.data(), 90);
}

#[test]
fn a_host_function_may_change_everything_below_its_caller() {
    let engine = engine();
    let mut store = Store::new(&engine, None::<Module>).unwrap();
    let mut linker = Linker::new(&engine);
    linker
        .func("", "change", |mut caller: Caller<'_, Option<Module>>| -> Result<i32, Error> {
            // Grows the memory, adds host functions, instances and types while the caller's frame is on the stack.
            caller.memory()?.grow(&mut caller, 3)?;
            for _ in 0..20 {
                Func::wrap(&mut caller, |_: i64, _: f32, _: f64| 0)?;
            }
            let module = caller.data_mut().take().ok_or(Error::NoExport)?;
            let instance = Instance::new(&mut caller, &module, &[])?;
            instance.typed_func::<(), i32>(&caller, "f")?.call(&mut caller, ())
        })
        .unwrap();
    let user = module(
        &engine,
        r#"(module (import "" "change" (func $change (result i32))) (memory 1)
            (func (export "run") (result i32)
                (i32.store (i32.const 0) (i32.const 5))
                (i32.store (i32.const 200000) (call $change))
                (i32.add (i32.load (i32.const 0)) (i32.load (i32.const 200000)))))"#,
    );
    *store.data_mut() = Some(module(
        &engine,
        r#"(module (type (func (param f64 f64))) (func (export "f") (result i32) (i32.const 37)))"#,
    ));
    let instance = linker.instantiate(&mut store, &user).unwrap();
    assert_eq!(instance.typed_func::<(), i32>(&store, "run").unwrap().call(&mut store, ()), Ok(42));
}

#[test]
fn the_embedder_calls_host_functions_too() {
    let engine = engine();
    let mut store = Store::new(&engine, 1).unwrap();
    let who = Func::wrap(&mut store, |mut caller: Caller<'_, i32>| {
        assert!(caller.instance().is_none());
        assert_eq!(caller.memory().err(), Some(Error::NoExport));
        *caller.data_mut() += 1;
        *caller.data()
    });
    let who = who.unwrap().typed::<(), i32>(&store).unwrap();
    assert_eq!(who.call(&mut store, ()), Ok(2));
    assert_eq!(who.call(&mut store, ()), Ok(3));
}

#[test]
fn data_may_borrow() {
    let engine = engine();
    let mut log = Vec::new();
    {
        let mut store = Store::new(&engine, &mut log).unwrap();
        let mut linker = Linker::new(&engine);
        linker.func("", "log", |mut caller: Caller<'_, &mut Vec<i32>>, n: i32| caller.data_mut().push(n)).unwrap();
        let user = module(
            &engine,
            r#"(module (import "" "log" (func $log (param i32))) (func $start (call $log (i32.const 6))) (start $start))"#,
        );
        linker.instantiate(&mut store, &user).unwrap();
    }
    assert_eq!(log, [6]);
}
