//! Wasmtime with its Cranelift, as it comes: speed, guard pages, no fuel and no interruption.

use anyhow::{Result, anyhow};
use wasmtime::{Engine, Instance, Module, Store};

use super::Run;
use crate::workloads::Workload;

/// The workload's export.
pub fn load(workload: &Workload) -> Result<Run<'static>> {
    let instantiate = || {
        let engine = Engine::default();
        let module = Module::new(&engine, workload.wasm)?;
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[])?;
        let func = instance.get_typed_func::<u32, u32>(&mut store, workload.name)?;
        Ok((store, func))
    };
    let text = |error: wasmtime::Error| anyhow!("{error:#}");
    let (mut store, func) = instantiate().map_err(text)?;
    Ok(Box::new(move |n| func.call(&mut store, n).map_err(text)))
}
