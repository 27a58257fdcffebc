//! The operations of a transaction: how they stand in guest memory, and how all their slices are borrowed at once.
//!
//! A driver may well write the same register number twice in one transaction, so what is only read by a device may
//! overlap; what a device writes may overlap nothing. The memory is cut where the slices begin and end, in order, so this
//! needs no `unsafe` and no memory but the stack.

use core::mem;

use super::code::{Code, Refusal};
use crate::claim::{Address, Fault, GuestMemory, Value, field, set_field};

/// The most operations in one transaction.
pub const OPERATIONS_MAX: usize = 16;

/// An operation as it stands in guest memory: six words of 32 bits, little endian, in this order. What the kind does not
/// need is ignored.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// What to do: one of the constants below.
    pub kind: u32,
    /// Where to put what is read.
    pub to: Address<u8>,
    /// How many bytes to read.
    pub to_bytes: u32,
    /// Where what is to be written stands.
    pub from: Address<u8>,
    /// How many bytes to write.
    pub from_bytes: u32,
    /// How many nanoseconds to wait.
    pub delay_ns: u32,
}

impl Record {
    /// Reads.
    pub const READ: u32 = 1;
    /// Writes.
    pub const WRITE: u32 = 2;
    /// SPI: reads and writes at the same time.
    pub const TRANSFER: u32 = 3;
    /// SPI: writes what stands at `to`, and puts there what is read.
    pub const TRANSFER_IN_PLACE: u32 = 4;
    /// SPI: waits.
    pub const DELAY: u32 = 5;

    const NONE: Record =
        Record { kind: 0, to: Address::new(0), to_bytes: 0, from: Address::new(0), from_bytes: 0, delay_ns: 0 };

    /// The record without what its kind does not need.
    fn needed(self) -> Record {
        let reads = matches!(self.kind, Record::READ | Record::TRANSFER | Record::TRANSFER_IN_PLACE);
        let writes = matches!(self.kind, Record::WRITE | Record::TRANSFER);
        Record {
            kind: self.kind,
            to: if reads { self.to } else { Record::NONE.to },
            to_bytes: if reads { self.to_bytes } else { 0 },
            from: if writes { self.from } else { Record::NONE.from },
            from_bytes: if writes { self.from_bytes } else { 0 },
            delay_ns: if self.kind == Record::DELAY { self.delay_ns } else { 0 },
        }
    }
}

impl Value for Record {
    const SIZE: u32 = 24;

    fn load(bytes: &[u8]) -> Self {
        Record {
            kind: field(bytes, 0),
            to: Address::new(field(bytes, 4)),
            to_bytes: field(bytes, 8),
            from: Address::new(field(bytes, 12)),
            from_bytes: field(bytes, 16),
            delay_ns: field(bytes, 20),
        }
    }

    fn store(&self, bytes: &mut [u8]) {
        let words = [self.kind, self.to.get(), self.to_bytes, self.from.get(), self.from_bytes, self.delay_ns];
        for (index, word) in words.into_iter().enumerate() {
            set_field(bytes, index * 4, word);
        }
    }
}

/// The records of one transaction.
pub(super) struct Records {
    list: [Record; OPERATIONS_MAX],
    count: usize,
}

impl Records {
    /// Reads the records that the guest wants to have carried out.
    pub fn load(memory: &GuestMemory<'_>, at: Address<Record>, count: u32) -> Result<Records, Refusal> {
        let mut list = [Record::NONE; OPERATIONS_MAX];
        if count as usize > list.len() {
            return Err(Code::InvalidArgument.into());
        }
        let claim = at.claim(count);
        memory.check(claim)?;
        for (record, index) in list.iter_mut().zip(0..count) {
            *record = memory.get(claim, index)?.needed();
        }
        Ok(Records { list, count: count as usize })
    }

    pub fn as_slice(&self) -> &[Record] {
        self.list.get(..self.count).unwrap_or_default()
    }

    /// How many bytes are moved in all.
    pub fn bytes(&self) -> u64 {
        self.as_slice().iter().map(|record| u64::from(record.to_bytes.max(record.from_bytes))).sum()
    }

    /// How long the delays are in all.
    pub fn delay_ns(&self) -> u64 {
        self.as_slice().iter().map(|record| u64::from(record.delay_ns)).sum()
    }

    /// Borrows the slices of all records, those of the first record first.
    pub fn lend<'m>(&self, memory: &'m mut GuestMemory<'_>) -> Result<[Lent<'m>; OPERATIONS_MAX], Fault> {
        lend(memory, self.as_slice())
    }
}

/// What one operation works on.
#[derive(Debug, Default)]
pub(super) struct Lent<'m> {
    pub to: &'m mut [u8],
    pub from: &'m [u8],
}

/// A slice of one operation, as a range of addresses.
#[derive(Clone, Copy, PartialEq)]
struct Piece {
    start: usize,
    end: usize,
    operation: usize,
    /// A device writes it, so it may overlap no other.
    is_exclusive: bool,
    /// It has been handed out, or is none.
    is_lent: bool,
}

const NO_PIECE: Piece = Piece { start: 0, end: 0, operation: 0, is_exclusive: false, is_lent: true };

pub(super) fn lend<'m>(
    memory: &'m mut GuestMemory<'_>,
    records: &[Record],
) -> Result<[Lent<'m>; OPERATIONS_MAX], Fault> {
    let mut pieces = [NO_PIECE; 2 * OPERATIONS_MAX];
    let claims = records.iter().enumerate().flat_map(|(operation, record)| {
        [(operation, record.to, record.to_bytes, true), (operation, record.from, record.from_bytes, false)]
    });
    for (piece, (operation, address, bytes, is_exclusive)) in pieces.iter_mut().zip(claims) {
        memory.check(address.claim(bytes))?;
        let start = address.get() as usize;
        let end = start.checked_add(bytes as usize).ok_or(Fault)?;
        *piece = Piece { start, end, operation, is_exclusive, is_lent: bytes == 0 };
    }

    let mut lent: [Lent<'m>; OPERATIONS_MAX] = Default::default();
    let mut position = first(&pieces).map_or(0, |piece| piece.start);
    let end = pieces.iter().map(|piece| piece.end).max().unwrap_or(position);
    let bytes = u32::try_from(end.saturating_sub(position)).map_err(|_| Fault)?;
    let mut rest = memory.bytes_mut(Address::<u8>::new(position as u32).claim(bytes))?;
    while let Some(piece) = first(&pieces) {
        let end = group_end(&pieces, piece)?;
        let gap = piece.start.checked_sub(position).ok_or(Fault)?;
        let length = end.checked_sub(piece.start).ok_or(Fault)?;
        let (_, from_start) = mem::take(&mut rest).split_at_mut_checked(gap).ok_or(Fault)?;
        let (group, behind) = from_start.split_at_mut_checked(length).ok_or(Fault)?;
        hand_out(group, piece, end, &mut pieces, &mut lent)?;
        (rest, position) = (behind, end);
    }
    Ok(lent)
}

/// The piece that begins first, of those that have not been handed out.
fn first(pieces: &[Piece]) -> Option<Piece> {
    pieces.iter().filter(|piece| !piece.is_lent).min_by_key(|piece| piece.start).copied()
}

/// Where the pieces end that overlap `first`, or overlap one that does. An exclusive one among them is a fault.
fn group_end(pieces: &[Piece], first: Piece) -> Result<usize, Fault> {
    let mut end = first.end;
    loop {
        let mut grown = end;
        for piece in pieces.iter().filter(|piece| !piece.is_lent && piece.start < end && **piece != first) {
            if first.is_exclusive || piece.is_exclusive {
                return Err(Fault);
            }
            grown = grown.max(piece.end);
        }
        if grown == end {
            return Ok(end);
        }
        end = grown;
    }
}

/// Gives each piece that begins in a group its part of the group's bytes.
fn hand_out<'m>(
    group: &'m mut [u8],
    first: Piece,
    end: usize,
    pieces: &mut [Piece],
    lent: &mut [Lent<'m>],
) -> Result<(), Fault> {
    let members = pieces.iter_mut().filter(|piece| !piece.is_lent && piece.start < end);
    if first.is_exclusive {
        // It is alone: `group_end` saw to that.
        members.for_each(|piece| piece.is_lent = true);
        lent.get_mut(first.operation).ok_or(Fault)?.to = group;
        return Ok(());
    }
    let group: &'m [u8] = group;
    for piece in members {
        let start = piece.start.checked_sub(first.start).ok_or(Fault)?;
        let end = piece.end.checked_sub(first.start).ok_or(Fault)?;
        lent.get_mut(piece.operation).ok_or(Fault)?.from = group.get(start..end).ok_or(Fault)?;
        piece.is_lent = true;
    }
    Ok(())
}
