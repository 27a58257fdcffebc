//! Ours, as native code: what `moteur run --jit` does.

use anyhow::{Result, ensure};
use moteur::{Config, Engine, Heap, Instance, Module, Store};
use moteur_compiler::{Checks, Machine, Options};
use moteur_platform::std::{GUARDED, Std};

use super::Run;
use crate::workloads::Workload;

/// The workload's export.
pub fn load(workload: &Workload) -> Result<Run<'static>> {
    let checks = if GUARDED.is_some() { Checks::GuardPages } else { Checks::Explicit };
    let options = Options { checks, ..Options::new(Machine::host(Some(Machine::NATIVE))?) };
    let bytes = moteur_compiler::compile(workload.wasm, &options)?;
    // SAFETY: the code was just compiled.
    let config = unsafe { Config::new(Heap::system()).native(&Std) };
    let config = match GUARDED {
        // SAFETY: memory is the platform's.
        Some(memory) => unsafe { config.guard_pages(memory) },
        None => config,
    };
    let engine = Engine::new(config)?;
    let module = Module::new(&engine, &bytes)?;
    ensure!(module.native() == Ok(true), "the native code is not run: {:?}", module.native());
    let mut store = Store::new(&engine, ())?;
    let instance = Instance::new(&mut store, &module, &[])?;
    let func = instance.typed_func::<u32, u32>(&store, workload.name)?;
    Ok(Box::new(move |n| Ok(func.call(&mut store, n)?)))
}
