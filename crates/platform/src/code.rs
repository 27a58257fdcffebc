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

/// Memory that code is written to, and that is executed, but not both at once.
///
/// # Safety
/// After `close`, what is in the memory can be executed, and is what was written.
pub unsafe trait CodeRegion: Sync {
    /// From now on, the memory is written and not executed.
    ///
    /// # Errors
    /// [`Error::Exhausted`] when the machine cannot tell it from other memory.
    fn open(&self) -> Result<(), Error>;

    /// From now on, the memory is executed and not written. So many bytes were written since `open`; where instructions are
    /// cached, the cache knows them.
    ///
    /// # Safety
    /// They lie in this memory.
    ///
    /// # Errors
    /// As `open`; then it may not be executed.
    unsafe fn close(&self, written: *const u8, bytes: usize) -> Result<(), Error>;
}

/// Memory that is written and executed alike: for machines that do not tell the difference.
#[derive(Clone, Copy, Debug)]
pub struct AnyMemory {
    publish: unsafe fn(*const u8, usize),
}

impl AnyMemory {
    /// Memory of such a machine, where `publish` makes code visible to the fetching of instructions that was just written at
    /// an address, so many bytes.
    ///
    /// # Safety
    /// The machine executes its memory, and `publish` does so.
    pub const unsafe fn new(publish: unsafe fn(*const u8, usize)) -> AnyMemory {
        AnyMemory { publish }
    }
}

// SAFETY: the promise to `new`.
unsafe impl CodeRegion for AnyMemory {
    fn open(&self) -> Result<(), Error> {
        Ok(())
    }

    unsafe fn close(&self, written: *const u8, bytes: usize) -> Result<(), Error> {
        // SAFETY: the caller's promise.
        unsafe { (self.publish)(written, bytes) };
        Ok(())
    }
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
