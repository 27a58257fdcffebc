//! Memory of this process for native code and guarded memories, as tests of both need it.

use std::ptr::NonNull;

use moteur::{CodeMemory, Decide, Error, GuardedMemory};
use moteur_platform::std::{code, guard};

pub struct Host;

pub static HOST: Host = Host;

impl CodeMemory for Host {
    fn make_runnable(&self, bytes: &[u8]) -> Result<NonNull<u8>, Error> {
        code::make_runnable(bytes).map_err(|_| Error::OutOfMemory)
    }

    unsafe fn release(&self, place: NonNull<u8>, bytes: usize) {
        // SAFETY: the caller's promise.
        unsafe { code::release(place, bytes) };
    }
}

impl GuardedMemory for Host {
    fn reserve(&self, bytes: usize) -> Result<NonNull<u8>, Error> {
        guard::reserve(bytes).map_err(|_| Error::OutOfMemory)
    }

    unsafe fn open(&self, place: NonNull<u8>, bytes: usize) -> Result<(), Error> {
        // SAFETY: the caller's promise.
        unsafe { guard::open(place, bytes) }.map_err(|_| Error::OutOfMemory)
    }

    unsafe fn release(&self, place: NonNull<u8>, bytes: usize) {
        // SAFETY: the caller's promise.
        unsafe { guard::release(place, bytes) };
    }

    fn watch(&self, guest: *const (), decide: Decide) -> *const () {
        guard::watch(guest, decide)
    }
}
