//! Allocations that live as long as their store: entities never move, and all go when the store goes.
//!
//! Each block is an allocation of its own with a link to the one before, so the list itself needs no memory that could
//! run out. What a failed instantiation made is taken back by going to an earlier mark.
//!
//! ```text
//! newest ─▶ ┌────────┬───────────┐    ┌────────┬───────────┐
//!           │ header │ values... │ ─▶ │ header │ values... │ ─▶ none
//!           └────────┴───────────┘    └────────┴───────────┘
//! ```

use core::alloc::Layout;
use core::ptr::NonNull;

use moteur_pool::{Heap, OutOfMemory};

/// The list of blocks.
pub(crate) struct Arena {
    heap: Heap,
    newest: Mark,
}

/// A point in the life of an arena.
pub(crate) type Mark = Option<NonNull<Header>>;

/// What stands before the values of a block.
pub(crate) struct Header {
    older: Mark,
    layout: Layout,
    values: NonNull<u8>,
    len: usize,
    drop: unsafe fn(NonNull<u8>, usize),
}

impl Arena {
    pub fn new(heap: Heap) -> Arena {
        Arena { heap, newest: None }
    }

    /// Puts one value into the arena.
    pub fn add<T>(&mut self, value: T) -> Result<NonNull<T>, OutOfMemory> {
        let mut value = Some(value);
        self.add_block(1, drop_values::<T>, Layout::new::<T>(), |at| {
            if let Some(value) = value.take() {
                // SAFETY: there is room for one value.
                unsafe { at.cast::<T>().write(value) };
            }
        })
        .map(NonNull::cast)
    }

    /// Puts `len` values into the arena, one behind the other.
    pub fn add_slice<T>(&mut self, len: usize, mut make: impl FnMut(usize) -> T) -> Result<NonNull<T>, OutOfMemory> {
        let array = Layout::array::<T>(len).map_err(|_| OutOfMemory)?;
        self.add_block(len, drop_values::<T>, array, |first| {
            for at in 0..len {
                // SAFETY: there is room for `len` values.
                unsafe { first.cast::<T>().add(at).write(make(at)) };
            }
        })
        .map(NonNull::cast)
    }

    fn add_block(
        &mut self,
        len: usize,
        drop: unsafe fn(NonNull<u8>, usize),
        array: Layout,
        write: impl FnOnce(NonNull<u8>),
    ) -> Result<NonNull<u8>, OutOfMemory> {
        let block = reserve(self.heap, array, drop, len)?;
        // SAFETY: `reserve` wrote the header.
        let values = unsafe { (*block.as_ptr()).values };
        write(values);
        // SAFETY: as above. The values are written now, so the block may become part of the arena.
        unsafe { (*block.as_ptr()).older = self.newest };
        self.newest = Some(block);
        Ok(values)
    }

    /// The present state, to come back to.
    pub fn mark(&self) -> Mark {
        self.newest
    }

    /// Drops what was added since `mark`, newest first.
    ///
    /// # Safety
    /// `mark` is of this arena, was not itself taken back, and nobody uses what was added since.
    pub unsafe fn back_to(&mut self, mark: Mark) {
        while self.newest != mark
            && let Some(block) = self.newest
        {
            // SAFETY: the header is whole; the values were written before the block became part of the arena.
            unsafe {
                let header = block.read();
                self.newest = header.older;
                (header.drop)(header.values, header.len);
                self.heap.deallocate(block.cast(), header.layout);
            }
        }
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        // SAFETY: the store goes, and with it all that uses its entities.
        unsafe { self.back_to(None) };
    }
}

fn reserve(
    heap: Heap,
    array: Layout,
    drop: unsafe fn(NonNull<u8>, usize),
    len: usize,
) -> Result<NonNull<Header>, OutOfMemory> {
    let (layout, offset) = Layout::new::<Header>().extend(array).map_err(|_| OutOfMemory)?;
    let block = heap.allocate(layout)?;
    // SAFETY: the layout holds the header and the values behind it.
    let values = unsafe { block.add(offset) };
    let header = block.cast::<Header>();
    // SAFETY: as above.
    unsafe { header.write(Header { older: None, layout, values, len, drop }) };
    Ok(header)
}

/// # Safety
/// `len` values of type `T` stand at `values`.
unsafe fn drop_values<T>(values: NonNull<u8>, len: usize) {
    // SAFETY: the caller's promise.
    unsafe { NonNull::slice_from_raw_parts(values.cast::<T>(), len).drop_in_place() };
}
