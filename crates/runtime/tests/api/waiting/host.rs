//! Asynchronous host functions: guests that wait for them, and callers that cannot.

use core::future::Future;
use core::mem::MaybeUninit;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use moteur::pool::Counted;
use moteur::{
    Caller, Config, Engine, Error, Extern, Func, GuestAddr, Heap, Instance, Limit, Linker, Module, OutOfMemory, Store,
    Trap, Val,
};

use super::{After, finish, metered, poll};
use crate::module;

/// Reaches `env.sensor` in all ways there are: called, through a table, in place of the caller, from another instance.
const GUEST: &str = r#"(module
    (type $sensor (func (param i32 i64) (result i64)))
    (import "env" "sensor" (func $sensor (type $sensor)))
    (memory (export "memory") 1)
    (table funcref (elem $sensor))
    (func (export "direct") (type $sensor) (i64.add (i64.const 1) (call $sensor (local.get 0) (local.get 1))))
    (func (export "indirect") (type $sensor)
        (i64.add (i64.const 1) (call_indirect (type $sensor) (local.get 0) (local.get 1) (i32.const 0))))
    (func (export "tail") (type $sensor) (return_call $sensor (local.get 0) (local.get 1)))
    (func $tail_indirect (export "tail_indirect") (type $sensor)
        (return_call_indirect (type $sensor) (local.get 0) (local.get 1) (i32.const 0)))
    (func (export "deep") (type $sensor)
        (i64.add (i64.const 1) (call $tail_indirect (local.get 0) (local.get 1))))
    (func (export "often") (param i32 i64) (result i64) (local i64)
        (loop
            (local.set 2 (i64.add (local.get 2) (call $sensor (local.get 0) (local.get 1))))
            (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (local.get 2)))"#;

const OUTER: &str = r#"(module
    (type $sensor (func (param i32 i64) (result i64)))
    (import "inner" "direct" (func $direct (type $sensor)))
    (import "inner" "tail" (func $tail (type $sensor)))
    (func (export "across") (type $sensor) (i64.add (i64.const 1) (call $direct (local.get 0) (local.get 1))))
    (func (export "tail_across") (type $sensor) (return_call $tail (local.get 0) (local.get 1))))"#;

type Sensor = (i32, i64);

fn sensors<T: 'static>(engine: &Engine) -> Linker<T> {
    let mut linker = Linker::new(engine);
    let sensor = async |times: i32, value: i64| {
        After(times as usize).await;
        value * 10
    };
    linker.func_async("env", "sensor", sensor).unwrap();
    linker
}

#[test]
fn a_guest_waits_however_it_calls() {
    let engine = metered();
    let mut store = Store::new(&engine, ()).unwrap();
    let mut linker = sensors(&engine);
    let inner = linker.instantiate(&mut store, &module(&engine, GUEST)).unwrap();
    linker.instance(&store, "inner", inner).unwrap();
    let outer = linker.instantiate(&mut store, &module(&engine, OUTER)).unwrap();
    for (instance, name, more) in [
        (inner, "direct", 1),
        (inner, "indirect", 1),
        (inner, "tail", 0),
        (inner, "tail_indirect", 0),
        (inner, "deep", 1),
        (outer, "across", 2),
        (outer, "tail_across", 0),
    ] {
        let func = instance.typed_func::<Sensor, i64>(&store, name).unwrap();
        for times in 0..if cfg!(miri) { 2 } else { 4 } {
            store.set_fuel(1_000).unwrap();
            let course = finish(func.call_async(&mut store, (times, 1 << 33)));
            assert_eq!(course.result, Ok(10 * (1 << 33) + more), "{name} {times}");
            assert_eq!(course.pending, times as usize, "{name}");
            // Nothing of the wait is paid by the guest.
            assert!(store.fuel().unwrap() > 980, "{name}");
        }
        // Given up while it waits, and afterwards all is as before.
        let mut call = func.call_async(&mut store, (5, 1));
        poll(&mut call, 3);
        drop(call);
    }
    // The embedder may call such a function itself.
    let Some(Extern::Func(sensor)) = linker.get(&mut store, "env", "sensor").unwrap() else { panic!("no function") };
    let mut results = [Val::I32(0)];
    let course = finish(sensor.call_async(&mut store, &[Val::I32(2), Val::I64(4)], &mut results));
    assert_eq!((course.result, course.pending), (Ok(()), 2));
    assert_eq!(results, [Val::I64(40)]);
}

#[test]
fn who_cannot_wait_is_told_so() {
    let engine = metered();
    let mut store = Store::new(&engine, None::<Func>).unwrap();
    let mut linker = sensors::<Option<Func>>(&engine);
    let instance = linker.instantiate(&mut store, &module(&engine, GUEST)).unwrap();
    let direct = instance.func(&store, "direct").unwrap();
    *store.data_mut() = Some(direct);
    store.set_fuel(10_000).unwrap();
    let args = [Val::I32(0), Val::I64(1)];
    let mut results = [Val::I32(0)];
    assert_eq!(direct.call(&mut store, &args, &mut results), Err(Error::NotAsync));
    assert_eq!(store.backtrace().frames().count(), 1);
    assert_eq!(direct.call_resumable(&mut store, &args, &mut results).err(), Some(Error::NotAsync));
    let Some(Extern::Func(sensor)) = linker.get(&mut store, "env", "sensor").unwrap() else { panic!("no function") };
    assert_eq!(sensor.call(&mut store, &args, &mut results), Err(Error::NotAsync));

    // A host function that is not asynchronous, below a call that could wait.
    let through = |mut caller: Caller<'_, Option<Func>>| {
        let direct = caller.data().ok_or(Error::host(1))?;
        direct.call(&mut caller, &[Val::I32(0), Val::I64(1)], &mut [Val::I32(0)])
    };
    linker.func("env", "through", through).unwrap();
    let text = r#"(module (import "env" "through" (func $through)) (func (export "run") (call $through)))"#;
    let outer = linker.instantiate(&mut store, &module(&engine, text)).unwrap();
    let run = outer.typed_func::<(), ()>(&store, "run").unwrap();
    assert_eq!(finish(run.call_async(&mut store, ())).result, Err(Error::NotAsync));
    assert_eq!(store.backtrace().frames().count(), 2);

    // A start function.
    let text = r#"(module (import "env" "sensor" (func $sensor (param i32 i64) (result i64)))
        (func $start (drop (call $sensor (i32.const 0) (i64.const 0)))) (start $start))"#;
    assert_eq!(linker.instantiate(&mut store, &module(&engine, text)).err(), Some(Error::NotAsync));
    // And the store is none the worse for it.
    let direct = direct.typed::<Sensor, i64>(&store).unwrap();
    assert_eq!(finish(direct.call_async(&mut store, (1, 1))).result, Ok(11));
}

#[test]
fn a_host_function_has_the_caller_while_it_waits() {
    let engine = metered();
    let mut store = Store::new(&engine, 5_usize).unwrap();
    let mut linker = Linker::new(&engine);
    let read = async |mut caller: Caller<'_, usize>, to: GuestAddr, len: u32| -> Result<u32, Error> {
        let mut done = 0;
        while done < len {
            let times = *caller.data();
            After(times).await;
            *caller.data_mut() += 1;
            caller.memory()?.write(&mut caller, GuestAddr(to.0 + done), &[b'a' + done as u8])?;
            done += 1;
        }
        Ok(done)
    };
    linker.func_async("env", "read", read).unwrap();
    let text = r#"(module (import "env" "read" (func $read (param i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "run") (result i32) (call $read (i32.const 16) (i32.const 4))))"#;
    let instance = linker.instantiate(&mut store, &module(&engine, text)).unwrap();
    let run = instance.typed_func::<(), u32>(&store, "run").unwrap();
    store.set_fuel(100).unwrap();
    let course = finish(run.call_async(&mut store, ()));
    assert_eq!((course.result, course.pending), (Ok(4), 5 + 6 + 7 + 8));
    let memory = instance.memory(&store, "memory").unwrap();
    assert_eq!(&memory.data(&store).unwrap()[15..21], b"\0abcd\0");
    assert_eq!(*store.data(), 9);
}

#[test]
fn what_a_host_function_fails_with_ends_the_call() {
    let engine = metered();
    let mut store = Store::new(&engine, ()).unwrap();
    let mut linker = Linker::new(&engine);
    let failing = async |times: i32, _: i64| -> Result<i64, Error> {
        After(times as usize).await;
        Err(Error::host(77))
    };
    linker.func_async("env", "sensor", failing).unwrap();
    let inner = linker.instantiate(&mut store, &module(&engine, GUEST)).unwrap();
    linker.instance(&store, "inner", inner).unwrap();
    let outer = linker.instantiate(&mut store, &module(&engine, OUTER)).unwrap();
    let across = outer.typed_func::<Sensor, i64>(&store, "across").unwrap();
    for times in 0..3 {
        store.set_fuel(100).unwrap();
        let course = finish(across.call_async(&mut store, (times, 1)));
        assert_eq!((course.result, course.pending), (Err(Error::Host(77)), times as usize));
        assert_eq!(store.backtrace().frames().count(), 2, "{times}");
    }
}

#[test]
fn an_interrupt_ends_the_wait() {
    let engine = metered();
    let mut store = Store::new(&engine, ()).unwrap();
    let instance = sensors(&engine).instantiate(&mut store, &module(&engine, GUEST)).unwrap();
    let direct = instance.typed_func::<Sensor, i64>(&store, "direct").unwrap();
    store.set_fuel(100).unwrap();
    let handle = store.interrupt_handle();
    let mut call = direct.call_async(&mut store, (1_000, 1));
    poll(&mut call, 3);
    handle.interrupt();
    assert_eq!(finish(call).result, Err(Error::Trap(Trap::Interrupted)));
    assert_eq!(store.backtrace().frames().count(), 1);
}

#[test]
fn guests_that_are_always_served_come_back_all_the_same() {
    let engine = metered();
    let mut store = Store::new(&engine, ()).unwrap();
    let mut linker = Linker::new(&engine);
    linker.func_async("env", "sensor", async |_: i32, value: i64| value).unwrap();
    let instance = linker.instantiate(&mut store, &module(&engine, GUEST)).unwrap();
    let often = instance.typed_func::<Sensor, i64>(&store, "often").unwrap();
    store.set_fuel(1_000_000).unwrap();
    let course = finish(often.call_async(&mut store, (1_000, 2)).yield_every(500));
    assert_eq!(course.result, Ok(2_000));
    // 1,000 rounds of 11 units.
    assert!((22..=24).contains(&course.pending), "{}", course.pending);
}

/// A guest that calls the host, which calls the guest, and so on, so many times.
const NESTED: &str = r#"(module
    (import "env" "enter" (func $enter (param i32) (result i32)))
    (func (export "run") (param i32) (result i32) (local i32)
        (local.set 1 (i32.const 200))
        (loop (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
        (i32.add (local.get 0) (call $enter (i32.sub (local.get 0) (i32.const 1))))))"#;

async fn enter(mut caller: Caller<'_, ()>, n: i32) -> Result<i32, Error> {
    After(1).await;
    if n == 0 {
        return Ok(0);
    }
    let instance = caller.instance().ok_or(Error::NoExport)?;
    let run = instance.typed_func::<i32, i32>(&caller, "run")?;
    let sum = run.call_async(&mut caller, n).yield_every(300).await?;
    After(1).await;
    Ok(sum)
}

#[test]
fn asynchronous_host_functions_call_guests_that_wait() {
    let engine = Engine::new(crate::config().fuel(true).max_host_depth(8)).unwrap();
    let mut store = Store::new(&engine, ()).unwrap();
    let mut linker = Linker::new(&engine);
    linker.func_async("env", "enter", enter).unwrap();
    let instance = linker.instantiate(&mut store, &module(&engine, NESTED)).unwrap();
    let run = instance.typed_func::<i32, i32>(&store, "run").unwrap();
    for (depth, result, frames) in [
        (1, Ok(1), 0),
        (4, Ok(10), 0),
        (8, Ok(36), 0),
        (9, Err(Error::Limit(Limit::HostDepth)), 9),
        (30, Err(Error::Limit(Limit::HostDepth)), 9),
    ] {
        store.set_fuel(100_000).unwrap();
        let course = finish(run.call_async(&mut store, depth).yield_every(300));
        assert_eq!(course.result, result, "{depth}");
        assert_eq!(store.backtrace().frames().count(), frames, "{depth}");
        assert!(course.pending > 3, "{depth}");
    }
    // Given up in the depths, the innermost first.
    for polls in (0..30).step_by(if cfg!(miri) { 10 } else { 1 }) {
        store.set_fuel(100_000).unwrap();
        let mut call = run.call_async(&mut store, 8).yield_every(300);
        poll(&mut call, polls);
        drop(call);
        assert_eq!(finish(run.call_async(&mut store, 3)).result, Ok(6));
    }
}

/// Counts how many there are.
struct Alive(Arc<AtomicUsize>);

impl Alive {
    fn new(count: &Arc<AtomicUsize>) -> Alive {
        count.fetch_add(1, Ordering::Relaxed);
        Alive(count.clone())
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Lets a guest wait twice, with a heap of its own, and gives up after so many polls.
fn wait(heap: Heap, bytes: &[u8], alive: &Arc<AtomicUsize>, polls: usize) -> Result<(), Error> {
    let engine = Engine::new(Config::new(heap).stack_bytes(4 << 10).fuel(true))?;
    let module = Module::new(&engine, bytes)?;
    let mut store = Store::new(&engine, Vec::<i64>::new())?;
    let mut linker = Linker::new(&engine);
    let count = alive.clone();
    let sensor = async move |mut caller: Caller<'_, Vec<i64>>, times: i32, value: i64| {
        let _alive = Alive::new(&count);
        After(times as usize).await;
        caller.data_mut().push(value);
        value
    };
    linker.func_async("env", "sensor", sensor)?;
    let instance: Instance = linker.instantiate(&mut store, &module)?;
    let often = instance.typed_func::<Sensor, i64>(&store, "often")?;
    store.set_fuel(10_000)?;
    let mut call = often.call_async(&mut store, (2, 4));
    for _ in 0..polls {
        if let Poll::Ready(result) = Pin::new(&mut call).poll(&mut Context::from_waker(Waker::noop())) {
            assert_eq!(result?, 8);
            return Ok(());
        }
    }
    drop(call);
    assert_eq!(alive.load(Ordering::Relaxed), 0, "the future is gone with the call");
    // The store is as good as new.
    assert_eq!(finish(often.call_async(&mut store, (1, 5))).result?, 5);
    Ok(())
}

#[test]
fn each_allocation_may_fail() {
    static HEAP: Counted = Counted::new();
    let heap = Heap::counted(&HEAP);
    let bytes = wat::parse_str(GUEST).unwrap();
    let alive = Arc::new(AtomicUsize::new(0));
    for polls in 0..5 {
        let mut failed = 0;
        for allocations in 0.. {
            heap.fail_after(Some(allocations));
            let result = wait(heap, &bytes, &alive, polls);
            heap.fail_after(None);
            assert_eq!(heap.stats().used, 0, "{polls} polls, {allocations} allocations: something is left");
            assert_eq!(alive.load(Ordering::Relaxed), 0);
            match result {
                Err(Error::OutOfMemory) => failed += 1,
                other => {
                    assert_eq!(other, Ok(()));
                    break;
                }
            }
        }
        assert!(failed > 5, "{failed}");
    }
}

#[test]
fn a_small_pool_suffices() -> Result<(), OutOfMemory> {
    let buffer: &'static mut [MaybeUninit<u8>] = Box::leak(vec![MaybeUninit::uninit(); 160 << 10].into());
    let heap = Heap::new(buffer)?;
    let empty = heap.stats().used;
    let alive = Arc::new(AtomicUsize::new(0));
    let bytes = wat::parse_str(GUEST).unwrap();
    for polls in 0..5 {
        assert_eq!(wait(heap, &bytes, &alive, polls), Ok(()));
        assert_eq!(heap.stats().used, empty);
    }
    Ok(())
}
