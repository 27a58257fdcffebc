//! A shared value in a heap: one word per handle; the count and the heap stand in front of the value.

use core::alloc::Layout;
use core::fmt;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ops::Deref;
use core::ptr::{self, NonNull};

use crate::count::Count;
use crate::heap::{Heap, OutOfMemory};

/// Shares one value in a [`Heap`]. Cloning takes no memory and does not fail.
///
/// The count is atomic where the machine has compare-and-swap; elsewhere the handle stays on its core (`!Send`).
///
/// ```
/// use moteur_pool::{Arc, Heap, unsize};
///
/// let numbers = Arc::new_in([1, 2, 3], Heap::system())?;
/// let slice: Arc<[i32]> = unsize!(numbers.clone() => [i32]);
/// assert_eq!(slice.len(), 3);
/// # Ok::<(), moteur_pool::OutOfMemory>(())
/// ```
pub struct Arc<T: ?Sized> {
    inner: NonNull<ArcInner<T>>,
    owns: PhantomData<ArcInner<T>>,
}

/// The allocation behind an [`Arc`].
#[doc(hidden)]
#[repr(C)]
pub struct ArcInner<T: ?Sized> {
    count: Count,
    heap: Heap,
    value: T,
}

// SAFETY: with an atomic count, sharing a handle is sharing the value, and the last handle drops it wherever it is.
#[cfg(target_has_atomic = "ptr")]
unsafe impl<T: ?Sized + Send + Sync> Send for Arc<T> {}
// SAFETY: as above.
#[cfg(target_has_atomic = "ptr")]
unsafe impl<T: ?Sized + Send + Sync> Sync for Arc<T> {}

impl<T> Arc<T> {
    /// Moves a value into the heap. Without memory for it, the value is dropped.
    pub fn new_in(value: T, heap: Heap) -> Result<Arc<T>, OutOfMemory> {
        let inner = heap.allocate(Layout::new::<ArcInner<T>>())?.cast();
        // SAFETY: just allocated for this type.
        unsafe { inner.write(ArcInner { count: Count::one(), heap, value }) };
        Ok(Arc { inner, owns: PhantomData })
    }
}

impl<T: ?Sized> Arc<T> {
    /// Says whether two handles share one value.
    #[inline]
    pub fn ptr_eq(a: &Arc<T>, b: &Arc<T>) -> bool {
        ptr::addr_eq(a.inner.as_ptr(), b.inner.as_ptr())
    }

    /// The value, for writing, if no other handle shares it.
    pub fn get_mut(this: &mut Arc<T>) -> Option<&mut T> {
        if !this.inner().count.is_one() {
            return None;
        }
        // SAFETY: the only handle, and it is borrowed exclusively.
        Some(unsafe { &mut (*this.inner.as_ptr()).value })
    }

    /// The value's address, the same for every handle that shares it.
    #[inline]
    pub fn as_ptr(this: &Arc<T>) -> *const T {
        // SAFETY: the handle keeps the allocation.
        unsafe { &raw const (*this.inner.as_ptr()).value }
    }

    /// Where its memory comes from.
    #[inline]
    pub fn heap(this: &Arc<T>) -> Heap {
        this.inner().heap
    }

    /// Turns the handle into one of an unsized type; [`unsize!`](crate::unsize) is the safe way.
    ///
    /// # Safety
    /// `coerce` returns its argument, coerced.
    pub unsafe fn unsize<U: ?Sized>(self, coerce: impl FnOnce(*mut ArcInner<T>) -> *mut ArcInner<U>) -> Arc<U> {
        let this = ManuallyDrop::new(self);
        // SAFETY: the same address, so not null.
        let inner = unsafe { NonNull::new_unchecked(coerce(this.inner.as_ptr())) };
        Arc { inner, owns: PhantomData }
    }

    #[inline]
    fn inner(&self) -> &ArcInner<T> {
        // SAFETY: the handle keeps the allocation, which is only written through the last one.
        unsafe { self.inner.as_ref() }
    }

    #[cold]
    fn drop_last(&mut self) {
        let heap = self.inner().heap;
        let layout = Layout::for_value(self.inner());
        // SAFETY: the count has reached zero: no other handle is left.
        unsafe { ptr::drop_in_place(&raw mut (*self.inner.as_ptr()).value) };
        // SAFETY: `new_in` allocated this layout.
        unsafe { heap.deallocate(self.inner.cast(), layout) };
    }
}

impl<T: ?Sized> Clone for Arc<T> {
    fn clone(&self) -> Arc<T> {
        self.inner().count.increment();
        Arc { inner: self.inner, owns: PhantomData }
    }
}

impl<T: ?Sized> Drop for Arc<T> {
    fn drop(&mut self) {
        if self.inner().count.decrement() {
            self.drop_last();
        }
    }
}

impl<T: ?Sized> Deref for Arc<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.inner().value
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Arc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
