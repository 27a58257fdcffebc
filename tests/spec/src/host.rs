//! The host module `host` of the files in `crossing`: functions that call back, fail, or tell what was seen of a failure.

use moteur::{Caller, Error, InterruptHandle, Linker, Store, Val, ValType};

/// What the host's functions know.
#[derive(Default)]
pub struct Host {
    /// How many functions were active when the last call failed.
    pub frames: u32,
    /// Stops the guest.
    pub interrupt: Option<InterruptHandle>,
}

impl Host {
    /// Notes how a call of the store ended, and lets guests run again.
    pub fn note(store: &mut Store<Host>, result: Result<(), Error>) -> Result<(), Error> {
        if result.is_err() {
            store.data_mut().frames = store.backtrace().total();
        }
        if let Some(interrupt) = &store.data().interrupt {
            interrupt.clear();
        }
        result
    }
}

/// Defines the module's functions.
pub fn define(linker: &mut Linker<Host>, store: &mut Store<Host>) -> Result<(), Error> {
    store.data_mut().interrupt = Some(store.interrupt_handle());
    linker.func("host", "add", |a: i32, b: i32| a.wrapping_add(b))?;
    linker.func("host", "frames", |caller: Caller<'_, Host>| caller.data().frames)?;
    linker.func("host", "fail", |code: u32| -> Result<(), Error> { Err(Error::host(code)) })?;
    linker.func("host", "interrupt", |caller: Caller<'_, Host>| {
        if let Some(interrupt) = &caller.data().interrupt {
            interrupt.interrupt();
        }
    })?;
    // Calls the function with the number.
    let params = [ValType::FUNCREF, ValType::I32];
    linker.func_dyn("host", "call", &params, &[ValType::I32], |mut caller, arguments, results| match arguments {
        [Val::FuncRef(Some(func)), number] => func.call(&mut caller, core::slice::from_ref(number), results),
        _ => Err(Error::Type),
    })
}
