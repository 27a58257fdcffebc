//! Calls that run out of fuel go on when there is more, with the same result as if there had been enough.

use moteur::{Call, Caller, Engine, Error, Func, Instance, Linker, Store, Suspended, Trap, Val};

use crate::{config, module};

const FIB: &str = r#"(module
    (func $fib (export "fib") (param i32) (result i32)
        (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
            (then (local.get 0))
            (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                           (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
    (func (export "boom") (param i32) (result i32) (drop (call $fib (local.get 0))) unreachable))"#;

fn metered() -> (Store<()>, Instance) {
    let engine = Engine::new(config().fuel(true)).unwrap();
    let mut store = Store::new(&engine, ()).unwrap();
    let instance = Instance::new(&mut store, &module(&engine, FIB), &[]).unwrap();
    (store, instance)
}

fn suspended(call: Result<Call, Error>) -> Suspended {
    match call {
        Ok(Call::Suspended(suspended)) => suspended,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_call_is_resumed_until_it_is_done() {
    let (mut store, instance) = metered();
    let fib = instance.func(&store, "fib").unwrap();
    for portion in [20, 70, 500] {
        let mut results = [Val::I32(0)];
        store.set_fuel(portion).unwrap();
        let mut call = fib.call_resumable(&mut store, &[Val::I32(15)], &mut results).unwrap();
        let mut times = 0;
        while let Call::Suspended(suspended) = call {
            times += 1;
            store.set_fuel(portion).unwrap();
            call = suspended.resume(&mut store, &mut results).unwrap();
        }
        assert_eq!(results, [Val::I32(610)], "{portion}");
        assert!(times > 3, "{portion}: {times}");
    }
    store.set_fuel(u64::MAX).unwrap();
    let mut results = [Val::I32(0)];
    assert!(matches!(fib.call_resumable(&mut store, &[Val::I32(10)], &mut results), Ok(Call::Done)));
    assert_eq!(results, [Val::I32(55)]);
}

#[test]
fn suspended_calls_are_a_stack() {
    let (mut store, instance) = metered();
    let fib = instance.func(&store, "fib").unwrap();
    let mut results = [Val::I32(0)];
    let start = |store: &mut Store<()>, n| {
        store.set_fuel(40).unwrap();
        suspended(fib.call_resumable(store, &[Val::I32(n)], &mut [Val::I32(0)]))
    };
    let lower = start(&mut store, 12);
    let upper = start(&mut store, 13);
    let third = start(&mut store, 14);
    store.set_fuel(u64::MAX).unwrap();
    // Other calls run above the suspended ones.
    fib.call(&mut store, &[Val::I32(9)], &mut results).unwrap();
    assert_eq!(results, [Val::I32(34)]);
    third.cancel(&mut store).unwrap();
    assert!(matches!(upper.resume(&mut store, &mut results), Ok(Call::Done)));
    assert_eq!(results, [Val::I32(233)]);
    assert!(matches!(lower.resume(&mut store, &mut results), Ok(Call::Done)));
    assert_eq!(results, [Val::I32(144)]);

    let lower = start(&mut store, 12);
    let _upper = start(&mut store, 13);
    store.set_fuel(u64::MAX).unwrap();
    assert_eq!(lower.resume(&mut store, &mut results).err(), Some(Error::NotResumable));
}

#[test]
fn wrong_stores_and_lengths_are_refused() {
    let (mut store, instance) = metered();
    let (mut other, _) = metered();
    let fib = instance.func(&store, "fib").unwrap();
    store.set_fuel(10).unwrap();
    let call = suspended(fib.call_resumable(&mut store, &[Val::I32(12)], &mut [Val::I32(0)]));
    assert_eq!(call.cancel(&mut other).err(), Some(Error::ForeignStore));
    assert_eq!(fib.call_resumable(&mut store, &[], &mut []).err(), Some(Error::Type));
}

#[test]
fn traps_after_resuming_end_the_call() {
    let (mut store, instance) = metered();
    let boom = instance.func(&store, "boom").unwrap();
    for _ in 0..100 {
        store.set_fuel(30).unwrap();
        let call = suspended(boom.call_resumable(&mut store, &[Val::I32(10)], &mut [Val::I32(0)]));
        store.set_fuel(u64::MAX).unwrap();
        let result = call.resume(&mut store, &mut [Val::I32(0)]);
        assert_eq!(result.err(), Some(Error::Trap(Trap::Unreachable)));
        let frames: Vec<u32> = store.backtrace().frames().map(|frame| frame.func()).collect();
        assert_eq!(frames, [1]);
    }
}

#[test]
fn host_functions_do_not_suspend() {
    let engine = Engine::new(config().fuel(true)).unwrap();
    let mut store = Store::new(&engine, None::<Func>).unwrap();
    let mut linker = Linker::new(&engine);
    linker
        .func("", "inner", |mut caller: Caller<'_, Option<Func>>| -> Result<(), Error> {
            let func = caller.data().ok_or(Error::NoExport)?;
            let call = func.call_resumable(&mut caller, &[], &mut []);
            assert_eq!(call.err(), Some(Error::NotResumable));
            func.call(&mut caller, &[], &mut [])
        })
        .unwrap();
    let user = module(
        &engine,
        r#"(module (import "" "inner" (func $inner))
            (func (export "outer") (call $inner)) (func (export "spin") (loop (br 0))))"#,
    );
    store.set_fuel(1000).unwrap();
    let instance = linker.instantiate(&mut store, &user).unwrap();
    *store.data_mut() = instance.func(&store, "spin");
    let outer = instance.func(&store, "outer").unwrap();
    let result = outer.call_resumable(&mut store, &[], &mut []);
    assert_eq!(
        result.err(),
        Some(Error::Trap(Trap::OutOfFuel)),
        "the host function's call ends, and with it the outer"
    );
}
