//! The system's allocator with our error. `Heap` keeps sizes of zero away.

use core::alloc::Layout;
use core::ptr::NonNull;
use std::alloc;

use crate::heap::OutOfMemory;

pub(crate) fn allocate(layout: Layout) -> Result<NonNull<u8>, OutOfMemory> {
    debug_assert!(layout.size() > 0);
    // SAFETY: the size is not zero.
    NonNull::new(unsafe { alloc::alloc(layout) }).ok_or(OutOfMemory)
}

pub(crate) fn allocate_zeroed(layout: Layout) -> Result<NonNull<u8>, OutOfMemory> {
    debug_assert!(layout.size() > 0);
    // SAFETY: the size is not zero.
    NonNull::new(unsafe { alloc::alloc_zeroed(layout) }).ok_or(OutOfMemory)
}

/// # Safety
/// `ptr` came from here with this layout and is not used any more.
pub(crate) unsafe fn deallocate(ptr: NonNull<u8>, layout: Layout) {
    // SAFETY: as the caller promised.
    unsafe { alloc::dealloc(ptr.as_ptr(), layout) }
}

/// # Safety
/// `ptr` came from here with the layout `old`, whose alignment `new` has.
pub(crate) unsafe fn reallocate(ptr: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<u8>, OutOfMemory> {
    debug_assert!(old.size() > 0 && new.size() > 0);
    // SAFETY: as the caller promised; the new size is a layout's, not zero.
    NonNull::new(unsafe { alloc::realloc(ptr.as_ptr(), old, new.size()) }).ok_or(OutOfMemory)
}

/// Says whether to grow by a fresh zeroed allocation and a copy rather than to write zeros over the new part: where the
/// new part is the larger one, and as large as what allocators take from the operating system in whole, zeroed pages
/// (128 KiB is what glibc's `M_MMAP_THRESHOLD` begins with).
pub(crate) fn prefers_fresh_pages(old_bytes: usize, added_bytes: usize) -> bool {
    const FRESH_PAGES_BYTES: usize = 128 * 1024;
    added_bytes >= FRESH_PAGES_BYTES && added_bytes >= old_bytes
}
