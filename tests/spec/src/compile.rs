//! The suite as native code: each module of it is compiled for a machine, which may be this one.

use anyhow::Result;
use moteur_compiler::{Error, Machine, Options, compile};
use moteur_image::target::Checks;
use wasmparser::{Validator, WasmFeatures};

/// Adds native code to each valid module. The error is why that machine has none for it.
pub fn compiler(
    machine: Option<&str>,
    cpu: Option<&str>,
    guard_pages: bool,
) -> Result<impl Fn(&[u8]) -> Result<Vec<u8>, String>> {
    let options = machine.map(|name| Machine::new(name, cpu)).transpose()?.map(|machine| Options {
        checks: if guard_pages { Checks::GuardPages } else { Checks::Explicit },
        ..Options::new(machine)
    });
    Ok(move |wasm: &[u8]| {
        let Some(options) = &options else { return Ok(wasm.to_vec()) };
        match compile(wasm, options) {
            Ok(compiled) => {
                if let Err(error) = Validator::new_with_features(WasmFeatures::all()).validate_all(&compiled) {
                    // It will fail, as it has no native code.
                    eprintln!("what was compiled is no valid module: {error}");
                    return Ok(wasm.to_vec());
                }
                Ok(compiled)
            }
            // Whether the runtime refuses it too is what the suite asks.
            Err(Error::Module(_)) => Ok(wasm.to_vec()),
            Err(Error::Unsupported(why)) => Err(why),
            // It will fail, as its native code is not run.
            Err(error) => {
                eprintln!("not compiled: {error}");
                Ok(wasm.to_vec())
            }
        }
    })
}
