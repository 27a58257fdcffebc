//! Where memory comes from: the caller decides, and any request may be refused.

use core::ops::DerefMut;

/// There was not enough memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfMemory;

impl core::fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("out of memory")
    }
}

impl core::error::Error for OutOfMemory {}

/// A growable array whose growth can fail. After a failure its contents are what they were.
pub trait Buffer<T: Copy>: DerefMut<Target = [T]> {
    /// Appends an item.
    fn push(&mut self, item: T) -> Result<(), OutOfMemory>;
    /// Drops all items but the first `len`; does nothing when there are no more than that.
    fn truncate(&mut self, len: usize);
    /// Makes room for `additional` more items, and for no more than those where that is possible.
    fn reserve_exact(&mut self, additional: usize) -> Result<(), OutOfMemory>;
    /// Gives back what is not in use, where that is possible.
    fn shrink_to_fit(&mut self) {}
}

/// A source of [`Buffer`]s.
pub trait Alloc {
    /// The buffers of this source.
    type Buffer<T: Copy>: Buffer<T>;
    /// An empty buffer; takes no memory yet.
    fn buffer<T: Copy>(&self) -> Self::Buffer<T>;
}

/// The standard allocator.
#[cfg(any(test, feature = "std"))]
#[derive(Clone, Copy, Debug, Default)]
pub struct Global;

#[cfg(any(test, feature = "std"))]
mod global {
    use super::{Alloc, Buffer, Global, OutOfMemory};
    use std::vec::Vec;

    impl Alloc for Global {
        type Buffer<T: Copy> = Vec<T>;

        fn buffer<T: Copy>(&self) -> Vec<T> {
            Vec::new()
        }
    }

    impl<T: Copy> Buffer<T> for Vec<T> {
        #[inline]
        fn push(&mut self, item: T) -> Result<(), OutOfMemory> {
            if self.len() == self.capacity() {
                self.try_reserve(1).map_err(|_| OutOfMemory)?;
            }
            Vec::push(self, item);
            Ok(())
        }

        #[inline]
        fn truncate(&mut self, len: usize) {
            Vec::truncate(self, len);
        }

        fn reserve_exact(&mut self, additional: usize) -> Result<(), OutOfMemory> {
            self.try_reserve_exact(additional).map_err(|_| OutOfMemory)
        }

        fn shrink_to_fit(&mut self) {
            Vec::shrink_to_fit(self);
        }
    }
}
