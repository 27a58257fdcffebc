//! Memory that code runs in: written first, then executable and never both.

#[cfg_attr(target_arch = "aarch64", path = "code/aarch64.rs")]
#[cfg_attr(target_arch = "riscv64", path = "code/riscv64.rs")]
#[cfg_attr(not(any(target_arch = "aarch64", target_arch = "riscv64")), path = "code/coherent.rs")]
mod caches;

use core::ptr::{NonNull, null_mut};

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};

use super::Std;
use crate::{CodeMemory, Error};

// SAFETY: it copies the bytes to memory that nobody else knows of, and that the system keeps until it is released.
unsafe impl CodeMemory for Std {
    /// Copies code to memory of its own and makes that executable.
    fn make_runnable(&self, code: &[u8]) -> Result<NonNull<u8>, Error> {
        let len = code.len().max(1);
        // SAFETY: new memory, of which nobody else knows.
        unsafe {
            let flags = ProtFlags::READ | ProtFlags::WRITE;
            let place = mmap_anonymous(null_mut(), len, flags, MapFlags::PRIVATE).map_err(|_| Error::Exhausted)?;
            place.cast::<u8>().copy_from_nonoverlapping(code.as_ptr(), code.len());
            caches::publish(place.cast(), code.len());
            if mprotect(place, len, MprotectFlags::READ | MprotectFlags::EXEC).is_err() {
                let _ = munmap(place, len);
                return Err(Error::Denied);
            }
            NonNull::new(place.cast()).ok_or(Error::Exhausted)
        }
    }

    unsafe fn release(&self, code: NonNull<u8>, bytes: usize) {
        // SAFETY: the caller's promise. There is nobody to tell if the system refuses.
        let _ = unsafe { munmap(code.as_ptr().cast(), bytes.max(1)) };
    }
}
