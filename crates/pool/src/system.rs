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
