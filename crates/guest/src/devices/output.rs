//! Pins that are set.

use embedded_hal::digital::{Error as _, OutputPin, StatefulOutputPin};

use super::code::{Call, Code, Outcome};
use super::table::{Device, Devices, Handle};
use crate::host::host_functions;

/// An output, its type erased.
pub(super) trait OutputDevice {
    fn set(&mut self, high: bool) -> Result<(), Code>;
    fn get(&mut self) -> Result<bool, Code>;
    fn toggle(&mut self) -> Result<(), Code>;
}

/// A pin that does not know its own state.
pub(super) struct Plain<P>(pub P);

impl<P: OutputPin> OutputDevice for Plain<P> {
    fn set(&mut self, high: bool) -> Result<(), Code> {
        self.0.set_state(high.into()).map_err(|error| error.kind().into())
    }

    fn get(&mut self) -> Result<bool, Code> {
        Err(Code::Unsupported)
    }

    fn toggle(&mut self) -> Result<(), Code> {
        Err(Code::Unsupported)
    }
}

/// A pin that knows.
pub(super) struct Stateful<P>(pub P);

impl<P: StatefulOutputPin> OutputDevice for Stateful<P> {
    fn set(&mut self, high: bool) -> Result<(), Code> {
        self.0.set_state(high.into()).map_err(|error| error.kind().into())
    }

    fn get(&mut self) -> Result<bool, Code> {
        self.0.is_set_high().map_err(|error| error.kind().into())
    }

    fn toggle(&mut self) -> Result<(), Code> {
        self.0.toggle().map_err(|error| error.kind().into())
    }
}

fn output(devices: &mut Devices, handle: Handle) -> Result<&mut dyn OutputDevice, Code> {
    match devices.device(handle)? {
        Device::Output(pin) => Ok(&mut **pin),
        _ => Err(Code::WrongKind),
    }
}

/// The part for output pins.
#[derive(Debug)]
pub struct Outputs;

#[host_functions(state = Devices)]
impl Outputs {
    /// Sets the pin's level.
    fn output_set(call: &mut Call<'_>, handle: Handle, high: bool) -> Outcome {
        output(call.state, handle)?.set(high)?;
        Ok(0)
    }

    /// The level that the pin was set to: 1 for high.
    fn output_get(call: &mut Call<'_>, handle: Handle) -> Outcome {
        Ok(output(call.state, handle)?.get()?.into())
    }

    /// Sets the pin's other level.
    fn output_toggle(call: &mut Call<'_>, handle: Handle) -> Outcome {
        output(call.state, handle)?.toggle()?;
        Ok(0)
    }
}
