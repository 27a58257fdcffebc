//! What rustc makes of the same source for this very CPU, from a library that the build script made.

use anyhow::Result;
use libloading::Library;

use super::Run;
use crate::workloads::Workload;

/// The workload's function.
pub fn load(workload: &Workload) -> Result<Run<'static>> {
    // SAFETY: loading it runs nothing, and its functions are those of `native_root.rs`.
    unsafe {
        let library = Library::new(env!("MOTEUR_BENCHES_THIS_CPU"))?;
        let function = *library.get::<extern "C" fn(u32) -> u32>(workload.name)?;
        Ok(Box::new(move |n| {
            let _ = &library;
            Ok(function(n))
        }))
    }
}
