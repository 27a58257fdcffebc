//! The pool's lock where the machine has no compare-and-swap (`thumbv6m`, RISC-V without `A`): a flag.
//!
//! `Heap` is neither `Send` nor `Sync` there, so safe code never finds the flag set. It is a second line of defence for
//! an interrupt handler that smuggles the handle in: the handler runs to its end before the interrupted code goes on,
//! so it either finds the flag set, and gets nothing, or leaves the pool whole.

use core::cell::Cell;
use core::sync::atomic::{Ordering, compiler_fence};

/// Set while the pool is being changed.
pub struct Lock(Cell<bool>);

impl Lock {
    /// A lock that nobody holds.
    pub const fn new() -> Lock {
        Lock(Cell::new(false))
    }

    /// Takes the lock, or `None` if it is taken: there is nobody to wait for on a single core.
    #[inline]
    pub fn acquire(&self) -> Option<Held<'_>> {
        if self.0.replace(true) {
            return None;
        }
        compiler_fence(Ordering::Acquire);
        Some(Held(&self.0))
    }
}

impl Default for Lock {
    fn default() -> Lock {
        Lock::new()
    }
}

/// Proof of holding the lock; dropping it lets go.
pub struct Held<'a>(&'a Cell<bool>);

impl Drop for Held<'_> {
    #[inline]
    fn drop(&mut self) {
        compiler_fence(Ordering::Release);
        self.0.set(false);
    }
}
