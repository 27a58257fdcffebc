//! Limits hold everywhere, and after one is hit the next module runs.

use moteur::{
    Config, Engine, Error, Instance, Limit, Limits, Memory, MemoryType, PageSize, RefType, Store, Table, TableType,
    Trap, Val,
};

use crate::{config, module, try_instance};

fn store(config: Config) -> Store<()> {
    Store::new(&Engine::new(config).unwrap(), ()).unwrap()
}

/// What shows that the store still works.
fn works(store: &mut Store<()>) {
    let instance = try_instance(store, r#"(module (func (export "f") (result i32) (i32.const 4)))"#).unwrap();
    assert_eq!(instance.typed_func::<(), i32>(store, "f").unwrap().call(store, ()), Ok(4));
}

#[test]
fn sizes_hold_at_instantiation() {
    let mut store = store(config().max_memory_pages(3).max_table_elements(10));
    for (text, expected) in [
        ("(module (memory 3))", None),
        ("(module (memory 4))", Some(Error::Limit(Limit::MemoryPages))),
        ("(module (memory 65536))", Some(Error::Limit(Limit::MemoryPages))),
        ("(module (memory 0x30000 (pagesize 1)))", None),
        ("(module (memory 0x30001 (pagesize 1)))", Some(Error::Limit(Limit::MemoryPages))),
        ("(module (memory 0xffffffff (pagesize 1)))", Some(Error::Limit(Limit::MemoryPages))),
        ("(module (memory 0 0xffffffff (pagesize 1)))", None),
        ("(module (table 10 funcref))", None),
        ("(module (table 11 funcref))", Some(Error::Limit(Limit::TableElements))),
        ("(module (table 0xffffffff externref))", Some(Error::Limit(Limit::TableElements))),
        ("(module (table 0 0xffffffff externref) (memory 0 65536))", None),
    ] {
        assert_eq!(try_instance(&mut store, text).err(), expected, "{text}");
    }
    works(&mut store);
    let huge = Limits { min: u64::MAX, max: None };
    for page in [PageSize::Byte, PageSize::Standard] {
        let count_max = page.count_max();
        assert_eq!(Memory::new(&mut store, MemoryType { limits: huge, page }), Err(Error::Type));
        let limits = Limits { min: 0, max: Some(count_max + 1) };
        assert_eq!(Memory::new(&mut store, MemoryType { limits, page }), Err(Error::Type));
        let limits = Limits { min: count_max, max: Some(count_max) };
        let refused = Err(Error::Limit(Limit::MemoryPages));
        assert_eq!(Memory::new(&mut store, MemoryType { limits, page }), refused);
        let limits = Limits { min: 1, max: Some(count_max) };
        let memory = Memory::new(&mut store, MemoryType { limits, page }).unwrap();
        assert_eq!(memory.ty(&store), Ok(MemoryType { limits, page }));
    }
    let ty = TableType { element: RefType::FUNCREF, limits: huge };
    assert_eq!(Table::new(&mut store, ty, Val::FuncRef(None)), Err(Error::Limit(Limit::TableElements)));
}

/// A limit below a page leaves memories that are counted in bytes.
#[test]
fn a_limit_in_bytes() {
    let mut store = store(config().max_memory_bytes(1000));
    let too_large = Some(Error::Limit(Limit::MemoryPages));
    assert_eq!(try_instance(&mut store, "(module (memory 1))").err(), too_large);
    let text = r#"(module (memory 990 (pagesize 1))
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
        (func (export "size") (result i32) (memory.size))
        (func (export "last") (param i32) (result i32) (i32.store8 (local.get 0) (i32.const 7))
            (i32.load8_u (local.get 0))))"#;
    let instance = try_instance(&mut store, text).unwrap();
    let last = instance.typed_func::<i32, i32>(&store, "last").unwrap();
    let grow = instance.typed_func::<i32, i32>(&store, "grow").unwrap();
    let size = instance.typed_func::<(), i32>(&store, "size").unwrap();
    for (delta, old, bytes) in
        [(0, 990, 990), (11, -1, 990), (9, 990, 999), (1, 999, 1000), (1, -1, 1000), (-1, -1, 1000)]
    {
        assert_eq!(grow.call(&mut store, delta), Ok(old), "{delta}");
        assert_eq!(size.call(&mut store, ()), Ok(bytes));
        assert_eq!(last.call(&mut store, bytes - 1), Ok(7));
        assert_eq!(last.call(&mut store, bytes), Err(Error::Trap(Trap::MemoryOutOfBounds)));
    }
    works(&mut store);
}

#[test]
#[cfg_attr(miri, ignore = "slow")]
fn tables_of_4_gib_are_refused_by_default_too() {
    let mut store = store(config());
    let result = try_instance(&mut store, "(module (table 0x40000000 funcref))");
    assert_eq!(result.err(), Some(Error::Limit(Limit::TableElements)));
    let grow = r#"(module (table 1 funcref)
        (func (export "grow") (param i32) (result i32) (table.grow (ref.null func) (local.get 0))))"#;
    let instance = try_instance(&mut store, grow).unwrap();
    let grow = instance.typed_func::<i32, i32>(&store, "grow").unwrap();
    for delta in [-1, i32::MAX, i32::MIN, 0x4000_0000] {
        assert_eq!(grow.call(&mut store, delta), Ok(-1));
    }
    assert_eq!(grow.call(&mut store, 9), Ok(1));
    works(&mut store);
}

#[test]
#[cfg_attr(miri, ignore = "slow")]
fn growing_for_ever_ends() {
    let mut store = store(config().max_memory_pages(40).max_table_elements(1000));
    let text = r#"(module (memory 1) (table 1 externref)
        (func (export "memory") (result i32)
            (loop (br_if 0 (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0)))) (memory.size))
        (func (export "table") (result i32)
            (loop (br_if 0 (i32.ge_s (table.grow (ref.null extern) (i32.const 3)) (i32.const 0)))) (table.size)))"#;
    let instance = try_instance(&mut store, text).unwrap();
    assert_eq!(instance.typed_func::<(), i32>(&store, "memory").unwrap().call(&mut store, ()), Ok(40));
    assert_eq!(instance.typed_func::<(), i32>(&store, "table").unwrap().call(&mut store, ()), Ok(1000));
    works(&mut store);
}

#[test]
#[cfg_attr(miri, ignore = "slow")]
fn start_functions_are_limited_like_others() {
    let recursion = "(module (func $f (call $f)) (start $f))";
    let endless = "(module (func $f (loop (br 0))) (start $f))";
    let trapping = "(module (func $f unreachable) (start $f))";
    for stack_bytes in [4 << 10, 64 << 10, 1 << 20] {
        let mut store = store(config().stack_bytes(stack_bytes).fuel(true));
        store.set_fuel(100_000_000).unwrap();
        assert_eq!(try_instance(&mut store, recursion).err(), Some(Error::Trap(Trap::StackOverflow)));
        assert!(store.backtrace().total() > 10);
        store.set_fuel(1000).unwrap();
        assert_eq!(try_instance(&mut store, endless).err(), Some(Error::Trap(Trap::OutOfFuel)));
        store.set_fuel(1000).unwrap();
        assert_eq!(try_instance(&mut store, trapping).err(), Some(Error::Trap(Trap::Unreachable)));
        works(&mut store);
    }
}

#[test]
fn a_raised_flag_stops_start_functions() {
    let mut store = store(config());
    let handle = store.interrupt_handle();
    handle.interrupt();
    let endless = "(module (func $f (loop (br 0))) (start $f))";
    for _ in 0..2 {
        assert_eq!(try_instance(&mut store, endless).err(), Some(Error::Trap(Trap::Interrupted)));
    }
    handle.clear();
    works(&mut store);
}

#[test]
fn no_stack_at_all_is_a_trap() {
    for bytes in [0, 1, 8, 100] {
        let mut store = store(config().stack_bytes(bytes));
        let text = r#"(module (func (export "f") (param i64 i64) (result i64) (local i64 i64 i64) (local.get 0)))"#;
        let instance = try_instance(&mut store, text).unwrap();
        let f = instance.typed_func::<(i64, i64), i64>(&store, "f").unwrap();
        assert_eq!(f.call(&mut store, (1, 2)), Err(Error::Trap(Trap::StackOverflow)));
        let mut results = [Val::I32(0)];
        let result = f.func().call(&mut store, &[Val::I64(1), Val::I64(2)], &mut results);
        assert_eq!(result, Err(Error::Trap(Trap::StackOverflow)));
    }
}

#[test]
fn instances_are_counted() {
    let mut store = store(config().max_instances(2));
    assert!(try_instance(&mut store, "(module)").is_ok());
    assert!(try_instance(&mut store, "(module (func $f unreachable) (start $f))").is_err());
    assert_eq!(try_instance(&mut store, "(module)").err(), Some(Error::Limit(Limit::Instances)));
}

#[test]
fn fuel_is_an_option() {
    let mut off = store(config());
    assert_eq!(off.set_fuel(1), Err(Error::FuelOff));
    assert_eq!(off.fuel(), Err(Error::FuelOff));
    let mut on = store(config().fuel(true));
    on.set_fuel(500).unwrap();
    works(&mut on);
    assert!(on.fuel().unwrap() < 500);
}

#[test]
fn eager_engines_lower_at_instantiation() {
    let engine = Engine::new(config().eager(true)).unwrap();
    let mut store = Store::new(&engine, ()).unwrap();
    let both =
        module(&engine, r#"(module (func (export "f") (result i32) (call $g)) (func $g (result i32) (i32.const 3)))"#);
    for _ in 0..2 {
        let instance = Instance::new(&mut store, &both, &[]).unwrap();
        assert_eq!(instance.typed_func::<(), i32>(&store, "f").unwrap().call(&mut store, ()), Ok(3));
    }
}
