//! Makes the functions known to a linker.
//!
//! One closure serves all rows, so a program pays for the dispatch once, not per function; what differs is the row.

use moteur::{Caller, Error, FuncType, Linker, Module, Trap, Val};

use super::call::{Call, Edition, Stop};
use super::state::Wasi;
use super::table::{FUNCTIONS, Function, PARAMS_MAX};
use crate::claim::GuestMemory;

/// The names of the modules that WASI programs import from.
pub const MODULES: [&str; 2] = ["wasi_snapshot_preview1", "wasi_unstable"];

/// The longest wait without a look at the interrupt flag.
const NAP_NS: u64 = 10_000_000;

const EDITIONS: [(&str, Edition); 2] = [(MODULES[0], Edition::Preview1), (MODULES[1], Edition::Unstable)];

/// The type of the WASI function with this name.
///
/// ```
/// let ty = moteur_guest::wasi::signature("random_get");
/// assert_eq!(ty.map(|ty| ty.to_string()).as_deref(), Some("[i32 i32] -> [i32]"));
/// assert!(moteur_guest::wasi::signature("format_disk").is_none());
/// ```
pub fn signature(name: &str) -> Option<FuncType<'static>> {
    row(name).map(|function| FuncType { params: function.params, results: function.results })
}

fn row(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// Offers all of WASI to whatever `linker` links. `wasi` finds the guest's [`Wasi`] in the store's data.
///
/// This takes some heap for each function; where every byte counts, [`add_imports_of`] takes it only for those that a
/// module asks for.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, wasi: fn(&mut T) -> &mut Wasi) -> Result<(), Error> {
    for (module, edition) in EDITIONS {
        for function in FUNCTIONS {
            add(linker, wasi, module, edition, function)?;
        }
    }
    Ok(())
}

/// Offers those functions of WASI that `module` imports.
///
/// Linking a second module with the same linker adds what that one imports beyond the first.
pub fn add_imports_of<T: 'static>(
    linker: &mut Linker<T>,
    module: &Module,
    wasi: fn(&mut T) -> &mut Wasi,
) -> Result<(), Error> {
    for import in module.imports() {
        let edition = EDITIONS.iter().find(|(name, _)| *name == import.module);
        if let (Some(&(name, edition)), Some(function)) = (edition, row(import.name)) {
            match add(linker, wasi, name, edition, function) {
                Ok(()) | Err(Error::AlreadyDefined) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

fn add<T: 'static>(
    linker: &mut Linker<T>,
    wasi: fn(&mut T) -> &mut Wasi,
    module: &str,
    edition: Edition,
    function: &'static Function,
) -> Result<(), Error> {
    let enter = move |mut caller: Caller<'_, T>, arguments: &[Val], results: &mut [Val]| {
        let words = words(arguments)?;
        let mut waiting_since = None;
        loop {
            let memory = caller.memory();
            let (bytes, data) = match memory {
                Ok(memory) => memory.data_and_store_mut(&mut caller)?,
                Err(_) => (&mut [][..], caller.data_mut()),
            };
            let wasi = wasi(data);
            let platform = wasi.platform;
            let mut call = Call { wasi, memory: GuestMemory::new(bytes), edition, waiting_since };
            let outcome = (function.run)(&mut call, &words);
            waiting_since = call.waiting_since;
            let errno = match outcome {
                Ok(()) => 0,
                Err(Stop::Errno(errno)) => errno as i32,
                Err(Stop::Exit(status)) => return Err(Error::exit(status)),
                Err(Stop::Wait(_)) if caller.is_interrupted() => return Err(Error::trap(Trap::Interrupted)),
                Err(Stop::Wait(ns)) => {
                    if let Some(clock) = platform.clock() {
                        clock.wait_ns(ns.min(NAP_NS));
                    }
                    continue;
                }
            };
            if let Some(result) = results.first_mut() {
                *result = Val::I32(errno);
            }
            return Ok(());
        }
    };
    linker.func_dyn(module, function.name, function.params, function.results, enter)?;
    Ok(())
}

/// Each argument as one word. The linker has made sure that the types are the row's.
fn words(arguments: &[Val]) -> Result<[u64; PARAMS_MAX], Error> {
    let mut words = [0; PARAMS_MAX];
    for (word, argument) in words.iter_mut().zip(arguments) {
        *word = match *argument {
            Val::I32(value) => u64::from(value.cast_unsigned()),
            Val::I64(value) => value.cast_unsigned(),
            _ => return Err(Error::Type),
        };
    }
    Ok(words)
}
