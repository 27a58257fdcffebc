//! The handle: one word that says where memory comes from, so that it can be stored in every box and vector and passed
//! by value. It is the only type here that both the pool and the system allocator stand behind.

use core::alloc::Layout;
use core::error::Error;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use crate::pool::{Pool, Stats};
use crate::system;

/// Memory ran out: the pool has no free block that is large enough, or a size exceeds what an address can express.
///
/// Nothing was changed: what was allocated before is still there, and a smaller request may succeed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OutOfMemory;

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("out of memory")
    }
}

impl Error for OutOfMemory {}

/// A handle to a heap: a pool inside a buffer, or (feature `std`) the system's allocator.
///
/// It is one word and `Copy`. Two handles are equal if they are the same heap.
///
/// ```
/// use core::mem::MaybeUninit;
/// use moteur_pool::{Heap, Vec};
///
/// let buffer = Box::leak(Box::new([MaybeUninit::uninit(); 4096])); // in firmware: a static
/// let heap = Heap::new(buffer)?;
/// let mut numbers = Vec::new_in(heap);
/// numbers.push(7)?;
/// assert_eq!(&numbers[..], [7]);
/// assert_eq!(heap.stats().allocations, 1);
/// drop(numbers);
/// assert_eq!(heap.stats().used, 0);
/// # Ok::<(), moteur_pool::OutOfMemory>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Heap {
    /// Null stands for the system's allocator, which only the feature `std` can bring about.
    pub(crate) pool: *const Pool,
}

// SAFETY: a pool is only reached through its lock, and the system's allocator is made for threads. Where the machine
// has no compare-and-swap the lock is no protection between cores, and the handle stays on one.
#[cfg(target_has_atomic = "8")]
unsafe impl Send for Heap {}
// SAFETY: as above.
#[cfg(target_has_atomic = "8")]
unsafe impl Sync for Heap {}

impl Heap {
    /// Makes a heap inside `buffer`, which it keeps for ever.
    ///
    /// The control block ([`CONTROL_BYTES`](crate::CONTROL_BYTES)) stands at the buffer's start, the rest is one free
    /// block. A buffer too small for both gives [`OutOfMemory`].
    pub fn new(buffer: &'static mut [MaybeUninit<u8>]) -> Result<Heap, OutOfMemory> {
        let len = buffer.len();
        let start = NonNull::from(buffer).cast::<u8>();
        // SAFETY: the buffer is borrowed exclusively and for ever.
        unsafe { Heap::from_raw(start, len) }
    }

    /// Makes a heap inside the `len` bytes from `start` on.
    ///
    /// # Safety
    /// The bytes belong to the heap for as long as any copy of the handle, or any box, vector or pointer made from it,
    /// is in use; nobody else reads or writes them.
    pub unsafe fn from_raw(start: NonNull<u8>, len: usize) -> Result<Heap, OutOfMemory> {
        // SAFETY: as the caller promised.
        let pool = unsafe { Pool::place(start, len)? };
        Ok(Heap { pool: pool.as_ptr() })
    }

    /// Returns `size` bytes aligned to the layout's alignment, with arbitrary content.
    ///
    /// A layout of no bytes gives a dangling pointer of the right alignment and takes nothing from the heap.
    pub fn allocate(self, layout: Layout) -> Result<NonNull<u8>, OutOfMemory> {
        if layout.size() == 0 {
            return Ok(dangling(layout));
        }
        match self.pool() {
            Some(pool) => pool.allocate(layout, false),
            None => system::allocate(layout),
        }
    }

    /// Returns bytes that are all zero.
    ///
    /// The system's allocator gives large sizes without touching their pages.
    pub fn allocate_zeroed(self, layout: Layout) -> Result<NonNull<u8>, OutOfMemory> {
        if layout.size() == 0 {
            return Ok(dangling(layout));
        }
        match self.pool() {
            Some(pool) => pool.allocate(layout, true),
            None => system::allocate_zeroed(layout),
        }
    }

    /// Gives an allocation back.
    ///
    /// # Safety
    /// `ptr` came from this heap with this layout (or was reallocated to it) and is not used any more.
    pub unsafe fn deallocate(self, ptr: NonNull<u8>, layout: Layout) {
        if layout.size() == 0 {
            return;
        }
        match self.pool() {
            // SAFETY: as the caller promised.
            Some(pool) => unsafe { pool.deallocate(ptr, layout) },
            // SAFETY: as the caller promised, and the size isn't zero.
            None => unsafe { system::deallocate(ptr, layout) },
        }
    }

    /// Makes an allocation larger or smaller, in place where possible; the content is kept up to the smaller size.
    ///
    /// After an error the old allocation is still there, unchanged. In a pool, shrinking never fails.
    ///
    /// # Safety
    /// `ptr` came from this heap with the layout `old`. After success it must not be used any more.
    pub unsafe fn reallocate(self, ptr: NonNull<u8>, old: Layout, new_size: usize) -> Result<NonNull<u8>, OutOfMemory> {
        let new = Layout::from_size_align(new_size, old.align()).map_err(|_| OutOfMemory)?;
        if old.size() == 0 {
            return self.allocate(new);
        }
        if new_size == 0 {
            // SAFETY: as the caller promised.
            unsafe { self.deallocate(ptr, old) };
            return Ok(dangling(new));
        }
        match self.pool() {
            // SAFETY: as the caller promised; neither size is zero.
            Some(pool) => unsafe { pool.reallocate(ptr, old, new) },
            // SAFETY: as the caller promised; neither size is zero.
            None => unsafe { system::reallocate(ptr, old, new) },
        }
    }

    /// Like [`reallocate`](Heap::reallocate), and the bytes past the old size are zero.
    ///
    /// # Safety
    /// As for `reallocate`.
    pub unsafe fn reallocate_zeroed(
        self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<u8>, OutOfMemory> {
        let added = new_size.saturating_sub(old.size());
        if self.pool().is_none() && system::prefers_fresh_pages(old.size(), added) {
            let new = Layout::from_size_align(new_size, old.align()).map_err(|_| OutOfMemory)?;
            let fresh = self.allocate_zeroed(new)?;
            // SAFETY: two allocations, both at least `old.size()` long.
            unsafe { fresh.copy_from_nonoverlapping(ptr, old.size()) };
            // SAFETY: as the caller promised.
            unsafe { self.deallocate(ptr, old) };
            return Ok(fresh);
        }
        // SAFETY: as the caller promised.
        let ptr = unsafe { self.reallocate(ptr, old, new_size)? };
        if added > 0 {
            // SAFETY: the allocation is `new_size = old.size() + added` long.
            unsafe { ptr.add(old.size()).write_bytes(0, added) };
        }
        Ok(ptr)
    }

    /// What is used, what was used at most, and how many allocations there are.
    ///
    /// The system's allocator keeps no account: all zero, with the largest capacity. `Heap::counted` keeps one.
    pub fn stats(self) -> Stats {
        match self.pool() {
            Some(pool) => pool.stats(),
            None => Stats { capacity: usize::MAX, ..Stats::default() },
        }
    }

    /// Lets the high-water mark start again from what is used now.
    pub fn reset_peak(self) {
        if let Some(pool) = self.pool() {
            pool.reset_peak();
        }
    }

    /// Makes allocation fail on purpose: `Some(n)` lets `n` more allocations (or growing reallocations) succeed, then
    /// all fail until the next call; `None` ends it. Does nothing to the plain system allocator.
    ///
    /// ```
    /// use moteur_pool::{Box, Counted, Heap, OutOfMemory};
    ///
    /// static COUNTED: Counted = Counted::new();
    /// let heap = Heap::counted(&COUNTED);
    /// heap.fail_after(Some(1));
    /// let first = Box::new_in(1, heap);
    /// assert!(first.is_ok());
    /// assert_eq!(Box::new_in(2, heap).err(), Some(OutOfMemory));
    /// heap.fail_after(None);
    /// assert!(Box::new_in(3, heap).is_ok());
    /// ```
    #[cfg(feature = "fault")]
    pub fn fail_after(self, allocations: Option<u32>) {
        if let Some(pool) = self.pool() {
            pool.fail_after(allocations);
        }
    }

    #[inline]
    fn pool(self) -> Option<&'static Pool> {
        if cfg!(feature = "std") && self.pool.is_null() {
            return None;
        }
        // SAFETY: made by `from_raw`, whose caller keeps the bytes for as long as the handle is used, or `counted`.
        Some(unsafe { &*self.pool })
    }
}

impl fmt::Debug for Heap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pool() {
            Some(_) => write!(f, "Heap({:p})", self.pool),
            None => f.write_str("Heap(system)"),
        }
    }
}

/// A pointer of the layout's alignment that owns nothing.
#[inline]
fn dangling(layout: Layout) -> NonNull<u8> {
    // An alignment is never zero, so the second case does not exist.
    core::num::NonZeroUsize::new(layout.align()).map_or(NonNull::dangling(), NonNull::without_provenance)
}
