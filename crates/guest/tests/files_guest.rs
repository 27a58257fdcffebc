//! A guest that copies a file from flash to RAM through WASI, with nothing of an operating system in between.

use moteur::{Config, Engine, Error, Heap, Linker, Module, Store};
use moteur_guest::Wasi;
use moteur_guest::files::{FlashFiles, RamFiles, RamLimits, flash_files};
use moteur_guest::wasi::{self, Access};
use moteur_platform::Files;
use static_cell::StaticCell;

mod files_common;

use files_common::snapshot;

static ROM: FlashFiles = flash_files! { "etc/config.toml" => b"baud = 115200" };
static RAM: StaticCell<RamFiles> = StaticCell::new();

/// Opens `etc/config.toml` in directory 3 and `copy` in directory 4, copies, and exits with what the last call answered.
const GUEST: &str = r#"(module
    (import "wasi_snapshot_preview1" "path_open"
        (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "etc/config.toml")
    (data (i32.const 32) "copy")
    (func $must (param i32)
        (if (local.get 0) (then (call $proc_exit (local.get 0)))))
    (func (export "_start")
        ;; A buffer of 100 bytes at 200, named at 64; descriptors at 80 and 84, counts at 88.
        (i32.store (i32.const 64) (i32.const 200))
        (i32.store (i32.const 68) (i32.const 100))
        (call $must (call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 15)
            (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 80)))
        (call $must (call $path_open (i32.const 4) (i32.const 0) (i32.const 32) (i32.const 4)
            (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 84)))
        (call $must (call $fd_read (i32.load (i32.const 80)) (i32.const 64) (i32.const 1) (i32.const 88)))
        (i32.store (i32.const 68) (i32.load (i32.const 88)))
        (call $must (call $fd_write (i32.load (i32.const 84)) (i32.const 64) (i32.const 1) (i32.const 88)))
        ;; And once more into the directory in flash, which says no.
        (call $must (call $path_open (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 4)
            (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 84)))))"#;

/// The standard's number for a file system that cannot be changed.
const EROFS: i32 = 69;

#[test]
fn a_guest_copies_from_flash_to_ram() {
    let engine = Engine::new(Config::new(Heap::system())).unwrap();
    let module = Module::new(&engine, &wat::parse_str(GUEST).unwrap()).unwrap();
    let ram: &'static RamFiles = RAM.init(RamFiles::new(Heap::system(), RamLimits::default()));
    let mut guest = Wasi::new(engine.heap(), &moteur_platform::std::Std);
    guest.directory("rom", &ROM, ROM.root(), Access::ReadWrite).unwrap();
    guest.directory("ram", ram, ram.root(), Access::ReadWrite).unwrap();

    let mut linker = Linker::new(&engine);
    wasi::add_to_linker(&mut linker, |guest: &mut Wasi| guest).unwrap();
    let mut store = Store::new(&engine, guest).unwrap();
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let start = instance.typed_func::<(), ()>(&store, "_start").unwrap();
    assert_eq!(start.call(&mut store, ()), Err(Error::Exit(EROFS)));
    drop(store);

    let files: &dyn Files = ram;
    let found = snapshot(files, ram.root());
    assert_eq!(found.len(), 1);
    assert_eq!(found["copy"].as_deref(), Some(&b"baud = 115200"[..]));
}
