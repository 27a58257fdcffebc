//! The runtime's API where all that runs is native code. The same tests hold with the interpreter and, built without the
//! feature `interpreter`, without it: there modules are refused by name whose native code is not run.

use moteur::{
    Caller, Config, Engine, Error, Extern, Func, Heap, Instance, Linker, Module, Refusal, Store, Trap, TypedFunc, Val,
};
use moteur_compiler::{Bodies, Machine, Options, compile_all, jobs};
use moteur_platform::std::Std;

/// Whether this runtime runs nothing but native code.
const IS_ALONE: bool = !cfg!(feature = "interpreter");

const GUEST: &str = r#"(module
    (import "env" "back" (func $back (param i32) (result i32)))
    (memory (export "memory") 1 3)
    (table $t (export "table") 2 8 funcref)
    (global (export "global") (mut i64) (i64.const 5))
    (data (i32.const 8) "native")
    (data $passive "more")
    (elem (i32.const 0) $twice)
    (func $twice (export "twice") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
    (func (export "through") (param i32) (result i32) (call $back (i32.add (local.get 0) (i32.const 1))))
    (func (export "indirect") (param i32 i32) (result i32)
        (call_indirect (param i32) (result i32) (local.get 1) (local.get 0)))
    (func (export "bulk") (result i32)
        (memory.init $passive (i32.const 100) (i32.const 0) (i32.const 4))
        (memory.copy (i32.const 200) (i32.const 100) (i32.const 4))
        (memory.fill (i32.const 201) (i32.const 0x2E) (i32.const 2))
        (drop (table.grow $t (ref.func $twice) (i32.const 1)))
        (i32.load (i32.const 200)))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func $deep (export "deep") (param i32) (result i32)
        (i32.add (call $deep (i32.add (local.get 0) (i32.const 1))) (i32.load8_u (local.get 0))))
    (func $boom (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
    (func (export "boom") (param i32) (result i32) (i32.add (call $boom (local.get 0)) (i32.const 1)))
    (func (export "spin") (param i32) (result i32) (loop (br 0)) (i32.const 0)))"#;

/// The module with native code for this machine, after `change` of how.
fn compiled(text: &str, bodies: Bodies, change: fn(&mut Options)) -> Vec<u8> {
    let mut options = Options::new(Machine::host(None).unwrap());
    change(&mut options);
    compile_all(&wat::parse_str(text).unwrap(), bodies, &[options], jobs(), &mut |_| ()).unwrap()
}

fn config() -> Config {
    // SAFETY: all native code here is compiled here, or is not to be run.
    unsafe { Config::new(Heap::system()).native(&Std) }
}

fn engine() -> Engine {
    Engine::new(config()).unwrap()
}

/// A store and an instance of the guest, whose import calls `twice` of the guest again.
fn guest(config: Config, bytes: &[u8]) -> (Store<u32>, Instance) {
    let engine = Engine::new(config).unwrap();
    let module = Module::new(&engine, bytes).unwrap();
    assert_eq!(module.native(), Ok(true));
    let mut store = Store::new(&engine, 0).unwrap();
    if let Ok(()) = store.set_fuel(1_000_000) {}
    let mut linker = Linker::new(&engine);
    let back = |mut caller: Caller<'_, u32>, n: i32| {
        *caller.data_mut() += 1;
        let Some(Extern::Func(twice)) = caller.export("twice") else { return Err(Error::NoExport) };
        twice.typed::<i32, i32>(&caller)?.call(&mut caller, n)
    };
    linker.func("env", "back", back).unwrap();
    let instance = linker.instantiate(&mut store, &module).unwrap();
    (store, instance)
}

fn unary(store: &Store<u32>, instance: &Instance, name: &str) -> TypedFunc<i32, i32> {
    instance.typed_func(store, name).unwrap()
}

#[test]
fn calls_nest_and_memories_tables_and_globals_are_shared() {
    for bodies in [Bodies::Keep, Bodies::Strip] {
        let (mut store, instance) = guest(config(), &compiled(GUEST, bodies, |_| ()));
        // Host, native, host, native.
        assert_eq!(unary(&store, &instance, "through").call(&mut store, 20), Ok(42));
        assert_eq!(*store.data(), 1);
        let indirect = instance.typed_func::<(i32, i32), i32>(&store, "indirect").unwrap();
        assert_eq!(indirect.call(&mut store, (0, 4)), Ok(8));
        assert_eq!(indirect.call(&mut store, (1, 4)), Err(Error::Trap(Trap::UninitializedElement)));
        assert_eq!(indirect.call(&mut store, (2, 4)), Err(Error::Trap(Trap::UndefinedElement)));
        let bulk = instance.typed_func::<(), i32>(&store, "bulk").unwrap();
        assert_eq!(bulk.call(&mut store, ()), Ok(i32::from_le_bytes(*b"m..e")));
        assert_eq!(indirect.call(&mut store, (2, 4)), Ok(8));
        let memory = instance.memory(&store, "memory").unwrap();
        assert_eq!(memory.slice(&store, moteur::GuestAddr(8), 6).unwrap(), b"native");
        let grow = unary(&store, &instance, "grow");
        assert_eq!((grow.call(&mut store, 1), grow.call(&mut store, 9)), (Ok(1), Ok(-1)));
        let global = instance.global(&store, "global").unwrap();
        assert_eq!(global.get(&store), Ok(Val::I64(5)));
        // A host function of the embedder is called without any guest.
        let add = Func::wrap(&mut store, |a: i32, b: i32| a + b).unwrap();
        assert_eq!(add.typed::<(i32, i32), i32>(&store).unwrap().call(&mut store, (1, 2)), Ok(3));
    }
}

#[test]
fn traps_have_backtraces_and_the_store_goes_on() {
    let (mut store, instance) = guest(config(), &compiled(GUEST, Bodies::Strip, |_| ()));
    let boom = unary(&store, &instance, "boom");
    assert_eq!(boom.call(&mut store, 0), Err(Error::Trap(Trap::IntegerDivideByZero)));
    let names: Vec<_> = store.backtrace().frames().map(|frame| (frame.func(), frame.offset().is_some())).collect();
    assert_eq!(names, [(7, true), (8, true)]);
    assert_eq!(boom.call(&mut store, 1), Ok(2));
    let deep = unary(&store, &instance, "deep");
    assert_eq!(deep.call(&mut store, 0), Err(Error::Trap(Trap::StackOverflow)));
    assert!(store.backtrace().total() > 100);
    store.interrupt_handle().interrupt();
    assert_eq!(unary(&store, &instance, "spin").call(&mut store, 0), Err(Error::Trap(Trap::Interrupted)));
    store.interrupt_handle().clear();
    assert_eq!(boom.call(&mut store, 1), Ok(2));
}

#[test]
fn fuel_runs_out_and_limits_hold() {
    let metered = compiled(GUEST, Bodies::Strip, |options| options.metering = true);
    let (mut store, instance) = guest(config().fuel(true), &metered);
    assert_eq!(unary(&store, &instance, "spin").call(&mut store, 0), Err(Error::Trap(Trap::OutOfFuel)));
    store.set_fuel(100).unwrap();
    assert_eq!(unary(&store, &instance, "twice").call(&mut store, 4), Ok(8));
    assert!(store.fuel().unwrap() < 100);
    let mut results = [Val::I32(0)];
    let spin = instance.func(&store, "spin").unwrap();
    assert_eq!(spin.call_resumable(&mut store, &[Val::I32(0)], &mut results).err(), Some(Error::Trap(Trap::OutOfFuel)));
    let (mut store, instance) = guest(config().max_memory_pages(2), &compiled(GUEST, Bodies::Strip, |_| ()));
    assert_eq!(unary(&store, &instance, "grow").call(&mut store, 2), Ok(-1));
}

#[test]
fn what_is_not_run_natively_is_refused_by_name() {
    let text = "(module (func (export \"f\") (result i32) (i32.const 1)))";
    let good = compiled(text, Bodies::Keep, |_| ());
    let mut damaged = good.clone();
    *damaged.last_mut().unwrap() ^= 1;
    let metered = compiled(text, Bodies::Keep, |options| options.metering = true);
    let mut other = Options::new(Machine::new("thumbv8m.main-none-eabi", None).unwrap());
    other.offsets = false;
    let wasm = wat::parse_str(text).unwrap();
    let other = compile_all(&wasm, Bodies::Keep, &[other], jobs(), &mut |_| ()).unwrap();
    let distrusting = Engine::new(Config::new(Heap::system())).unwrap();
    for (engine, bytes, refusal) in [
        (&engine(), &wasm, Refusal::Missing),
        (&engine(), &damaged, Refusal::Damaged),
        (&engine(), &metered, Refusal::Metering),
        (&engine(), &other, Refusal::Arch),
        (&distrusting, &good, Refusal::Trust),
    ] {
        let made = Module::new(engine, bytes).map(drop);
        assert_eq!(made, if IS_ALONE { Err(Error::Native(refusal)) } else { Ok(()) });
        assert_eq!(Module::validate(engine, bytes), made);
    }
    assert!(Module::new(&engine(), &good).is_ok());
    // What stands around bodies is decoded and checked in any case.
    assert!(matches!(Module::new(&engine(), &good[..good.len() - 1]), Err(Error::Module(_))));
    assert_eq!(engine().heap().stats().used, 0);
}

#[test]
fn a_module_without_bodies_is_never_interpreted() {
    let text = "(module (func (export \"f\") (result i32) (i32.const 1)))";
    let stripped = compiled(text, Bodies::Strip, |_| ());
    for engine in [Engine::new(Config::new(Heap::system())).unwrap(), Engine::new(config().fuel(true)).unwrap()] {
        let refusal = if engine_counts_fuel(&engine) { Refusal::Metering } else { Refusal::Trust };
        let result = Module::new(&engine, &stripped).and_then(|module| {
            assert!(module.is_stripped());
            let mut store = Store::new(&engine, ())?;
            Instance::new(&mut store, &module, &[]).map(drop)
        });
        assert_eq!(result, Err(Error::Native(refusal)));
    }
}

fn engine_counts_fuel(engine: &Engine) -> bool {
    Store::new(engine, ()).unwrap().fuel().is_ok()
}
