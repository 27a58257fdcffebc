//! How a program stops a guest from another thread.

use core::ptr;

use moteur::InterruptHandle;

use super::heap::{give, take};
use super::store::Store;

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_interrupt_new(store: *const Store) -> *mut InterruptHandle {
    // SAFETY: the store is there, or null.
    let Some(Store(store)) = (unsafe { store.as_ref() }) else { return ptr::null_mut() };
    give(store.context().interrupt_handle(), store.heap())
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_interrupt_delete(interrupt: *mut InterruptHandle) {
    // SAFETY: C owns it, or gives null.
    drop(unsafe { take(interrupt) });
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_interrupt_raise(interrupt: *const InterruptHandle) {
    // SAFETY: the object is there, or null; it may be shared by threads.
    if let Some(interrupt) = unsafe { interrupt.as_ref() } {
        interrupt.interrupt();
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_interrupt_clear(interrupt: *const InterruptHandle) {
    // SAFETY: as above.
    if let Some(interrupt) = unsafe { interrupt.as_ref() } {
        interrupt.clear();
    }
}
