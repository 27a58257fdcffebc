//! The bytes of one file, in blocks. A file grows without moving what is there, finds memory in a heap that is in
//! pieces, and takes none for a block that nobody has written: that one reads as zeros.
//!
//! What stands behind the last byte in its block is zero, so growing within a block shows nothing old.

use moteur::pool::{Box, Vec};
use moteur::{Heap, OutOfMemory};

use crate::files::copy;

/// Memory for content is taken in pieces of so many bytes.
pub(crate) const BLOCK_BYTES: usize = 256;

pub(super) struct Content {
    /// As many as the size needs.
    blocks: Vec<Option<Box<[u8]>>>,
    bytes: usize,
}

impl Content {
    pub(super) const fn new(heap: Heap) -> Content {
        Content { blocks: Vec::new_in(heap), bytes: 0 }
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn read(&self, buffer: &mut [u8], offset: usize) -> usize {
        let count = buffer.len().min(self.bytes.saturating_sub(offset));
        let (mut buffer, mut offset) = (buffer.get_mut(..count).unwrap_or_default(), offset);
        while !buffer.is_empty() {
            let (index, within) = position(offset);
            let Some((piece, rest)) = buffer.split_at_mut_checked(buffer.len().min(BLOCK_BYTES.wrapping_sub(within)))
            else {
                break;
            };
            match self.blocks.get(index).and_then(Option::as_ref).and_then(|block| block.get(within..)) {
                Some(block) => _ = copy(piece, block),
                None => piece.fill(0),
            }
            offset = offset.wrapping_add(piece.len());
            buffer = rest;
        }
        count
    }

    /// Writes to where the file already reaches, and says how many bytes there was memory for.
    pub(super) fn write(&mut self, bytes: &[u8], offset: usize) -> usize {
        let mut written = 0;
        while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
            let (index, within) = position(offset.wrapping_add(written));
            let Some(block) = self.block(index).and_then(|block| block.get_mut(within..)) else {
                break;
            };
            written = written.wrapping_add(copy(block, rest));
        }
        written
    }

    /// A block to be written, if it lies in the file and there is memory for it.
    fn block(&mut self, index: usize) -> Option<&mut [u8]> {
        let heap = self.blocks.heap();
        let block = self.blocks.get_mut(index)?;
        if block.is_none() {
            *block = Some(Box::zeroed_in(BLOCK_BYTES, heap).ok()?);
        }
        block.as_deref_mut()
    }

    /// Cuts the file or makes it longer, with zeros. Cutting does not fail.
    pub(super) fn resize(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        let blocks = bytes.div_ceil(BLOCK_BYTES);
        if let Some(more) = blocks.checked_sub(self.blocks.len()) {
            self.blocks.reserve(more)?;
            for _ in 0..more {
                self.blocks.push(None)?;
            }
        } else {
            self.blocks.truncate(blocks);
            _ = self.blocks.shrink_to_fit(); // Where that fails there is room for later.
        }
        if bytes < self.bytes {
            let (index, within) = position(bytes);
            if let Some(Some(block)) = self.blocks.get_mut(index) {
                block.get_mut(within..).unwrap_or_default().fill(0);
            }
        }
        self.bytes = bytes;
        Ok(())
    }
}

/// A size in whole blocks.
pub(super) const fn in_blocks(bytes: usize) -> usize {
    bytes.saturating_add(BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES
}

/// Which block, and where in there.
const fn position(offset: usize) -> (usize, usize) {
    (offset / BLOCK_BYTES, offset % BLOCK_BYTES)
}
