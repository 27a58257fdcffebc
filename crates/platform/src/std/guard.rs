//! Memory that faults outside of what is in use, and a handler that lets guests survive such faults: the signal of every
//! other fault goes to whoever handled it before.

mod handler;
#[cfg_attr(target_arch = "x86_64", path = "guard/x86_64.rs")]
#[cfg_attr(target_arch = "aarch64", path = "guard/aarch64.rs")]
mod machine;

use core::ptr::{NonNull, null_mut};

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};

use super::Std;
use crate::{Decide, Error, FaultWatch, GuardedMemory};

/// Memory of this process that guards itself, if this system has such memory: it does.
pub const GUARDED: Option<&'static dyn GuardedMemory> = Some(&Std);

impl GuardedMemory for Std {
    fn reserve(&self, bytes: usize) -> Result<NonNull<u8>, Error> {
        handler::install()?;
        // SAFETY: new addresses, of which nobody else knows.
        let place =
            unsafe { mmap_anonymous(null_mut(), bytes, ProtFlags::empty(), MapFlags::PRIVATE | MapFlags::NORESERVE) };
        NonNull::new(place.map_err(|_| Error::Exhausted)?.cast()).ok_or(Error::Exhausted)
    }

    unsafe fn open(&self, place: NonNull<u8>, bytes: usize) -> Result<(), Error> {
        if bytes == 0 {
            return Ok(());
        }
        let flags = MprotectFlags::READ | MprotectFlags::WRITE;
        // SAFETY: the caller's promise.
        unsafe { mprotect(place.as_ptr().cast(), bytes, flags) }.map_err(|_| Error::Exhausted)
    }

    unsafe fn release(&self, place: NonNull<u8>, bytes: usize) {
        // SAFETY: the caller's promise. There is nobody to tell if the system refuses.
        let _ = unsafe { munmap(place.as_ptr().cast(), bytes) };
    }
}

impl FaultWatch for Std {
    fn watch(&self, guest: *const (), decide: Decide) -> *const () {
        handler::watch(guest, decide)
    }
}
