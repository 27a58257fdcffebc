//! Without a compiler.

use anyhow::{Result, bail};

/// Leaves modules as they are.
pub fn compiler(machine: Option<&str>, _: Option<&str>, _: bool) -> Result<impl Fn(&[u8]) -> Result<Vec<u8>, String>> {
    if machine.is_some() {
        bail!("this build has no compiler: it lacks the feature `native`");
    }
    Ok(|wasm: &[u8]| Ok(wasm.to_vec()))
}
