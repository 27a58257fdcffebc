//! Writes a module to the slot that is not in use: erases as it goes, reads it all back, and writes the header last.

use core::fmt;

use embedded_storage::nor_flash::NorFlash;

use crate::candidate::{Candidate, Mapped};
use crate::error::{Cause, Error};
use crate::header::{CRC, Header};
use crate::layout::CHUNK_BYTES;
use crate::slots::{Slot, Slots, Words};

/// An update that was begun. To drop it is to abandon it: the slot stays without a header.
pub struct Update<'s, F> {
    slots: &'s mut Slots<F>,
    writing: Writing,
}

/// A module that will boot next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Where it stands.
    pub slot: Slot,
    /// Its number: one more than that of the newest module before.
    pub sequence: u32,
    /// Its bytes.
    pub length: u32,
}

/// Why a module was not installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotInstalled<R> {
    /// Writing failed, or was not complete.
    Slots(Error),
    /// The embedder refused it.
    Refused(R),
}

impl<R: fmt::Display> fmt::Display for NotInstalled<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotInstalled::Slots(error) => error.fmt(f),
            NotInstalled::Refused(reason) => write!(f, "refused: {reason}"),
        }
    }
}

impl<F: NorFlash> Slots<F> {
    /// Begins to replace the module that is not in use by one of so many bytes. What was in its slot is lost.
    ///
    /// # Errors
    /// [`Error::Length`] and [`Error::InUse`] before anything is changed; what the flash says.
    pub fn begin(&mut self, length: u32) -> Result<Update<'_, F>, Error> {
        let writing = Writing::new(self, length)?;
        Ok(Update { slots: self, writing })
    }
}

impl<F: NorFlash> Update<'_, F> {
    /// Adds bytes, as many at once as the caller likes.
    ///
    /// # Errors
    /// [`Error::Incomplete`] for more than were announced; what the flash says. Both end the update.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.writing.write(self.slots, bytes)
    }

    /// The flash, for who reads the module from elsewhere on it, such as a file system.
    pub fn flash(&mut self) -> &mut F {
        &mut self.slots.flash
    }

    /// Where it is written to.
    pub fn slot(&self) -> Slot {
        self.writing.slot
    }
}

impl<F: Mapped> Update<'_, F> {
    /// Reads back what was written, has `check` judge the module in its place, and lets it boot next.
    ///
    /// # Errors
    /// [`Error::Incomplete`], [`Error::Verify`], what the flash says, or what `check` says. The slot then holds no module.
    pub fn finish<R>(self, check: impl FnOnce(&Candidate<'_>) -> Result<(), R>) -> Result<Installed, NotInstalled<R>> {
        self.writing.finish(self.slots, check)
    }
}

/// The state of an update, apart from the slots that it writes to.
pub(crate) struct Writing {
    slot: Slot,
    length: u32,
    sequence: u32,
    digest: crc::Digest<'static, u32>,
    /// Everything in the flash below is erased or written.
    erased_to: u32,
    /// Where the chunk goes.
    offset: u32,
    chunk: Words,
    filled: usize,
    /// Bytes that are still to come.
    left: u32,
    is_broken: bool,
}

impl Writing {
    /// Makes the slot one without a header. The header's block is erased even where it looks blank: an erasure that was cut
    /// short can leave cells that read so and do not keep what is written.
    pub fn new<F: NorFlash>(slots: &mut Slots<F>, length: u32) -> Result<Writing, Error> {
        let room = slots.room();
        if length == 0 || length > room {
            return Err(Error::Length { room });
        }
        let slot = slots.idle()?;
        let sequence = slots.next_sequence();
        let (start, offset) = (slots.layout.slot(slot).start, slots.layout.module(slot));
        let mut writing = Writing {
            slot,
            length,
            sequence,
            digest: CRC.digest(),
            erased_to: start,
            offset,
            chunk: Words([0xff; CHUNK_BYTES]),
            filled: 0,
            left: length,
            is_broken: false,
        };
        writing.erase_to(slots, offset)?;
        Ok(writing)
    }

    /// Adds bytes; after an error, nothing more.
    pub fn write<F: NorFlash>(&mut self, slots: &mut Slots<F>, bytes: &[u8]) -> Result<(), Error> {
        let left = u32::try_from(bytes.len()).ok().and_then(|count| self.left.checked_sub(count));
        let (Some(left), false) = (left, self.is_broken) else {
            self.is_broken = true;
            return Err(Error::Incomplete);
        };
        self.left = left;
        self.digest.update(bytes);
        let mut bytes = bytes;
        while !bytes.is_empty() {
            let free = self.chunk.0.get_mut(self.filled..).unwrap_or_default();
            let (now, later) = bytes.split_at(bytes.len().min(free.len()));
            free.iter_mut().zip(now).for_each(|(to, from)| *to = *from);
            self.filled += now.len();
            bytes = later;
            if self.filled == CHUNK_BYTES {
                self.flush(slots)?;
            }
        }
        Ok(())
    }

    /// Verifies, asks, and writes the header.
    pub fn finish<F: Mapped, R>(
        mut self,
        slots: &mut Slots<F>,
        check: impl FnOnce(&Candidate<'_>) -> Result<(), R>,
    ) -> Result<Installed, NotInstalled<R>> {
        let header = self.complete(slots).map_err(NotInstalled::Slots)?;
        let (offset, slot, sequence) = (slots.layout.module(self.slot), self.slot, self.sequence);
        let candidate = Candidate::new(&slots.flash, offset, self.length, slot, sequence);
        check(&candidate).map_err(NotInstalled::Refused)?;
        self.write_header(slots, &header).map_err(NotInstalled::Slots)?;
        Ok(Installed { slot, sequence, length: self.length })
    }

    /// Writes what is left, and compares what the flash holds with what was to be written.
    fn complete<F: NorFlash>(&mut self, slots: &mut Slots<F>) -> Result<Header, Error> {
        if self.left != 0 || self.is_broken {
            return Err(Error::Incomplete);
        }
        if self.filled > 0 {
            self.flush(slots)?;
        }
        let crc = self.digest.clone().finalize();
        match slots.module_crc(self.slot, self.length) {
            Ok(found) if found == crc => Ok(Header { length: self.length, crc, sequence: self.sequence }),
            Err(Cause::Flash(kind)) => Err(Error::Flash(kind)),
            _ => Err(Error::Verify),
        }
    }

    fn write_header<F: NorFlash>(&mut self, slots: &mut Slots<F>, header: &Header) -> Result<(), Error> {
        let mut words = Words([0xff; CHUNK_BYTES]);
        words.0.iter_mut().zip(header.encode()).for_each(|(to, from)| *to = from);
        let start = slots.layout.slot(self.slot).start;
        let padded = words.0.get(..slots.layout.header_bytes()).unwrap_or_default();
        slots.flash.write(start, padded).map_err(Error::flash)?;
        match slots.header(self.slot) {
            Ok(found) if found == *header => Ok(()),
            Err(Cause::Flash(kind)) => Err(Error::Flash(kind)),
            _ => Err(Error::Verify),
        }
    }

    /// Writes the chunk, padded to whole words.
    fn flush<F: NorFlash>(&mut self, slots: &mut Slots<F>) -> Result<(), Error> {
        let count = self.filled.next_multiple_of(F::WRITE_SIZE);
        let end = self.offset + count as u32;
        let written = self.erase_to(slots, end).and_then(|()| {
            let words = self.chunk.0.get(..count).unwrap_or_default();
            slots.flash.write(self.offset, words).map_err(Error::flash)
        });
        self.is_broken |= written.is_err();
        self.offset = end;
        self.filled = 0;
        self.chunk.0.fill(0xff);
        written
    }

    /// Erases up to there, by whole blocks.
    fn erase_to<F: NorFlash>(&mut self, slots: &mut Slots<F>, end: u32) -> Result<(), Error> {
        while self.erased_to < end {
            let next = self.erased_to + F::ERASE_SIZE as u32;
            slots.flash.erase(self.erased_to, next).map_err(Error::flash)?;
            self.erased_to = next;
        }
        Ok(())
    }
}
