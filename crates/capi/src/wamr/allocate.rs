//! Memory of the runtime's heap for the program.
//!
//! ```text
//! │ padding │ address of the block's start │ its size │ what the program got, aligned as it wished │
//! ```

use core::alloc::Layout;
use core::ffi::{c_uint, c_void};
use core::ptr::{NonNull, null_mut};

use super::runtime;
use super::types::MemAllocInfo;

/// What stands before each block.
#[derive(Clone, Copy)]
#[repr(C)]
struct Head {
    start: NonNull<u8>,
    block_bytes: usize,
    /// Bytes that the program asked for.
    bytes: usize,
    /// Keeps what follows aligned to twice a word.
    _unused: usize,
}

/// What `malloc` aligns to.
const ALIGN: usize = size_of::<usize>() * 2;
/// What the runtime's heap aligns to whatever it is.
const BLOCK_ALIGN: usize = 8;

fn allocate(bytes: usize, align: usize) -> Option<NonNull<u8>> {
    let heap = runtime::heap()?;
    let block_bytes = size_of::<Head>().checked_add(bytes)?.checked_add(align)?;
    let start = heap.allocate(Layout::from_size_align(block_bytes, BLOCK_ALIGN).ok()?).ok()?;
    // SAFETY: the block has room for the head, what aligns it, and the bytes.
    unsafe {
        let first = start.add(size_of::<Head>());
        let place = first.add(first.align_offset(align));
        place.cast::<Head>().sub(1).write_unaligned(Head { start, block_bytes, bytes, _unused: 0 });
        Some(place)
    }
}

/// # Safety
/// `place` came from `allocate` and is not used any more.
unsafe fn deallocate(place: NonNull<u8>) {
    // SAFETY: the caller's promise.
    unsafe {
        let head = place.cast::<Head>().sub(1).read_unaligned();
        if let (Some(heap), Ok(layout)) = (runtime::heap(), Layout::from_size_align(head.block_bytes, BLOCK_ALIGN)) {
            heap.deallocate(head.start, layout);
        }
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_malloc(size: c_uint) -> *mut c_void {
    allocate(size as usize, ALIGN).map_or(null_mut(), |place| place.as_ptr().cast())
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_aligned_alloc(size: c_uint, alignment: c_uint) -> *mut c_void {
    if size == 0 || !alignment.is_power_of_two() || !size.is_multiple_of(alignment) {
        return null_mut();
    }
    allocate(size as usize, (alignment as usize).max(ALIGN)).map_or(null_mut(), |place| place.as_ptr().cast())
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_realloc(ptr: *mut c_void, size: c_uint) -> *mut c_void {
    let Some(old) = NonNull::new(ptr.cast::<u8>()) else {
        return wasm_runtime_malloc(size);
    };
    let Some(new) = allocate(size as usize, ALIGN) else {
        return null_mut();
    };
    // SAFETY: the header: it came from here. Both are as long as the shorter one.
    unsafe {
        let bytes = old.cast::<Head>().sub(1).read_unaligned().bytes;
        new.copy_from_nonoverlapping(old, bytes.min(size as usize));
        deallocate(old);
    }
    new.as_ptr().cast()
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_free(ptr: *mut c_void) {
    if let Some(place) = NonNull::new(ptr.cast()) {
        // SAFETY: the header: it came from here.
        unsafe { deallocate(place) };
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_mem_alloc_info(info: *mut MemAllocInfo) -> bool {
    // SAFETY: the header: null or valid.
    let (Some(info), Some(heap)) = (unsafe { info.as_mut() }, runtime::heap()) else {
        return false;
    };
    let stats = heap.stats();
    // Only a pool knows its end.
    if stats.capacity == usize::MAX {
        return false;
    }
    let narrow = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
    info.total_size = narrow(stats.capacity);
    info.total_free_size = narrow(stats.capacity.saturating_sub(stats.used));
    info.highmark_size = narrow(stats.peak);
    true
}
