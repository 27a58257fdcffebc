//! The blocks of a pool: TLSF from the crate `rlsf`, its parameters, and what is known of the sizes it takes.

use core::alloc::Layout;
use core::ptr::NonNull;

use rlsf::Tlsf;

use crate::heap::OutOfMemory;

/// Block sizes and addresses are multiples of this many bytes: 16 on 32-bit machines, 32 on 64-bit ones.
pub const GRANULARITY: usize = rlsf::GRANULARITY;

/// What an allocation costs beside its size (rounded up to [`GRANULARITY`] with it): 8 bytes on 32-bit machines, 16 on
/// 64-bit ones. An alignment beyond this costs as many bytes more as it exceeds it.
pub const HEADER_BYTES: usize = GRANULARITY / 2;

/// The largest block, header included. A larger buffer is used as several regions of this size.
pub const MAX_BLOCK_BYTES: usize = (GRANULARITY << FIRST_LEVELS) - GRANULARITY;

/// Powers of two that blocks are sorted by: up to 16 MiB on 32-bit machines, up to 4 GiB on 64-bit ones.
const FIRST_LEVELS: usize = if size_of::<usize>() == 4 { 20 } else { 27 };

/// Lists per power of two. Each costs `FIRST_LEVELS` words; eight let a search pass over a block that is up to an
/// eighth larger than asked for, which `Blocks::allocate_tight` makes good.
const SECOND_LEVELS: usize = 8;

/// The lists of free blocks.
pub(crate) struct Blocks(Tlsf<'static, u32, u8, FIRST_LEVELS, SECOND_LEVELS>);

impl Blocks {
    /// No block yet.
    pub(crate) const EMPTY: Blocks = Blocks(Tlsf::new());

    /// Adds the bytes as one free block, and says how long it is. More than [`MAX_BLOCK_BYTES`] make several.
    ///
    /// # Safety
    /// The bytes belong to the blocks for as long as these are used.
    pub(crate) unsafe fn add_region(&mut self, start: NonNull<u8>, len: usize) -> Result<usize, OutOfMemory> {
        // SAFETY: as the caller promised.
        let taken = unsafe { self.0.insert_free_block_ptr(NonNull::slice_from_raw_parts(start, len)) };
        let taken = taken.ok_or(OutOfMemory)?.get();
        // Each region ends with a sentinel as long as the granularity.
        let sentinels = taken.div_ceil(MAX_BLOCK_BYTES + GRANULARITY) * GRANULARITY;
        Ok(taken.saturating_sub(sentinels))
    }

    pub(crate) fn allocate(&mut self, layout: Layout) -> Result<NonNull<u8>, OutOfMemory> {
        self.0.allocate(layout).or_else(|| self.allocate_tight(layout)).ok_or(OutOfMemory)
    }

    pub(crate) fn allocate_zeroed(&mut self, layout: Layout) -> Result<NonNull<u8>, OutOfMemory> {
        let ptr = self.allocate(layout)?;
        // SAFETY: just allocated, of this size.
        unsafe { ptr.write_bytes(0, layout.size()) };
        Ok(ptr)
    }

    /// # Safety
    /// `ptr` came from here with this layout and is not used any more.
    pub(crate) unsafe fn deallocate(&mut self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { self.0.deallocate(ptr, layout.align()) };
    }

    /// # Safety
    /// `ptr` came from here with the layout `old`, whose alignment `new` has.
    pub(crate) unsafe fn reallocate(
        &mut self,
        ptr: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<u8>, OutOfMemory> {
        // SAFETY: as the caller promised.
        if let Some(moved) = unsafe { self.0.reallocate(ptr, new) } {
            return Ok(moved);
        }
        let fresh = self.allocate_tight(new).ok_or(OutOfMemory)?;
        // SAFETY: two allocations; shrinking does not fail, so the old size is the smaller one.
        unsafe { fresh.copy_from_nonoverlapping(ptr, old.size().min(new.size())) };
        // SAFETY: as the caller promised.
        unsafe { self.0.deallocate(ptr, old.align()) };
        Ok(fresh)
    }

    /// A second try for a request that is nearly as large as the largest free block.
    ///
    /// TLSF only looks at lists whose every block is large enough, so it passes over a free block in the list that the
    /// request itself belongs to: up to an eighth of a large request would have to be free on top of it. Here we take a
    /// block from that list at the list's least size and let it grow in place, which needs no such margin.
    #[cold]
    fn allocate_tight(&mut self, layout: Layout) -> Option<NonNull<u8>> {
        let bytes = block_bytes(layout);
        let step_log2 = bytes.checked_ilog2()?.checked_sub(SECOND_LEVELS.ilog2())?;
        let least = bytes >> step_log2 << step_log2;
        if least == bytes {
            return None; // Every block of that list is large enough, and the first try looked there.
        }
        let small = Layout::from_size_align(least.checked_sub(overhead_bytes(layout))?, layout.align()).ok()?;
        let ptr = self.0.allocate(small)?;
        // SAFETY: just allocated with this alignment.
        let grown = unsafe { self.0.reallocate(ptr, layout) };
        if grown.is_none() {
            // SAFETY: as above, and nobody else has seen it.
            unsafe { self.0.deallocate(ptr, layout.align()) };
        }
        grown
    }
}

/// The length of the block that an allocation takes; above an alignment of [`GRANULARITY`], an upper bound.
///
/// Nothing here overflows: a layout's size and alignment together are at most half of what an address can express.
#[inline]
pub(crate) fn block_bytes(layout: Layout) -> usize {
    (layout.size() + overhead_bytes(layout) + GRANULARITY - 1) & !(GRANULARITY - 1)
}

/// What TLSF adds to a size at most: the header, and what may be lost in front of an aligned address.
#[inline]
fn overhead_bytes(layout: Layout) -> usize {
    HEADER_BYTES + layout.align().saturating_sub(HEADER_BYTES)
}
