//! Vectors: a size and an array that C sees, of bytes, of values, or of pointers to objects that the vector owns.

use core::ptr;

use moteur::{Heap, OutOfMemory};

use super::heap::{default_heap, free_array, give, new_array, take};

/// `wasm_NAME_vec_t`. An array is null where there is nothing; with a size beside it, memory ran out when it was made.
#[repr(C)]
pub struct Vector<T> {
    pub(super) size: usize,
    pub(super) data: *mut T,
}

/// What vectors consist of. All bytes zero is an element that owns nothing.
pub(super) trait Element: Copy {
    /// Another element like this one, in this heap.
    ///
    /// # Safety
    /// The element is whole.
    unsafe fn copy_in(self, heap: Heap) -> Result<Self, OutOfMemory>;

    /// Deletes what the element owns.
    ///
    /// # Safety
    /// The element is whole, and not used any more.
    unsafe fn delete(self);
}

impl Element for u8 {
    unsafe fn copy_in(self, _: Heap) -> Result<u8, OutOfMemory> {
        Ok(self)
    }

    unsafe fn delete(self) {}
}

/// Objects that can be copied.
pub(super) trait Duplicate: Sized {
    /// Another one like this.
    fn duplicate(&self, heap: Heap) -> Result<Self, OutOfMemory>;
}

impl<T: Duplicate> Element for *mut T {
    unsafe fn copy_in(self, heap: Heap) -> Result<*mut T, OutOfMemory> {
        // SAFETY: the caller's promise.
        let Some(object) = (unsafe { self.as_ref() }) else { return Ok(self) };
        let copy = give(object.duplicate(heap)?, heap);
        if copy.is_null() { Err(OutOfMemory) } else { Ok(copy) }
    }

    unsafe fn delete(self) {
        // SAFETY: the caller's promise.
        drop(unsafe { take(self) });
    }
}

impl<T> Vector<T> {
    /// Nothing.
    pub const EMPTY: Vector<T> = Vector { size: 0, data: ptr::null_mut() };

    /// The elements; nothing where memory had run out when they were to be made.
    ///
    /// # Safety
    /// `data` is null or points to `size` elements, for as long as the result is used.
    pub unsafe fn elements<'a>(&self) -> Result<&'a [T], OutOfMemory> {
        if self.size == 0 {
            return Ok(&[]);
        }
        if self.data.is_null() {
            return Err(OutOfMemory);
        }
        // SAFETY: the caller's promise.
        Ok(unsafe { core::slice::from_raw_parts(self.data, self.size) })
    }
}

impl<T: Element> Vector<T> {
    /// So many elements of zero bytes.
    pub fn zeroed(size: usize, heap: Heap) -> Result<Vector<T>, OutOfMemory> {
        Ok(Vector { size, data: new_array(size, heap)? })
    }

    /// What `make` gives for each index. After a failure nothing is left of those before.
    pub fn from_fn(
        size: usize,
        heap: Heap,
        mut make: impl FnMut(usize) -> Result<T, OutOfMemory>,
    ) -> Result<Vector<T>, OutOfMemory> {
        let vector: Owned<T> = Owned(Vector::zeroed(size, heap)?);
        for at in 0..size {
            // SAFETY: there are `size` of them; what is not written yet is zero.
            unsafe { vector.0.data.add(at).write(make(at)?) };
        }
        Ok(vector.into_vector())
    }

    /// What `make` gives for each of `from`, in an array of so many elements of zero bytes, or null if there are none. After
    /// a failure nothing is left of those before.
    ///
    /// # Safety
    /// The array is from the module `heap`.
    pub unsafe fn filled<F: Copy>(
        array: *mut T,
        from: &[F],
        mut make: impl FnMut(usize, F) -> Result<T, OutOfMemory>,
    ) -> Result<Owned<T>, OutOfMemory> {
        let vector = Owned(Vector { size: from.len(), data: array });
        for (at, from) in from.iter().enumerate() {
            // SAFETY: there are as many; what is not written yet is zero.
            unsafe { array.add(at).write(make(at, *from)?) };
        }
        Ok(vector)
    }

    /// Copies of elements.
    ///
    /// # Safety
    /// They are whole.
    pub unsafe fn copy_of(elements: &[T], heap: Heap) -> Result<Vector<T>, OutOfMemory> {
        Vector::from_fn(elements.len(), heap, |at| match elements.get(at) {
            // SAFETY: the caller's promise.
            Some(element) => unsafe { element.copy_in(heap) },
            None => Err(OutOfMemory),
        })
    }

    /// Deletes all elements and the array, and leaves the vector empty.
    ///
    /// # Safety
    /// The vector owns its elements, and its array came from a heap by `new_array`.
    pub unsafe fn delete(&mut self) {
        let Vector { size, data } = core::mem::replace(self, Vector::EMPTY);
        if data.is_null() {
            return;
        }
        for at in 0..size {
            // SAFETY: the caller's promise.
            unsafe { data.add(at).read().delete() };
        }
        // SAFETY: as above.
        unsafe { free_array(data) };
    }

    /// Moves out what C hands over, and leaves it an empty vector; nothing where memory had run out.
    ///
    /// # Safety
    /// `this` is null or points to a vector that owns its elements.
    pub unsafe fn take_from(this: *mut Vector<T>) -> Result<Owned<T>, OutOfMemory> {
        // SAFETY: the caller's promise.
        let vector = match unsafe { this.as_mut() } {
            Some(vector) => core::mem::replace(vector, Vector::EMPTY),
            None => Vector::EMPTY,
        };
        if vector.data.is_null() && vector.size > 0 { Err(OutOfMemory) } else { Ok(Owned(vector)) }
    }

    /// Gives a vector to C: an empty one where it could not be made.
    ///
    /// # Safety
    /// `out` is null or may be written to.
    pub unsafe fn put(made: Result<Vector<T>, OutOfMemory>, out: *mut Vector<T>) {
        let mut vector = made.unwrap_or(Vector::EMPTY);
        // SAFETY: the caller's promise; what nobody wants was just made.
        unsafe {
            match out.as_mut() {
                Some(out) => *out = vector,
                None => vector.delete(),
            }
        }
    }
}

/// A vector with all that it owns, which goes when this goes.
pub(super) struct Owned<T: Element>(Vector<T>);

impl<T: Element> Owned<T> {
    /// The elements.
    pub fn as_slice(&self) -> &[T] {
        // SAFETY: the vector is whole, and this owns it. One whose memory ran out is not made into this.
        unsafe { self.0.elements().unwrap_or(&[]) }
    }

    /// The vector, as C reads it.
    pub fn as_ptr(&self) -> *const Vector<T> {
        &raw const self.0
    }

    /// The vector, whose owner is then whoever gets it.
    pub fn into_vector(self) -> Vector<T> {
        let mut this = core::mem::ManuallyDrop::new(self);
        core::mem::replace(&mut this.0, Vector::EMPTY)
    }
}

impl<T: Element> From<Vector<T>> for Owned<T> {
    fn from(vector: Vector<T>) -> Owned<T> {
        Owned(vector)
    }
}

impl<T: Element> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: this owns it.
        unsafe { self.0.delete() };
    }
}

/// Writes a vector of so many elements; with the size alone where memory ran out, so that whoever gets the vector next knows.
///
/// # Safety
/// `out` is null or may be written to.
pub(super) unsafe fn put_sized<T: Element>(size: usize, made: Result<Vector<T>, OutOfMemory>, out: *mut Vector<T>) {
    // SAFETY: the caller's promise.
    unsafe { Vector::put(Ok(made.unwrap_or(Vector { size, data: ptr::null_mut() })), out) };
}

/// The vector of elements that C hands over; where there is no memory for it, they are deleted.
///
/// # Safety
/// `elements` points to `size` whole elements, which C gives away.
pub(super) unsafe fn adopt<T: Element>(size: usize, elements: *const T) -> Result<Vector<T>, OutOfMemory> {
    let made = default_heap().and_then(|heap| Vector::zeroed(size, heap));
    if size == 0 || elements.is_null() {
        return made;
    }
    // SAFETY: the caller's promise.
    unsafe {
        match made {
            Ok(vector) => {
                vector.data.copy_from_nonoverlapping(elements, size);
                Ok(vector)
            }
            Err(OutOfMemory) => {
                for at in 0..size {
                    elements.add(at).read().delete();
                }
                Err(OutOfMemory)
            }
        }
    }
}

/// The functions of a kind of vectors.
macro_rules! vector_functions {
    ($element:ty: $new_empty:ident $new_uninitialized:ident $new:ident $copy:ident $delete:ident) => {
        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $new_empty(out: *mut $crate::wasm_c::vec::Vector<$element>) {
            use $crate::wasm_c::vec::Vector;
            // SAFETY: C gives a place for a vector, or null.
            unsafe { Vector::put(Ok(Vector::EMPTY), out) };
        }

        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $new_uninitialized(out: *mut $crate::wasm_c::vec::Vector<$element>, size: usize) {
            use $crate::wasm_c::{heap::default_heap, vec};
            let made = default_heap().and_then(|heap| vec::Vector::zeroed(size, heap));
            // SAFETY: as above.
            unsafe { vec::put_sized(size, made, out) };
        }

        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $new(
            out: *mut $crate::wasm_c::vec::Vector<$element>,
            size: usize,
            elements: *const $element,
        ) {
            use $crate::wasm_c::vec;
            // SAFETY: as above, and C hands over `size` elements.
            unsafe { vec::put_sized(size, vec::adopt(size, elements), out) };
        }

        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $copy(
            out: *mut $crate::wasm_c::vec::Vector<$element>,
            from: *const $crate::wasm_c::vec::Vector<$element>,
        ) {
            use $crate::wasm_c::{heap::default_heap, vec};
            // SAFETY: C gives a place for a vector, and one that is whole, or null.
            unsafe {
                let size = from.as_ref().map_or(0, |from| from.size);
                let made = match from.as_ref() {
                    Some(from) => from.elements().and_then(|from| vec::Vector::copy_of(from, default_heap()?)),
                    None => Ok(vec::Vector::EMPTY),
                };
                vec::put_sized(size, made, out);
            }
        }

        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $delete(vector: *mut $crate::wasm_c::vec::Vector<$element>) {
            // SAFETY: C owns the vector, or gives null.
            unsafe {
                if let Some(vector) = vector.as_mut() {
                    vector.delete();
                }
            }
        }
    };
}
pub(super) use vector_functions;

vector_functions! {
    u8: wasm_byte_vec_new_empty wasm_byte_vec_new_uninitialized wasm_byte_vec_new wasm_byte_vec_copy wasm_byte_vec_delete
}
