//! Memory that faults where it is not in use.

use core::ptr::NonNull;

use crate::{Error, FaultWatch};

/// Addresses of which only some have memory, and faults that do not end the process.
pub trait GuardedMemory: FaultWatch {
    /// Reserves addresses, at the beginning of a page and none with memory. From now on, faults are watched.
    ///
    /// # Errors
    /// [`Error::Exhausted`] when there are not so many addresses, [`Error::Denied`] when faults cannot be watched.
    fn reserve(&self, bytes: usize) -> Result<NonNull<u8>, Error>;

    /// Puts memory to the first so many bytes of what was reserved. What is new is zero.
    ///
    /// # Safety
    /// `place` came from `reserve` for at least so many bytes.
    ///
    /// # Errors
    /// [`Error::Exhausted`].
    unsafe fn open(&self, place: NonNull<u8>, bytes: usize) -> Result<(), Error>;

    /// Gives addresses and memory back.
    ///
    /// # Safety
    /// `place` came from `reserve` for so many bytes, and nothing uses them any more.
    unsafe fn release(&self, place: NonNull<u8>, bytes: usize);
}
