//! wasm3, through its C interface.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::null_mut;

use anyhow::{Result, anyhow, ensure};

use super::Run;
use crate::workloads::Workload;

const STACK_BYTES: u32 = 1 << 20;

// As in wasm3.h; `call` is in wasm3/call.c. A result is null or a text.
unsafe extern "C" {
    fn m3_NewEnvironment() -> *mut c_void;
    fn m3_NewRuntime(environment: *mut c_void, stack_bytes: u32, data: *mut c_void) -> *mut c_void;
    fn m3_ParseModule(environment: *mut c_void, to: *mut *mut c_void, bytes: *const u8, len: u32) -> *const c_char;
    fn m3_LoadModule(runtime: *mut c_void, module: *mut c_void) -> *const c_char;
    fn m3_FindFunction(to: *mut *mut c_void, runtime: *mut c_void, name: *const c_char) -> *const c_char;
    fn moteur_wasm3_call(function: *mut c_void, argument: u32, result: *mut u32) -> *const c_char;
}

/// The workload's export. What it stands in is never freed: the bench is about to end anyway.
pub fn load(workload: &Workload) -> Result<Run<'static>> {
    let name = CString::new(workload.name)?;
    let wasm = workload.wasm;
    let (mut module, mut function) = (null_mut(), null_mut());
    // SAFETY: used as its header says; the bytes are static.
    unsafe {
        let environment = m3_NewEnvironment();
        ensure!(!environment.is_null(), "out of memory");
        let runtime = m3_NewRuntime(environment, STACK_BYTES, null_mut());
        ensure!(!runtime.is_null(), "out of memory");
        check(m3_ParseModule(environment, &mut module, wasm.as_ptr(), wasm.len() as u32))?;
        check(m3_LoadModule(runtime, module))?;
        check(m3_FindFunction(&mut function, runtime, name.as_ptr()))?;
    }
    Ok(Box::new(move |n| {
        let mut result = 0;
        // SAFETY: the function was found, and takes and gives an i32 as all workloads do.
        unsafe { check(moteur_wasm3_call(function, n, &mut result))? };
        Ok(result)
    }))
}

/// # Safety
/// What wasm3 returned: null, or a text that lives for ever.
unsafe fn check(error: *const c_char) -> Result<()> {
    if error.is_null() {
        return Ok(());
    }
    // SAFETY: the caller's promise.
    Err(anyhow!("{}", unsafe { CStr::from_ptr(error) }.to_string_lossy()))
}
