//! Makes host functions known to a linker.
//!
//! One closure serves all functions of a block, so a program pays for what surrounds a call once, not per function.

use moteur::{Caller, Error, Extern, Linker, Trap, Val, ValType};

use super::call::{Answer, Call, GuestCall, HostFunction, HostFunctions, Progress, Stop};
use crate::claim::GuestMemory;

/// Offers the host functions of `H` to whatever `linker` links, as imports from `module`. `state` finds what they work on
/// in the store's data.
///
/// This takes one small allocation; each function takes memory of a store only when a module imports it.
///
/// # Errors
/// [`Error::OutOfMemory`].
pub fn link<T: 'static, H: HostFunctions>(
    linker: &mut Linker<T>,
    module: &str,
    state: impl Fn(&mut T) -> &mut H::State + Send + Sync + 'static,
) -> Result<(), Error> {
    match H::CALLS_GUEST {
        true => link_rows::<T, H::State, true>(linker, module, H::FUNCTIONS, state),
        false => link_rows::<T, H::State, false>(linker, module, H::FUNCTIONS, state),
    }
}

/// As [`link`]. Blocks on the same state share this code.
pub(crate) fn link_rows<T: 'static, S: 'static, const CALLS_GUEST: bool>(
    linker: &mut Linker<T>,
    module: &str,
    rows: &'static [HostFunction<S>],
    state: impl Fn(&mut T) -> &mut S + Send + Sync + 'static,
) -> Result<(), Error> {
    linker.functions(module, rows, move |mut caller: Caller<'_, T>, function, words| {
        let mut progress = Progress::default();
        loop {
            let (bytes, data) = match caller.memory() {
                Ok(memory) => memory.data_and_store_mut(&mut caller)?,
                Err(_) => (&mut [][..], caller.data_mut()),
            };
            let mut call = Call { state: state(data), memory: GuestMemory::new(bytes), progress };
            let stop = match (function.code)(&mut call, words) {
                Ok(word) => return Ok(word),
                Err(stop) => stop,
            };
            progress = call.progress;
            match stop {
                Stop::Error(error) => return Err(error),
                Stop::Again if caller.is_interrupted() => return Err(Error::trap(Trap::Interrupted)),
                Stop::Again => {}
                Stop::Guest(wanted) if CALLS_GUEST => progress.answer = Some(call_guest(&mut caller, wanted)?),
                Stop::Guest(_) => progress.answer = Some(Answer::Missing),
            }
        }
    })
}

/// Calls what the calling instance exports, if it is a function of the right type.
fn call_guest<T>(caller: &mut Caller<'_, T>, wanted: GuestCall) -> Result<Answer, Error> {
    let Some(Extern::Func(func)) = caller.export(wanted.export) else {
        return Ok(Answer::Missing);
    };
    let ty = func.ty(caller)?;
    let results = ty.results.len();
    let fits = ty.params.len() == wanted.count && results <= 1;
    if !fits || ty.params.iter().chain(ty.results).any(|ty| *ty != ValType::I32) {
        return Ok(Answer::Missing);
    }
    let arguments = wanted.arguments.map(|word| Val::I32(word.cast_signed()));
    let mut returned = [Val::I32(0)];
    let arguments = arguments.get(..wanted.count).ok_or(Error::Type)?;
    func.call(caller, arguments, returned.get_mut(..results).unwrap_or_default())?;
    match returned {
        [Val::I32(word)] => Ok(Answer::Returned(word.cast_unsigned())),
        _ => Err(Error::Type),
    }
}
