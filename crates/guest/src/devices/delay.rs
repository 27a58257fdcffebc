//! Delays, in slices: between two of them the guest can be interrupted.

use embedded_hal::delay::DelayNs;

use super::code::{Call, Code, Outcome, Refusal};
use super::table::{Device, Devices, Handle};
use crate::host::{Stop, host_functions};

/// The longest that a delay is asked to wait at a time, in nanoseconds.
pub(super) const SLICE_NS: u32 = 10_000_000;

/// A delay, its type erased.
pub(super) trait DelayDevice {
    /// Waits until `total` nanoseconds are over, of which `waited` are, but no longer than `most`. Returns how many are
    /// over then.
    fn wait(&mut self, waited: u64, total: u64, most: u32) -> u64;
}

impl<D: DelayNs> DelayDevice for D {
    fn wait(&mut self, waited: u64, total: u64, most: u32) -> u64 {
        let left = total.saturating_sub(waited);
        let slice = u32::try_from(left).unwrap_or(most).min(most);
        self.delay_ns(slice);
        waited.saturating_add(slice.into())
    }
}

pub(super) fn delay(devices: &mut Devices, handle: Handle) -> Result<&mut dyn DelayDevice, Code> {
    match devices.device(handle)? {
        Device::Delay(delay) => Ok(&mut **delay),
        _ => Err(Code::WrongKind),
    }
}

/// The part for delays.
#[derive(Debug)]
pub struct Delays;

#[host_functions(state = Devices)]
impl Delays {
    /// Waits for at least so many nanoseconds.
    fn delay_ns(call: &mut Call<'_>, handle: Handle, ns: u64) -> Outcome {
        let waited = call.progress.since.unwrap_or(0);
        let waited = delay(call.state, handle)?.wait(waited, ns, SLICE_NS);
        if waited >= ns {
            return Ok(0);
        }
        call.progress.since = Some(waited);
        Err(Refusal::Stop(Stop::Again))
    }
}
