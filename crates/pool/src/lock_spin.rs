//! The pool's lock where the machine has compare-and-swap: it spins. What it guards takes a bounded number of
//! instructions, but for a reallocation that must copy.

use core::hint::spin_loop;
use core::sync::atomic::{AtomicBool, Ordering};

/// Held while the pool is being changed.
pub struct Lock(AtomicBool);

impl Lock {
    /// A lock that nobody holds.
    pub const fn new() -> Lock {
        Lock(AtomicBool::new(false))
    }

    /// Waits for the lock. `None` never happens here; the lock without compare-and-swap has that case.
    #[inline]
    pub fn acquire(&self) -> Option<Held<'_>> {
        while self.0.swap(true, Ordering::Acquire) {
            while self.0.load(Ordering::Relaxed) {
                spin_loop();
            }
        }
        Some(Held(&self.0))
    }
}

impl Default for Lock {
    fn default() -> Lock {
        Lock::new()
    }
}

/// Proof of holding the lock; dropping it lets go.
pub struct Held<'a>(&'a AtomicBool);

impl Drop for Held<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}
