//! WASI through a linker: real modules, both names of the interface, interruption of a guest that waits, and each
//! allocation failed in turn.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use moteur::pool::Counted;
use moteur::{Config, Engine, Error, Heap, LinkError, Linker, Module, Store, Trap};
use moteur_guest::{Wasi, wasi};
use moteur_platform::{Clock, Console, Parts, Platform, Stream, std::Std};

/// What a store holds in these tests: WASI is a part of it.
struct World {
    wasi: Wasi,
    visits: u32,
}

impl World {
    fn visit(&mut self) -> &mut Wasi {
        self.visits += 1;
        &mut self.wasi
    }
}

fn engine(heap: Heap) -> Result<Engine, Error> {
    Engine::new(Config::new(heap).stack_bytes(16 << 10))
}

/// A console that keeps what was written.
struct Kept(Mutex<Vec<u8>>);

impl Console for Kept {
    fn write(&self, _: Stream, bytes: &[u8]) -> Result<(), moteur_platform::Error> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(())
    }
}

fn kept() -> (&'static Kept, &'static Parts<'static>) {
    let console: &'static Kept = Box::leak(Box::new(Kept(Mutex::new(Vec::new()))));
    (console, Box::leak(Box::new(Parts::new(console).with_clock(&Std).with_random(&Std))))
}

/// A program that asks for random bytes, greets, and ends with status 3.
fn greeter(edition: &str) -> &'static [u8] {
    let text = format!(
        r#"(module
        (import "{edition}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (import "{edition}" "random_get" (func $random (param i32 i32) (result i32)))
        (import "{edition}" "proc_exit" (func $exit (param i32)))
        (memory 1)
        (data (i32.const 0) "\10\00\00\00\03\00\00\00")
        (data (i32.const 16) "hi\n")
        (func (export "_start")
          (drop (call $random (i32.const 100) (i32.const 8)))
          (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
          (call $exit (i32.const 3))))"#
    );
    wat::parse_str(text).unwrap().leak()
}

/// Loads, links and runs a module; everything is dropped at the end.
fn run(heap: Heap, platform: &'static dyn Platform, wasm: &'static [u8]) -> Result<(), Error> {
    let engine = engine(heap)?;
    let module = Module::from_static(&engine, wasm)?;
    let mut world = World { wasi: Wasi::new(heap, platform), visits: 0 };
    world.wasi.argument(b"program").map_err(|_| Error::OutOfMemory)?;
    world.wasi.variable(b"KEY", b"value").map_err(|_| Error::OutOfMemory)?;
    let mut linker = Linker::new(&engine);
    wasi::add_to_linker(&mut linker, World::visit)?;
    let mut store = Store::new(&engine, world)?;
    let instance = linker.instantiate(&mut store, &module)?;
    let outcome = instance.typed_func::<(), ()>(&store, "_start")?.call(&mut store, ());
    assert!(outcome != Err(Error::Exit(3)) || store.data().visits == 3);
    outcome
}

#[test]
fn wasi_has_both_names() {
    for edition in wasi::MODULES {
        let (console, platform) = kept();
        assert_eq!(run(Heap::system(), platform, greeter(edition)), Err(Error::Exit(3)));
        assert_eq!(*console.0.lock().unwrap(), b"hi\n");
    }
}

#[test]
fn functions_that_nobody_imports_take_no_memory() {
    static LINKED: Counted = Counted::new();
    let heap = Heap::counted(&LINKED);
    let engine = engine(heap).unwrap();
    let before = heap.stats().used;
    let mut linker = Linker::<Wasi>::new(&engine);
    wasi::add_to_linker(&mut linker, |wasi| wasi).unwrap();
    let taken = heap.stats().used - before;
    assert!(taken < 4096, "{taken} bytes for all of WASI under both names");
    drop((linker, engine));
    assert_eq!((heap.stats().used, heap.stats().allocations), (0, 0));
}

#[test]
fn modules_linked_one_after_the_other_share_a_linker() {
    let engine = engine(Heap::system()).unwrap();
    let mut linker = Linker::<Wasi>::new(&engine);
    wasi::add_to_linker(&mut linker, |wasi| wasi).unwrap();
    for (import, params) in [("sched_yield", ""), ("sched_yield", ""), ("fd_sync", "(param i32)")] {
        let text = format!(r#"(module (import "wasi_unstable" "{import}" (func {params} (result i32))))"#);
        let module = Module::new(&engine, &wat::parse_str(text).unwrap()).unwrap();
        let mut store = Store::new(&engine, Wasi::new(engine.heap(), &Std)).unwrap();
        assert!(linker.instantiate(&mut store, &module).is_ok(), "{import}");
    }
    let unknown = r#"(module (import "wasi_unstable" "format_disk" (func)))"#;
    let module = Module::new(&engine, &wat::parse_str(unknown).unwrap()).unwrap();
    let mut store = Store::new(&engine, Wasi::new(engine.heap(), &Std)).unwrap();
    let error = linker.instantiate(&mut store, &module).err();
    assert_eq!(error, Some(Error::Link { import: 0, reason: LinkError::Unknown }));
}

#[test]
fn all_46_functions_link_with_the_types_of_the_standard() {
    // As in the standard's text, one letter per parameter.
    const STANDARD: &str = "args_get ii, args_sizes_get ii, environ_get ii, environ_sizes_get ii, clock_res_get ii, \
        clock_time_get iIi, fd_advise iIIi, fd_allocate iII, fd_close i, fd_datasync i, fd_fdstat_get ii, \
        fd_fdstat_set_flags ii, fd_fdstat_set_rights iII, fd_filestat_get ii, fd_filestat_set_size iI, \
        fd_filestat_set_times iIIi, fd_pread iiiIi, fd_prestat_get ii, fd_prestat_dir_name iii, fd_pwrite iiiIi, \
        fd_read iiii, fd_readdir iiiIi, fd_renumber ii, fd_seek iIii, fd_sync i, fd_tell ii, fd_write iiii, \
        path_create_directory iii, path_filestat_get iiiii, path_filestat_set_times iiiiIIi, path_link iiiiiii, \
        path_open iiiiiIIii, path_readlink iiiiii, path_remove_directory iii, path_rename iiiiii, path_symlink iiiii, \
        path_unlink_file iii, poll_oneoff iiii, proc_exit i, proc_raise i, sched_yield , random_get ii, \
        sock_accept iii, sock_recv iiiiii, sock_send iiiii, sock_shutdown ii";
    let mut imports = String::new();
    for function in STANDARD.split(", ") {
        let (name, letters) = function.split_once(' ').unwrap();
        let params: String = letters.chars().map(|letter| if letter == 'I' { " i64" } else { " i32" }).collect();
        let result = if name == "proc_exit" { "" } else { "(result i32)" };
        for module in wasi::MODULES {
            imports += &format!("(import \"{module}\" \"{name}\" (func (param{params}) {result}))");
        }
    }
    let engine = engine(Heap::system()).unwrap();
    let module = Module::new(&engine, &wat::parse_str(format!("(module {imports})")).unwrap()).unwrap();
    assert_eq!(module.imports().count(), 92);
    let mut linker = Linker::<Wasi>::new(&engine);
    wasi::add_to_linker(&mut linker, |wasi| wasi).unwrap();
    let mut store = Store::new(&engine, Wasi::new(engine.heap(), &Std)).unwrap();
    assert_eq!(linker.instantiate(&mut store, &module).map(|_| ()), Ok(()));
}

/// Imports `poll_oneoff` and waits for as many nanoseconds as its argument says.
const SLEEP: &str = r#"
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (memory 1)
    (func $sleep (export "sleep") (param $ns i64) (result i32)
      (i32.store (i32.const 16) (i32.const 1))
      (i64.store (i32.const 24) (local.get $ns))
      (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))"#;

#[test]
fn a_guest_that_sleeps_can_be_interrupted() {
    let engine = engine(Heap::system()).unwrap();
    let module = Module::new(&engine, &wat::parse_str(format!("(module {SLEEP})")).unwrap()).unwrap();
    let mut linker = Linker::<Wasi>::new(&engine);
    wasi::add_to_linker(&mut linker, |wasi| wasi).unwrap();
    let mut store = Store::new(&engine, Wasi::new(engine.heap(), &Std)).unwrap();
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let sleep = instance.typed_func::<i64, i32>(&store, "sleep").unwrap();

    let handle = store.interrupt_handle();
    let thread = std::thread::spawn({
        let handle = handle.clone();
        move || {
            std::thread::sleep(Duration::from_millis(30));
            handle.interrupt();
        }
    });
    assert_eq!(sleep.call(&mut store, i64::MAX), Err(Error::Trap(Trap::Interrupted)));
    thread.join().unwrap();
    handle.clear();
    // The next wait begins anew: nothing of the first is left.
    let begin = Instant::now();
    assert_eq!(sleep.call(&mut store, 20_000_000), Ok(0));
    assert!(begin.elapsed() >= Duration::from_millis(20));
}

#[test]
fn a_machine_whose_clock_stands_still_can_be_interrupted_too() {
    struct Stopped;
    impl Clock for Stopped {
        fn monotonic_ns(&self) -> u64 {
            7
        }

        fn resolution_ns(&self) -> u64 {
            1
        }

        fn wait_ns(&self, _: u64) {}
    }
    static BOARD: Parts = Parts::new(&Std).with_clock(&Stopped);
    let text = format!("(module {SLEEP} (func $go (drop (call $sleep (i64.const 1)))) (start $go))");
    let engine = engine(Heap::system()).unwrap();
    let module = Module::new(&engine, &wat::parse_str(text).unwrap()).unwrap();
    let mut linker = Linker::<Wasi>::new(&engine);
    wasi::add_to_linker(&mut linker, |wasi| wasi).unwrap();
    let mut store = Store::new(&engine, Wasi::new(engine.heap(), &BOARD)).unwrap();
    let handle = store.interrupt_handle();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        handle.interrupt();
    });
    assert_eq!(linker.instantiate(&mut store, &module).map(|_| ()), Err(Error::Trap(Trap::Interrupted)));
    thread.join().unwrap();
}

#[test]
fn every_allocation_may_fail() {
    static ACCOUNT: Counted = Counted::new();
    let heap = Heap::counted(&ACCOUNT);
    let wasm = greeter("wasi_snapshot_preview1");
    for allocations in 0.. {
        let (console, platform) = kept();
        heap.fail_after(Some(allocations));
        let outcome = run(heap, platform, wasm);
        heap.fail_after(None);
        assert_eq!((heap.stats().used, heap.stats().allocations), (0, 0), "after {allocations}");
        if outcome == Err(Error::Exit(3)) {
            assert_eq!(*console.0.lock().unwrap(), b"hi\n");
            assert!(allocations > 20);
            break;
        }
        assert_eq!(outcome, Err(Error::OutOfMemory), "after {allocations}");
    }
}
