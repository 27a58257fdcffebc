//! Lets an engine run native code: the only place here that has to say `unsafe`, as nobody can check such code.

use std::ptr::NonNull;

use moteur::{CodeMemory, Config, Decide, Error, GuardedMemory, PublicKey};
use moteur_platform::std::{code, guard};

/// Memory of this process.
struct Process;

static PROCESS: Process = Process;

impl CodeMemory for Process {
    fn make_runnable(&self, bytes: &[u8]) -> Result<NonNull<u8>, Error> {
        code::make_runnable(bytes).map_err(|_| Error::OutOfMemory)
    }

    unsafe fn release(&self, place: NonNull<u8>, bytes: usize) {
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { code::release(place, bytes) };
    }
}

impl GuardedMemory for Process {
    fn reserve(&self, bytes: usize) -> Result<NonNull<u8>, Error> {
        guard::reserve(bytes).map_err(|_| Error::OutOfMemory)
    }

    unsafe fn open(&self, place: NonNull<u8>, bytes: usize) -> Result<(), Error> {
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { guard::open(place, bytes) }.map_err(|_| Error::OutOfMemory)
    }

    unsafe fn release(&self, place: NonNull<u8>, bytes: usize) {
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { guard::release(place, bytes) };
    }

    fn watch(&self, guest: *const (), decide: Decide) -> *const () {
        guard::watch(guest, decide)
    }
}

/// Whether memories can be guarded.
pub const CAN_GUARD: bool = guard::IS_SUPPORTED;

/// Runs the native code of modules: what `--jit` compiled in this process, or what the person at the command line vouches
/// for with `--native`.
///
/// With `guard_pages`, memories are guarded, so that code may run that relies on it.
pub fn trusting(config: Config, guard_pages: bool) -> Option<Config> {
    // SAFETY: the module was just compiled, after all native sections were taken out of it; or the person says so.
    Some(guarded(unsafe { config.native(&PROCESS) }, guard_pages))
}

/// Runs the native code of modules that one of these keys has signed.
pub fn trusting_keys(config: Config, keys: &'static [PublicKey], guard_pages: bool) -> Option<Config> {
    Some(guarded(config.trust(keys, &PROCESS), guard_pages))
}

fn guarded(config: Config, guard_pages: bool) -> Config {
    // SAFETY: the platform's memory does what the runtime asks for.
    if guard_pages { unsafe { config.guard_pages(&PROCESS) } } else { config }
}
