//! Runs the native code that modules bring along.

use std::ptr::NonNull;

use moteur::{CodeMemory, Config, Decide, Error, GuardedMemory, Module};
use moteur_platform::std::{code, guard};

struct Host;

static HOST: Host = Host;

impl CodeMemory for Host {
    fn make_runnable(&self, code: &[u8]) -> Result<NonNull<u8>, Error> {
        code::make_runnable(code).map_err(|_| Error::OutOfMemory)
    }

    unsafe fn release(&self, code: NonNull<u8>, bytes: usize) {
        // SAFETY: the caller's promise.
        unsafe { code::release(code, bytes) };
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

/// Runs native code where modules bring some along, and guards memories if code relies on that.
pub fn configure(guard_pages: bool) -> fn(Config) -> Config {
    match guard_pages {
        // SAFETY: all native code of the suite comes from `compile`, here or where the stream was written.
        false => |config| unsafe { config.native(&HOST) },
        // SAFETY: as above; memory is the platform's.
        true => |config| unsafe { config.native(&HOST).guard_pages(&HOST) },
    }
}

/// Accepts modules whose native code is run.
pub fn accept(module: &Module) -> bool {
    module.native() == Ok(true)
}
