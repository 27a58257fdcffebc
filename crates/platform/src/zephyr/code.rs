//! Where native code runs: in place, where the firmware's own code is; otherwise in RAM that is executable and not writable,
//! which the shim owns and lets be written for as long as a copy takes.

use core::ffi::c_int;
use core::ptr::{NonNull, null_mut};

use super::{result, shim};
use crate::{CodeMemory, Error};

/// Memory for native code on Zephyr, of which a machine has one: any number of runtimes share it. Where there is not enough
/// (`CONFIG_MOTEUR_CODE_BYTES`), modules are interpreted.
#[derive(Clone, Copy, Debug)]
pub struct ZephyrCode;

// SAFETY: bytes of the firmware's image are executed and stay; the shim's region is executed, and it gives each caller
// bytes of its own, which it writes once.
unsafe impl CodeMemory for ZephyrCode {
    fn make_runnable(&self, code: &[u8]) -> Result<NonNull<u8>, Error> {
        // SAFETY: it reads nothing there.
        if unsafe { shim::moteur_shim_is_firmware(code.as_ptr(), code.len()) } {
            return Ok(NonNull::from(code).cast());
        }
        let mut place = null_mut();
        // SAFETY: there are so many bytes, and it writes to `place`.
        result(unsafe { shim::moteur_shim_code_take(&raw mut place, code.as_ptr(), code.len()) })?;
        NonNull::new(place).ok_or(Error::Exhausted)
    }

    unsafe fn release(&self, code: NonNull<u8>, bytes: usize) {
        // SAFETY: what is none of its own it leaves alone.
        let _: c_int = unsafe { shim::moteur_shim_code_give(code.as_ptr(), bytes) };
    }
}
