//! Channels of pulse-width modulation.

use embedded_hal::pwm::{Error as _, SetDutyCycle};

use super::code::{Call, Code, Outcome};
use super::table::{Device, Devices, Handle};
use crate::host::host_functions;

/// A channel, its type erased.
pub(super) trait PwmDevice {
    fn max_duty(&self) -> u16;
    fn set_duty(&mut self, duty: u16) -> Result<(), Code>;
}

impl<P: SetDutyCycle> PwmDevice for P {
    fn max_duty(&self) -> u16 {
        self.max_duty_cycle()
    }

    fn set_duty(&mut self, duty: u16) -> Result<(), Code> {
        self.set_duty_cycle(duty).map_err(|error| error.kind().into())
    }
}

fn pwm(devices: &mut Devices, handle: Handle) -> Result<&mut dyn PwmDevice, Code> {
    match devices.device(handle)? {
        Device::Pwm(channel) => Ok(&mut **channel),
        _ => Err(Code::WrongKind),
    }
}

/// The part for pulse-width modulation.
#[derive(Debug)]
pub struct Pwm;

#[host_functions(state = Devices)]
impl Pwm {
    /// The duty that means "always on", at most 65,535.
    fn pwm_max_duty(call: &mut Call<'_>, handle: Handle) -> Outcome {
        Ok(pwm(call.state, handle)?.max_duty().into())
    }

    /// Sets the duty. One above the maximum never reaches the device, which may rely on that.
    fn pwm_set_duty(call: &mut Call<'_>, handle: Handle, duty: u32) -> Outcome {
        let channel = pwm(call.state, handle)?;
        let is_allowed = |duty: &u16| *duty <= channel.max_duty();
        let duty = u16::try_from(duty).ok().filter(is_allowed).ok_or(Code::InvalidArgument)?;
        channel.set_duty(duty)?;
        Ok(0)
    }
}
