//! Pins, and pulse-width modulation on one.

use embedded_hal::digital::{self, PinState, StatefulOutputPin};
use embedded_hal::pwm::{self, SetDutyCycle};

use crate::Delay;
use crate::error::{Error, check};
use crate::handle::Handle;
use crate::imports::{self, Kind};

/// A pin that is set.
#[derive(Debug)]
pub struct OutputPin(Handle);

impl OutputPin {
    /// Opens the output of this name.
    ///
    /// # Errors
    /// [`Error::NoDevice`], [`Error::WrongKind`], [`Error::Busy`].
    pub fn open(name: &str) -> Result<OutputPin, Error> {
        Handle::open(Kind::Output, name).map(OutputPin)
    }
}

impl digital::ErrorType for OutputPin {
    type Error = Error;
}

impl digital::OutputPin for OutputPin {
    fn set_low(&mut self) -> Result<(), Error> {
        self.set_state(PinState::Low)
    }

    fn set_high(&mut self) -> Result<(), Error> {
        self.set_state(PinState::High)
    }

    fn set_state(&mut self, state: PinState) -> Result<(), Error> {
        check(imports::output_set(self.0.number(), bool::from(state).into())).map(|_| ())
    }
}

/// If the host's pin does not know its own state, these give [`Error::Unsupported`].
impl StatefulOutputPin for OutputPin {
    fn is_set_high(&mut self) -> Result<bool, Error> {
        check(imports::output_get(self.0.number())).map(|level| level != 0)
    }

    fn is_set_low(&mut self) -> Result<bool, Error> {
        self.is_set_high().map(|high| !high)
    }

    fn toggle(&mut self) -> Result<(), Error> {
        check(imports::output_toggle(self.0.number())).map(|_| ())
    }
}

/// A pin that is read.
#[derive(Debug)]
pub struct InputPin(Handle);

impl InputPin {
    /// Opens the input of this name.
    ///
    /// # Errors
    /// [`Error::NoDevice`], [`Error::WrongKind`], [`Error::Busy`].
    pub fn open(name: &str) -> Result<InputPin, Error> {
        Handle::open(Kind::Input, name).map(InputPin)
    }

    /// Waits for a level, but no longer than `timeout_ns` nanoseconds; says whether the pin has it. The host looks every
    /// 100 µs, and `pause` is what it waits with in between. For an edge, wait for one level and then for the other.
    ///
    /// # Errors
    /// What reading the pin gives.
    pub fn wait_for(&mut self, level: PinState, pause: &mut Delay, timeout_ns: u64) -> Result<bool, Error> {
        let high = bool::from(level).into();
        check(imports::input_wait(self.0.number(), pause.handle().number(), high, timeout_ns)).map(|came| came != 0)
    }
}

impl digital::ErrorType for InputPin {
    type Error = Error;
}

impl digital::InputPin for InputPin {
    fn is_high(&mut self) -> Result<bool, Error> {
        check(imports::input_get(self.0.number())).map(|level| level != 0)
    }

    fn is_low(&mut self) -> Result<bool, Error> {
        self.is_high().map(|high| !high)
    }
}

/// A channel of pulse-width modulation.
#[derive(Debug)]
pub struct Pwm {
    handle: Handle,
    max_duty: u16,
}

impl Pwm {
    /// Opens the channel of this name.
    ///
    /// # Errors
    /// [`Error::NoDevice`], [`Error::WrongKind`], [`Error::Busy`].
    pub fn open(name: &str) -> Result<Pwm, Error> {
        let handle = Handle::open(Kind::Pwm, name)?;
        let max_duty = check(imports::pwm_max_duty(handle.number()))?;
        Ok(Pwm { handle, max_duty: max_duty as u16 })
    }
}

impl pwm::ErrorType for Pwm {
    type Error = Error;
}

impl SetDutyCycle for Pwm {
    fn max_duty_cycle(&self) -> u16 {
        self.max_duty
    }

    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), Error> {
        check(imports::pwm_set_duty(self.handle.number(), duty.into())).map(|_| ())
    }
}
