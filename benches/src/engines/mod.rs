//! The interpreters that are measured, each as a function that calls the workload's export.

mod moteur;
#[cfg(feature = "wasm3")]
mod wasm3;
mod wasmi;

use anyhow::Result;

use crate::workloads::Workload;

/// Calls the workload with its argument.
pub type Run<'a> = Box<dyn FnMut(u32) -> Result<u32> + 'a>;

/// An engine, and the workload in it.
pub struct Engine<'a> {
    pub name: &'static str,
    pub run: Run<'a>,
    /// Whether it may refuse workloads because it is older than what they use.
    pub may_refuse: bool,
}

/// The workload in each engine and, last, native.
pub fn load(workload: &Workload) -> Result<Vec<Engine<'_>>> {
    let engine = |name, run| Engine { name, run, may_refuse: false };
    Ok(vec![
        engine("moteur", moteur::load(workload)?),
        engine("wasmi", wasmi::load(workload)?),
        #[cfg(feature = "wasm3")]
        Engine { name: "wasm3", run: wasm3::load(workload).unwrap_or_else(refuse), may_refuse: true },
        engine("native", Box::new(|n| Ok((workload.native)(n)))),
    ])
}

/// What an engine runs that could not load the workload.
#[cfg(feature = "wasm3")]
fn refuse(why: anyhow::Error) -> Run<'static> {
    Box::new(move |_| anyhow::bail!("{why:#}"))
}
