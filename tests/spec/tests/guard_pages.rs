//! Native code without bounds checks, in guarded memories: it ends where the interpreter ends, and leaves what that leaves.
//! A fault of anybody else is what it was before.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

use moteur::{
    Config, Engine, Error, ExternType, Func, Heap, Instance, Linker, Module, PageSize, Refusal, Store, Trap, Val,
};
use moteur_compiler::{Machine, Optimise, Options, compile};
use moteur_image::target::Checks;
use moteur_platform::std::Std;

/// Each function leaves its name in a global before and after it accesses memory.
const GUEST: &str = r#"(module
    (import "host" "memory" (memory 1 3))
    (global $at (export "at") (mut i32) (i32.const 0))
    (func (export "load8") (param i32) (result i32)
        (global.set $at (i32.const 1))
        (i32.load8_u (local.get 0)) (global.set $at (i32.const 2)))
    (func (export "load64_far") (param i32) (result i32)
        (global.set $at (i32.const 1))
        (i32.wrap_i64 (i64.load offset=4294967295 (local.get 0))) (global.set $at (i32.const 2)))
    (func (export "load_dropped") (param i32) (result i32)
        (global.set $at (i32.const 1))
        (drop (f64.load offset=65529 (local.get 0)))
        (global.set $at (i32.const 2)) (i32.const 5))
    (func (export "store") (param i32) (result i32)
        (i64.store (i32.const 16) (i64.const 7))
        (i64.store (local.get 0) (i64.const -1))
        (i64.store (i32.const 16) (i64.const 8))
        (i32.const 6))
    (func (export "store_in_loop") (param i32) (result i32) (local $i i32)
        (loop $next
            (i32.store8 (local.get 0) (i32.const 9))
            (global.set $at (local.tee $i (i32.add (local.get $i) (i32.const 1))))
            (local.set 0 (i32.add (local.get 0) (i32.const 4096)))
            (br_if $next (i32.lt_u (local.get $i) (i32.const 100))))
        (local.get $i))
    (func (export "grow") (param i32) (result i32)
        (drop (memory.grow (i32.const 1)))
        (i32.store (local.get 0) (i32.const 3)) (i32.load (local.get 0)))
    (func $deep (export "deep") (param i32) (result i32)
        (if (result i32) (i32.lt_u (local.get 0) (i32.const 50))
            (then (i32.load (i32.const -4)))
            (else (i32.add (call $deep (i32.sub (local.get 0) (i32.const 50))) (i32.const 1))))))"#;

/// The same guest with a memory that grows by a byte, and whose last one is no page's last.
fn in_bytes() -> String {
    GUEST.replace("(memory 1 3)", "(memory 65533 65545 (pagesize 1))")
}

const BYTES_PROVIDER: &str = r#"(module (memory (export "memory") 65533 65545 (pagesize 1)))"#;

const FUNCTIONS: &[&str] = &["load8", "load64_far", "load_dropped", "store", "store_in_loop", "grow", "deep"];

fn options(optimise: Optimise) -> Options {
    Options { optimise, checks: Checks::GuardPages, ..Options::new(Machine::host(None).unwrap()) }
}

fn guarded() -> Engine {
    // SAFETY: all native code here was just compiled; memory is the platform's.
    let config = unsafe { Config::new(Heap::system()).native(&Std).guard_pages(&Std) };
    Engine::new(config).unwrap()
}

/// What a call gave, and what it left: the global, and the bytes of memory.
type Outcome = (Result<i32, Trap>, Val, Vec<u8>);

fn trap_of(error: Error) -> Trap {
    match error {
        Error::Trap(trap) => trap,
        other => panic!("{other}"),
    }
}

struct Guest {
    store: Store<()>,
    memory: moteur::Memory,
    instance: Instance,
}

impl Guest {
    fn new(engine: &Engine, wasm: &[u8]) -> Guest {
        let module = Module::new(engine, wasm).unwrap();
        assert_eq!(module.native(), Ok(engine_is_guarded(engine)));
        let mut store = Store::new(engine, ()).unwrap();
        let provider = match module.imports().next().unwrap().ty {
            ExternType::Memory(ty) if ty.page == PageSize::Byte => BYTES_PROVIDER,
            _ => r#"(module (memory (export "memory") 1 3))"#,
        };
        let provider = wat::parse_str(provider).unwrap();
        let provider = Instance::new(&mut store, &Module::new(engine, &provider).unwrap(), &[]).unwrap();
        let memory = provider.memory(&store, "memory").unwrap();
        let instance = Instance::new(&mut store, &module, &[memory.into()]).unwrap();
        Guest { store, memory, instance }
    }

    fn call(&mut self, name: &str, argument: i32) -> Outcome {
        let func = self.instance.typed_func::<i32, i32>(&self.store, name).unwrap();
        let result = func.call(&mut self.store, argument).map_err(trap_of);
        let at = self.instance.global(&self.store, "at").unwrap().get(&self.store).unwrap();
        (result, at, self.memory.data(&self.store).unwrap().to_vec())
    }
}

impl Guest {
    /// Functions and offsets of who was active at the last trap.
    fn trace(&self) -> Vec<(u32, Option<u32>)> {
        self.store.backtrace().frames().map(|frame| (frame.func(), frame.offset())).collect()
    }
}

/// Native code is run by the guarded engine alone.
fn engine_is_guarded(engine: &Engine) -> bool {
    let probe = compile(b"\0asm\x01\0\0\0", &options(Optimise::None)).unwrap();
    Module::new(engine, &probe).unwrap().native() == Ok(true)
}

#[test]
fn what_is_out_of_bounds_ends_as_in_the_interpreter() {
    ends_as_in_the_interpreter(GUEST);
}

/// Such a memory may end inside a page of the processor, so its code compares addresses after all.
#[test]
fn memories_that_are_counted_in_bytes_end_at_the_byte() {
    ends_as_in_the_interpreter(&in_bytes());
}

fn ends_as_in_the_interpreter(guest: &str) {
    let wasm = wat::parse_str(guest).unwrap();
    let plain = Engine::new(Config::new(Heap::system())).unwrap();
    let mut traps = 0;
    for optimise in [Optimise::None, Optimise::Size, Optimise::Speed] {
        let native = compile(&wasm, &options(optimise)).unwrap();
        let mut guests = [Guest::new(&plain, &wasm), Guest::new(&guarded(), &native)];
        // Memory grows on the way: what was out of bounds no longer is.
        for argument in [0, 7, 120, 65_528, 65_529, 65_530, 65_535, 65_536, 65_537, 131_072, 0x7FFF_FFFF, -65_536, -1] {
            for name in FUNCTIONS {
                let [expected, found] = guests.each_mut().map(|guest| guest.call(name, argument));
                assert!(expected == found, "{name} {argument}: {:?}, {:?}", &expected.0, &found.0);
                if expected.0 == Err(Trap::MemoryOutOfBounds) {
                    traps += 1;
                    let [expected, found] = guests.each_ref().map(Guest::trace);
                    assert_eq!(expected, found, "{name} {argument} {optimise:?}");
                }
            }
        }
    }
    assert!(traps > 60, "{traps}");
}

#[test]
fn code_without_checks_runs_in_guarded_memories_alone() {
    let wasm = compile(&wat::parse_str(GUEST).unwrap(), &options(Optimise::Speed)).unwrap();
    // SAFETY: nothing of the code may run.
    let config = unsafe { Config::new(Heap::system()).native(&Std) };
    let module = Module::new(&Engine::new(config).unwrap(), &wasm).unwrap();
    assert_eq!(module.native(), Err(Refusal::Checks));
    // Where no fault is caught, there is no such code.
    for triple in ["thumbv8m.main-none-eabihf", "aarch64-unknown-none", "riscv64gc-unknown-none-elf"] {
        let machine = Machine::new(triple, None).unwrap();
        let refused = compile(&wasm, &Options { checks: Checks::GuardPages, ..Options::new(machine) });
        assert!(refused.unwrap_err().to_string().contains("explicit checks"), "{triple}");
    }
}

/// A guest that calls the host, and accesses memory before and after.
const CALLER: &str = r#"(module
    (import "host" "call" (func $host (param i32) (result i32)))
    (memory 1)
    (func (export "run") (param i32) (result i32)
        (i32.add (call $host (local.get 0)) (i32.load (local.get 0)))))"#;

fn caller(engine: &Engine, store: &mut Store<()>, host: Func) -> Instance {
    let wasm = compile(&wat::parse_str(CALLER).unwrap(), &options(Optimise::Speed)).unwrap();
    let module = Module::new(engine, &wasm).unwrap();
    assert_eq!(module.native(), Ok(true));
    let mut linker = Linker::new(engine);
    linker.define("host", "call", host).unwrap();
    linker.instantiate(store, &module).unwrap()
}

#[test]
fn faults_nest_as_calls_do() {
    let engine = guarded();
    let mut store = Store::new(&engine, ()).unwrap();
    let nothing = Func::wrap(&mut store, |argument: i32| argument / 2).unwrap();
    let inner = caller(&engine, &mut store, nothing);
    let run = inner.typed_func::<i32, i32>(&store, "run").unwrap();
    // The host calls another guest, whose trap it makes a number of.
    let host = Func::wrap(&mut store, move |mut ctx: moteur::Caller<'_, ()>, argument: i32| {
        run.call(&mut ctx, argument << 1).unwrap_or(-1)
    });
    let outer = caller(&engine, &mut store, host.unwrap());
    let run = outer.typed_func::<i32, i32>(&store, "run").unwrap();
    for _ in 0..3 {
        assert_eq!(run.call(&mut store, 4).unwrap(), 4);
        // Only the inner one is out of bounds, and then both.
        assert_eq!(run.call(&mut store, 40_000).unwrap(), -1);
        assert_eq!(run.call(&mut store, 70_000).map_err(trap_of), Err(Trap::MemoryOutOfBounds));
    }
}

#[test]
fn each_thread_has_its_own_faults() {
    let wasm = compile(&wat::parse_str(GUEST).unwrap(), &options(Optimise::Speed)).unwrap();
    let engine = guarded();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (engine, wasm) = (&engine, &wasm);
            scope.spawn(move || {
                let mut guest = Guest::new(engine, wasm);
                for round in 0..50 {
                    let expected = if (round + thread) % 2 == 0 { Ok(0) } else { Err(Trap::MemoryOutOfBounds) };
                    let address = if expected.is_ok() { 64 } else { 65_536 + round };
                    assert_eq!(guest.call("load8", address).0, expected);
                }
            });
        }
    });
}

/// The child's part of the test below: what it does in a host function that native code calls.
const CHILD: &str = "MOTEUR_TEST_FAULT";

/// Runs this very test once more, in a process that may die.
fn child(fault: &str) -> Output {
    let name = ["--exact", "other_faults_are_what_they_were", "--nocapture"];
    Command::new(std::env::current_exe().unwrap()).args(name).env(CHILD, fault).output().unwrap()
}

#[allow(unconditional_recursion)]
fn overflow(argument: i32) -> i32 {
    std::hint::black_box(overflow(std::hint::black_box(argument)) + 1)
}

#[test]
fn other_faults_are_what_they_were() {
    let Ok(fault) = std::env::var(CHILD) else {
        let died = child("null");
        assert_eq!(died.status.signal(), Some(11), "{died:?}");
        let died = child("stack");
        assert_eq!(died.status.signal(), Some(6), "{died:?}");
        assert!(String::from_utf8_lossy(&died.stderr).contains("overflowed its stack"), "{died:?}");
        return;
    };
    let engine = guarded();
    let mut store = Store::new(&engine, ()).unwrap();
    let host = Func::wrap(&mut store, move |argument: i32| match fault.as_str() {
        "stack" => overflow(argument),
        // SAFETY: there is none; that is what is tested.
        _ => unsafe { std::hint::black_box(std::ptr::without_provenance::<i32>(8)).read_volatile() },
    });
    let guest = caller(&engine, &mut store, host.unwrap());
    let _ = guest.typed_func::<i32, i32>(&store, "run").unwrap().call(&mut store, 1);
}
