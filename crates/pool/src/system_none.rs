//! Without `std` there is no system allocator: no handle is null, and nothing here is reached.

use core::alloc::Layout;
use core::ptr::NonNull;

use crate::heap::OutOfMemory;

pub(crate) fn allocate(_: Layout) -> Result<NonNull<u8>, OutOfMemory> {
    Err(OutOfMemory)
}

pub(crate) fn allocate_zeroed(_: Layout) -> Result<NonNull<u8>, OutOfMemory> {
    Err(OutOfMemory)
}

pub(crate) unsafe fn deallocate(_: NonNull<u8>, _: Layout) {}

pub(crate) unsafe fn reallocate(_: NonNull<u8>, _: Layout, _: Layout) -> Result<NonNull<u8>, OutOfMemory> {
    Err(OutOfMemory)
}

pub(crate) fn prefers_fresh_pages(_: usize, _: usize) -> bool {
    false
}
