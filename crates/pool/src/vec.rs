//! A growing array whose every growth can fail: four words (pointer, capacity, length, heap).

use core::alloc::Layout;
use core::fmt;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;
use core::slice;

use crate::boxed::Box;
use crate::heap::{Heap, OutOfMemory};

/// A growing array in a [`Heap`]. What can need memory returns a `Result`; nothing panics but the slice's own methods.
///
/// ```
/// use moteur_pool::{Heap, Vec};
///
/// let mut squares = Vec::new_in(Heap::system());
/// for n in 0..4u32 {
///     squares.push(n * n)?;
/// }
/// assert_eq!(&squares[..], [0, 1, 4, 9]);
/// # Ok::<(), moteur_pool::OutOfMemory>(())
/// ```
pub struct Vec<T> {
    raw: Raw,
    owns: PhantomData<T>,
}

// SAFETY: a vector owns its elements like an array does, and a heap may be used from where its handle may go.
#[cfg(target_has_atomic = "8")]
unsafe impl<T: Send> Send for Vec<T> {}
// SAFETY: as above.
#[cfg(target_has_atomic = "8")]
unsafe impl<T: Sync> Sync for Vec<T> {}

impl<T> Vec<T> {
    /// An empty vector, which takes nothing from the heap yet.
    #[inline]
    pub const fn new_in(heap: Heap) -> Vec<T> {
        let capacity = if size_of::<T>() == 0 { usize::MAX } else { 0 };
        Vec { raw: Raw { ptr: NonNull::<T>::dangling().cast(), capacity, len: 0, heap }, owns: PhantomData }
    }

    /// An empty vector with room for `capacity` elements.
    pub fn with_capacity_in(capacity: usize, heap: Heap) -> Result<Vec<T>, OutOfMemory> {
        let mut vec = Vec::new_in(heap);
        vec.reserve_exact(capacity)?;
        Ok(vec)
    }

    /// How many elements fit without more memory; `usize::MAX` if elements have no size.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.raw.capacity
    }

    /// Where its memory comes from.
    #[inline]
    pub fn heap(&self) -> Heap {
        self.raw.heap
    }

    /// The first element's address, dangling while nothing is allocated. It stays valid until the vector grows.
    #[inline]
    pub fn as_ptr(&self) -> *const T {
        self.raw.ptr.cast::<T>().as_ptr()
    }

    /// The first element's address, dangling while nothing is allocated. It stays valid until the vector grows.
    #[inline]
    pub fn as_mut_ptr(&mut self) -> *mut T {
        self.raw.ptr.cast::<T>().as_ptr()
    }

    /// The elements.
    #[inline]
    pub fn as_slice(&self) -> &[T] {
        self
    }

    /// The elements.
    #[inline]
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        self
    }

    /// Makes room for `additional` more elements, and some on top so that pushing one by one stays cheap.
    pub fn reserve(&mut self, additional: usize) -> Result<(), OutOfMemory> {
        self.raw.reserve(additional, Layout::new::<T>())
    }

    /// Makes room for `additional` more elements and no more.
    pub fn reserve_exact(&mut self, additional: usize) -> Result<(), OutOfMemory> {
        self.raw.reserve_exact(additional, Layout::new::<T>())
    }

    /// Gives back the room that no element uses. In a pool this does not fail; where it fails nothing changes.
    pub fn shrink_to_fit(&mut self) -> Result<(), OutOfMemory> {
        if size_of::<T>() == 0 || self.raw.len == self.raw.capacity {
            return Ok(());
        }
        self.raw.resize(self.raw.len, Layout::new::<T>())
    }

    /// Puts an element at the end. Without memory for it, the element is dropped.
    #[inline]
    pub fn push(&mut self, value: T) -> Result<(), OutOfMemory> {
        let place = self.raw.add(1, Layout::new::<T>())?.cast::<T>();
        // SAFETY: room for one element, which nothing else uses.
        unsafe { place.write(value) };
        Ok(())
    }

    /// Puts an element at the end, where there is room.
    ///
    /// # Safety
    /// `len() < capacity()`.
    #[inline]
    pub unsafe fn push_unchecked(&mut self, value: T) {
        debug_assert!(self.raw.len < self.raw.capacity);
        // SAFETY: as the caller promised.
        unsafe { self.as_mut_ptr().add(self.raw.len).write(value) };
        self.raw.len = self.raw.len.wrapping_add(1);
    }

    /// Takes the last element off.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        self.raw.len = self.raw.len.checked_sub(1)?;
        // SAFETY: the element was one of the vector's and no longer is.
        Some(unsafe { self.as_mut_ptr().add(self.raw.len).read() })
    }

    /// Drops the elements from `len` on; does nothing if there are no more than that.
    pub fn truncate(&mut self, len: usize) {
        let Some(surplus) = self.raw.len.checked_sub(len) else {
            return;
        };
        self.raw.len = len;
        // SAFETY: these elements were the vector's and no longer are.
        let tail = unsafe { core::ptr::slice_from_raw_parts_mut(self.as_mut_ptr().add(len), surplus) };
        // SAFETY: as above.
        unsafe { tail.drop_in_place() };
    }

    /// Drops all elements and keeps the room.
    #[inline]
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Takes an element out and puts the last one in its place; `None` if there is no such element.
    pub fn swap_remove(&mut self, index: usize) -> Option<T> {
        let last = self.raw.len.checked_sub(1)?;
        if index > last {
            return None;
        }
        self.as_mut_slice().swap(index, last);
        self.pop()
    }

    /// Sets the number of elements.
    ///
    /// # Safety
    /// `len <= capacity()`, and the elements below `len` are initialised.
    #[inline]
    pub unsafe fn set_len(&mut self, len: usize) {
        debug_assert!(len <= self.raw.capacity);
        self.raw.len = len;
    }

    /// Gives up the room that no element uses and becomes a boxed slice.
    pub fn into_boxed_slice(mut self) -> Result<Box<[T]>, OutOfMemory> {
        self.shrink_to_fit()?;
        let mut this = ManuallyDrop::new(self);
        let slice = NonNull::slice_from_raw_parts(this.raw.ptr.cast::<T>(), this.raw.len);
        debug_assert!(size_of::<T>() == 0 || this.raw.len == this.raw.capacity);
        this.raw.len = 0;
        // SAFETY: the allocation is as long as the slice, and nothing else will free it.
        Ok(unsafe { Box::from_raw(slice, this.raw.heap) })
    }
}

impl<T: Copy> Vec<T> {
    /// A copy of a slice.
    pub fn from_slice_in(slice: &[T], heap: Heap) -> Result<Vec<T>, OutOfMemory> {
        let mut vec = Vec::with_capacity_in(slice.len(), heap)?;
        vec.extend_from_slice(slice)?;
        Ok(vec)
    }

    /// Appends a copy of a slice; all of it or, without memory for it, nothing.
    pub fn extend_from_slice(&mut self, slice: &[T]) -> Result<(), OutOfMemory> {
        let place = self.raw.add(slice.len(), Layout::new::<T>())?.cast::<T>();
        // SAFETY: room for as many elements, and the slice isn't in that room.
        unsafe { place.copy_from_nonoverlapping(NonNull::from(slice).cast(), slice.len()) };
        Ok(())
    }

    /// Makes the vector `len` long, with copies of `value` where it grows.
    pub fn resize(&mut self, len: usize, value: T) -> Result<(), OutOfMemory> {
        if let Some(additional) = len.checked_sub(self.raw.len) {
            self.reserve_exact(additional)?;
            for _ in 0..additional {
                // SAFETY: room was just made.
                unsafe { self.push_unchecked(value) };
            }
        } else {
            self.truncate(len);
        }
        Ok(())
    }
}

impl<T> Drop for Vec<T> {
    fn drop(&mut self) {
        self.clear();
        self.raw.free(Layout::new::<T>());
    }
}

impl<T> Deref for Vec<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: the first `len` elements are initialised.
        unsafe { slice::from_raw_parts(self.as_ptr(), self.raw.len) }
    }
}

impl<T> DerefMut for Vec<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: the first `len` elements are initialised.
        unsafe { slice::from_raw_parts_mut(self.as_mut_ptr(), self.raw.len) }
    }
}

impl<T: fmt::Debug> fmt::Debug for Vec<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}

impl<'a, T> IntoIterator for &'a Vec<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> slice::Iter<'a, T> {
        self.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut Vec<T> {
    type Item = &'a mut T;
    type IntoIter = slice::IterMut<'a, T>;

    fn into_iter(self) -> slice::IterMut<'a, T> {
        self.iter_mut()
    }
}

/// The allocation without its elements' type, so that the code that grows it exists once for all types.
struct Raw {
    ptr: NonNull<u8>,
    /// In elements; `usize::MAX` if they have no size, so that growth never gets here.
    capacity: usize,
    /// How many elements there are.
    len: usize,
    heap: Heap,
}

impl Raw {
    /// Where so many more elements are to be written at once, as they count from now on.
    #[inline]
    fn add(&mut self, additional: usize, element: Layout) -> Result<NonNull<u8>, OutOfMemory> {
        self.reserve(additional, element)?;
        // SAFETY: `len <= capacity`, so the place is inside the allocation or at its end.
        let place = unsafe { self.ptr.add(self.len.wrapping_mul(element.size())) };
        self.len = self.len.wrapping_add(additional);
        Ok(place)
    }

    /// See [`Vec::reserve`].
    #[inline]
    fn reserve(&mut self, additional: usize, element: Layout) -> Result<(), OutOfMemory> {
        let needed = self.len.checked_add(additional).ok_or(OutOfMemory)?;
        if needed <= self.capacity {
            return Ok(());
        }
        self.grow(needed, element)
    }

    /// See [`Vec::reserve_exact`].
    fn reserve_exact(&mut self, additional: usize, element: Layout) -> Result<(), OutOfMemory> {
        let needed = self.len.checked_add(additional).ok_or(OutOfMemory)?;
        if needed <= self.capacity {
            return Ok(());
        }
        self.resize(needed, element)
    }

    /// Grows to at least `needed` elements: by half, or by just what is needed if that does not fit.
    #[cold]
    fn grow(&mut self, needed: usize, element: Layout) -> Result<(), OutOfMemory> {
        let first = if element.size() == 1 { 8 } else { 4 };
        let amortised = self.capacity.saturating_add(self.capacity / 2).max(first);
        if amortised > needed && self.resize(amortised, element).is_ok() {
            return Ok(());
        }
        self.resize(needed, element)
    }

    /// Makes the allocation exactly `capacity` elements long. The elements' size isn't zero.
    fn resize(&mut self, capacity: usize, element: Layout) -> Result<(), OutOfMemory> {
        if element.size() == 0 {
            return Err(OutOfMemory); // More than `usize::MAX` elements.
        }
        let bytes = capacity.checked_mul(element.size()).ok_or(OutOfMemory)?;
        let old = self.layout(element);
        // SAFETY: `ptr` came from this heap with the layout `old`, of size zero if nothing was allocated yet.
        self.ptr = unsafe { self.heap.reallocate(self.ptr, old, bytes)? };
        self.capacity = capacity;
        Ok(())
    }

    fn free(&mut self, element: Layout) {
        // SAFETY: `ptr` came from this heap with this layout, and the vector that owns it is going.
        unsafe { self.heap.deallocate(self.ptr, self.layout(element)) };
    }

    #[inline]
    fn layout(&self, element: Layout) -> Layout {
        // SAFETY: `resize` allocated this size with this alignment, so `Layout` has accepted both; elements without
        // size wrap to zero.
        unsafe { Layout::from_size_align_unchecked(self.capacity.wrapping_mul(element.size()), element.align()) }
    }
}
