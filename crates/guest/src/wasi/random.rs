//! Random numbers.

use super::call::{Call, Outcome};
use super::errno::Errno;
use crate::claim::Address;

/// Fills a buffer with random bytes. A machine without a source of them says so; it does not pretend.
pub fn random_get(call: &mut Call<'_>, buffer: Address<u8>, size: u32) -> Outcome {
    let device = call.wasi.platform.random().ok_or(Errno::Nosys)?;
    let bytes = call.memory.bytes_mut(buffer.claim(size))?;
    device.fill(bytes).map_err(|_| Errno::Io)?;
    Ok(())
}
