//! Linear memories: bytes that grow in place where the heap can do that.

use core::alloc::Layout;
use core::ptr::NonNull;

use moteur_pool::OutOfMemory;
use moteur_wasm::{Limits, MemoryType, Trap};

use super::entity::MemoryEntity;
use crate::error::{Error, Limit};
use crate::native::Source;

/// Guest accesses may be misaligned; the first byte is aligned so that aligned ones stay so.
const ALIGN: usize = 8;

impl MemoryEntity {
    /// A memory of zeros with the type's smallest size, and never more bytes than the limit.
    pub fn new(ty: MemoryType, bytes_limit: usize, source: Source) -> Result<MemoryEntity, Error> {
        let page = ty.page;
        let len = ty.bytes_min();
        if len > bytes_limit as u64 {
            return Err(Error::Limit(Limit::MemoryPages));
        }
        let len = len as usize;
        // What a 32-bit guest cannot reach anyway is no smaller a promise when it is cut off.
        let declared_max = ty.limits.max.map(|max| u32::try_from(max).unwrap_or(u32::MAX));
        let len_max = page.bytes_of(declared_max.unwrap_or(page.count_max() as u32)).min(bytes_limit as u64) as usize;
        let base = source.allocate_zeroed(layout(len)?)?;
        Ok(MemoryEntity { base: base.as_ptr(), len, len_max, declared_max, page, source })
    }

    /// Its type with the present size as the smallest.
    pub fn ty(&self) -> MemoryType {
        let limits = Limits { min: u64::from(self.pages()), max: self.declared_max.map(u64::from) };
        MemoryType { limits, page: self.page }
    }

    /// Its size in pages.
    pub fn pages(&self) -> u32 {
        (self.len >> self.page.log2()) as u32
    }

    /// Grows by `delta` pages of zeros and gives the old size in pages; `None` when limits or heap refuse.
    // Where memory has guard pages this calls through a pointer, which has no place among the handlers' jumps.
    #[inline(never)]
    pub fn grow(&mut self, delta: u32) -> Option<u32> {
        let old = self.pages();
        if delta == 0 {
            return Some(old);
        }
        let len = self.len as u64 + self.page.bytes_of(delta);
        if len > self.len_max as u64 {
            return None;
        }
        let len = len as usize;
        let base = NonNull::new(self.base)?;
        // SAFETY: `base` came from this heap with this layout.
        let base = unsafe { self.source.reallocate_zeroed(base, layout(self.len).ok()?, len) }.ok()?;
        self.base = base.as_ptr();
        self.len = len;
        Some(old)
    }

    /// As `grow`, and the type's maximum is raised by as much.
    pub fn extend(&mut self, delta: u32, bytes_limit: usize) -> Option<u32> {
        let (declared_max, len_max) = (self.declared_max, self.len_max);
        self.declared_max = declared_max.map(|max| max.saturating_add(delta).min(self.page.count_max() as u32));
        let reach = self.page.bytes_of(self.declared_max.unwrap_or(self.page.count_max() as u32));
        self.len_max = reach.min(bytes_limit as u64) as usize;
        let grown = self.grow(delta);
        if grown.is_none() {
            (self.declared_max, self.len_max) = (declared_max, len_max);
        }
        grown
    }

    /// The bytes that the guest may reach.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: `base` points to `len` bytes that were written as zeros at first.
        unsafe { core::slice::from_raw_parts(self.base, self.len) }
    }

    /// The bytes that the guest may reach, for writing.
    #[inline]
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `bytes`; the entity is borrowed exclusively.
        unsafe { core::slice::from_raw_parts_mut(self.base, self.len) }
    }

    /// A claim of the guest: `len` bytes at `addr`, if they are inside the memory.
    pub fn slice(&self, addr: u32, len: u32) -> Result<&[u8], Trap> {
        claim(self.len, addr, len).and_then(|range| self.bytes().get(range)).ok_or(Trap::MemoryOutOfBounds)
    }

    /// As `slice`, for writing.
    pub fn slice_mut(&mut self, addr: u32, len: u32) -> Result<&mut [u8], Trap> {
        claim(self.len, addr, len).and_then(|range| self.bytes_mut().get_mut(range)).ok_or(Trap::MemoryOutOfBounds)
    }
}

impl Drop for MemoryEntity {
    fn drop(&mut self) {
        if let (Some(base), Ok(layout)) = (NonNull::new(self.base), layout(self.len)) {
            // SAFETY: `base` came from this heap with this layout.
            unsafe { self.source.deallocate(base, layout) };
        }
    }
}

/// The range of `len` bytes at `addr`, if it ends inside `size` bytes.
fn claim(size: usize, addr: u32, len: u32) -> Option<core::ops::Range<usize>> {
    let start = addr as usize;
    let end = start.checked_add(len as usize)?;
    (end <= size).then_some(start..end)
}

/// `copy_from_slice` without its panic: should the lengths differ, the shorter one counts.
pub(crate) fn copy_slice<T: Copy>(to: &mut [T], from: &[T]) {
    debug_assert_eq!(to.len(), from.len());
    let len = to.len().min(from.len());
    // SAFETY: both are at least `len` long; one is borrowed exclusively, so they don't overlap.
    unsafe { core::ptr::copy_nonoverlapping(from.as_ptr(), to.as_mut_ptr(), len) };
}

fn layout(len: usize) -> Result<Layout, OutOfMemory> {
    Layout::from_size_align(len, ALIGN).map_err(|_| OutOfMemory)
}

#[cfg(test)]
// Where there are no guard pages, the heap itself is what memories come from.
#[allow(clippy::useless_conversion)]
mod tests {
    use moteur_pool::{Counted, Heap};
    use moteur_wasm::PageSize::{self, Byte, Standard};

    use super::*;

    const PAGE_BYTES: usize = 65_536;

    fn of(page: PageSize, min: u64, max: Option<u64>, limit: usize) -> Result<MemoryEntity, Error> {
        MemoryEntity::new(MemoryType { limits: Limits { min, max }, page }, limit, Heap::system().into())
    }

    fn memory(min: u64, max: Option<u64>, limit: usize) -> Result<MemoryEntity, Error> {
        of(Standard, min, max, limit * PAGE_BYTES)
    }

    #[test]
    fn growth_stops_at_the_smallest_limit() {
        for (page, max, limit, reached) in [
            (Standard, Some(3), 9 * PAGE_BYTES, 3),
            (Standard, Some(9), 4 * PAGE_BYTES, 4),
            (Standard, None, 2 * PAGE_BYTES, 2),
            (Standard, Some(1), PAGE_BYTES, 1),
            // The pages that fit into the limit.
            (Standard, None, 3 * PAGE_BYTES - 1, 2),
            (Byte, Some(3), 9, 3),
            (Byte, Some(9), 4, 4),
            (Byte, None, 2, 2),
            (Byte, Some(1), 1, 1),
            (Byte, None, 1000, 1000),
        ] {
            let mut memory = of(page, 1, max, limit).unwrap();
            let mut pages = 1;
            while memory.grow(1).is_some() {
                pages += 1;
            }
            assert_eq!(pages, reached, "{page:?} {max:?} {limit}");
            assert_eq!((memory.pages(), memory.len as u64), (reached, page.bytes_of(reached)));
            let limits = Limits { min: u64::from(reached), max };
            assert_eq!(memory.ty(), MemoryType { limits, page });
            for delta in [u32::MAX, u32::MAX - reached + 1, 0x1_0000, 0x8000_0000] {
                assert_eq!(memory.grow(delta), None, "{page:?} {delta}");
            }
            assert_eq!(memory.grow(0), Some(reached));
        }
        let too_large = Some(Error::Limit(Limit::MemoryPages));
        assert_eq!(memory(3, None, 2).err(), too_large);
        assert_eq!(of(Standard, 1, None, PAGE_BYTES - 1).err(), too_large);
        assert_eq!(of(Byte, 3, None, 2).err(), too_large);
        for page in [Byte, Standard] {
            assert_eq!(of(page, 1 << 40, None, 1 << 31).err(), too_large);
        }
    }

    #[test]
    fn growth_that_the_heap_refuses_changes_nothing() {
        static HEAP: Counted = Counted::new();
        let heap = Heap::counted(&HEAP);
        for (page, min) in [(Byte, 100), (Standard, 1)] {
            let ty = MemoryType { limits: Limits { min, max: None }, page };
            heap.fail_after(Some(0));
            assert_eq!(MemoryEntity::new(ty, 1 << 30, heap.into()).err(), Some(Error::OutOfMemory));
            heap.fail_after(None);
            let mut memory = MemoryEntity::new(ty, 1 << 30, heap.into()).unwrap();
            memory.bytes_mut().fill(7);
            heap.fail_after(Some(0));
            assert_eq!(memory.grow(1), None);
            heap.fail_after(None);
            assert_eq!((memory.pages(), memory.len as u64), (min as u32, page.bytes_of(min as u32)));
            assert!(memory.bytes().iter().all(|byte| *byte == 7));
            assert_eq!(memory.grow(1), Some(min as u32));
            drop(memory);
            assert_eq!(heap.stats().used, 0);
        }
    }

    #[test]
    fn grown_bytes_are_zero_and_old_ones_stay() {
        let mut memory = memory(0, None, 8).unwrap();
        assert_eq!(memory.bytes().len(), 0);
        for round in 0..4 {
            assert_eq!(memory.grow(2), Some(round * 2));
            let len = memory.len;
            let (old, new) = memory.bytes().split_at(len - 2 * PAGE_BYTES);
            assert!(old.iter().all(|byte| *byte == 7));
            assert!(new.iter().all(|byte| *byte == 0));
            memory.bytes_mut().fill(7);
        }
    }

    #[test]
    fn claims_end_inside() {
        let mut memory = memory(1, None, 8).unwrap();
        for (addr, len, good) in [
            (0, 0, true),
            (65_536, 0, true),
            (65_537, 0, false),
            (65_535, 1, true),
            (65_535, 2, false),
            (0, 65_536, true),
            (0, 65_537, false),
            (u32::MAX, u32::MAX, false),
            (0x8000_0000, 1, false),
            (1, u32::MAX, false),
        ] {
            assert_eq!(memory.slice(addr, len).is_ok(), good, "{addr} {len}");
            assert_eq!(memory.slice_mut(addr, len).is_ok(), good, "{addr} {len}");
        }
    }
}
