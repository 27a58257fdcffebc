//! Delays. The host waits, so a waiting guest costs no instructions and no fuel.

use embedded_hal::delay::DelayNs;

use crate::error::{Error, check};
use crate::handle::Handle;
use crate::imports::{self, Kind};

/// A delay.
#[derive(Debug)]
pub struct Delay(Handle);

impl Delay {
    /// Opens the delay of this name.
    ///
    /// # Errors
    /// [`Error::NoDevice`], [`Error::WrongKind`], [`Error::Busy`].
    pub fn open(name: &str) -> Result<Delay, Error> {
        Handle::open(Kind::Delay, name).map(Delay)
    }

    /// Waits for at least so many nanoseconds.
    ///
    /// # Errors
    /// [`Error::BadHandle`], if the host has closed the delay.
    pub fn wait_ns(&mut self, ns: u64) -> Result<(), Error> {
        check(imports::delay_ns(self.0.number(), ns)).map(|_| ())
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.0
    }

    /// The trait has no errors, and a driver that was not delayed must not go on.
    fn must_wait_ns(&mut self, ns: u64) {
        if self.wait_ns(ns).is_err() {
            panic!("the host has closed the delay");
        }
    }
}

/// # Panics
/// If the host has closed the delay.
impl DelayNs for Delay {
    fn delay_ns(&mut self, ns: u32) {
        self.must_wait_ns(ns.into());
    }

    fn delay_us(&mut self, us: u32) {
        self.must_wait_ns(u64::from(us) * 1_000);
    }

    fn delay_ms(&mut self, ms: u32) {
        self.must_wait_ns(u64::from(ms) * 1_000_000);
    }
}
