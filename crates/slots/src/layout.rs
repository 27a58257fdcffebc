//! Where things stand in a slot. A slot is a whole number of erase blocks, so that erasing one never touches the other.
//!
//! ```text
//!  slot ┌──────────────────────────┐ a multiple of ERASE_SIZE
//!       │ header, 32 bytes         │ written last
//!       ├──────────────────────────┤ the next multiple of WRITE_SIZE
//!       │ attempt 1, 2, 3          │ a word each, written when the module is booted
//!       │ confirmed                │ a word, written when the embedder says so
//!       │ refused                  │ a word, written when the embedder says so
//!       ├──────────────────────────┤ the next multiple of 64 and of WRITE_SIZE
//!       │ module                   │ to the end of the slot; padded with 0xFF to a whole word
//!       └──────────────────────────┘
//! ```
//! A word is `WRITE_SIZE` bytes, the least that the flash programs at once. A mark is a word of its own because flash with
//! error correction takes a word once between erasures. The module begins at a multiple of 64: the native code in it
//! wants 16, and lines of caches have 32 or 64.

use core::ops::Range;

use embedded_storage::nor_flash::NorFlash;

use crate::error::Error;
use crate::header::HEADER_BYTES;
use crate::slots::{ATTEMPTS, Slot};

/// The longest word that is supported, in bytes, and how much is read and written at once.
pub(crate) const CHUNK_BYTES: usize = 128;
const MODULE_ALIGN: u32 = 64;

/// A word that is written after the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// The module was booted for the n-th time, from zero.
    Attempt(u32),
    Confirmed,
    Refused,
}

/// The places in a partition of this flash.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    start: u32,
    slot_bytes: u32,
    word: u32,
    /// Of the first mark, in the slot.
    marks: u32,
    /// Of the module, in the slot.
    module: u32,
}

impl Layout {
    /// The layout of a partition.
    pub fn new<F: NorFlash>(flash: &F, partition: Range<u32>) -> Result<Layout, Error> {
        let size = |bytes: usize| u32::try_from(bytes).ok().filter(|bytes| bytes.is_power_of_two());
        let (Some(word), Some(block), Some(read)) = (size(F::WRITE_SIZE), size(F::ERASE_SIZE), size(F::READ_SIZE))
        else {
            return Err(Error::Geometry);
        };
        let bytes = partition.end.checked_sub(partition.start).ok_or(Error::Geometry)?;
        let slot_bytes = bytes / 2;
        let marks = (HEADER_BYTES as u32).next_multiple_of(word);
        let module = (marks + (ATTEMPTS + 2) * word).next_multiple_of(word.max(MODULE_ALIGN));
        let fits = word as usize <= CHUNK_BYTES
            && read <= word
            && word <= block
            && bytes.is_multiple_of(2)
            && partition.start.is_multiple_of(block)
            && slot_bytes.is_multiple_of(block)
            && slot_bytes > module
            && usize::try_from(partition.end).is_ok_and(|end| end <= flash.capacity());
        if !fits {
            return Err(Error::Geometry);
        }
        Ok(Layout { start: partition.start, slot_bytes, word, marks, module })
    }

    /// The bytes of a slot.
    pub fn slot(&self, slot: Slot) -> Range<u32> {
        let start = match slot {
            Slot::A => self.start,
            Slot::B => self.start + self.slot_bytes,
        };
        start..start + self.slot_bytes
    }

    /// Where a slot's module begins.
    pub fn module(&self, slot: Slot) -> u32 {
        self.slot(slot).start + self.module
    }

    /// Where a slot has a mark.
    pub fn mark(&self, slot: Slot, mark: Mark) -> u32 {
        let number = match mark {
            Mark::Attempt(attempt) => attempt.min(ATTEMPTS - 1),
            Mark::Confirmed => ATTEMPTS,
            Mark::Refused => ATTEMPTS + 1,
        };
        self.slot(slot).start + self.marks + number * self.word
    }

    /// The longest module.
    pub fn room(&self) -> u32 {
        self.slot_bytes - self.module
    }

    /// The flash's word, in bytes.
    pub fn word(&self) -> u32 {
        self.word
    }

    /// So many bytes, padded to whole words.
    pub fn padded(&self, bytes: u32) -> u32 {
        // Words are powers of two; a division would have to be checked.
        bytes.saturating_add(self.word - 1) & !(self.word - 1)
    }

    /// How far the header reaches when padded to whole words.
    pub fn header_bytes(&self) -> usize {
        self.marks as usize
    }
}
