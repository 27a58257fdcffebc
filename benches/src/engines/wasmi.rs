//! `wasmi`, as it comes: tail calls, no fuel.

use anyhow::Result;
use wasmi::{Engine, Linker, Module, Store};

use super::Run;
use crate::workloads::Workload;

/// The workload's export.
pub fn load(workload: &Workload) -> Result<Run<'static>> {
    let engine = Engine::default();
    let module = Module::new(&engine, workload.wasm)?;
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module)?;
    let func = instance.get_typed_func::<u32, u32>(&store, workload.name)?;
    Ok(Box::new(move |n| Ok(func.call(&mut store, n)?)))
}
