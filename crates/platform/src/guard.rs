//! Memory that faults where it is not in use, and guests that survive such faults.

use core::ptr::NonNull;

use crate::Error;

/// Decides about a fault of the processor: `guest` is what [`GuardedMemory::watch`] was given, `pc` the instruction that
/// failed, `address` what it could not access. Where the guest is at fault, it gives where to go on, and what to put into
/// the first three registers for integer arguments there. Otherwise the fault is somebody else's. On systems that tell
/// faults by signals, it is called from a signal's handler.
pub type Decide = unsafe fn(guest: *const (), pc: usize, address: usize) -> Option<[usize; 4]>;

/// Addresses of which only some have memory, and faults that do not end the process.
pub trait GuardedMemory: Sync {
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

    /// From now on, faults of this thread are shown to `decide` with this guest, which is null for none. Gives the guest
    /// that was watched before.
    fn watch(&self, guest: *const (), decide: Decide) -> *const ();
}
