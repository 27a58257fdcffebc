//! What tells one store from all others of the program, so that a handle is never used with a store it is not of.

use core::num::NonZeroUsize;
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::error::{Error, Limit};

/// The number of a store; no number is given twice.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct StoreId(NonZeroUsize);

/// The only state that this crate shares: the next number.
static NEXT: AtomicUsize = AtomicUsize::new(1);

impl StoreId {
    /// A number that was never given before.
    pub fn next() -> Result<StoreId, Error> {
        NonZeroUsize::new(take()).map(StoreId).ok_or(Error::Limit(Limit::Stores))
    }
}

/// The next number, or 0 when they are used up.
#[cfg(target_has_atomic = "ptr")]
fn take() -> usize {
    let mut id = NEXT.load(Ordering::Relaxed);
    while id != 0 {
        match NEXT.compare_exchange_weak(id, id.wrapping_add(1), Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => break,
            Err(other) => id = other,
        }
    }
    id
}

/// Where the machine has no compare-and-swap, heaps, engines and so stores stay on one core.
#[cfg(not(target_has_atomic = "ptr"))]
fn take() -> usize {
    let id = NEXT.load(Ordering::Relaxed);
    if id != 0 {
        NEXT.store(id.wrapping_add(1), Ordering::Relaxed);
    }
    id
}
