//! Who was active when a call failed: a line for each function of the guest, the innermost first, in WAMR's form.

use core::ffi::c_char;
use core::fmt::{self, Write};

use moteur_platform::{Stream, Writer};

use super::env::ExecEnv;
use super::text::Out;
use crate::machine;

/// Writes the lines of the last call that failed.
///
/// # Safety
/// The environment is null or there.
unsafe fn write(env: *mut ExecEnv, out: &mut impl Write) -> fmt::Result {
    // SAFETY: the caller's promise.
    unsafe {
        let Some(instance) = env.as_ref().map(|env| env.instance).filter(|instance| !instance.is_null()) else {
            return Ok(());
        };
        let Some(store) = (*(*instance).root).store() else {
            return Ok(());
        };
        for (at, frame) in store.backtrace().frames().enumerate() {
            write!(out, "#{at:02}: 0x{:04x} - ", frame.offset().unwrap_or(0))?;
            match frame.name() {
                Some(name) => writeln!(out, "{name}")?,
                None => writeln!(out, "$f{}", frame.func())?,
            }
        }
        Ok(())
    }
}

/// Counts instead of writing.
struct Count(usize);

impl Write for Count {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.saturating_add(text.len());
        Ok(())
    }
}

/// # Safety
/// As for `write`.
unsafe fn size(env: *mut ExecEnv) -> u32 {
    let mut count = Count(0);
    // SAFETY: the caller's promise.
    let _ = unsafe { write(env, &mut count) };
    u32::try_from(count.0).unwrap_or(u32::MAX)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_dump_call_stack(exec_env: *mut ExecEnv) {
    let mut out = Writer::new(machine::platform().console(), Stream::Out);
    // SAFETY: the header.
    let _ = unsafe { write(exec_env, &mut out) };
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_call_stack_buf_size(exec_env: *mut ExecEnv) -> u32 {
    // SAFETY: the header.
    match unsafe { size(exec_env) } {
        0 => 0,
        bytes => bytes.saturating_add(1),
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_dump_call_stack_to_buf(
    exec_env: *mut ExecEnv,
    buf: *mut c_char,
    len: u32,
) -> u32 {
    // SAFETY: the header: so many bytes, or null.
    unsafe {
        let mut out = Out::new(buf, len as usize);
        let _ = write(exec_env, &mut out);
        match size(exec_env) {
            _ if buf.is_null() => 0,
            0 => 0,
            bytes => bytes.saturating_add(1).min(len),
        }
    }
}
