//! Linear memories: bytes that grow in place where the heap can do that.

use core::alloc::Layout;
use core::ptr::NonNull;

use moteur_pool::OutOfMemory;
use moteur_wasm::{Limits, MemoryType, Trap};

use super::entity::MemoryEntity;
use crate::error::{Error, Limit};
use crate::native::Source;

/// Bytes of a page.
const PAGE_BYTES: usize = 65_536;

/// Pages that the address space of a 32-bit guest has.
const PAGES_MAX: u32 = 65_536;

/// Pages that this machine can address in one allocation.
const PAGES_MACHINE_MAX: u32 = {
    let pages = isize::MAX as usize / PAGE_BYTES;
    if pages < PAGES_MAX as usize { pages as u32 } else { PAGES_MAX }
};

/// Guest accesses may be misaligned; the first byte is aligned so that aligned ones stay so.
const ALIGN: usize = 8;

impl MemoryEntity {
    /// A memory of zeros with the type's smallest size.
    pub fn new(ty: MemoryType, pages_limit: u32, source: Source) -> Result<MemoryEntity, Error> {
        let most = pages_limit.min(PAGES_MACHINE_MAX);
        let pages = u32::try_from(ty.limits.min).unwrap_or(u32::MAX);
        if pages > most {
            return Err(Error::Limit(Limit::MemoryPages));
        }
        // What a 32-bit guest cannot reach anyway is no smaller a promise when it is cut off.
        let declared_max = ty.limits.max.map(|max| u32::try_from(max).unwrap_or(u32::MAX));
        let len = (pages as usize).checked_mul(PAGE_BYTES).ok_or(OutOfMemory)?;
        let base = source.allocate_zeroed(layout(len)?)?;
        let pages_max = declared_max.unwrap_or(PAGES_MAX).min(most);
        Ok(MemoryEntity { base: base.as_ptr(), len, pages, pages_max, declared_max, source })
    }

    /// Its type with the present size as the smallest.
    pub fn ty(&self) -> MemoryType {
        MemoryType { limits: Limits { min: u64::from(self.pages), max: self.declared_max.map(u64::from) } }
    }

    /// Grows by `delta` pages of zeros and gives the old size in pages; `None` when limits or heap refuse.
    // Where memory has guard pages this calls through a pointer, which has no place among the handlers' jumps.
    #[inline(never)]
    pub fn grow(&mut self, delta: u32) -> Option<u32> {
        let old = self.pages;
        if delta == 0 {
            return Some(old);
        }
        let pages = old.checked_add(delta).filter(|pages| *pages <= self.pages_max)?;
        let len = (pages as usize).checked_mul(PAGE_BYTES)?;
        let base = NonNull::new(self.base)?;
        // SAFETY: `base` came from this heap with this layout.
        let base = unsafe { self.source.reallocate_zeroed(base, layout(self.len).ok()?, len) }.ok()?;
        self.base = base.as_ptr();
        self.len = len;
        self.pages = pages;
        Some(old)
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
mod tests {
    use moteur_pool::Heap;

    use super::*;

    fn memory(min: u64, max: Option<u64>, limit: u32) -> Result<MemoryEntity, Error> {
        MemoryEntity::new(MemoryType { limits: Limits { min, max } }, limit, Heap::system().into())
    }

    #[test]
    fn growth_stops_at_the_smallest_limit() {
        for (max, limit, reached) in [(Some(3), 9, 3), (Some(9), 4, 4), (None, 2, 2), (Some(1), 1, 1)] {
            let mut memory = memory(1, max, limit).unwrap();
            let mut pages = 1;
            while memory.grow(1).is_some() {
                pages += 1;
            }
            assert_eq!(pages, reached, "{max:?} {limit}");
            assert_eq!((memory.pages, memory.len), (reached, reached as usize * PAGE_BYTES));
            assert_eq!(memory.grow(u32::MAX), None);
            assert_eq!(memory.grow(0), Some(reached));
        }
        assert_eq!(memory(3, None, 2).err(), Some(Error::Limit(Limit::MemoryPages)));
        assert_eq!(memory(1 << 40, None, u32::MAX).err(), Some(Error::Limit(Limit::MemoryPages)));
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
