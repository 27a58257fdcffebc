//! Code is copied to RAM of its own, and runs there.

use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering};

use moteur::{CodeHeap, CodeMemory, InPlace, OutOfMemory};

/// A file of the suite brings that much at most.
const BYTES: usize = 2 << 20;

static HEAP: AtomicPtr<CodeHeap> = AtomicPtr::new(null_mut());

/// Makes the heap, once.
pub fn start() -> Result<(), OutOfMemory> {
    let (buffer, region) = board::code_memory!(BYTES, 0x4_0000).ok_or(OutOfMemory)?;
    // SAFETY: the region is that of the buffer, and nothing here leaves privileged mode. There is one core.
    let heap = unsafe { CodeHeap::in_region(buffer, region) }?;
    HEAP.store(core::ptr::from_ref(heap).cast_mut(), Ordering::Release);
    Ok(())
}

fn heap() -> Option<&'static CodeHeap> {
    // SAFETY: null, or what `start` made for ever.
    unsafe { HEAP.load(Ordering::Acquire).as_ref() }
}

/// The memory.
pub fn get() -> &'static dyn CodeMemory {
    heap().map_or(&InPlace, |heap| heap)
}

/// Whether code was copied, and all memory given back but that of the heap itself.
pub fn is_empty() -> bool {
    heap().map(|heap| heap.stats()).is_some_and(|stats| stats.allocations == 1 && stats.peak > stats.used)
}
