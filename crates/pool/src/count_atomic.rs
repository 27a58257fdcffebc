//! The reference count of `Arc` where the machine has compare-and-swap.
//!
//! `Clone` cannot fail and must not panic, so a count that would overflow sticks: the value is then never dropped. It
//! takes more than 2^31 forgotten clones on a 32-bit machine. Linux' `refcount_t` does the same.

use core::sync::atomic::{AtomicUsize, Ordering, fence};

/// How many handles there are.
pub(crate) struct Count(AtomicUsize);

/// From here on the count sticks.
const STUCK_MIN: usize = usize::MAX / 2 + 1;
/// Where it sticks: half-way in the stuck range, so that racing threads cannot leave it.
const STUCK: usize = STUCK_MIN + STUCK_MIN / 2;

impl Count {
    /// One handle.
    pub(crate) const fn one() -> Count {
        Count(AtomicUsize::new(1))
    }

    /// One more handle. Out of line, like its counterpart: there are many places that clone and drop, none of them in
    /// the interpreter's loop.
    #[inline(never)]
    pub(crate) fn increment(&self) {
        if self.0.fetch_add(1, Ordering::Relaxed) >= STUCK_MIN - 1 {
            self.0.store(STUCK, Ordering::Relaxed);
        }
    }

    /// One handle less; says whether it was the last one.
    #[inline(never)]
    pub(crate) fn decrement(&self) -> bool {
        let before = self.0.fetch_sub(1, Ordering::Release);
        if before >= STUCK_MIN {
            self.0.store(STUCK, Ordering::Relaxed);
            return false;
        }
        if before == 1 {
            // What the other handles' owners did happens before the drop.
            fence(Ordering::Acquire);
        }
        before == 1
    }

    /// Says whether there is just one handle.
    pub(crate) fn is_one(&self) -> bool {
        self.0.load(Ordering::Acquire) == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_would_overflow_sticks() {
        let count = Count(AtomicUsize::new(STUCK_MIN - 1));
        count.increment();
        for _ in 0..3 {
            assert!(!count.decrement());
            assert_eq!(count.0.load(Ordering::Relaxed), STUCK);
        }
    }

    #[test]
    fn only_the_last_handle_is_the_last() {
        let count = Count::one();
        count.increment();
        assert!(!count.is_one());
        assert!(!count.decrement());
        assert!(count.is_one());
        assert!(count.decrement());
    }
}
