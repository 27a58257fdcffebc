//! A heap inside the guest's memory, for guests that have no allocator of their own: blocks one after the other, first
//! fit, free neighbours joined on the way.
//!
//! ```text
//! 8 bytes: size of the block, a multiple of 8; bit 0: in use | what the guest got, aligned to 8
//! ```
//!
//! No allocator of a library fits, because the guest can overwrite all this at any time. So nothing that stands in memory
//! is believed: each step is checked to stay inside the heap and goes at least 8 bytes forward, and where a size is wrong
//! the heap ends, with no memory for the guest. An address to be freed is looked for among the blocks; what is not found
//! there is not freed, so freeing twice does nothing.

use core::ops::Range;

use super::run::Call;

const HEADER: u32 = 8;
const USED: u32 = 1;

/// Where the heap is: multiples of 8, once it is ready; and whether it is.
pub struct AppHeap {
    start: u32,
    end: u32,
    ready: bool,
}

impl AppHeap {
    /// A heap in this part of memory, or, if that is empty, in one that is known later.
    pub const fn new(range: Range<u32>) -> AppHeap {
        AppHeap { start: range.start, end: range.end, ready: false }
    }
}

impl Call<'_> {
    /// Makes the heap one free block, the first time. If the embedder has not said where it is, it is from `base` to the
    /// end of memory, unless `base` is 0.
    fn make_ready(&mut self, base: u32) {
        let heap = &mut self.libc.heap;
        if heap.ready {
            return;
        }
        heap.ready = true;
        if heap.start >= heap.end && base != 0 {
            heap.start = base;
            heap.end = u32::try_from(self.memory.size()).unwrap_or(u32::MAX);
        }
        heap.start = heap.start.saturating_add(HEADER - 1) & !7;
        heap.end &= !7;
        let (start, end) = (heap.start, heap.end);
        if start < end {
            self.set_word(start, end.wrapping_sub(start));
        }
    }

    /// What stands before the block at `at`: its size and whether it is used. 0 if it does not lie in the heap.
    fn header(&mut self, at: u32) -> u32 {
        let end = self.libc.heap.end;
        if at >= end {
            return 0;
        }
        let header = self.word(at) & !6;
        // Size 0 is too large, too.
        if (header & !USED).wrapping_sub(1) < end.wrapping_sub(at) { header } else { 0 }
    }

    /// The first block that is free and has `size` bytes, or the one that the guest has under this address; 0 if there is
    /// none.
    fn block(&mut self, size: u32, address: u32) -> u32 {
        let mut at = self.libc.heap.start;
        loop {
            let mut block = self.header(at);
            if block == 0 {
                return 0;
            }
            if at.wrapping_add(HEADER) == address {
                return at;
            }
            if block & USED == 0 {
                loop {
                    let next = self.header(at.wrapping_add(block));
                    if next == 0 || next & USED != 0 {
                        break;
                    }
                    block = block.wrapping_add(next);
                    self.set_word(at, block);
                }
                if block >= size {
                    return at;
                }
            }
            at = at.wrapping_add(block & !USED);
        }
    }

    /// A block for so many bytes; 0 if there is none.
    pub fn take(&mut self, bytes: u32, base: u32) -> u32 {
        self.make_ready(base);
        let size = bytes.max(1).saturating_add(HEADER + 7) & !7;
        let at = self.block(size, 0);
        if at == 0 {
            return 0;
        }
        let rest = self.word(at).wrapping_sub(size);
        if rest != 0 {
            self.set_word(at.wrapping_add(size), rest);
        }
        self.set_word(at, size | USED);
        at.wrapping_add(HEADER)
    }

    /// How many bytes the guest has at an address that it got from here, at least 8; 0 if it did not.
    pub fn block_size(&mut self, address: u32) -> u32 {
        match self.block(u32::MAX, address) {
            0 => 0,
            at => (self.word(at) & !USED).wrapping_sub(HEADER),
        }
    }

    /// Makes the block at an address free, if the guest got it from here.
    pub fn free(&mut self, address: u32) {
        let size = self.block_size(address);
        if size != 0 {
            self.set_word(address.wrapping_sub(HEADER), size.wrapping_add(HEADER));
        }
    }
}
