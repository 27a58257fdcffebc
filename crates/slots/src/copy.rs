//! A module that lies elsewhere on the same flash, such as in a file, comes into a slot: piece by piece, and only if no slot
//! has it already.

use core::fmt;

use crate::candidate::{Candidate, Mapped};
use crate::error::{Cause, Error};
use crate::header::Header;
use crate::layout::CHUNK_BYTES;
use crate::slots::{Slot, Slots};
use crate::update::{Installed, NotInstalled};

/// How much of a module is in RAM at a time, on the stack. A multiple of [`CHUNK_BYTES`], as it is compared by such.
const PIECE_BYTES: usize = 4 * CHUNK_BYTES;

/// Where a module lies that is in no slot. It is asked for pieces, and lent the flash for each.
pub trait Source<F> {
    /// Why it could not be read.
    type Error;

    /// The bytes of the module.
    ///
    /// # Errors
    /// Why that is not known.
    fn length(&mut self, flash: &mut F) -> Result<u32, Self::Error>;

    /// Fills the piece with the bytes from `offset` on, all of which the module has.
    ///
    /// # Errors
    /// Why they cannot be read.
    fn read(&mut self, flash: &mut F, offset: u32, piece: &mut [u8]) -> Result<(), Self::Error>;
}

/// What came of a module that lay elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// It was written, checked, and will boot next.
    Installed(Installed),
    /// A slot has the very same bytes and would boot next, so that nothing was written.
    Present(Installed),
    /// This slot has the very same bytes, and they do not boot: they were refused, or failed too often. Nothing was written.
    /// Who wants to try them once more sends them as an update.
    Failed(Slot, Cause),
}

/// Why a module that lies elsewhere was not installed. What ran before runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCopied<E, R> {
    /// It could not be read.
    Source(E),
    /// The slot could not be written.
    Slots(Error),
    /// The embedder refused it.
    Refused(R),
}

impl<E: fmt::Display, R: fmt::Display> fmt::Display for NotCopied<E, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotCopied::Source(error) => write!(f, "it cannot be read: {error}"),
            NotCopied::Slots(error) => error.fmt(f),
            NotCopied::Refused(reason) => write!(f, "refused: {reason}"),
        }
    }
}

impl<E, R> From<NotInstalled<R>> for NotCopied<E, R> {
    fn from(why: NotInstalled<R>) -> NotCopied<E, R> {
        match why {
            NotInstalled::Slots(error) => NotCopied::Slots(error),
            NotInstalled::Refused(reason) => NotCopied::Refused(reason),
        }
    }
}

impl<F: Mapped> Slots<F> {
    /// Brings a module from elsewhere on this flash into the idle slot, by the same steps as every [update](Slots::begin), and
    /// has `check` judge it there. It is compared first with what the slots hold, byte by byte: flash wears out by writing, and
    /// this may be called at every start.
    ///
    /// # Errors
    /// What the source, the flash or `check` says. What was in the idle slot is lost unless the source failed before its
    /// first byte came.
    pub fn copy<S: Source<F>, R>(
        &mut self,
        source: &mut S,
        check: impl FnOnce(&Candidate<'_>) -> Result<(), R>,
    ) -> Result<Copied, NotCopied<S::Error, R>> {
        let length = source.length(&mut self.flash).map_err(NotCopied::Source)?;
        for slot in [Slot::A, Slot::B] {
            if self.holds(slot, length, source).map_err(NotCopied::Source)? {
                match self.bootable(slot) {
                    Ok(header) if !self.is_older(slot, &header) => {
                        return Ok(Copied::Present(Installed { slot, sequence: header.sequence, length }));
                    }
                    // It would not boot next: it has to become the newest.
                    Ok(_) => {}
                    Err(cause @ (Cause::Refused | Cause::Attempts)) => return Ok(Copied::Failed(slot, cause)),
                    Err(_) => {}
                }
            }
        }
        let mut update = self.begin(length).map_err(NotCopied::Slots)?;
        let mut piece = [0; PIECE_BYTES];
        let mut offset = 0;
        while offset < length {
            let now = piece.get_mut(..PIECE_BYTES.min((length - offset) as usize)).unwrap_or_default();
            source.read(update.flash(), offset, now).map_err(NotCopied::Source)?;
            update.write(now).map_err(NotCopied::Slots)?;
            offset += now.len() as u32;
        }
        Ok(Copied::Installed(update.finish(check)?))
    }

    /// Whether the slot has a header, and behind it exactly the source's bytes.
    fn holds<S: Source<F>>(&mut self, slot: Slot, length: u32, source: &mut S) -> Result<bool, S::Error> {
        if !self.header(slot).is_ok_and(|header| header.length == length) {
            return Ok(false);
        }
        let mut piece = [0; PIECE_BYTES];
        let mut offset = 0;
        while offset < length {
            let now = piece.get_mut(..PIECE_BYTES.min((length - offset) as usize)).unwrap_or_default();
            source.read(&mut self.flash, offset, now)?;
            if !self.has(slot, offset, now) {
                return Ok(false);
            }
            offset += now.len() as u32;
        }
        Ok(true)
    }

    /// Whether these bytes of the slot's module are those. What cannot be read is something else.
    fn has(&mut self, slot: Slot, offset: u32, bytes: &[u8]) -> bool {
        let mut chunk = [0; CHUNK_BYTES];
        let mut at = self.layout.module(slot) + offset;
        bytes.chunks(CHUNK_BYTES).all(|wanted| {
            let words = chunk.get_mut(..self.layout.padded(wanted.len() as u32) as usize).unwrap_or_default();
            let is_read = self.flash.read(at, words).is_ok();
            at += wanted.len() as u32;
            is_read && words.starts_with(wanted)
        })
    }

    /// Whether the other slot has a newer module that boots.
    fn is_older(&mut self, slot: Slot, header: &Header) -> bool {
        self.bootable(slot.other()).is_ok_and(|other| other.is_newer_than(header))
    }
}
