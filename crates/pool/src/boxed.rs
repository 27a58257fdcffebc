//! One value in a heap, sized or not: a pointer and the heap it goes back to.

use core::alloc::Layout;
use core::fmt;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ops::{Deref, DerefMut};
use core::ptr::{self, NonNull};

use crate::heap::{Heap, OutOfMemory};

/// Owns one value in a [`Heap`].
///
/// ```
/// use moteur_pool::{Box, Heap, unsize};
///
/// let double = Box::new_in(|n: i32| n * 2, Heap::system())?;
/// let double: Box<dyn Fn(i32) -> i32> = unsize!(double => dyn Fn(i32) -> i32);
/// assert_eq!(double(21), 42);
/// # Ok::<(), moteur_pool::OutOfMemory>(())
/// ```
pub struct Box<T: ?Sized> {
    ptr: NonNull<T>,
    heap: Heap,
    owns: PhantomData<T>,
}

// SAFETY: a box owns its value, and a heap may be used from where its handle may go.
#[cfg(target_has_atomic = "8")]
unsafe impl<T: ?Sized + Send> Send for Box<T> {}
// SAFETY: as above.
#[cfg(target_has_atomic = "8")]
unsafe impl<T: ?Sized + Sync> Sync for Box<T> {}

/// Types whose all-zero bytes are a value.
///
/// # Safety
/// A `T` of zero bytes is valid.
pub unsafe trait Zeroable: Copy {}

macro_rules! zeroable {
    ($($number:ty)*) => {
        // SAFETY: zero bytes are the number zero.
        $(unsafe impl Zeroable for $number {})*
    };
}
zeroable!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64);

// SAFETY: element by element.
unsafe impl<T: Zeroable, const N: usize> Zeroable for [T; N] {}

impl<T> Box<T> {
    /// Moves a value into the heap. Without memory for it, the value is dropped.
    pub fn new_in(value: T, heap: Heap) -> Result<Box<T>, OutOfMemory> {
        let ptr = heap.allocate(Layout::new::<T>())?.cast::<T>();
        // SAFETY: just allocated for a `T`.
        unsafe { ptr.write(value) };
        // SAFETY: allocated with the layout of the value that stands there.
        Ok(unsafe { Box::from_raw(ptr, heap) })
    }

    /// Moves the value out and gives its memory back.
    pub fn into_inner(this: Box<T>) -> T {
        let (ptr, heap) = Box::into_raw(this);
        // SAFETY: the box owned the value, and is gone.
        let value = unsafe { ptr.read() };
        // SAFETY: allocated with this layout by `new_in`.
        unsafe { heap.deallocate(ptr.cast(), Layout::new::<T>()) };
        value
    }
}

impl<T> Box<[T]> {
    /// A slice of what `make` gives for each index.
    pub fn from_fn_in(len: usize, heap: Heap, mut make: impl FnMut(usize) -> T) -> Result<Box<[T]>, OutOfMemory> {
        let mut vec = crate::Vec::with_capacity_in(len, heap)?;
        for index in 0..len {
            // SAFETY: there is room for `len` elements.
            unsafe { vec.push_unchecked(make(index)) };
        }
        vec.into_boxed_slice()
    }

    /// A copy of a slice.
    pub fn from_slice_in(slice: &[T], heap: Heap) -> Result<Box<[T]>, OutOfMemory>
    where
        T: Copy,
    {
        let ptr = heap.allocate(Layout::for_value(slice))?.cast::<T>();
        // SAFETY: just allocated, as long as the slice.
        unsafe { ptr.copy_from_nonoverlapping(NonNull::from(slice).cast(), slice.len()) };
        // SAFETY: allocated with the layout of the slice that stands there.
        Ok(unsafe { Box::from_raw(NonNull::slice_from_raw_parts(ptr, slice.len()), heap) })
    }

    /// A slice of zeros. Large ones on the system's heap take no time: see [`Heap::allocate_zeroed`].
    pub fn zeroed_in(len: usize, heap: Heap) -> Result<Box<[T]>, OutOfMemory>
    where
        T: Zeroable,
    {
        let layout = Layout::array::<T>(len).map_err(|_| OutOfMemory)?;
        let ptr = heap.allocate_zeroed(layout)?.cast::<T>();
        // SAFETY: allocated with the layout of the slice that stands there; zeros are valid by `Zeroable`.
        Ok(unsafe { Box::from_raw(NonNull::slice_from_raw_parts(ptr, len), heap) })
    }
}

impl Box<str> {
    /// A copy of a text.
    pub fn from_str_in(text: &str, heap: Heap) -> Result<Box<str>, OutOfMemory> {
        let (ptr, heap) = Box::into_raw(Box::from_slice_in(text.as_bytes(), heap)?);
        let text = ptr.as_ptr() as *mut str;
        // SAFETY: not null, and the bytes are a copy of a text's.
        Ok(unsafe { Box::from_raw(NonNull::new_unchecked(text), heap) })
    }
}

impl<T: ?Sized> Box<T> {
    /// Gives the parts away: whoever has them owes the value's drop and the deallocation.
    pub fn into_raw(this: Box<T>) -> (NonNull<T>, Heap) {
        let this = ManuallyDrop::new(this);
        (this.ptr, this.heap)
    }

    /// Takes parts over.
    ///
    /// # Safety
    /// `ptr` points to a value that nobody else owns, in memory from `heap` with the value's layout. It is the pointer
    /// that the heap gave, cast; one made from a reference does not reach the block's header.
    pub unsafe fn from_raw(ptr: NonNull<T>, heap: Heap) -> Box<T> {
        Box { ptr, heap, owns: PhantomData }
    }

    /// Turns the box into one of an unsized type; [`unsize!`](crate::unsize) is the safe way.
    ///
    /// # Safety
    /// `coerce` returns its argument, coerced.
    pub unsafe fn unsize<U: ?Sized>(self, coerce: impl FnOnce(*mut T) -> *mut U) -> Box<U> {
        let (ptr, heap) = Box::into_raw(self);
        // SAFETY: the same address, so not null, and the same value.
        unsafe { Box::from_raw(NonNull::new_unchecked(coerce(ptr.as_ptr())), heap) }
    }

    /// Keeps the value for ever: where something `'static` is asked for and there is no `static`.
    ///
    /// ```
    /// use moteur_pool::{Box, Heap};
    ///
    /// let kept: &'static mut u32 = Box::leak(Box::new_in(7, Heap::system())?);
    /// *kept += 1;
    /// assert_eq!(*kept, 8);
    /// # Ok::<(), moteur_pool::OutOfMemory>(())
    /// ```
    pub fn leak<'a>(this: Box<T>) -> &'a mut T
    where
        T: 'a,
    {
        let (mut ptr, _) = Box::into_raw(this);
        // SAFETY: the box owned the value, which nobody drops or frees any more.
        unsafe { ptr.as_mut() }
    }

    /// Where its memory comes from.
    #[inline]
    pub fn heap(this: &Box<T>) -> Heap {
        this.heap
    }

    /// The value's address, which stays the same as long as the box lives.
    #[inline]
    pub fn as_ptr(this: &Box<T>) -> *const T {
        this.ptr.as_ptr()
    }

    /// The value's address, which stays the same as long as the box lives.
    #[inline]
    pub fn as_mut_ptr(this: &mut Box<T>) -> *mut T {
        this.ptr.as_ptr()
    }
}

impl<T: ?Sized> Drop for Box<T> {
    fn drop(&mut self) {
        // SAFETY: the box owns the value and is going.
        unsafe { ptr::drop_in_place(self.ptr.as_ptr()) };
        // Only now: a reference to a future that borrows from itself would invalidate those borrows. Its length is left.
        let layout = Layout::for_value::<T>(self);
        // SAFETY: allocated with the value's layout.
        unsafe { self.heap.deallocate(self.ptr.cast(), layout) };
    }
}

impl<T: ?Sized> Deref for Box<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the box owns a value there.
        unsafe { self.ptr.as_ref() }
    }
}

impl<T: ?Sized> DerefMut for Box<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the box owns a value there.
        unsafe { self.ptr.as_mut() }
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Box<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for Box<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
