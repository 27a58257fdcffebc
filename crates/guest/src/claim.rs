//! Guest pointers. What a guest passes as an address and a length proves nothing, so it travels as a typed [`Claim`] and
//! becomes a slice in exactly one place, `GuestMemory::range`, which answers "fault" to whatever does not lie in memory.
//!
//! ```text
//! Address<V>  --claim(count)-->  Claim<V>  --GuestMemory-->  &[u8] | V | Fault
//! ```

use core::cell::Cell;
use core::marker::PhantomData;
use core::ops::Range;

/// A claim pointed outside of the guest's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault;

/// A value with a fixed layout in guest memory: little endian, `SIZE` bytes from one element to the next.
pub trait Value: Sized {
    /// Bytes that one value takes.
    const SIZE: u32;

    /// Reads a value from its bytes; missing bytes count as zero.
    fn load(bytes: &[u8]) -> Self;

    /// Writes the value to its bytes; bytes that do not exist are not written.
    fn store(&self, bytes: &mut [u8]);
}

macro_rules! integer_values {
    ($($integer:ty)*) => {$(
        impl Value for $integer {
            const SIZE: u32 = size_of::<$integer>() as u32;

            fn load(bytes: &[u8]) -> Self {
                bytes.first_chunk().map_or(0, |bytes| <$integer>::from_le_bytes(*bytes))
            }

            fn store(&self, bytes: &mut [u8]) {
                if let Some(bytes) = bytes.first_chunk_mut() {
                    *bytes = self.to_le_bytes();
                }
            }
        }
    )*};
}

integer_values!(u8 u16 u32 u64);

/// Reads the field of a record that begins `offset` bytes into it.
pub fn field<V: Value>(record: &[u8], offset: usize) -> V {
    V::load(record.get(offset..).unwrap_or_default())
}

/// Writes the field of a record that begins `offset` bytes into it.
pub fn set_field<V: Value>(record: &mut [u8], offset: usize, value: V) {
    value.store(record.get_mut(offset..).unwrap_or_default());
}

/// Where, says the guest, a `V` stands, or the first of several.
#[derive(Debug)]
pub struct Address<V> {
    address: u32,
    of: PhantomData<V>,
}

impl<V> Clone for Address<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Address<V> {}

impl<V: Value> Address<V> {
    /// Takes a guest's word as an address.
    pub const fn new(address: u32) -> Self {
        Address { address, of: PhantomData }
    }

    /// The claim that `count` values stand here.
    pub const fn claim(self, count: u32) -> Claim<V> {
        Claim { address: self.address, count, of: PhantomData }
    }

    /// The claim that one value stands here.
    pub const fn one(self) -> Claim<V> {
        self.claim(1)
    }

    /// The address as the guest gave it.
    pub const fn get(self) -> u32 {
        self.address
    }
}

/// The claim that `count` values `V` stand in a row at `address`. Nothing is known to be true about it.
#[derive(Debug)]
pub struct Claim<V> {
    address: u32,
    count: u32,
    of: PhantomData<V>,
}

impl<V> Clone for Claim<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Claim<V> {}

impl<V: Value> Claim<V> {
    /// How many values are claimed.
    pub const fn count(self) -> u32 {
        self.count
    }

    /// How many bytes are claimed; up to 2^64 - 1, so it cannot overflow.
    const fn bytes(self) -> u64 {
        self.count as u64 * V::SIZE as u64
    }

    /// The claim to what is behind the first `count` values; an empty one, if there are no more.
    pub fn skip(self, count: u32) -> Claim<V> {
        let skipped = count.min(self.count);
        // Past the address space only nothing can be claimed: what was checked lies below its end.
        let address = self.address.saturating_add(skipped.saturating_mul(V::SIZE));
        Claim { address, count: self.count.saturating_sub(skipped), of: PhantomData }
    }

    /// The claim to the value at `index` alone; `None` past the end and past the address space.
    fn element(self, index: u32) -> Option<Claim<V>> {
        if index >= self.count {
            return None;
        }
        let address = self.address.checked_add(index.checked_mul(V::SIZE)?)?;
        Some(Claim { address, count: 1, of: PhantomData })
    }
}

/// The linear memory of the guest that is calling.
#[derive(Debug)]
pub struct GuestMemory<'m> {
    bytes: &'m mut [u8],
}

impl<'m> GuestMemory<'m> {
    /// The memory whose first byte has the address 0.
    pub fn new(bytes: &'m mut [u8]) -> Self {
        GuestMemory { bytes }
    }

    /// The one place where a claim becomes a range of bytes that exist.
    fn range<V: Value>(&self, claim: Claim<V>) -> Result<Range<usize>, Fault> {
        let start = u64::from(claim.address);
        let end = start.checked_add(claim.bytes()).ok_or(Fault)?;
        let start = usize::try_from(start).map_err(|_| Fault)?;
        let end = usize::try_from(end).map_err(|_| Fault)?;
        if end > self.bytes.len() { Err(Fault) } else { Ok(start..end) }
    }

    /// Whether the claim holds, before something is done that cannot be taken back.
    pub fn check<V: Value>(&self, claim: Claim<V>) -> Result<(), Fault> {
        self.range(claim).map(|_| ())
    }

    /// The claimed bytes.
    pub fn bytes<V: Value>(&self, claim: Claim<V>) -> Result<&[u8], Fault> {
        let range = self.range(claim)?;
        self.bytes.get(range).ok_or(Fault)
    }

    /// The claimed bytes, to be written.
    pub fn bytes_mut<V: Value>(&mut self, claim: Claim<V>) -> Result<&mut [u8], Fault> {
        let range = self.range(claim)?;
        self.bytes.get_mut(range).ok_or(Fault)
    }

    /// The slice that a guest lends to a host function by two words: its address and its length in bytes.
    pub fn lend(&self, address: u64, len: u64) -> Result<&[u8], Fault> {
        self.bytes(Address::<u8>::new(address as u32).claim(len as u32))
    }

    /// As [`lend`](GuestMemory::lend), several slices that may be written; so none may overlap another. An empty one
    /// overlaps nothing.
    pub fn lend_mut<const N: usize>(&mut self, claims: [(u64, u64); N]) -> Result<[&mut [u8]; N], Fault> {
        let mut ranges = [const { 0..0 }; N];
        for (range, (address, len)) in ranges.iter_mut().zip(claims) {
            let claimed = self.range(Address::<u8>::new(address as u32).claim(len as u32))?;
            if !claimed.is_empty() {
                *range = claimed;
            }
        }
        self.bytes.get_disjoint_mut(ranges).map_err(|_| Fault)
    }

    /// How many bytes a text of C has at the address, its zero byte included. Without one, it is as long as no memory:
    /// whoever borrows it gets a fault.
    pub fn text_len(&self, address: u64) -> u64 {
        let bytes = self.bytes.get(address as u32 as usize..).unwrap_or_default();
        bytes.iter().position(|byte| *byte == 0).map_or(u64::from(u32::MAX), |at| at as u64 + 1)
    }

    /// Copies `bytes` to where the guest wants them.
    pub fn write_bytes(&mut self, to: Address<u8>, bytes: &[u8]) -> Result<(), Fault> {
        let count = u32::try_from(bytes.len()).map_err(|_| Fault)?;
        let place = self.bytes_mut(to.claim(count))?;
        // The lengths are equal by construction; asking again keeps the panic of `copy_from_slice` out of the firmware.
        if place.len() == bytes.len() {
            place.copy_from_slice(bytes);
        }
        Ok(())
    }

    /// Copies the claimed bytes to where the guest wants them; both places may overlap.
    pub fn copy(&mut self, to: Address<u8>, from: Claim<u8>) -> Result<(), Fault> {
        let forwards = to.address <= from.address;
        let (to, from) = (self.range(to.claim(from.count))?, self.range(from)?);
        // Cells, because slices that overlap cannot be had, and the panics of `copy_within` are not for the firmware.
        let cells = Cell::from_mut(&mut *self.bytes).as_slice_of_cells();
        let (Some(to), Some(from)) = (cells.get(to), cells.get(from)) else {
            return Err(Fault);
        };
        let copy = |(to, from): (&Cell<u8>, &Cell<u8>)| to.set(from.get());
        // In the order in which nothing is overwritten before it is read.
        match forwards {
            true => to.iter().zip(from).for_each(copy),
            false => to.iter().zip(from).rev().for_each(copy),
        }
        Ok(())
    }

    /// How many bytes there are.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// The value at `index` of what is claimed.
    pub fn get<V: Value>(&self, claim: Claim<V>, index: u32) -> Result<V, Fault> {
        Ok(V::load(self.bytes(claim.element(index).ok_or(Fault)?)?))
    }

    /// Replaces the value at `index` of what is claimed.
    pub fn set<V: Value>(&mut self, claim: Claim<V>, index: u32, value: V) -> Result<(), Fault> {
        value.store(self.bytes_mut(claim.element(index).ok_or(Fault)?)?);
        Ok(())
    }

    /// Writes one value.
    pub fn write<V: Value>(&mut self, to: Address<V>, value: V) -> Result<(), Fault> {
        self.set(to.one(), 0, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_holds_up_to_the_last_byte_and_no_further() {
        let mut bytes = [7u8; 16];
        let memory = GuestMemory::new(&mut bytes);
        for (address, count, expected) in [
            (0, 16, Ok(16)),
            (16, 0, Ok(0)),
            (15, 1, Ok(1)),
            (15, 2, Err(Fault)),
            (16, 1, Err(Fault)),
            (17, 0, Err(Fault)),
            (u32::MAX, 0, Err(Fault)),
            (u32::MAX, 1, Err(Fault)),
            (1, u32::MAX, Err(Fault)),
            (u32::MAX, u32::MAX, Err(Fault)),
            (0x8000_0000, 0x8000_0000, Err(Fault)),
        ] {
            let found = memory.bytes(Address::<u8>::new(address).claim(count)).map(<[u8]>::len);
            assert_eq!(found, expected, "{address:#x}+{count:#x}");
        }
    }

    #[test]
    fn counts_of_wide_values_do_not_wrap() {
        let mut bytes = [0u8; 16];
        let mut memory = GuestMemory::new(&mut bytes);
        // 0x2000_0001 * 8 = 8 modulo 2^32.
        let claim = Address::<u64>::new(0).claim(0x2000_0001);
        assert_eq!(memory.check(claim), Err(Fault));
        assert_eq!(memory.get(claim, 0), Ok(0));
        assert_eq!(memory.get(claim, 0x2000_0000), Err(Fault));
        assert_eq!(memory.set(claim, 2, 1), Err(Fault));
        assert_eq!(memory.check(Address::<u64>::new(u32::MAX).claim(u32::MAX)), Err(Fault));
    }

    #[test]
    fn elements_lie_one_after_the_other() {
        let mut bytes = [0u8; 16];
        let mut memory = GuestMemory::new(&mut bytes);
        let claim = Address::<u32>::new(4).claim(3);
        assert_eq!(memory.set(claim, 2, 0x0102_0304), Ok(()));
        assert_eq!(memory.get(claim, 2), Ok(0x0102_0304));
        assert_eq!(memory.set(claim, 3, 1), Err(Fault), "within memory, but not claimed");
        assert_eq!(bytes, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 3, 2, 1]);
    }

    #[test]
    fn fields_past_the_record_are_ignored() {
        let mut record = [0u8; 8];
        set_field(&mut record, 6, 0xffff_ffffu32);
        set_field(&mut record, 9, 1u8);
        assert_eq!(record, [0; 8]);
        assert_eq!(field::<u32>(&record, 6), 0);
        assert_eq!(field::<u32>(&record, 90), 0);
    }
}
