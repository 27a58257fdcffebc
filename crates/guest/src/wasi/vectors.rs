//! Buffers in lists, as the functions that read and write take them.
//!
//! All claims of a call are checked before the first byte moves, so a bad pointer never leaves half of a line behind.

use super::call::{Call, Fd, Outcome};
use super::errno::Errno;
use crate::claim::{Address, Claim, GuestMemory, Value, field, set_field};

/// The most vectors in one call. Linux has the same limit (`IOV_MAX`).
const VECTORS_MAX: u32 = 1024;

/// The record `iovec` and `ciovec`: `address u32 @0, length u32 @4`.
#[derive(Clone, Copy, Debug)]
pub struct IoVec {
    address: u32,
    length: u32,
}

impl IoVec {
    /// The buffer.
    pub fn claim(self) -> Claim<u8> {
        Address::new(self.address).claim(self.length)
    }
}

impl Value for IoVec {
    const SIZE: u32 = 8;

    fn load(bytes: &[u8]) -> Self {
        IoVec { address: field(bytes, 0), length: field(bytes, 4) }
    }

    fn store(&self, bytes: &mut [u8]) {
        set_field(bytes, 0, self.address);
        set_field(bytes, 4, self.length);
    }
}

/// Moves bytes between what is open under a number and a guest's buffers.
pub type Move = fn(&mut Call<'_>, Fd, Buffers) -> Outcome;

/// What becomes of one buffer: so many of its bytes were moved.
type Step<'s> = dyn FnMut(&mut GuestMemory<'_>, Claim<u8>) -> Result<usize, Errno> + 's;

/// The buffers of one call, and where the guest wants to know how many bytes were moved. All of it has been checked.
#[derive(Clone, Copy, Debug)]
pub struct Buffers {
    vectors: Claim<IoVec>,
    size: Address<u32>,
    total: u32,
}

impl Buffers {
    /// Checks the vectors themselves, every buffer they claim, that the sum of the lengths fits the result, and the
    /// result's place.
    pub fn check(
        memory: &GuestMemory<'_>,
        vectors: Address<IoVec>,
        count: u32,
        size: Address<u32>,
    ) -> Result<Buffers, Errno> {
        if count > VECTORS_MAX {
            return Err(Errno::Inval);
        }
        let vectors = vectors.claim(count);
        memory.check(size.one())?;
        let mut total = 0u32;
        for index in 0..count {
            let vector = memory.get(vectors, index)?;
            memory.check(vector.claim())?;
            total = total.checked_add(vector.length).ok_or(Errno::Inval)?;
        }
        Ok(Buffers { vectors, size, total })
    }

    /// The buffers themselves, for whoever has another order in mind than one after the other.
    pub fn vectors(&self) -> Claim<IoVec> {
        self.vectors
    }

    /// Where the guest wants to know how many bytes were moved.
    pub fn size(&self) -> Address<u32> {
        self.size
    }

    /// Bytes in all buffers together.
    pub fn total(&self) -> u32 {
        self.total
    }

    /// Hands the buffers that are not empty to `take`, one after the other, until one is not wholly taken.
    pub fn write(
        &self,
        memory: &mut GuestMemory<'_>,
        take: &mut dyn FnMut(&[u8]) -> Result<usize, Errno>,
    ) -> Result<(), Errno> {
        self.each(memory, &mut |memory, claim| take(memory.bytes(claim)?))
    }

    /// Lets `fill` write to the start of each buffer that is not empty, one after the other, until one is not wholly
    /// filled.
    pub fn read(
        &self,
        memory: &mut GuestMemory<'_>,
        fill: &mut dyn FnMut(&mut [u8]) -> Result<usize, Errno>,
    ) -> Result<(), Errno> {
        self.each(memory, &mut |memory, claim| fill(memory.bytes_mut(claim)?))
    }

    /// Moves bytes buffer by buffer, and tells the guest how many were moved. If it goes wrong on the way, that is a
    /// short count: the next call will see what is wrong. A guest that lets a buffer lie over the vectors gets them
    /// changed under way, within its own memory.
    fn each(&self, memory: &mut GuestMemory<'_>, step: &mut Step<'_>) -> Result<(), Errno> {
        let mut moved = 0u32;
        for index in 0..self.vectors.count() {
            let vector = memory.get(self.vectors, index)?;
            if vector.length == 0 {
                continue;
            }
            match step(memory, vector.claim()) {
                Ok(bytes) => {
                    // `check` made sure that the sum fits.
                    moved = moved.saturating_add(bytes as u32);
                    if bytes as u64 != u64::from(vector.length) {
                        break;
                    }
                }
                Err(errno) if moved == 0 => return Err(errno),
                Err(_) => break,
            }
        }
        memory.write(self.size, moved)?;
        Ok(())
    }
}
