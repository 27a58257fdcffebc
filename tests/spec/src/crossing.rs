//! Our own files in the suite's language: calls that cross the borders between native code, the interpreter and the host.
//! Each is run with every mixture of its modules, of which some are compiled and the others interpreted. Host only.

use std::cell::{Cell, RefCell};

use anyhow::{Result, bail, ensure};

use crate::convert::{Compile, Converted, convert};
use crate::exec::MIXED;

/// The files by name.
const FILES: [(&str, &str); 6] = [
    ("errors", include_str!("../crossing/errors.wast")),
    ("memory", include_str!("../crossing/memory.wast")),
    ("nesting", include_str!("../crossing/nesting.wast")),
    ("stack", include_str!("../crossing/stack.wast")),
    ("tables", include_str!("../crossing/tables.wast")),
    ("tail", include_str!("../crossing/tail.wast")),
];

/// How many modules each file has.
const MODULES: usize = 3;

/// Converts the files once without native code; with a compiler, also with each mixture: names then tell by a letter for
/// each module, in the file's order, whether it is native or interpreted.
pub fn files(compile: Compile<'_>, is_native: bool) -> Result<Vec<Converted>> {
    let mixtures = if is_native { 0..1 << MODULES } else { 0..1 };
    let mut files = Vec::new();
    for (name, text) in FILES {
        for mixture in mixtures.clone() {
            files.extend(file(name, text, mixture, compile)?);
        }
    }
    Ok(files)
}

/// One file with one mixture; none if the machine has no native code for a module.
fn file(name: &str, text: &str, mixture: usize, compile: Compile<'_>) -> Result<Option<Converted>> {
    let is_native = |module: usize| mixture >> module & 1 != 0;
    let letters: String = (0..MODULES).map(|module| if is_native(module) { 'n' } else { 'i' }).collect();
    let (count, refused, failure) = (Cell::new(0), Cell::new(false), RefCell::new(None));
    let converted = convert(&format!("{MIXED}{name}-{letters}"), text, &|wasm| {
        let module = count.replace(count.get() + 1);
        if !is_native(module) {
            return Ok(wasm.to_vec());
        }
        let compiled = compile(wasm).inspect_err(|_| refused.set(true))?;
        if compiled == wasm {
            failure.replace(Some(format!("module {module} of {name} is not compiled")));
        }
        Ok(compiled)
    })?;
    if let Some(failure) = failure.take() {
        bail!(failure);
    }
    ensure!(count.get() == MODULES, "{name} has {} modules", count.get());
    Ok((!refused.get()).then_some(converted))
}
