//! Memory that native code runs in.

use core::ptr::NonNull;

use crate::Error;

/// Where native code is put to run.
///
/// # Safety
/// What `make_runnable` gives is the address of these bytes, which nobody changes and which can be executed until
/// `release`: they are called.
pub unsafe trait CodeMemory: Sync {
    /// Makes `code` runnable, where it is or in memory of its own, and gives the address of its first byte. It stays
    /// there until [`release`](CodeMemory::release). Where instructions are cached, the cache knows the code.
    ///
    /// # Errors
    /// [`Error::Exhausted`] when there is no memory for it, [`Error::Denied`] when the machine does not let memory be
    /// executed.
    fn make_runnable(&self, code: &[u8]) -> Result<NonNull<u8>, Error>;

    /// Gives the memory back.
    ///
    /// # Safety
    /// `code` came from `make_runnable` for so many bytes, and nothing runs it any more.
    unsafe fn release(&self, code: NonNull<u8>, bytes: usize);
}

/// Runs code where the module's bytes are: for modules that stay in flash, on machines that may execute it there.
#[derive(Clone, Copy, Debug, Default)]
pub struct InPlace;

// SAFETY: it gives the address of the bytes themselves, which are borrowed for as long as their module lives.
unsafe impl CodeMemory for InPlace {
    fn make_runnable(&self, code: &[u8]) -> Result<NonNull<u8>, Error> {
        Ok(NonNull::from(code).cast())
    }

    unsafe fn release(&self, _: NonNull<u8>, _: usize) {}
}
