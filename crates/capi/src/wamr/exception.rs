//! Why a call failed, in WAMR's words: programs compare them.

use core::ffi::c_char;
use core::ptr::null;
use core::sync::atomic::Ordering;

use moteur::{Error, Trap};

use super::errors;
use super::instance::Instance;
use super::text::{self, Out};

/// Bytes of a text, its zero included.
pub const TEXT_BYTES: usize = 128;

/// What ends a guest when the instance has the exception already.
pub const RAISED: Error = Error::Host(u32::MAX);

/// What stands before every text.
const PREFIX: &[u8] = b"Exception: ";

/// WAMR's text for a trap, where it has another one.
fn text_of(trap: Trap) -> &'static str {
    match trap {
        Trap::StackOverflow => "wasm operand stack overflow",
        Trap::OutOfFuel => "instruction limit exceeded",
        Trap::Interrupted => TERMINATED,
        trap => trap.message(),
    }
}

pub const TERMINATED: &str = "terminated by user";
pub const EXITED: &str = "wasi proc exit";

/// Takes over why a call into the guest failed.
///
/// # Safety
/// The instance is there.
pub unsafe fn take(instance: *mut Instance, error: Error) {
    // SAFETY: the caller's promise.
    unsafe {
        match error {
            RAISED => {}
            Error::Trap(trap) => set(instance, text_of(trap)),
            Error::OutOfMemory => set(instance, "allocate memory failed"),
            Error::Exit(status) => {
                (*(*instance).root).exit_code = status.cast_unsigned();
                if super::wasi::is_used(instance) {
                    set(instance, EXITED);
                } else {
                    let mut out = out(instance);
                    out.push(if status < 0 { b"env.exit(-" } else { b"env.exit(" });
                    out.push_number(status.unsigned_abs());
                    out.push(b")");
                }
            }
            error => errors::describe(error, &mut out(instance)),
        }
    }
}

/// The instance's exception, to be written behind what every text begins with.
///
/// # Safety
/// The instance is there, for as long as the result is used.
pub unsafe fn out(instance: *mut Instance) -> Out {
    // SAFETY: the caller's promise.
    unsafe {
        let place = &raw mut (*(*instance).root).exception;
        let mut out = Out::new(place.cast(), TEXT_BYTES);
        out.push(PREFIX);
        out
    }
}

/// # Safety
/// The instance is there.
pub unsafe fn set(instance: *mut Instance, text: &str) {
    // SAFETY: the caller's promise.
    unsafe { out(instance) }.push(text.as_bytes());
}

/// # Safety
/// The instance is there.
pub unsafe fn clear(instance: *mut Instance) {
    // SAFETY: the caller's promise.
    unsafe {
        let root = (*instance).root;
        (*root).exception[0] = 0;
        (*root).terminated.store(false, Ordering::Release);
        (*root).interrupt.clear();
    }
}

/// Whether a call may not go on.
///
/// # Safety
/// The instance is there.
pub unsafe fn is_raised(instance: *mut Instance) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let root = (*instance).root;
        if (*root).exception[0] == 0 && (*root).terminated.load(Ordering::Acquire) {
            set(instance, TERMINATED);
        }
        (*root).exception[0] != 0
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_exception(module_inst: *mut Instance) -> *const c_char {
    // SAFETY: the header: null or valid.
    unsafe {
        if module_inst.is_null() || !is_raised(module_inst) {
            return null();
        }
        (&raw const (*(*module_inst).root).exception).cast()
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_set_exception(module_inst: *mut Instance, exception: *const c_char) {
    // SAFETY: the header: null or valid.
    unsafe {
        match text::bytes(exception) {
            _ if module_inst.is_null() => {}
            Some(text) => out(module_inst).push(text),
            None => clear(module_inst),
        }
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_clear_exception(module_inst: *mut Instance) {
    if !module_inst.is_null() {
        // SAFETY: the header.
        unsafe { clear(module_inst) };
    }
}

/// See the header. It may be called from any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_terminate(module_inst: *mut Instance) {
    if module_inst.is_null() {
        return;
    }
    // SAFETY: the header. Only what other threads may touch is touched.
    unsafe {
        let root = (*module_inst).root;
        (*root).terminated.store(true, Ordering::Release);
        (*root).interrupt.interrupt();
    }
}
