//! Borrowing many slices at once, against what a person would check pair by pair.

use std::vec::Vec;

use crate::claim::{Address, Fault, GuestMemory};
use crate::devices::Record;
use crate::devices::lend::lend;

const BYTES: u32 = 24;

/// Numbers that look random and are the same each time (xorshift).
struct Random(u32);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % end
    }
}

/// The slices: operation, first, length, and whether a device writes it.
fn slices(records: &[Record]) -> Vec<(usize, u32, u32, bool)> {
    let pairs = records.iter().enumerate().flat_map(|(index, record)| {
        [(index, record.to.get(), record.to_bytes, true), (index, record.from.get(), record.from_bytes, false)]
    });
    pairs.collect()
}

/// Whether all are in memory and none that a device writes shares a byte with another.
fn is_allowed(records: &[Record]) -> bool {
    let slices = slices(records);
    slices.iter().enumerate().all(|(index, &(_, a, a_bytes, a_written))| {
        let overlaps = |&(_, b, b_bytes, b_written): &(usize, u32, u32, bool)| {
            (a_written || b_written) && (a..a + a_bytes).any(|byte| (b..b + b_bytes).contains(&byte))
        };
        a + a_bytes <= BYTES && !slices[index + 1..].iter().any(overlaps)
    })
}

#[test]
fn slices_are_lent_exactly_when_none_is_in_the_way() {
    let mut random = Random(1);
    let mut lent_times = 0;
    for _ in 0..20_000 {
        let count = 1 + random.below(5) as usize;
        // Short ones mostly, or hardly any list would be allowed.
        let mut piece = || match random.below(3) {
            0 => (random.below(BYTES + 1), 0),
            _ => (random.below(BYTES + 1), random.below(4)),
        };
        let records: Vec<Record> = (0..count)
            .map(|_| {
                let ((to, to_bytes), (from, from_bytes)) = (piece(), piece());
                let (to, from) = (Address::new(to), Address::new(from));
                Record { kind: Record::TRANSFER, to, to_bytes, from, from_bytes, delay_ns: 0 }
            })
            .collect();
        let mut bytes: Vec<u8> = (0..BYTES as u8).collect();
        let mut memory = GuestMemory::new(&mut bytes);
        let outcome = lend(&mut memory, &records);
        assert_eq!(outcome.is_ok(), is_allowed(&records), "{records:?}");
        let Ok(lent) = outcome else { continue };
        lent_times += 1;
        for (index, (record, lent)) in records.iter().zip(lent).enumerate() {
            assert_eq!(lent.to.len(), record.to_bytes as usize, "{records:?}");
            let expected: Vec<u8> = (record.from.get()..).take(record.from_bytes as usize).map(|at| at as u8).collect();
            assert_eq!(lent.from, expected, "{records:?}");
            lent.to.fill(100 + index as u8);
        }
        for (at, byte) in bytes.into_iter().enumerate() {
            let writer = slices(&records).into_iter().find(|&(_, first, bytes, written)| {
                written && (first as usize..(first + bytes) as usize).contains(&at)
            });
            assert_eq!(byte, writer.map_or(at as u8, |(index, ..)| 100 + index as u8), "{records:?}");
        }
    }
    assert!(lent_times > 2_000, "{lent_times}");
}

#[test]
fn what_is_only_read_may_overlap_in_any_way() {
    let mut bytes: Vec<u8> = (0..BYTES as u8).collect();
    let mut memory = GuestMemory::new(&mut bytes);
    let record = |from, from_bytes| {
        let (to, from) = (Address::new(0), Address::new(from));
        Record { kind: Record::WRITE, to, to_bytes: 0, from, from_bytes, delay_ns: 0 }
    };
    // A chain in which only neighbours overlap, given out of order, and one around them all.
    let records = [record(8, 4), record(2, 4), record(5, 4), record(0, 24), record(11, 1)];
    let lent = lend(&mut memory, &records).unwrap();
    let found: Vec<_> = lent.iter().take(5).map(|lent| (lent.from[0], lent.from.len())).collect();
    assert_eq!(found, [(8, 4), (2, 4), (5, 4), (0, 24), (11, 1)]);
}

#[test]
fn nothing_is_lent_of_no_memory() {
    let mut memory = GuestMemory::new(&mut []);
    let record = |to, to_bytes| {
        let (to, from) = (Address::new(to), Address::new(0));
        Record { kind: Record::READ, to, to_bytes, from, from_bytes: 0, delay_ns: 0 }
    };
    assert!(lend(&mut memory, &[record(0, 0)]).is_ok());
    for (to, bytes) in [(0, 1), (1, 0), (u32::MAX, u32::MAX)] {
        assert_eq!(lend(&mut memory, &[record(to, bytes)]).err(), Some(Fault));
    }
}
