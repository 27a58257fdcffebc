//! Instances linked to each other: what is imported is shared, and what does not match is refused.

use moteur::{
    Error, Extern, Func, Global, GlobalType, Instance, Limits, LinkError, Linker, Memory, MemoryType, PageSize,
    RefType, Store, Table, TableType, Val, ValType,
};

use crate::{engine, instance, module};

#[test]
fn instances_share_memory_table_and_global() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    let owner = instance(
        &mut store,
        r#"(module
            (memory (export "memory") 1 4)
            (table (export "table") 4 funcref)
            (global (export "global") (mut i64) (i64.const 5))
            (elem (i32.const 0) $seven)
            (func $seven (result i32) (i32.const 7))
            (func (export "peek") (param i32) (result i32) (i32.load8_u (local.get 0)))
            (func (export "global_of") (result i64) (global.get 0))
            (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0)))
            (func (export "pages") (result i32) (memory.size)))"#,
    );
    let mut linker = Linker::new(&engine);
    linker.instance(&store, "owner", owner).unwrap();
    let user = module(
        &engine,
        r#"(module
            (import "owner" "memory" (memory 1))
            (import "owner" "table" (table 2 funcref))
            (import "owner" "global" (global $g (mut i64)))
            (import "owner" "peek" (func $peek (param i32) (result i32)))
            (data (i32.const 8) "\2a")
            (elem (i32.const 1) $eight)
            (func $eight (result i32) (i32.const 8))
            (func (export "poke") (param i32 i32) (result i32)
                (i32.store8 (local.get 0) (local.get 1)) (call $peek (local.get 0)))
            (func (export "count") (global.set $g (i64.add (global.get $g) (i64.const 1))))
            (func (export "grow") (result i32) (memory.grow (i32.const 2)))
            (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))"#,
    );
    let first = linker.instantiate(&mut store, &user).unwrap();
    let second = linker.instantiate(&mut store, &user).unwrap();
    assert_ne!(first, second);

    let peek = owner.typed_func::<i32, i32>(&store, "peek").unwrap();
    assert_eq!(peek.call(&mut store, 8), Ok(42), "the active data segment went to the owner's memory");
    let poke = second.typed_func::<(i32, i32), i32>(&store, "poke").unwrap();
    assert_eq!(poke.call(&mut store, (100, 200)), Ok(200));
    assert_eq!(peek.call(&mut store, 100), Ok(200));

    for instance in [first, second, first] {
        instance.typed_func::<(), ()>(&store, "count").unwrap().call(&mut store, ()).unwrap();
    }
    assert_eq!(owner.typed_func::<(), i64>(&store, "global_of").unwrap().call(&mut store, ()), Ok(8));
    assert_eq!(owner.global(&store, "global").unwrap().get(&store), Ok(Val::I64(8)));

    assert_eq!(first.typed_func::<(), i32>(&store, "grow").unwrap().call(&mut store, ()), Ok(1));
    assert_eq!(owner.typed_func::<(), i32>(&store, "pages").unwrap().call(&mut store, ()), Ok(3));
    assert_eq!(peek.call(&mut store, 3 * 65_536 - 1), Ok(0));
    assert_eq!(second.typed_func::<(), i32>(&store, "grow").unwrap().call(&mut store, ()), Ok(-1));

    for instance in [owner, first, second] {
        let call = instance.typed_func::<i32, i32>(&store, "call").unwrap();
        assert_eq!(call.call(&mut store, 0), Ok(7));
        assert_eq!(call.call(&mut store, 1), Ok(8));
        assert!(matches!(call.call(&mut store, 2), Err(Error::Trap(moteur::Trap::UninitializedElement))));
    }
}

#[test]
fn one_module_many_instances_do_not_share_their_own_state() {
    let engine = engine();
    let counter = module(
        &engine,
        r#"(module (global $n (mut i32) (i32.const 0)) (memory 1)
            (func (export "next") (result i32)
                (global.set $n (i32.add (global.get $n) (i32.const 1)))
                (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 10)))
                (i32.add (global.get $n) (i32.load (i32.const 0)))))"#,
    );
    let mut store = Store::new(&engine, ()).unwrap();
    let mut other = Store::new(&engine, ()).unwrap();
    let a = Instance::new(&mut store, &counter, &[]).unwrap();
    let b = Instance::new(&mut store, &counter, &[]).unwrap();
    let c = Instance::new(&mut other, &counter, &[]).unwrap();
    let next = |store: &mut Store<()>, instance: Instance| {
        instance.typed_func::<(), i32>(store, "next").unwrap().call(store, ()).unwrap()
    };
    assert_eq!([next(&mut store, a), next(&mut store, a), next(&mut store, b)], [11, 22, 11]);
    assert_eq!([next(&mut other, c), next(&mut store, a)], [11, 33]);
}

#[test]
fn embedder_items_are_shared_too() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    let memory = Memory::new(&mut store, MemoryType::new(Limits { min: 1, max: None })).unwrap();
    let ty = TableType { element: RefType::FUNCREF, limits: Limits { min: 1, max: Some(1) } };
    let nine = Func::wrap(&mut store, || 9).unwrap();
    let table = Table::new(&mut store, ty, nine.into()).unwrap();
    let ty = GlobalType { value: ValType::F64, mutable: true };
    let global = Global::new(&mut store, ty, Val::from(1.5)).unwrap();
    let user = module(
        &engine,
        r#"(module (import "" "m" (memory 0)) (import "" "t" (table 0 1 funcref)) (import "" "g" (global $g (mut f64)))
            (func (export "run") (result i32)
                (global.set $g (f64.mul (global.get $g) (f64.const 2)))
                (i32.store (i32.const 4) (i32.const 77))
                (call_indirect (result i32) (i32.const 0))))"#,
    );
    let instance = Instance::new(&mut store, &user, &[memory.into(), table.into(), global.into()]).unwrap();
    assert_eq!(instance.typed_func::<(), i32>(&store, "run").unwrap().call(&mut store, ()), Ok(9));
    assert_eq!(global.get(&store), Ok(Val::from(3.0)));
    assert_eq!(memory.data(&store).unwrap()[4], 77);
}

#[test]
fn imports_must_match() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    let memory = |store: &mut Store<()>, min, max| -> Extern {
        Memory::new(store, MemoryType::new(Limits { min, max })).unwrap().into()
    };
    let bytes = |store: &mut Store<()>, min, max| -> Extern {
        let ty = MemoryType { limits: Limits { min, max }, page: PageSize::Byte };
        Memory::new(store, ty).unwrap().into()
    };
    let table = |store: &mut Store<()>, element, min, max| -> Extern {
        let ty = TableType { element, limits: Limits { min, max } };
        Table::new(store, ty, Val::default(ValType::Ref(element))).unwrap().into()
    };
    let global = |store: &mut Store<()>, mutable| -> Extern {
        Global::new(store, GlobalType { value: ValType::I32, mutable }, Val::I32(0)).unwrap().into()
    };
    let func: Extern = Func::wrap(&mut store, |n: i32| i64::from(n)).unwrap().into();
    let cases = [
        ("(memory 1)", memory(&mut store, 1, None), true),
        ("(memory 1 2)", memory(&mut store, 1, None), false),
        ("(memory 1 2)", memory(&mut store, 1, Some(3)), false),
        ("(memory 1 2)", memory(&mut store, 2, Some(2)), true),
        ("(memory 2)", memory(&mut store, 1, None), false),
        ("(memory 1)", func, false),
        ("(memory 1 (pagesize 65536))", memory(&mut store, 1, None), true),
        ("(memory 1 (pagesize 1))", memory(&mut store, 1, None), false),
        ("(memory 65536 (pagesize 1))", memory(&mut store, 1, None), false),
        ("(memory 5 (pagesize 1))", bytes(&mut store, 5, None), true),
        ("(memory 6 (pagesize 1))", bytes(&mut store, 5, None), false),
        ("(memory 5 7 (pagesize 1))", bytes(&mut store, 5, Some(7)), true),
        ("(memory 5 6 (pagesize 1))", bytes(&mut store, 5, Some(7)), false),
        ("(memory 1)", bytes(&mut store, 65_536, None), false),
        ("(memory 0)", bytes(&mut store, 65_536, None), false),
        ("(table 1 funcref)", table(&mut store, RefType::FUNCREF, 1, None), true),
        ("(table 1 funcref)", table(&mut store, RefType::EXTERNREF, 1, None), false),
        ("(table 1 5 externref)", table(&mut store, RefType::EXTERNREF, 1, Some(6)), false),
        ("(table 1 5 externref)", table(&mut store, RefType::EXTERNREF, 1, Some(4)), true),
        ("(global i32)", global(&mut store, false), true),
        ("(global (mut i32))", global(&mut store, false), false),
        ("(global i32)", global(&mut store, true), false),
        ("(global i64)", global(&mut store, false), false),
        ("(func (param i32) (result i64))", func, true),
        ("(func (param i32))", func, false),
        ("(func (param i64) (result i32))", func, false),
        ("(func (param i32) (result i64))", memory(&mut store, 1, None), false),
    ];
    for (wanted, given, good) in cases {
        let user =
            module(&engine, &format!(r#"(module (type (func)) (type (func (result i64))) (import "a" "b" {wanted}))"#));
        let result = Instance::new(&mut store, &user, &[given]);
        let expected = Error::Link { import: 0, reason: LinkError::Incompatible };
        assert_eq!(result.err(), (!good).then_some(expected), "{wanted}");
    }
}

#[test]
fn missing_and_surplus_imports_are_named() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    let user = module(&engine, r#"(module (import "a" "x" (func)) (import "b" "y" (func)))"#);
    let nothing = Func::wrap(&mut store, || {}).unwrap();
    let error = Instance::new(&mut store, &user, &[nothing.into()]).unwrap_err();
    assert_eq!(error, Error::Link { import: 1, reason: LinkError::Unknown });
    assert_eq!(error.describe(&user).to_string(), "unknown import: b::y");
    let error = Instance::new(&mut store, &user, &[nothing.into(); 3]).unwrap_err();
    assert_eq!(error, Error::Link { import: 2, reason: LinkError::TooMany });

    let mut linker = Linker::new(&engine);
    linker.func("a", "x", || {}).unwrap();
    let error = linker.instantiate(&mut store, &user).unwrap_err();
    assert_eq!(error, Error::Link { import: 1, reason: LinkError::Unknown });
    assert_eq!(linker.func("a", "x", || {}), Err(Error::AlreadyDefined));
    linker.allow_shadowing(true);
    assert_eq!(linker.func("a", "x", || 1), Ok(()));
    linker.func("b", "y", || {}).unwrap();
    let error = linker.instantiate(&mut store, &user).unwrap_err();
    assert_eq!(error, Error::Link { import: 0, reason: LinkError::Incompatible });
    // Names are not run together: "a" + "x" is not "" + "ax".
    assert_eq!(linker.get(&mut store, "", "ax"), Ok(None));
    assert!(linker.get(&mut store, "a", "x").unwrap().is_some());
}

#[test]
fn types_are_equal_across_modules() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    // The same type has different indices, twice in the second module.
    let first = instance(
        &mut store,
        r#"(module (type (func (param f32))) (type $t (func (param i32) (result i32)))
            (func (export "f") (type $t) (i32.mul (local.get 0) (local.get 0))))"#,
    );
    let mut linker = Linker::new(&engine);
    linker.instance(&store, "first", first).unwrap();
    let user = module(
        &engine,
        r#"(module (type $a (func (param i32) (result i32))) (type $b (func (param i32) (result i32)))
            (import "first" "f" (func $f (type $b)))
            (table funcref (elem $f))
            (func (export "run") (param i32) (result i32) (call_indirect (type $a) (local.get 0) (i32.const 0))))"#,
    );
    let user = linker.instantiate(&mut store, &user).unwrap();
    assert_eq!(user.typed_func::<i32, i32>(&store, "run").unwrap().call(&mut store, 12), Ok(144));
}

#[test]
fn failed_segments_leave_what_they_wrote_and_a_living_instance() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    let owner = instance(
        &mut store,
        r#"(module (table (export "t") 4 funcref) (memory (export "m") 1)
            (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))"#,
    );
    let mut linker = Linker::new(&engine);
    linker.instance(&store, "o", owner).unwrap();
    let failing = module(
        &engine,
        r#"(module (import "o" "t" (table 4 funcref)) (import "o" "m" (memory 1))
            (global $n i32 (i32.const 31))
            (elem (i32.const 3) $f)
            (data (i32.const 1) "x")
            (data (i32.const 65535) "yz")
            (func $f (result i32) (global.get $n)))"#,
    );
    let error = linker.instantiate(&mut store, &failing).unwrap_err();
    assert_eq!(error, Error::Trap(moteur::Trap::MemoryOutOfBounds));
    drop((failing, linker));
    let call = owner.typed_func::<i32, i32>(&store, "call").unwrap();
    assert_eq!(call.call(&mut store, 3), Ok(31), "the function lives on in the table");
    let memory = owner.memory(&store, "m").unwrap();
    assert_eq!(memory.data(&store).unwrap()[1], b'x');
    assert_eq!(memory.data(&store).unwrap()[65_535], 0, "a segment is copied as a whole or not at all");
}

#[test]
fn constants_and_references_are_evaluated_in_order() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    let ty = GlobalType { value: ValType::I32, mutable: false };
    let base = Global::new(&mut store, ty, Val::I32(100)).unwrap();
    let user = module(
        &engine,
        r#"(module (import "" "base" (global $base i32))
            (global (export "sum") i32 (i32.add (global.get $base) (i32.const 5)))
            (global (export "f") funcref (ref.func $f))
            (global (export "none") externref (ref.null extern))
            (table (export "t") 200 funcref)
            (elem (offset (i32.add (global.get $base) (i32.const 1))) funcref (ref.func $f) (ref.null func) (item ref.func $f))
            (func $f (export "run")))"#,
    );
    let instance = Instance::new(&mut store, &user, &[base.into()]).unwrap();
    let global = |name| instance.global(&store, name).unwrap().get(&store).unwrap();
    let run = instance.func(&store, "run").unwrap();
    assert_eq!(global("sum"), Val::I32(105));
    assert_eq!(global("f"), Val::FuncRef(Some(run)));
    assert_eq!(global("none"), Val::ExternRef(None));
    let table = instance.table(&store, "t").unwrap();
    let elements = [100, 101, 102, 103, 104].map(|at| table.get(&store, at).unwrap().func());
    assert_eq!(elements, [None, Some(run), None, Some(run), None]);
}

#[test]
fn a_module_without_bodies_is_not_interpreted() {
    let engine = engine();
    let module =
        module(&engine, r#"(module (@custom "moteur.stripped" "") (func (export "f") unreachable) (start 0))"#);
    assert!(module.is_stripped());
    let mut store = Store::new(&engine, ()).unwrap();
    // Not the trap of what stands in the place of the body.
    assert!(matches!(Instance::new(&mut store, &module, &[]), Err(Error::Native(_))));
}
