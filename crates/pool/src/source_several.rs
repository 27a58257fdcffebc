//! Where a pool's memory comes from, with `std` or `external`: its blocks, or, for a pool that is only an account, the
//! system or the embedder's functions.

use core::alloc::Layout;
use core::ptr::NonNull;

use crate::blocks::Blocks;
use crate::external::External;
use crate::heap::OutOfMemory;
use crate::system;

// Nothing is boxed: it stands in the pool's own buffer, or in a `Counted` that a test has one of.
#[allow(clippy::large_enum_variant)]
pub(crate) enum Source {
    Blocks(Blocks),
    #[cfg_attr(not(feature = "std"), allow(dead_code, reason = "there is none"))]
    System,
    External(External),
}

impl Source {
    /// A pool without a block yet.
    pub(crate) const EMPTY: Source = Source::Blocks(Blocks::EMPTY);

    /// # Safety
    /// As for `Blocks::add_region`.
    pub(crate) unsafe fn add_region(&mut self, start: NonNull<u8>, len: usize) -> Result<usize, OutOfMemory> {
        match self {
            // SAFETY: as the caller promised.
            Source::Blocks(blocks) => unsafe { blocks.add_region(start, len) },
            Source::System | Source::External(_) => Err(OutOfMemory),
        }
    }

    pub(crate) fn allocate(&mut self, layout: Layout) -> Result<NonNull<u8>, OutOfMemory> {
        match self {
            Source::Blocks(blocks) => blocks.allocate(layout),
            Source::System => system::allocate(layout),
            Source::External(functions) => functions.allocate(layout),
        }
    }

    pub(crate) fn allocate_zeroed(&mut self, layout: Layout) -> Result<NonNull<u8>, OutOfMemory> {
        match self {
            Source::Blocks(blocks) => blocks.allocate_zeroed(layout),
            Source::System => system::allocate_zeroed(layout),
            Source::External(functions) => functions.allocate_zeroed(layout),
        }
    }

    /// # Safety
    /// `ptr` came from here with this layout and is not used any more.
    pub(crate) unsafe fn deallocate(&mut self, ptr: NonNull<u8>, layout: Layout) {
        match self {
            // SAFETY: as the caller promised.
            Source::Blocks(blocks) => unsafe { blocks.deallocate(ptr, layout) },
            // SAFETY: as the caller promised.
            Source::System => unsafe { system::deallocate(ptr, layout) },
            // SAFETY: as the caller promised.
            Source::External(functions) => unsafe { functions.deallocate(ptr) },
        }
    }

    /// # Safety
    /// `ptr` came from here with the layout `old`, whose alignment `new` has.
    pub(crate) unsafe fn reallocate(
        &mut self,
        ptr: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<u8>, OutOfMemory> {
        match self {
            // SAFETY: as the caller promised.
            Source::Blocks(blocks) => unsafe { blocks.reallocate(ptr, old, new) },
            // SAFETY: as the caller promised.
            Source::System => unsafe { system::reallocate(ptr, old, new) },
            // SAFETY: as the caller promised.
            Source::External(functions) => unsafe { functions.reallocate(ptr, old, new) },
        }
    }
}
