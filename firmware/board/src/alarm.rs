//! What an alarm calls when its interrupt comes.

use core::mem::transmute;
use core::sync::atomic::{AtomicUsize, Ordering};

/// Holds the function between setting the alarm and its interrupt.
pub struct Bell(AtomicUsize);

impl Bell {
    /// No function yet.
    pub const fn new() -> Bell {
        Bell(AtomicUsize::new(0))
    }

    /// From now on, this is called.
    pub fn set(&self, ring: fn()) {
        self.0.store(ring as usize, Ordering::Release);
    }

    /// Calls it. For the handler of the interrupt.
    pub fn ring(&self) {
        let ring = self.0.load(Ordering::Acquire);
        if ring != 0 {
            // SAFETY: `set` stored a `fn()` there, and nothing else does.
            unsafe { transmute::<usize, fn()>(ring)() }
        }
    }
}
