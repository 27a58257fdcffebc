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
use core::ops::{Deref, DerefMut};
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
    drop: Option<DropValues>,
}

type DropValues = unsafe fn(NonNull<u8>, usize);

/// Values of an arena: a slice that is stored where its owner would be, without a lifetime.
pub(crate) struct List<T> {
    first: NonNull<T>,
    len: usize,
}

impl Arena {
    pub fn new(heap: Heap) -> Arena {
        Arena { heap, newest: None }
    }

    /// Puts one value into the arena.
    pub fn add<T>(&mut self, value: T) -> Result<NonNull<T>, OutOfMemory> {
        let place = self.block(Layout::new::<T>(), 1, drop_of::<T>())?.cast();
        // SAFETY: the block was just made for it.
        unsafe { place.write(value) };
        Ok(place)
    }

    /// Puts `len` values into the arena, one behind the other.
    pub fn add_slice<T>(&mut self, len: usize, mut make: impl FnMut(usize) -> T) -> Result<NonNull<T>, OutOfMemory> {
        let array = Layout::array::<T>(len).map_err(|_| OutOfMemory)?;
        let first = self.block(array, len, drop_of::<T>())?.cast();
        for at in 0..len {
            // SAFETY: the block was just made for them.
            unsafe { first.add(at).write(make(at)) };
        }
        Ok(first)
    }

    /// Makes a block whose values the caller writes before anything else happens to the arena.
    #[inline(never)]
    fn block(&mut self, array: Layout, len: usize, drop: Option<DropValues>) -> Result<NonNull<u8>, OutOfMemory> {
        let (layout, offset) = Layout::new::<Header>().extend(array).map_err(|_| OutOfMemory)?;
        let block = self.heap.allocate(layout)?;
        // SAFETY: the layout holds the header and the values behind it.
        let values = unsafe { block.add(offset) };
        let header = block.cast::<Header>();
        // SAFETY: as above.
        unsafe { header.write(Header { older: self.newest, layout, values, len, drop }) };
        self.newest = Some(header);
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
    #[inline(never)]
    pub unsafe fn back_to(&mut self, mark: Mark) {
        while self.newest != mark
            && let Some(block) = self.newest
        {
            // SAFETY: the header is whole; the values were written right after the block was made.
            unsafe {
                let Header { older, layout, values, len, drop } = block.read();
                self.newest = older;
                if let Some(drop) = drop {
                    drop(values, len);
                }
                self.heap.deallocate(block.cast(), layout);
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

/// What drops values of type `T`, if they need that.
const fn drop_of<T>() -> Option<DropValues> {
    /// # Safety
    /// `len` values of type `T` stand at `values`.
    unsafe fn drop_values<T>(values: NonNull<u8>, len: usize) {
        // SAFETY: the caller's promise.
        unsafe { NonNull::slice_from_raw_parts(values.cast::<T>(), len).drop_in_place() };
    }
    if core::mem::needs_drop::<T>() { Some(drop_values::<T>) } else { None }
}

impl<T> List<T> {
    /// # Safety
    /// `len` values stand at `first`, in the arena of the store that the list will be part of.
    pub unsafe fn new(first: NonNull<T>, len: usize) -> List<T> {
        List { first, len }
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: `new`: they live as long as the store.
        unsafe { core::slice::from_raw_parts(self.first.as_ptr(), self.len) }
    }
}

impl<T> DerefMut for List<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `deref`; each list has its values to itself.
        unsafe { core::slice::from_raw_parts_mut(self.first.as_ptr(), self.len) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use moteur_pool::Counted;
    use std::rc::Rc;

    #[test]
    fn values_stay_until_their_mark_is_taken_back() {
        static COUNTED: Counted = Counted::new();
        let heap = Heap::counted(&COUNTED);
        let alive = Rc::new(());
        let mut arena = Arena::new(heap);
        let first = arena.add((7_u64, alive.clone())).unwrap();
        let mark = arena.mark();
        let slice = arena.add_slice(5, |at| (at as u8, alive.clone())).unwrap();
        assert!(arena.add_slice(0, |_| alive.clone()).is_ok());
        assert_eq!(Rc::strong_count(&alive), 7);
        // SAFETY: the arena owns them.
        unsafe {
            assert_eq!((first.as_ref().0, slice.add(4).as_ref().0), (7, 4));
            arena.back_to(mark);
        }
        assert_eq!(Rc::strong_count(&alive), 2);
        heap.fail_after(Some(0));
        assert!(arena.add(alive.clone()).is_err());
        assert!(arena.add_slice(usize::MAX, |_| 0_u64).is_err());
        heap.fail_after(None);
        assert_eq!(Rc::strong_count(&alive), 2);
        drop(arena);
        assert_eq!((Rc::strong_count(&alive), heap.stats().used), (1, 0));
    }
}
