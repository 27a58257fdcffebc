//! Where the memory of C's objects comes from, and how it finds back: each object and each array has its heap with it, since
//! `wasm_valtype_vec_delete` and the like are told nothing else.
//!
//! What belongs to a store or an engine comes from that engine's heap; what is made without either (types, vectors,
//! configurations) from the default heap: the system's allocator, or the pool that `moteur_use_pool` was given.
//!
//! ```text
//!   object:  value | heap            array:  heap | bytes | padding | elements ...
//!            ^ what C has                                             ^ what C has
//! ```

use core::alloc::Layout;
use core::cell::UnsafeCell;
use core::mem::{MaybeUninit, offset_of};
use core::ptr::{self, NonNull};

use moteur::pool::Lock;
use moteur::{Heap, OutOfMemory};

use crate::machine;

/// The default heap, where the program named one.
struct Default {
    lock: Lock,
    heap: UnsafeCell<Option<Heap>>,
}

// SAFETY: the heap is only reached by who holds the lock.
unsafe impl Sync for Default {}

static DEFAULT: Default = Default { lock: Lock::new(), heap: UnsafeCell::new(None) };

/// The heap of what is made without an engine.
pub(super) fn default_heap() -> Result<Heap, OutOfMemory> {
    let named = {
        let _held = DEFAULT.lock.acquire().ok_or(OutOfMemory)?;
        // SAFETY: the lock is held.
        unsafe { *DEFAULT.heap.get() }
    };
    named.map_or_else(|| machine::system_heap().map_err(|_| OutOfMemory), Ok)
}

/// Makes this the default heap from now on. What was made before goes back to where it came from.
pub(super) fn set_default_heap(heap: Option<Heap>) -> Result<(), OutOfMemory> {
    let _held = DEFAULT.lock.acquire().ok_or(OutOfMemory)?;
    // SAFETY: the lock is held.
    unsafe { *DEFAULT.heap.get() = heap };
    Ok(())
}

/// A value that C owns.
#[repr(C)]
struct Object<T> {
    value: T,
    heap: Heap,
}

/// Gives a value to C; without memory for it, it is dropped and C gets null.
pub(super) fn give<T>(value: T, heap: Heap) -> *mut T {
    match heap.allocate(Layout::new::<Object<T>>()) {
        Ok(place) => {
            let place = place.cast::<Object<T>>().as_ptr();
            // SAFETY: just allocated for it.
            unsafe {
                place.write(Object { value, heap });
                &raw mut (*place).value
            }
        }
        Err(OutOfMemory) => ptr::null_mut(),
    }
}

/// Gives a value to C that could be made, and null for one that could not.
pub(super) fn give_made<T, E>(made: Result<(T, Heap), E>) -> *mut T {
    made.map_or(ptr::null_mut(), |(value, heap)| give(value, heap))
}

/// The heap that an object of C's came from.
///
/// # Safety
/// `value` came from `give` and is still there.
pub(super) unsafe fn heap_of<T>(value: *const T) -> Heap {
    // SAFETY: the caller's promise.
    unsafe { (*value.cast::<Object<T>>()).heap }
}

/// Takes a value back from C; nothing for null.
///
/// # Safety
/// `value` is null or came from `give`, and C does not use it any more.
pub(super) unsafe fn take<T>(value: *mut T) -> Option<T> {
    let place = NonNull::new(value.cast::<Object<T>>())?;
    // SAFETY: the caller's promise.
    unsafe {
        let Object { value, heap } = place.read();
        heap.deallocate(place.cast(), Layout::new::<Object<T>>());
        Some(value)
    }
}

/// What stands before an array's elements.
#[repr(C)]
struct Header {
    heap: Heap,
    bytes: usize,
}

/// The size of an array that no heap has.
const IN_PLACE: usize = 0;

/// Elements are as strictly aligned as this, and stand so far behind the start of their header.
const ELEMENTS: usize = if size_of::<Header>() > 8 { 16 } else { 8 };

const _: () = assert!(size_of::<Header>() <= ELEMENTS && align_of::<Header>() <= ELEMENTS);

/// Room for `count` elements, all bytes zero; null for none.
pub(super) fn new_array<T>(count: usize, heap: Heap) -> Result<*mut T, OutOfMemory> {
    const { assert!(align_of::<T>() <= ELEMENTS) };
    if count == 0 {
        return Ok(ptr::null_mut());
    }
    let bytes = count.checked_mul(size_of::<T>()).and_then(|bytes| bytes.checked_add(ELEMENTS)).ok_or(OutOfMemory)?;
    let place = heap.allocate_zeroed(array_layout(bytes)?)?;
    // SAFETY: the layout has room for the header, and the elements stand `ELEMENTS` behind its start.
    unsafe {
        place.cast::<Header>().write(Header { heap, bytes });
        Ok(place.add(ELEMENTS).cast::<T>().as_ptr())
    }
}

/// Room for a few elements where it is used, for a function of the program that need not know the difference: it may
/// delete the vector that it gets, or make it anew.
#[repr(C, align(16))]
pub(super) struct InPlace<T, const N: usize> {
    header: Header,
    elements: MaybeUninit<[T; N]>,
}

impl<T, const N: usize> InPlace<T, N> {
    pub fn new(heap: Heap) -> InPlace<T, N> {
        const { assert!(offset_of!(InPlace<T, N>, elements) == ELEMENTS) };
        InPlace { header: Header { heap, bytes: IN_PLACE }, elements: MaybeUninit::zeroed() }
    }

    /// Room for `count` elements, all bytes zero: here, or in the heap if they are more. It is used once.
    pub fn array(&mut self, count: usize) -> Result<*mut T, OutOfMemory> {
        match count {
            0 => Ok(ptr::null_mut()),
            // The address of all of this, since the header belongs to the array.
            _ if count <= N => Ok((&raw mut *self).cast::<u8>().wrapping_add(ELEMENTS).cast()),
            _ => new_array(count, self.header.heap),
        }
    }
}

/// Gives an array back, whose elements are done with.
///
/// # Safety
/// `elements` is null or came from `new_array` or an `InPlace` that is still there, and nobody uses it any more.
pub(super) unsafe fn free_array<T>(elements: *mut T) {
    let Some(elements) = NonNull::new(elements) else { return };
    // SAFETY: the caller's promise: the header is there.
    unsafe {
        let place = elements.cast::<u8>().sub(ELEMENTS);
        let Header { heap, bytes } = place.cast::<Header>().read();
        if bytes == IN_PLACE {
            return;
        }
        if let Ok(layout) = array_layout(bytes) {
            heap.deallocate(place, layout);
        }
    }
}

fn array_layout(bytes: usize) -> Result<Layout, OutOfMemory> {
    Layout::from_size_align(bytes, ELEMENTS).map_err(|_| OutOfMemory)
}
