//! Modules in place: flash as memory.

use core::ptr::NonNull;
use core::slice;

use embedded_storage::nor_flash::NorFlash;

use crate::slots::Slot;

/// Flash that the processor also reads as memory, so that a module need not leave it.
///
/// # Safety
/// For each `offset` below [`capacity`](embedded_storage::nor_flash::ReadNorFlash::capacity), the byte at `address() + offset`
/// can be read as long as the program runs, is what `read` gives for `offset`, and changes by `erase` and `write` of this
/// value alone. When these return, no cache holds what was there before.
pub unsafe trait Mapped: NorFlash {
    /// Where offset zero stands in memory.
    fn address(&self) -> NonNull<u8>;
}

// SAFETY: the same flash.
unsafe impl<F: Mapped> Mapped for &mut F {
    fn address(&self) -> NonNull<u8> {
        (**self).address()
    }
}

/// A module that was written whole and waits for a verdict, before it can ever boot.
#[derive(Debug)]
pub struct Candidate<'a> {
    bytes: &'a [u8],
    slot: Slot,
    sequence: u32,
}

impl<'a> Candidate<'a> {
    /// The module in that place of the flash.
    ///
    /// The place must lie inside the flash, which `Layout` sees to.
    pub(crate) fn new<F: Mapped>(flash: &'a F, offset: u32, length: u32, slot: Slot, sequence: u32) -> Candidate<'a> {
        // SAFETY: readable by the contract of `Mapped`; for `'a` nothing can write, as that takes the flash mutably.
        let bytes = unsafe { slice::from_raw_parts(flash.address().as_ptr().add(offset as usize), length as usize) };
        Candidate { bytes, slot, sequence }
    }

    /// The module's bytes, where they will run.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The same bytes for who needs them for ever, as `Module::from_static` does.
    ///
    /// # Safety
    /// Whatever refers to them is dropped before the verdict is given.
    pub unsafe fn bytes_static(&self) -> &'static [u8] {
        // SAFETY: they are readable for ever; that they don't change while referred to is promised by the caller.
        unsafe { slice::from_raw_parts(self.bytes.as_ptr(), self.bytes.len()) }
    }

    /// Where it stands.
    pub fn slot(&self) -> Slot {
        self.slot
    }

    /// Its number: one more than that of the newest module so far.
    pub fn sequence(&self) -> u32 {
        self.sequence
    }
}
