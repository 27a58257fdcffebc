//! Which of two slots boots, and how it came to that: marks of attempts, success and refusal.

use core::fmt;
use core::ops::Range;
use core::slice;

use embedded_storage::nor_flash::NorFlash;

use crate::candidate::Mapped;
use crate::error::{Cause, Error};
use crate::header::{CRC, HEADER_BYTES, Header};
use crate::layout::{CHUNK_BYTES, Layout, Mark};

/// How often a module is booted that was never confirmed.
pub const ATTEMPTS: u32 = 3;

/// One of the two slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The first half of the partition.
    A,
    /// The second half.
    B,
}

impl Slot {
    /// The other one.
    pub const fn other(self) -> Slot {
        match self {
            Slot::A => Slot::B,
            Slot::B => Slot::A,
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Slot::A => "A",
            Slot::B => "B",
        })
    }
}

/// How far a module has proved itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trial {
    /// It was booted so many times, this one included, and not confirmed yet.
    Attempt(u32),
    /// It was confirmed.
    Confirmed,
}

/// A module to run.
#[derive(Clone, Copy, Debug)]
pub struct Booted {
    /// Where it stands.
    pub slot: Slot,
    /// Its number: that of the module before and one.
    pub sequence: u32,
    /// Whether it has been confirmed.
    pub trial: Trial,
    /// Its bytes, in flash. Their slot is not written again until the program starts anew, or
    /// [`release`](Slots::release).
    pub module: &'static [u8],
}

/// A partition with two slots.
#[derive(Debug)]
pub struct Slots<F> {
    pub(crate) flash: F,
    pub(crate) layout: Layout,
    /// Handed out for ever: A and B.
    in_use: [bool; 2],
    booted: Option<Slot>,
}

impl<F: NorFlash> Slots<F> {
    /// The two slots in these bytes of the flash, which are not looked at yet: the first half and the second, each a whole
    /// number of erase blocks.
    ///
    /// # Errors
    /// [`Error::Geometry`] for a partition that is not, or does not lie in the flash, and for flash with sizes that are
    /// no powers of two, or words of more than 128 bytes or shorter than what can be read.
    ///
    /// # Safety
    /// As long as a module that [`boot`](Slots::boot) gave is used, nobody else writes to the partition: not through
    /// [`flash`](Slots::flash), not with the driver after this value is dropped, and not through another value like this.
    /// All that this value does keeps to it.
    pub unsafe fn new(flash: F, partition: Range<u32>) -> Result<Slots<F>, Error> {
        let layout = Layout::new(&flash, partition)?;
        Ok(Slots { flash, layout, in_use: [false; 2], booted: None })
    }

    /// The longest module that a slot has room for, in bytes.
    pub fn room(&self) -> u32 {
        self.layout.room()
    }

    /// The flash, for what else is on it. To write to the partition would break what was promised to [`new`](Slots::new).
    pub fn flash(&mut self) -> &mut F {
        &mut self.flash
    }

    /// Says that the booted module does what it should: from now on it boots without counting attempts. Nothing is
    /// written if it was said before.
    ///
    /// # Errors
    /// [`Error::NotBooted`], or what the flash says.
    pub fn confirm(&mut self) -> Result<(), Error> {
        let slot = self.booted.ok_or(Error::NotBooted)?;
        self.set(slot, Mark::Confirmed)
    }

    /// Says that the booted module must not boot again, whatever was said of it before. The next boot takes the other
    /// slot's module.
    ///
    /// # Errors
    /// [`Error::NotBooted`], or what the flash says.
    pub fn refuse(&mut self) -> Result<(), Error> {
        let slot = self.booted.ok_or(Error::NotBooted)?;
        self.set(slot, Mark::Refused)
    }

    /// Allows the slot to be written again that [`boot`](Slots::boot) handed out.
    ///
    /// # Safety
    /// Nothing refers to the module's bytes any more.
    pub unsafe fn release(&mut self, slot: Slot) {
        self.in_use[slot as usize] = false;
        if self.booted == Some(slot) {
            self.booted = None;
        }
    }

    /// Where the next module goes: never where one is in use, and not over the one to fall back to.
    pub(crate) fn idle(&mut self) -> Result<Slot, Error> {
        match self.in_use {
            [true, true] => Err(Error::InUse),
            [true, false] => self.unless_needed(Slot::B),
            [false, true] => self.unless_needed(Slot::A),
            [false, false] => {
                let (a, b) = (self.bootable(Slot::A), self.bootable(Slot::B));
                Ok(match (a, b) {
                    (Ok(a), Ok(b)) if b.is_newer_than(&a) => Slot::A,
                    (Ok(_), _) => Slot::B,
                    (Err(_), _) => Slot::A,
                })
            }
        }
    }

    /// This slot, unless it holds the only module that is known to work.
    fn unless_needed(&mut self, idle: Slot) -> Result<Slot, Error> {
        let other = idle.other();
        let is_proved = self.is_set(other, Mark::Confirmed) && !self.is_set(other, Mark::Refused);
        if is_proved || self.bootable(idle).is_err() { Ok(idle) } else { Err(Error::OnTrial) }
    }

    /// The number after that of any module here.
    pub(crate) fn next_sequence(&mut self) -> u32 {
        let newest = match (self.header(Slot::A), self.header(Slot::B)) {
            (Ok(a), Ok(b)) => Some(if a.is_newer_than(&b) { a } else { b }),
            (a, b) => a.or(b).ok(),
        };
        newest.map_or(1, |header| header.sequence.wrapping_add(1))
    }

    pub(crate) fn header(&mut self, slot: Slot) -> Result<Header, Cause> {
        let mut bytes = [0; CHUNK_BYTES];
        let padded = bytes.get_mut(..self.layout.header_bytes()).ok_or(Cause::Header)?;
        read(&mut self.flash, self.layout.slot(slot).start, padded)?;
        let header = bytes.first_chunk::<HEADER_BYTES>().ok_or(Cause::Header)?;
        let header = Header::decode(header)?;
        if header.length == 0 || header.length > self.layout.room() { Err(Cause::Header) } else { Ok(header) }
    }

    /// The header of a slot that holds a whole module which was not refused.
    pub(crate) fn bootable(&mut self, slot: Slot) -> Result<Header, Cause> {
        let header = self.header(slot)?;
        if self.is_set(slot, Mark::Refused) {
            return Err(Cause::Refused);
        }
        if !self.is_set(slot, Mark::Confirmed) && self.next_attempt(slot).is_none() {
            return Err(Cause::Attempts);
        }
        if self.module_crc(slot, header.length)? != header.crc {
            return Err(Cause::Module);
        }
        Ok(header)
    }

    /// The check sum of what the slot holds. It is read through the driver and not as memory: where words can be wrong, it
    /// is the driver that finds out without a fault.
    pub(crate) fn module_crc(&mut self, slot: Slot, length: u32) -> Result<u32, Cause> {
        let mut digest = CRC.digest();
        let mut chunk = [0; CHUNK_BYTES];
        let (mut offset, mut left) = (self.layout.module(slot), length);
        while left > 0 {
            let count = left.min(CHUNK_BYTES as u32);
            let words = chunk.get_mut(..self.layout.padded(count) as usize).ok_or(Cause::Module)?;
            read(&mut self.flash, offset, words)?;
            digest.update(words.get(..count as usize).ok_or(Cause::Module)?);
            offset += count;
            left -= count;
        }
        Ok(digest.finalize())
    }

    /// The attempt to be counted next.
    fn next_attempt(&mut self, slot: Slot) -> Option<u32> {
        (0..ATTEMPTS).find(|attempt| !self.is_set(slot, Mark::Attempt(*attempt)))
    }

    /// Whether somebody began to write the mark. A word that cannot be read was being written when the power failed.
    fn is_set(&mut self, slot: Slot, mark: Mark) -> bool {
        let mut bytes = [0; CHUNK_BYTES];
        let word = bytes.get_mut(..self.layout.word() as usize).unwrap_or_default();
        match self.flash.read(self.layout.mark(slot, mark), word) {
            Ok(()) => word.iter().any(|byte| *byte != 0xff),
            Err(_) => true,
        }
    }

    /// Writes a mark unless it is there.
    fn set(&mut self, slot: Slot, mark: Mark) -> Result<(), Error> {
        if self.is_set(slot, mark) {
            return Ok(());
        }
        let word = Words([0; CHUNK_BYTES]);
        let word = word.0.get(..self.layout.word() as usize).unwrap_or_default();
        self.flash.write(self.layout.mark(slot, mark), word).map_err(Error::flash)?;
        if self.is_set(slot, mark) { Ok(()) } else { Err(Error::Verify) }
    }
}

impl<F: Mapped> Slots<F> {
    /// Chooses the newest module that is whole and was neither refused nor tried too often, counts the attempt if it has
    /// not been confirmed, and hands it out to be used in place.
    ///
    /// # Errors
    /// [`Error::NoModule`] with what is wrong with each slot: the device can do nothing but wait for an update.
    pub fn boot(&mut self) -> Result<Booted, Error> {
        let first = match (self.header(Slot::A), self.header(Slot::B)) {
            (Ok(a), Ok(b)) if b.is_newer_than(&a) => Slot::B,
            (Err(_), Ok(_)) => Slot::B,
            _ => Slot::A,
        };
        let newer = match self.boot_slot(first) {
            Ok(booted) => return Ok(booted),
            Err(cause) => cause,
        };
        let older = match self.boot_slot(first.other()) {
            Ok(booted) => return Ok(booted),
            Err(cause) => cause,
        };
        Err(match first {
            Slot::A => Error::NoModule(newer, older),
            Slot::B => Error::NoModule(older, newer),
        })
    }

    fn boot_slot(&mut self, slot: Slot) -> Result<Booted, Cause> {
        let header = self.bootable(slot)?;
        let trial = self.count_attempt(slot)?;
        self.in_use[slot as usize] = true;
        self.booted = Some(slot);
        let address = self.flash.address().as_ptr();
        // SAFETY: readable for ever by the contract of `Mapped`, and inside the flash by `Layout::new` and `header`; nobody else
        // writes there by the contract of `new`, and this value does not while the slot is in use, but for marks, which
        // stand before the module.
        let module =
            unsafe { slice::from_raw_parts(address.add(self.layout.module(slot) as usize), header.length as usize) };
        Ok(Booted { slot, sequence: header.sequence, trial, module })
    }

    fn count_attempt(&mut self, slot: Slot) -> Result<Trial, Cause> {
        if self.is_set(slot, Mark::Confirmed) {
            return Ok(Trial::Confirmed);
        }
        let attempt = self.next_attempt(slot).ok_or(Cause::Attempts)?;
        match self.set(slot, Mark::Attempt(attempt)) {
            Ok(()) => Ok(Trial::Attempt(attempt + 1)),
            Err(Error::Flash(kind)) => Err(Cause::Flash(kind)),
            // An attempt that leaves no mark could be repeated for ever.
            Err(_) => Err(Cause::Header),
        }
    }
}

/// Bytes at an address that any flash controller can take them from.
#[derive(Clone, Debug)]
#[repr(align(16))]
pub(crate) struct Words(pub [u8; CHUNK_BYTES]);

fn read<F: NorFlash>(flash: &mut F, offset: u32, bytes: &mut [u8]) -> Result<(), Cause> {
    use embedded_storage::nor_flash::NorFlashError;
    flash.read(offset, bytes).map_err(|error| Cause::Flash(error.kind()))
}
