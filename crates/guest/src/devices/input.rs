//! Pins that are read.

use embedded_hal::digital::{Error as _, InputPin};

use super::code::{Call, Code, Outcome, Refusal};
use super::delay::{SLICE_NS, delay};
use super::table::{Device, Devices, Handle};
use crate::host::{Stop, host_functions};

/// How long a pin that is waited for is not looked at, in nanoseconds.
pub(super) const POLL_NS: u32 = 100_000;
/// How often it is looked at before the guest can be interrupted.
pub(super) const LOOKS: u32 = SLICE_NS / POLL_NS;

/// An input, its type erased.
pub(super) trait InputDevice {
    fn get(&mut self) -> Result<bool, Code>;
}

impl<P: InputPin> InputDevice for P {
    fn get(&mut self) -> Result<bool, Code> {
        self.is_high().map_err(|error| error.kind().into())
    }
}

fn input(devices: &mut Devices, handle: Handle) -> Result<&mut dyn InputDevice, Code> {
    match devices.device(handle)? {
        Device::Input(pin) => Ok(&mut **pin),
        _ => Err(Code::WrongKind),
    }
}

/// The part for input pins.
#[derive(Debug)]
pub struct Inputs;

#[host_functions(state = Devices)]
impl Inputs {
    /// The pin's level: 1 for high.
    fn input_get(call: &mut Call<'_>, handle: Handle) -> Outcome {
        Ok(input(call.state, handle)?.get()?.into())
    }

    /// Waits until the pin has a level, but no longer than `timeout_ns`: 1 if it has, 0 if the time is over. The pin is
    /// looked at every 100 µs, and the waiting is done by a delay that the guest has open.
    fn input_wait(call: &mut Call<'_>, handle: Handle, pause: Handle, high: bool, timeout_ns: u64) -> Outcome {
        let mut waited = call.progress.since.unwrap_or(0);
        for _ in 0..LOOKS {
            if input(call.state, handle)?.get()? == high {
                return Ok(1);
            }
            let pause = delay(call.state, pause)?;
            if waited >= timeout_ns {
                return Ok(0);
            }
            waited = pause.wait(waited, timeout_ns, POLL_NS);
        }
        call.progress.since = Some(waited);
        Err(Refusal::Stop(Stop::Again))
    }
}
