//! Reading and writing the standard streams.
//!
//! All claims of a call are checked before the first byte moves, so a bad pointer never leaves half of a line behind.

use moteur_platform::Error;

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
    fn claim(self) -> Claim<u8> {
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

/// Checks the vectors themselves, every buffer they claim, that the sum of the lengths fits the result, and the result's
/// place.
fn check(memory: &GuestMemory<'_>, vectors: Claim<IoVec>, size: Address<u32>) -> Result<(), Errno> {
    if vectors.count() > VECTORS_MAX {
        return Err(Errno::Inval);
    }
    memory.check(size.one())?;
    let mut total = 0u32;
    for index in 0..vectors.count() {
        let vector = memory.get(vectors, index)?;
        memory.check(vector.claim())?;
        total = total.checked_add(vector.length).ok_or(Errno::Inval)?;
    }
    Ok(())
}

/// Writes the buffers one after the other. When the stream fails on the way, the guest is told how much it took.
pub fn fd_write(call: &mut Call<'_>, fd: Fd, vectors: Address<IoVec>, count: u32, size: Address<u32>) -> Outcome {
    let stream = call.wasi.descriptors.writable(fd)?;
    let console = call.wasi.platform.console();
    let vectors = vectors.claim(count);
    check(&call.memory, vectors, size)?;
    let mut total = 0u32;
    for index in 0..count {
        let bytes = call.memory.bytes(call.memory.get(vectors, index)?.claim())?;
        if bytes.is_empty() {
            continue;
        }
        match console.write(stream, bytes) {
            // `check` made sure that the sum fits.
            Ok(()) => total = total.saturating_add(bytes.len() as u32),
            Err(error) if total == 0 => return Err(errno(error).into()),
            Err(_) => break,
        }
    }
    call.memory.write(size, total)?;
    Ok(())
}

/// Reads into the first buffer that is not empty: to fill a second one, a terminal would have to be waited for again.
pub fn fd_read(call: &mut Call<'_>, fd: Fd, vectors: Address<IoVec>, count: u32, size: Address<u32>) -> Outcome {
    call.wasi.descriptors.readable(fd)?;
    let console = call.wasi.platform.console();
    let vectors = vectors.claim(count);
    check(&call.memory, vectors, size)?;
    let mut read = 0;
    for index in 0..count {
        let vector = call.memory.get(vectors, index)?;
        if vector.length != 0 {
            read = console.read(call.memory.bytes_mut(vector.claim())?).map_err(errno)?;
            break;
        }
    }
    call.memory.write(size, u32::try_from(read).map_err(|_| Errno::Overflow)?)?;
    Ok(())
}

fn errno(error: Error) -> Errno {
    match error {
        Error::Unsupported => Errno::Notsup,
        Error::Closed => Errno::Pipe,
        Error::Failed => Errno::Io,
    }
}
