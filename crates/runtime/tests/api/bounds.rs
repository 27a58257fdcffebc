//! Accesses at the edges of memories and tables, and what dropped segments do.

use moteur::{Error, Store, Trap};

use crate::{engine, instance};

const MEMORY: Error = Error::Trap(Trap::MemoryOutOfBounds);
const TABLE: Error = Error::Trap(Trap::TableOutOfBounds);

#[test]
fn offsets_of_2_gib_and_more_are_not_negative() {
    let mut store = Store::new(&engine(), ()).unwrap();
    let instance = instance(
        &mut store,
        r#"(module (memory 1)
            (func (export "low") (param i32) (result i32) (i32.load (local.get 0)))
            (func (export "two") (param i32) (result i32) (i32.load offset=0x80000000 (local.get 0)))
            (func (export "four") (param i32) (result i32) (i32.load offset=0xffffffff (local.get 0)))
            (func (export "store") (param i32) (i64.store offset=0xfffffff8 (local.get 0) (i64.const -1))))"#,
    );
    let low = instance.typed_func::<u32, i32>(&store, "low").unwrap();
    assert_eq!(low.call(&mut store, 65_532), Ok(0));
    for addr in [65_533, 65_536, 0x7FFF_FFFF, 0x8000_0000, u32::MAX - 3, u32::MAX] {
        assert_eq!(low.call(&mut store, addr), Err(MEMORY), "{addr:#x}");
    }
    for name in ["two", "four"] {
        let load = instance.typed_func::<u32, i32>(&store, name).unwrap();
        for addr in [0, 1, 65_532, 0x8000_0000, 0x8000_0004, u32::MAX] {
            assert_eq!(load.call(&mut store, addr), Err(MEMORY), "{name} {addr:#x}");
        }
    }
    let write = instance.typed_func::<u32, ()>(&store, "store").unwrap();
    for addr in [0, 8, 16, u32::MAX] {
        assert_eq!(write.call(&mut store, addr), Err(MEMORY));
    }
}

#[test]
fn bulk_memory_is_all_or_nothing() {
    let mut store = Store::new(&engine(), ()).unwrap();
    let instance = instance(
        &mut store,
        r#"(module (memory (export "m") 1) (data $d "abcdef")
            (func (export "init") (param i32 i32 i32) (memory.init $d (local.get 0) (local.get 1) (local.get 2)))
            (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
            (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
            (func (export "drop") (data.drop $d)))"#,
    );
    let [init, copy, fill] =
        ["init", "copy", "fill"].map(|name| instance.typed_func::<(u32, u32, u32), ()>(&store, name).unwrap());
    let drop = instance.typed_func::<(), ()>(&store, "drop").unwrap();
    let memory = instance.memory(&store, "m").unwrap();
    init.call(&mut store, (1, 0, 6)).unwrap();
    copy.call(&mut store, (3, 1, 6)).unwrap();
    assert_eq!(memory.data(&store).unwrap()[..10], *b"\0ababcdef\0");
    copy.call(&mut store, (0, 3, 6)).unwrap();
    assert_eq!(memory.data(&store).unwrap()[..10], *b"abcdefdef\0");
    fill.call(&mut store, (65_534, 0x141, 2)).unwrap();
    assert_eq!(memory.data(&store).unwrap()[65_534..], *b"AA");

    for (func, args) in [
        (init, (0, 1, 6)),
        (init, (65_535, 0, 2)),
        (init, (0, 7, 0)),
        (init, (0, u32::MAX, 2)),
        (copy, (65_530, 0, 7)),
        (copy, (0, 65_530, 7)),
        (copy, (65_537, 0, 0)),
        (copy, (0, u32::MAX, u32::MAX)),
        (fill, (65_535, 0, 2)),
        (fill, (65_537, 0, 0)),
        (fill, (u32::MAX, 0, u32::MAX)),
    ] {
        let before = memory.data(&store).unwrap().to_vec();
        assert_eq!(func.call(&mut store, args), Err(MEMORY), "{args:?}");
        assert!(memory.data(&store).unwrap() == before);
    }
    for (func, args) in [(init, (65_536, 6, 0)), (copy, (65_536, 65_536, 0)), (fill, (65_536, 0, 0))] {
        assert_eq!(func.call(&mut store, args), Ok(()), "{args:?}");
    }
    drop.call(&mut store, ()).unwrap();
    drop.call(&mut store, ()).unwrap();
    assert_eq!(init.call(&mut store, (0, 0, 0)), Ok(()));
    assert_eq!(init.call(&mut store, (0, 0, 1)), Err(MEMORY));
}

#[test]
fn bulk_tables_are_all_or_nothing() {
    let mut store = Store::new(&engine(), ()).unwrap();
    let instance = instance(
        &mut store,
        r#"(module (table $a (export "a") 8 funcref) (table $b (export "b") 8 funcref)
            (elem $e func $f $f $g) (elem $x (ref func) (ref.func $g)) (func $f) (func $g)
            (func (export "init") (param i32 i32 i32) (table.init $a $e (local.get 0) (local.get 1) (local.get 2)))
            (func (export "across") (param i32 i32 i32) (table.copy $b $a (local.get 0) (local.get 1) (local.get 2)))
            (func (export "within") (param i32 i32 i32) (table.copy $a $a (local.get 0) (local.get 1) (local.get 2)))
            (func (export "fill") (param i32 i32 i32)
                (table.fill $b (local.get 0) (table.get $a (local.get 1)) (local.get 2)))
            (func (export "drop") (elem.drop $e)))"#
            .replace("(elem $x (ref func) (ref.func $g))", "(elem $x funcref (ref.func $g))")
            .as_str(),
    );
    let [init, across, within, fill] = ["init", "across", "within", "fill"]
        .map(|name| instance.typed_func::<(u32, u32, u32), ()>(&store, name).unwrap());
    let drop = instance.typed_func::<(), ()>(&store, "drop").unwrap();
    let nulls = |store: &Store<()>, name: &str| {
        let table = instance.table(store, name).unwrap();
        (0..8).map(|at| if table.get(store, at).unwrap().func().is_some() { 'f' } else { '-' }).collect::<String>()
    };
    init.call(&mut store, (1, 0, 3)).unwrap();
    assert_eq!(nulls(&store, "a"), "-fff----");
    within.call(&mut store, (3, 0, 4)).unwrap();
    assert_eq!(nulls(&store, "a"), "-ff-fff-");
    across.call(&mut store, (0, 3, 5)).unwrap();
    assert_eq!(nulls(&store, "b"), "-fff----");
    fill.call(&mut store, (6, 1, 2)).unwrap();
    assert_eq!(nulls(&store, "b"), "-fff--ff");
    for (func, args) in [
        (init, (0, 1, 3)),
        (init, (6, 0, 3)),
        (init, (0, 4, 0)),
        (across, (7, 0, 2)),
        (across, (0, 7, 2)),
        (within, (7, 0, 2)),
        (within, (9, 0, 0)),
        (within, (0, u32::MAX, u32::MAX)),
        (fill, (7, 0, 2)),
        (fill, (0, 8, 0)),
    ] {
        assert_eq!(func.call(&mut store, args), Err(TABLE), "{args:?}");
        assert_eq!((nulls(&store, "a").as_str(), nulls(&store, "b").as_str()), ("-ff-fff-", "-fff--ff"));
    }
    drop.call(&mut store, ()).unwrap();
    assert_eq!(init.call(&mut store, (8, 0, 0)), Ok(()));
    assert_eq!(init.call(&mut store, (0, 0, 1)), Err(TABLE));
}
