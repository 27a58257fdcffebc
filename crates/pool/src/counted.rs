//! What the feature `std` adds to the handle: the system's allocator, plain or with an account.

use crate::heap::Heap;
use crate::pool::Pool;

impl Heap {
    /// The system's allocator.
    pub const fn system() -> Heap {
        Heap { pool: core::ptr::null() }
    }

    /// The system's allocator, with an account and fault injection.
    pub const fn counted(account: &'static Counted) -> Heap {
        Heap { pool: &account.0 }
    }
}

/// The account of a heap that takes its memory from the system: the same [`Stats`](crate::Stats), the same fault
/// injection, for tests that want a sanitizer or Miri to see each allocation by itself.
///
/// ```
/// use moteur_pool::{Counted, Heap, Vec};
///
/// static COUNTED: Counted = Counted::new();
/// let heap = Heap::counted(&COUNTED);
/// let numbers = Vec::<u32>::with_capacity_in(4, heap)?;
/// assert!(heap.stats().used >= 16);
/// drop(numbers);
/// assert_eq!(heap.stats().used, 0);
/// # Ok::<(), moteur_pool::OutOfMemory>(())
/// ```
pub struct Counted(Pool);

impl Counted {
    /// An account with nothing on it.
    pub const fn new() -> Counted {
        Counted(Pool::system())
    }
}

impl Default for Counted {
    fn default() -> Counted {
        Counted::new()
    }
}
