//! Random numbers.

use super::call::{Call, Outcome};
use super::errno::Errno;
use super::state::Wasi;
use crate::claim::Address;
use crate::host::host_functions;

/// The part of WASI that gives random bytes.
#[derive(Debug)]
pub struct Random;

#[host_functions(state = Wasi)]
impl Random {
    /// Fills a buffer with random bytes. A machine without a source of them says so; it does not pretend.
    fn random_get(call: &mut Call<'_>, buffer: Address<u8>, size: u32) -> Outcome {
        let device = call.state.platform.random().ok_or(Errno::Nosys)?;
        let bytes = call.memory.bytes_mut(buffer.claim(size))?;
        device.fill(bytes).map_err(|_| Errno::Io)?;
        Ok(())
    }
}
