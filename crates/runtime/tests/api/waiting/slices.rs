//! Slices of fuel: how long they are, what they add up to, and what is left when a call is given up.

use moteur::{Caller, Engine, Error, Func, Instance, Linker, Store, Trap, Val};

use super::{finish, metered, poll};
use crate::module;

/// Counts down from its argument; each round costs 5 units, taken by two runs.
const COUNT: &str = r#"(module
    (func (export "count") (param i32) (result i32) (local i32)
        (loop $again
            (local.set 1 (i32.add (local.get 1) (i32.const 3)))
            (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (local.get 1))
    (func (export "spin") (loop (br 0)))
    (func (export "two") (param i32 i64) (result i64 i32) (local.get 1) (local.get 0)))"#;

fn counting() -> (Store<()>, Instance) {
    let engine = metered();
    let mut store = Store::new(&engine, ()).unwrap();
    let instance = Instance::new(&mut store, &module(&engine, COUNT), &[]).unwrap();
    (store, instance)
}

#[test]
fn a_call_comes_back_after_each_slice() {
    let (mut store, instance) = counting();
    let count = instance.typed_func::<i32, i32>(&store, "count").unwrap();
    store.set_fuel(1_000_000).unwrap();
    assert_eq!(count.call(&mut store, 10_000), Ok(30_000));
    let used = 1_000_000 - store.fuel().unwrap();
    for every in [1_u64, 100, 256, 1_000, 10_000, 10_000_000] {
        store.set_fuel(1_000_000).unwrap();
        let course = finish(count.call_async(&mut store, 10_000).yield_every(every));
        assert_eq!(course.result, Ok(30_000));
        assert_eq!(course.woken, course.pending, "{every}");
        // Slicing costs nothing.
        assert_eq!(1_000_000 - store.fuel().unwrap(), used, "{every}");
        // What a run would take more than its slice has comes with the next one.
        let (least, most) = (used / every.max(10), used / every.saturating_sub(10).max(1) + 1);
        assert!(
            (least..=most).contains(&(course.pending as u64)),
            "{every}: {} not in {least}..={most}",
            course.pending
        );
    }
}

#[test]
fn values_go_in_and_out() {
    let (mut store, instance) = counting();
    store.set_fuel(1_000).unwrap();
    let two = instance.func(&store, "two").unwrap();
    let mut results = [Val::I32(0), Val::I32(0)];
    let args = [Val::I32(-1), Val::I64(1 << 40)];
    assert_eq!(finish(two.call_async(&mut store, &args, &mut results)).result, Ok(()));
    assert_eq!(results, [Val::I64(1 << 40), Val::I32(-1)]);
    let two = two.typed::<(i32, i64), (i64, i32)>(&store).unwrap();
    assert_eq!(finish(two.call_async(&mut store, (7, 8))).result, Ok((8, 7)));
    for (args, results) in [(&args[..1], 2), (&args[..], 1)] {
        let mut results = vec![Val::I32(0); results];
        let course = finish(two.func().call_async(&mut store, args, &mut results));
        assert_eq!(course.result, Err(Error::Type));
    }
}

#[test]
fn all_slices_together_use_no_more_than_there_is() {
    let (mut store, instance) = counting();
    let spin = instance.typed_func::<(), ()>(&store, "spin").unwrap();
    for (total, every) in [(0, 10), (1, 10), (999, 10), (1_000, 1_000), (1_001, 1_000), (50_000, 7), (500, u64::MAX)] {
        store.set_fuel(total).unwrap();
        let course = finish(spin.call_async(&mut store, ()).yield_every(every));
        assert_eq!(course.result, Err(Error::Trap(Trap::OutOfFuel)));
        assert_eq!(store.fuel(), Ok(0), "{total} {every}");
        assert!(course.pending as u64 >= (total.max(1) - 1) / every, "{total} {every}: {}", course.pending);
        assert_eq!(store.backtrace().frames().count(), 1);
    }
}

#[test]
fn a_long_run_is_paid_in_parts() {
    let engine = metered();
    let body = "(local.set 0 (i32.add (local.get 0) (i32.const 1)))".repeat(1_000);
    let text = format!(r#"(module (func (export "run") (param i32) (result i32) {body} (local.get 0)))"#);
    let mut store = Store::new(&engine, ()).unwrap();
    let instance = Instance::new(&mut store, &module(&engine, &text), &[]).unwrap();
    let run = instance.typed_func::<i32, i32>(&store, "run").unwrap();
    // 4,001 operators, of which at most 256 are paid at once; a slice too short is made longer after it was waited for.
    for (every, pending) in [(1, 16), (256, 15), (512, 7), (4_001, 0)] {
        store.set_fuel(4_001).unwrap();
        let course = finish(run.call_async(&mut store, 5).yield_every(every));
        assert_eq!((course.result, course.pending), (Ok(1_005), pending), "{every}");
        assert_eq!(store.fuel(), Ok(0));
    }
    // What is not there cannot be had in parts.
    store.set_fuel(4_000).unwrap();
    assert_eq!(run.call(&mut store, 5), Err(Error::Trap(Trap::OutOfFuel)));
    assert_eq!(store.fuel(), Ok(4_000 - 15 * 256));
}

#[test]
fn moving_many_values_costs_more() {
    let engine = metered();
    let values = |n: usize, what: &str| what.repeat(n);
    let (results, zeros) = (values(640, "i32 "), values(640, "(i32.const 0)"));
    let text = format!(
        r#"(module
            (type $many (func (param {results}) (result {results})))
            (func (export "locals") (local {}))
            (func $many (type $many) {} )
            (func (export "results") {zeros} (call $many) {})
            (func (export "branch") (block (result {results}) {zeros} (br 0)) {}))"#,
        values(6_400, "i64 "),
        (0..640).map(|at| format!("(local.get {at})")).collect::<String>(),
        values(640, "(drop)"),
        values(640, "(drop)"),
    );
    let mut store = Store::new(&engine, ()).unwrap();
    let instance = Instance::new(&mut store, &module(&engine, &text), &[]).unwrap();
    for (name, cost) in [
        ("locals", 6_400 / 64),
        // Constants, the call of 640 parameters, what that does, its results, and dropping them.
        ("results", 640 + (1 + 10) + (640 + 10) + 640),
        ("branch", 640 + (1 + 10) + 640),
    ] {
        let func = instance.typed_func::<(), ()>(&store, name).unwrap();
        store.set_fuel(10_000).unwrap();
        assert_eq!(func.call(&mut store, ()), Ok(()));
        assert_eq!(10_000 - store.fuel().unwrap(), cost, "{name}");
        store.set_fuel(cost).unwrap();
        assert_eq!(finish(func.call_async(&mut store, ()).yield_every(1)).result, Ok(()), "{name}");
        store.set_fuel(cost - 1).unwrap();
        let course = finish(func.call_async(&mut store, ()).yield_every(1));
        assert_eq!(course.result, Err(Error::Trap(Trap::OutOfFuel)), "{name}");
    }
}

#[test]
fn a_call_that_is_dropped_leaves_the_store_as_it_was() {
    let (mut store, instance) = counting();
    let count = instance.typed_func::<i32, i32>(&store, "count").unwrap();
    for polls in (0..20).step_by(if cfg!(miri) { 7 } else { 1 }) {
        store.set_fuel(1_000_000).unwrap();
        let mut call = count.call_async(&mut store, 10_000).yield_every(100);
        poll(&mut call, polls);
        drop(call);
        let left = store.fuel().unwrap();
        assert!(1_000_000 - left <= polls as u64 * 100, "{polls}: {left}");
        assert_eq!(count.call(&mut store, 7), Ok(21));
        assert_eq!(finish(count.call_async(&mut store, 8)).result, Ok(24));
    }
}

#[test]
fn a_call_that_is_leaked_keeps_its_frames_and_nothing_else() {
    let (mut store, instance) = counting();
    let count = instance.typed_func::<i32, i32>(&store, "count").unwrap();
    store.set_fuel(1_000_000).unwrap();
    for _ in 0..5 {
        let mut call = count.call_async(&mut store, 10_000).yield_every(100);
        poll(&mut call, 2);
        core::mem::forget(call);
        assert_eq!(finish(count.call_async(&mut store, 8)).result, Ok(24));
    }
}

#[test]
fn a_call_that_is_over_is_not_polled_again() {
    let (mut store, instance) = counting();
    let count = instance.typed_func::<i32, i32>(&store, "count").unwrap();
    store.set_fuel(1_000).unwrap();
    let mut call = count.call_async(&mut store, 1);
    assert_eq!(finish(&mut call).result, Ok(3));
    assert_eq!(finish(&mut call).result, Err(Error::NotResumable));
}

#[test]
fn two_stores_take_turns() {
    let (mut one, one_instance) = counting();
    let (mut other, other_instance) = counting();
    let count = one_instance.typed_func::<i32, i32>(&one, "count").unwrap();
    let spin = other_instance.typed_func::<(), ()>(&other, "spin").unwrap();
    one.set_fuel(u64::MAX).unwrap();
    other.set_fuel(u64::MAX).unwrap();
    let mut spinning = spin.call_async(&mut other, ()).yield_every(1_000);
    let mut counting = count.call_async(&mut one, 10_000).yield_every(1_000);
    for _ in 0..30 {
        poll(&mut spinning, 1);
        poll(&mut counting, 1);
    }
    assert_eq!(finish(&mut counting).result, Ok(30_000));
    poll(&mut spinning, 1);
    drop(spinning);
    assert!(other.fuel().unwrap() <= u64::MAX - 30_000);
}

#[test]
fn it_takes_fuel_and_the_right_store() {
    let engine = crate::engine();
    let mut store = Store::new(&engine, ()).unwrap();
    let instance = Instance::new(&mut store, &module(&engine, COUNT), &[]).unwrap();
    let count = instance.typed_func::<i32, i32>(&store, "count").unwrap();
    assert_eq!(finish(count.call_async(&mut store, 1)).result, Err(Error::FuelOff));
    let (mut other, _) = counting();
    other.set_fuel(1_000).unwrap();
    assert_eq!(finish(count.call_async(&mut other, 1)).result, Err(Error::ForeignStore));
}

#[test]
fn an_interrupt_ends_a_call_between_slices() {
    let (mut store, instance) = counting();
    let spin = instance.typed_func::<(), ()>(&store, "spin").unwrap();
    store.set_fuel(u64::MAX).unwrap();
    let handle = store.interrupt_handle();
    let mut call = spin.call_async(&mut store, ()).yield_every(100);
    poll(&mut call, 3);
    handle.interrupt();
    assert_eq!(finish(call).result, Err(Error::Trap(Trap::Interrupted)));
}

/// A guest that calls `env.host` in a loop of so many rounds.
const CALLS: &str = r#"(module
    (import "env" "host" (func $host))
    (func (export "run") (param i32)
        (loop (call $host) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "long") (local i32) (local.set 0 (i32.const 1000))
        (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))"#;

#[test]
fn host_functions_see_all_fuel_and_make_no_slice_longer() {
    let engine = metered();
    let mut store = Store::new(&engine, Vec::new()).unwrap();
    let mut linker = Linker::new(&engine);
    let host = |mut caller: Caller<'_, Vec<u64>>| {
        let fuel = caller.fuel()?;
        caller.data_mut().push(fuel);
        caller.set_fuel(1_000_000)
    };
    linker.func("env", "host", host).unwrap();
    let instance = linker.instantiate(&mut store, &module(&engine, CALLS)).unwrap();
    let run = instance.typed_func::<i32, ()>(&store, "run").unwrap();
    store.set_fuel(10_000).unwrap();
    let course = finish(run.call_async(&mut store, 1_000).yield_every(500));
    assert_eq!(course.result, Ok(()));
    // 1,000 rounds of 6 units.
    assert!((11..=13).contains(&course.pending), "{}", course.pending);
    assert_eq!(store.data().len(), 1_000);
    assert!((9_990..10_000).contains(&store.data()[0]), "{}", store.data()[0]);
    assert!(store.data()[1..].iter().all(|fuel| (999_990..1_000_000).contains(fuel)));
}

#[test]
fn a_call_within_a_host_function_uses_all_fuel_and_does_not_come_back() {
    let engine = metered();
    let mut store = Store::new(&engine, None::<Func>).unwrap();
    let mut linker = Linker::new(&engine);
    let host = |mut caller: Caller<'_, Option<Func>>| match *caller.data() {
        Some(long) => {
            assert_eq!(finish(long.call_async(&mut caller, &[], &mut [])).result, Err(Error::NotResumable));
            long.call(&mut caller, &[], &mut [])
        }
        None => Ok(()),
    };
    linker.func("env", "host", host).unwrap();
    let instance = linker.instantiate(&mut store, &module(&engine, CALLS)).unwrap();
    *store.data_mut() = instance.func(&store, "long");
    let run = instance.typed_func::<i32, ()>(&store, "run").unwrap();
    store.set_fuel(100_000).unwrap();
    let course = finish(run.call_async(&mut store, 5).yield_every(300));
    // Each of the long calls is longer than a slice, which is over afterwards; the last one is the end.
    assert_eq!((course.result, course.pending), (Ok(()), 4));
    store.set_fuel(3_000).unwrap();
    let course = finish(run.call_async(&mut store, 5).yield_every(300));
    assert_eq!((course.result, course.pending), (Err(Error::Trap(Trap::OutOfFuel)), 0));
    // Both activations are noted.
    assert_eq!(store.backtrace().frames().count(), 2);
}

#[test]
fn what_takes_long_happens_once_in_a_slice() {
    let text = r#"(module (memory 1 20) (table 1 20 funcref) (elem $e funcref (ref.null func) (ref.null func))
        (func (export "grow") (param i32)
            (loop (drop (memory.grow (i32.const 1))) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
        (func (export "table") (param i32)
            (loop (drop (table.grow (ref.null func) (i32.const 1)))
                (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
        (func (export "init") (param i32)
            (loop (table.init $e (i32.const 0) (i32.const 1) (i32.const 1))
                (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
        (func $a (call $b)) (func $b (call $c)) (func $c (; pays nothing ;))
        (func (export "lower") (param i32) (call $a)))"#;
    for (eager, name, pending) in
        [(true, "grow", 9), (true, "table", 9), (true, "init", 9), (true, "lower", 0), (false, "lower", 3)]
    {
        let engine = Engine::new(crate::config().fuel(true).eager(eager)).unwrap();
        let mut store = Store::new(&engine, ()).unwrap();
        let instance = Instance::new(&mut store, &module(&engine, text), &[]).unwrap();
        let func = instance.typed_func::<i32, ()>(&store, name).unwrap();
        store.set_fuel(1_000).unwrap();
        let course = finish(func.call_async(&mut store, 10));
        assert_eq!((course.result, course.pending), (Ok(()), pending), "{name}");
        let used = 1_000 - store.fuel().unwrap();
        store.set_fuel(1_000).unwrap();
        assert_eq!(func.call(&mut store, 10), Ok(()));
        assert_eq!(1_000 - store.fuel().unwrap(), used, "{name}: slices cost nothing");
    }
}

#[test]
fn engines_without_memory_say_so() {
    let engine = Engine::new(crate::config().fuel(true).stack_bytes(64)).unwrap();
    let mut store = Store::new(&engine, ()).unwrap();
    let instance = Instance::new(&mut store, &module(&engine, COUNT), &[]).unwrap();
    let count = instance.typed_func::<i32, i32>(&store, "count").unwrap();
    store.set_fuel(1_000).unwrap();
    assert_eq!(finish(count.call_async(&mut store, 1)).result, Err(Error::Trap(Trap::StackOverflow)));
}
