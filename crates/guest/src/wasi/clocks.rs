//! Clocks. The two clocks of processor time count from the guest's birth: nothing else runs in it, and a C program that
//! calls `clock()` expects an answer.

use super::call::{Call, Outcome};
use super::errno::Errno;
use super::state::Wasi;
use crate::claim::Address;
use crate::host::host_functions;

const REALTIME: u32 = 0;
pub(super) const MONOTONIC: u32 = 1;
const PROCESS_CPUTIME: u32 = 2;
const THREAD_CPUTIME: u32 = 3;

/// The time of a clock in nanoseconds.
pub(super) fn now(wasi: &Wasi, clock: u32) -> Result<u64, Errno> {
    let device = wasi.platform.clock().ok_or(Errno::Notsup)?;
    match clock {
        REALTIME => device.realtime_ns().ok_or(Errno::Notsup),
        MONOTONIC => Ok(device.monotonic_ns()),
        PROCESS_CPUTIME | THREAD_CPUTIME => Ok(device.monotonic_ns().saturating_sub(wasi.born)),
        _ => Err(Errno::Inval),
    }
}

/// The part of WASI that tells the time.
#[derive(Debug)]
pub struct Clocks;

#[host_functions(state = Wasi)]
impl Clocks {
    /// How finely a clock counts, in nanoseconds.
    fn clock_res_get(call: &mut Call<'_>, clock: u32, resolution: Address<u64>) -> Outcome {
        now(call.state, clock)?;
        let device = call.state.platform.clock().ok_or(Errno::Notsup)?;
        call.memory.write(resolution, device.resolution_ns())?;
        Ok(())
    }

    /// The time of a clock; the precision asked for is ignored, as everywhere: the answer is as good as the clock.
    fn clock_time_get(call: &mut Call<'_>, clock: u32, _precision: u64, time: Address<u64>) -> Outcome {
        let now = now(call.state, clock)?;
        call.memory.write(time, now)?;
        Ok(())
    }
}
