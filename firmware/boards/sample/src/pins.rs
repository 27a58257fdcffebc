//! Pins whose level says the opposite.

use embedded_hal::digital::{ErrorType, InputPin, OutputPin, StatefulOutputPin};

/// A pin that is low when what it stands for is on: an LED between supply and pin, a button to ground.
pub struct ActiveLow<P>(pub P);

impl<P: ErrorType> ErrorType for ActiveLow<P> {
    type Error = P::Error;
}

impl<P: OutputPin> OutputPin for ActiveLow<P> {
    fn set_low(&mut self) -> Result<(), P::Error> {
        self.0.set_high()
    }

    fn set_high(&mut self) -> Result<(), P::Error> {
        self.0.set_low()
    }
}

impl<P: StatefulOutputPin> StatefulOutputPin for ActiveLow<P> {
    fn is_set_high(&mut self) -> Result<bool, P::Error> {
        self.0.is_set_low()
    }

    fn is_set_low(&mut self) -> Result<bool, P::Error> {
        self.0.is_set_high()
    }
}

impl<P: InputPin> InputPin for ActiveLow<P> {
    fn is_high(&mut self) -> Result<bool, P::Error> {
        self.0.is_low()
    }

    fn is_low(&mut self) -> Result<bool, P::Error> {
        self.0.is_high()
    }
}
