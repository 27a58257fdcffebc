//! The reference count of `Arc` where the machine has no compare-and-swap: a plain cell, and `Arc` stays on its core.
//! A count that would overflow sticks, as in `count_atomic.rs`.

use core::cell::Cell;

/// How many handles there are.
pub(crate) struct Count(Cell<usize>);

impl Count {
    /// One handle.
    pub(crate) const fn one() -> Count {
        Count(Cell::new(1))
    }

    /// One more handle.
    pub(crate) fn increment(&self) {
        self.0.set(self.0.get().saturating_add(1));
    }

    /// One handle less; says whether it was the last one.
    pub(crate) fn decrement(&self) -> bool {
        let before = self.0.get();
        if before != usize::MAX {
            self.0.set(before.wrapping_sub(1));
        }
        before == 1
    }

    /// Says whether there is just one handle.
    pub(crate) fn is_one(&self) -> bool {
        self.0.get() == 1
    }
}
