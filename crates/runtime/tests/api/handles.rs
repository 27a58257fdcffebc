//! Handles belong to one store, and any other refuses them.

use std::collections::HashSet;

use moteur::{
    Error, ExternRef, Func, Global, GlobalType, Instance, Limits, Linker, Memory, MemoryType, RefType, Store, Table,
};
use moteur::{TableType, Val, ValType};

use crate::{engine, instance, module};

const FOREIGN: Error = Error::ForeignStore;

#[test]
fn foreign_handles_are_refused() {
    let engine = engine();
    let mut own = Store::new(&engine, ()).unwrap();
    let mut other = Store::new(&engine, ()).unwrap();
    let limits = Limits { min: 1, max: None };
    let func = Func::wrap(&mut own, |n: i32| n).unwrap();
    let memory = Memory::new(&mut own, MemoryType::new(limits)).unwrap();
    let ty = TableType { element: RefType::FUNCREF, limits };
    let table = Table::new(&mut own, ty, Val::FuncRef(None)).unwrap();
    let global = Global::new(&mut own, GlobalType { value: ValType::FUNCREF, mutable: true }, func.into()).unwrap();
    let exporting = instance(&mut own, r#"(module (func (export "f")))"#);

    assert_eq!(func.call(&mut other, &[Val::I32(1)], &mut [Val::I32(0)]), Err(FOREIGN));
    assert_eq!(func.ty(&other).err(), Some(FOREIGN));
    assert_eq!(func.typed::<i32, i32>(&other).err(), Some(FOREIGN));
    assert_eq!(func.typed::<i32, i32>(&own).unwrap().call(&mut other, 1), Err(FOREIGN));
    assert_eq!(memory.data(&other).err(), Some(FOREIGN));
    assert_eq!(memory.data_mut(&mut other).err(), Some(FOREIGN));
    assert_eq!(memory.grow(&mut other, 1), Err(FOREIGN));
    assert_eq!(memory.size(&other), Err(FOREIGN));
    assert_eq!(table.get(&other, 0), Err(FOREIGN));
    assert_eq!(table.size(&other), Err(FOREIGN));
    assert_eq!(table.grow(&mut other, 1, Val::FuncRef(None)), Err(FOREIGN));
    assert_eq!(global.get(&other), Err(FOREIGN));
    assert_eq!(global.set(&mut other, Val::FuncRef(None)), Err(FOREIGN));
    assert_eq!(exporting.export(&other, "f"), None);
    assert_eq!(exporting.module(&other).err(), Some(FOREIGN));
    assert!(exporting.exports(&other).is_err());
    assert_eq!(Linker::<()>::new(&engine).instance(&other, "x", exporting), Err(FOREIGN));

    // Values that refer to a foreign function are refused wherever they could enter.
    let foreign = Func::wrap(&mut other, || {}).unwrap();
    let value = Val::from(foreign);
    assert_eq!(table.set(&mut own, 0, value), Err(FOREIGN));
    assert_eq!(table.grow(&mut own, 1, value), Err(FOREIGN));
    assert_eq!(global.set(&mut own, value), Err(FOREIGN));
    let takes = Func::wrap(&mut own, |_: Option<Func>| {}).unwrap();
    assert_eq!(takes.call(&mut own, &[value], &mut []), Err(FOREIGN));
    assert_eq!(takes.typed::<Option<Func>, ()>(&own).unwrap().call(&mut own, Some(foreign)), Err(FOREIGN));
    let gives = Func::wrap(&mut own, move || Some(foreign)).unwrap();
    assert_eq!(gives.call(&mut own, &[], &mut [Val::I32(0)]), Err(FOREIGN));

    let importing = module(&engine, r#"(module (import "" "" (func (param i32) (result i32))))"#);
    assert_eq!(Instance::new(&mut other, &importing, &[func.into()]).err(), Some(FOREIGN));
}

#[test]
fn handles_of_a_dropped_store_are_refused_by_the_next() {
    let engine = engine();
    let mut stale = Vec::new();
    for _ in 0..16 {
        let mut store = Store::new(&engine, ()).unwrap();
        for func in &stale {
            assert_eq!(Func::call(func, &mut store, &[], &mut []), Err(FOREIGN));
        }
        stale.push(Func::wrap(&mut store, || {}).unwrap());
    }
}

#[test]
fn modules_of_another_engine_are_refused() {
    let foreign = module(&engine(), "(module)");
    let mut store = Store::new(&engine(), ()).unwrap();
    assert_eq!(Instance::new(&mut store, &foreign, &[]).err(), Some(Error::ForeignEngine));
}

#[test]
fn types_are_checked_before_the_call() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    let func = Func::wrap(&mut store, |a: i32, b: f64| (b, a)).unwrap();
    let good = [Val::I32(1), Val::from(2.0)];
    let mut results = [Val::I32(9); 2];
    func.call(&mut store, &good, &mut results).unwrap();
    assert_eq!(results, [Val::from(2.0), Val::I32(1)]);
    for bad in [&good[..1], &[Val::I32(1); 2], &[], &[good[0], good[1], good[0]]] {
        assert_eq!(func.call(&mut store, bad, &mut results), Err(Error::Type));
    }
    assert_eq!(func.call(&mut store, &good, &mut results[..1]), Err(Error::Type));
    assert_eq!(func.typed::<(i32, f64), f64>(&store).err(), Some(Error::Type));
    assert_eq!(func.typed::<(i32, i64), (f64, i32)>(&store).err(), Some(Error::Type));
    assert!(func.typed::<(u32, f64), (f64, u32)>(&store).is_ok());
}

#[test]
fn handles_are_keys() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    let text = r#"(module (func (export "a")) (func (export "b")) (export "c" (func 0)))"#;
    let instances = [instance(&mut store, text), instance(&mut store, text)];
    let funcs: Vec<_> = instances
        .iter()
        .flat_map(|instance| ["a", "b", "c"].map(|name| instance.func(&store, name).unwrap()))
        .collect();
    assert_eq!(funcs.iter().collect::<HashSet<_>>().len(), 4);
    assert_eq!(HashSet::from(instances).len(), 2);
    let module = module(&engine, text);
    assert!(module.same(&module.clone()) && module.engine().same(&engine));
    assert!(!module.same(&self::module(&engine, text)) && !module.engine().same(&crate::engine()));
}

#[test]
fn an_instance_tells_what_it_holds_of_the_embedders() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    let instance = instance(
        &mut store,
        r#"(module (global $mine (mut externref) (ref.null extern)) (table $hidden 3 externref) (table 2 funcref)
            (global (mut i32) (i32.const 9)) (table (export "t") 1 externref)
            (func (export "set") (param externref externref)
                (global.set $mine (local.get 0)) (table.set $hidden (i32.const 2) (local.get 1))))"#,
    );
    let held = |store: &Store<()>| {
        let mut held = Vec::new();
        instance.extern_refs(store, |number| held.push(number.number())).unwrap();
        held.sort_unstable();
        held
    };
    assert_eq!(held(&store), []);
    let set = instance.typed_func::<(Option<ExternRef>, Option<ExternRef>), ()>(&store, "set").unwrap();
    set.call(&mut store, (Some(ExternRef::new(7)), Some(ExternRef::new(0)))).unwrap();
    let table = instance.table(&store, "t").unwrap();
    table.set(&mut store, 0, ExternRef::new(5).into()).unwrap();
    assert_eq!(held(&store), [0, 5, 7]);
    set.call(&mut store, (None, None)).unwrap();
    assert_eq!(held(&store), [5]);
    let other = Store::new(&engine, ()).unwrap();
    assert_eq!(instance.extern_refs(&other, |_| {}), Err(FOREIGN));
}
