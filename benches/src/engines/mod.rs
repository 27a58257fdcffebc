//! What is measured, each as a function that calls the workload's export.

#[cfg(feature = "native")]
mod cranelift;
mod moteur;
#[cfg(feature = "native")]
mod native;
#[cfg(feature = "native")]
mod this_cpu;
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

fn engine<'a>(name: &'static str, run: Run<'a>) -> Engine<'a> {
    Engine { name, run, may_refuse: false }
}

/// The workload in each interpreter and, last, native.
pub fn interpreters(workload: &Workload) -> Result<Vec<Engine<'_>>> {
    Ok(vec![
        engine("moteur", moteur::load(workload)?),
        engine("wasmi", wasmi::load(workload)?),
        #[cfg(feature = "wasm3")]
        Engine { name: "wasm3", run: wasm3::load(workload).unwrap_or_else(refuse), may_refuse: true },
        native_form(workload),
    ])
}

/// The workload compiled by each compiler and, last, by that of Rust: for this CPU, and for every one.
#[cfg(feature = "native")]
pub fn compilers(workload: &Workload) -> Result<Vec<Engine<'_>>> {
    Ok(vec![
        engine("moteur", native::load(workload)?),
        engine("cranelift", cranelift::load(workload)?),
        engine("this CPU", this_cpu::load(workload)?),
        native_form(workload),
    ])
}

/// The machine code that rustc made of the workload.
fn native_form(workload: &Workload) -> Engine<'_> {
    engine("native", Box::new(|n| Ok((workload.native)(n))))
}

/// What an engine runs that could not load the workload.
#[cfg(feature = "wasm3")]
fn refuse(why: anyhow::Error) -> Run<'static> {
    Box::new(move |_| anyhow::bail!("{why:#}"))
}
