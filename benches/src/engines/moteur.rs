//! Ours, with dispatch by tail calls.

use anyhow::Result;
use moteur::{Config, Engine, Heap, Instance, Module, Store};

use super::Run;
use crate::workloads::Workload;

/// The workload's export.
pub fn load(workload: &Workload) -> Result<Run<'static>> {
    let engine = Engine::new(Config::new(Heap::system()))?;
    let module = Module::from_static(&engine, workload.wasm)?;
    let mut store = Store::new(&engine, ())?;
    let instance = Instance::new(&mut store, &module, &[])?;
    let func = instance.typed_func::<u32, u32>(&store, workload.name)?;
    Ok(Box::new(move |n| Ok(func.call(&mut store, n)?)))
}
