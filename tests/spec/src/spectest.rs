//! The host module `spectest` that the suite imports from.
//!
//! SPEC: interpreter/README.md of the specification's repository lists its items. What it prints goes nowhere.

use moteur::{
    Error, Global, GlobalType, Limits, Linker, Memory, MemoryType, RefType, Store, Table, TableType, Val, ValType,
};

use crate::host::Host;

/// Defines the module's functions, globals, table and memory.
pub fn define(linker: &mut Linker<Host>, store: &mut Store<Host>) -> Result<(), Error> {
    linker.func("spectest", "print", || {})?;
    linker.func("spectest", "print_i32", |_: i32| {})?;
    linker.func("spectest", "print_i64", |_: i64| {})?;
    linker.func("spectest", "print_f32", |_: f32| {})?;
    linker.func("spectest", "print_f64", |_: f64| {})?;
    linker.func("spectest", "print_i32_f32", |_: i32, _: f32| {})?;
    linker.func("spectest", "print_f64_f64", |_: f64, _: f64| {})?;

    let globals = [
        ("global_i32", ValType::I32, Val::I32(666)),
        ("global_i64", ValType::I64, Val::I64(666)),
        ("global_f32", ValType::F32, Val::F32(666.6_f32.to_bits())),
        ("global_f64", ValType::F64, Val::F64(666.6_f64.to_bits())),
    ];
    for (name, value, initial) in globals {
        let ty = GlobalType { value, mutable: false };
        let global = Global::new(&mut *store, ty, initial)?;
        linker.define("spectest", name, global)?;
    }

    let limits = Limits { min: 10, max: Some(20) };
    let ty = TableType { element: RefType::FUNCREF, limits };
    let table = Table::new(&mut *store, ty, Val::FuncRef(None))?;
    linker.define("spectest", "table", table)?;

    let limits = Limits { min: 1, max: Some(2) };
    let memory = Memory::new(&mut *store, MemoryType::new(limits))?;
    linker.define("spectest", "memory", memory)
}
