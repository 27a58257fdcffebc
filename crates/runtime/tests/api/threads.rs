//! What may go to other threads, and stopping a guest from one.

use std::thread;
use std::time::{Duration, Instant};

use moteur::{
    Backtrace, Caller, Config, Engine, Error, Extern, Func, Instance, InterruptFlag, InterruptHandle, Linker, Memory,
    Module, Store, Suspended, Trap, TypedFunc, Val,
};

use crate::{engine, instance, module};

fn send_and_sync<T: Send + Sync>() {}

#[test]
fn everything_may_be_sent_and_shared() {
    send_and_sync::<Engine>();
    send_and_sync::<Config>();
    send_and_sync::<Module>();
    send_and_sync::<Store<u8>>();
    send_and_sync::<Linker<u8>>();
    send_and_sync::<InterruptHandle>();
    send_and_sync::<InterruptFlag>();
    send_and_sync::<(Func, TypedFunc<i32, i32>, Instance, Memory, Extern, Val)>();
    send_and_sync::<(Error, Suspended)>();
}

#[test]
fn one_module_runs_in_many_threads() {
    let engine = engine();
    let square = module(
        &engine,
        r#"(module (import "" "add" (func $add (param i32)))
            (func (export "run") (param i32) (call $add (i32.mul (local.get 0) (local.get 0)))))"#,
    );
    let mut linker = Linker::new(&engine);
    linker.func("", "add", |mut caller: Caller<'_, i32>, n: i32| *caller.data_mut() += n).unwrap();
    let sums: Vec<i32> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|n| {
                let (engine, square, linker) = (&engine, square.clone(), &linker);
                scope.spawn(move || {
                    let mut store = Store::new(engine, 0).unwrap();
                    let instance = linker.instantiate(&mut store, &square).unwrap();
                    let run = instance.typed_func::<i32, ()>(&store, "run").unwrap();
                    for i in 0..100 {
                        run.call(&mut store, n + i).unwrap();
                    }
                    store.into_data()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let expected: Vec<i32> = (0..8).map(|n| (n..n + 100).map(|i| i * i).sum()).collect();
    assert_eq!(sums, expected);
}

#[test]
fn a_guest_is_stopped_from_another_thread() {
    let mut store = Store::new(&engine(), ()).unwrap();
    let spinning = instance(
        &mut store,
        r#"(module (func (export "loop") (loop (br 0)))
            (func $f (export "recurse") (param i32) (result i32)
                (loop (drop (call $g (i32.const 1))) (br 0)) (i32.const 0))
            (func $g (param i32) (result i32) (local.get 0))
            (func $t (export "tail") (return_call $t))
            (func (export "one") (result i32) (i32.const 1)))"#,
    );
    let handle = store.interrupt_handle();
    for name in ["loop", "tail"] {
        let spin = spinning.func(&store, name).unwrap();
        let started = Instant::now();
        let stopper = thread::spawn({
            let handle = handle.clone();
            move || {
                thread::sleep(Duration::from_millis(20));
                handle.interrupt();
            }
        });
        assert_eq!(spin.call(&mut store, &[], &mut []), Err(Error::Trap(Trap::Interrupted)), "{name}");
        assert!(started.elapsed() >= Duration::from_millis(20));
        assert!(store.backtrace().frames().next().is_some());
        stopper.join().unwrap();
        handle.clear();
    }
    assert_eq!(spinning.typed_func::<(), i32>(&store, "one").unwrap().call(&mut store, ()), Ok(1));
    drop(store);
    handle.interrupt();
}

#[test]
fn a_static_flag_stops_the_guest() {
    static FLAG: InterruptFlag = InterruptFlag::new();
    let mut store = Store::new(&engine(), ()).unwrap();
    let spinning = instance(&mut store, r#"(module (func (export "loop") (loop (br 0))))"#);
    store.set_interrupt_flag(&FLAG);
    FLAG.raise();
    let spin = spinning.typed_func::<(), ()>(&store, "loop").unwrap();
    assert_eq!(spin.call(&mut store, ()), Err(Error::Trap(Trap::Interrupted)));
    let _: &Backtrace = store.backtrace();
}
