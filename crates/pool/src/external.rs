//! What the feature `external` adds to the handle: an allocator of the embedder's, as C has them.

use core::alloc::Layout;
use core::ffi::{c_uint, c_void};
use core::ptr::NonNull;

use crate::heap::{Heap, OutOfMemory};
use crate::pool::Pool;
use crate::source::Source;

/// What every `malloc` aligns to.
const ALIGN: usize = 8;

/// The functions of an allocator: those of C, with sizes of an `unsigned int`.
#[derive(Clone, Copy, Debug)]
pub struct External {
    /// Gives so many bytes, aligned to 8 at least, or null.
    pub malloc: unsafe extern "C" fn(size: c_uint) -> *mut c_void,
    /// Makes an allocation larger or smaller; null leaves it as it was. Without one, what grows is copied.
    pub realloc: Option<unsafe extern "C" fn(at: *mut c_void, size: c_uint) -> *mut c_void>,
    /// Takes an allocation back.
    pub free: unsafe extern "C" fn(at: *mut c_void),
}

impl Heap {
    /// A heap that takes everything from these functions, its own account included. They are called one at a time, and
    /// must not use this heap.
    ///
    /// # Errors
    /// [`OutOfMemory`] if there is none for the account.
    ///
    /// # Safety
    /// The functions do what [`External`] says of them, in whatever thread the heap is used.
    pub unsafe fn external(functions: External) -> Result<Heap, OutOfMemory> {
        let mut functions = functions;
        let place = functions.allocate(Layout::new::<Pool>())?.cast::<Pool>();
        // SAFETY: just allocated for it.
        unsafe { place.write(Pool::with(Source::External(functions), usize::MAX)) };
        Ok(Heap { pool: place.as_ptr() })
    }

    /// Gives the account of a heap back that [`external`](Heap::external) made; does nothing to any other.
    ///
    /// # Safety
    /// Nothing of the heap is in use any more, and no copy of the handle.
    pub unsafe fn end_external(self) {
        let Some(pool) = NonNull::new(self.pool.cast_mut()) else {
            return;
        };
        // SAFETY: the caller's promise: nobody else uses it.
        if let Some(mut functions) = unsafe { pool.as_ref() }.external() {
            // SAFETY: it came from these functions.
            unsafe { functions.deallocate(pool.cast()) };
        }
    }
}

impl External {
    pub(crate) fn allocate(&mut self, layout: Layout) -> Result<NonNull<u8>, OutOfMemory> {
        // SAFETY: `Heap::external`: the function is a `malloc`.
        let at = unsafe { (self.malloc)(size(layout)?) };
        NonNull::new(at.cast()).ok_or(OutOfMemory)
    }

    pub(crate) fn allocate_zeroed(&mut self, layout: Layout) -> Result<NonNull<u8>, OutOfMemory> {
        let at = self.allocate(layout)?;
        // SAFETY: just allocated, of that size.
        unsafe { at.write_bytes(0, layout.size()) };
        Ok(at)
    }

    /// # Safety
    /// `at` came from here and is not used any more.
    pub(crate) unsafe fn deallocate(&mut self, at: NonNull<u8>) {
        // SAFETY: the caller's promise.
        unsafe { (self.free)(at.as_ptr().cast()) };
    }

    /// # Safety
    /// `at` came from here with the layout `old`, whose alignment `new` has.
    pub(crate) unsafe fn reallocate(
        &mut self,
        at: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<u8>, OutOfMemory> {
        if let Some(realloc) = self.realloc {
            // SAFETY: the caller's promise.
            let moved = unsafe { realloc(at.as_ptr().cast(), size(new)?) };
            return NonNull::new(moved.cast()).ok_or(OutOfMemory);
        }
        let moved = self.allocate(new)?;
        // SAFETY: both are as long as the shorter of them, and the old one is given back after that.
        unsafe {
            moved.copy_from_nonoverlapping(at, old.size().min(new.size()));
            self.deallocate(at);
        }
        Ok(moved)
    }
}

/// The size that such functions are asked for.
fn size(layout: Layout) -> Result<c_uint, OutOfMemory> {
    if layout.align() > ALIGN {
        return Err(OutOfMemory);
    }
    c_uint::try_from(layout.size()).map_err(|_| OutOfMemory)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::Vec;

    static LIVE: AtomicUsize = AtomicUsize::new(0);

    unsafe extern "C" {
        #[link_name = "malloc"]
        fn c_malloc(size: usize) -> *mut c_void;
        #[link_name = "free"]
        fn c_free(at: *mut c_void);
    }

    unsafe extern "C" fn malloc(size: c_uint) -> *mut c_void {
        LIVE.fetch_add(1, Ordering::Relaxed);
        // SAFETY: any size will do.
        unsafe { c_malloc(size as usize) }
    }

    unsafe extern "C" fn free(at: *mut c_void) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: it came from above.
        unsafe { c_free(at) }
    }

    #[test]
    fn everything_comes_from_the_functions_and_goes_back() {
        // SAFETY: they are those of C.
        let heap = unsafe { Heap::external(External { malloc, realloc: None, free }) }.unwrap();
        assert_eq!(LIVE.load(Ordering::Relaxed), 1);
        let mut numbers = Vec::new_in(heap);
        for n in 0..1000_u32 {
            numbers.push(n).unwrap();
        }
        assert_eq!(LIVE.load(Ordering::Relaxed), 2);
        assert!(numbers.iter().copied().eq(0..1000));
        drop(numbers);
        assert_eq!(heap.stats().used, 0);
        // SAFETY: nothing is in use.
        unsafe { heap.end_external() };
        assert_eq!(LIVE.load(Ordering::Relaxed), 0);
    }
}
