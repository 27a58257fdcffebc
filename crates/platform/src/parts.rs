//! A machine put together from its devices, for boards: no type of their own, no `impl`.

use crate::{Clock, Console, Network, Platform, Random};

/// A machine put together from its devices.
///
/// ```
/// use moteur_platform::{Console, Error, Parts, Platform, Stream};
///
/// struct Uart;
/// impl Console for Uart {
///     fn write(&self, _: Stream, _: &[u8]) -> Result<(), Error> {
///         Ok(())
///     }
/// }
/// static BOARD: Parts = Parts::new(&Uart);
/// assert!(BOARD.clock().is_none());
/// ```
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    /// Where output goes and input comes from.
    pub console: &'a dyn Console,
    /// The time, if the machine knows it.
    pub clock: Option<&'a dyn Clock>,
    /// Random bytes, if the machine has a source of them.
    pub random: Option<&'a dyn Random>,
    /// Sockets, if the machine has a network.
    pub network: Option<&'a dyn Network>,
}

impl<'a> Parts<'a> {
    /// A machine that has nothing but a console.
    pub const fn new(console: &'a dyn Console) -> Parts<'a> {
        Parts { console, clock: None, random: None, network: None }
    }

    /// The same machine with a clock.
    pub const fn with_clock(self, clock: &'a dyn Clock) -> Parts<'a> {
        Parts { clock: Some(clock), ..self }
    }

    /// The same machine with a source of random bytes.
    pub const fn with_random(self, random: &'a dyn Random) -> Parts<'a> {
        Parts { random: Some(random), ..self }
    }

    /// The same machine with a network.
    pub const fn with_network(self, network: &'a dyn Network) -> Parts<'a> {
        Parts { network: Some(network), ..self }
    }
}

impl Platform for Parts<'_> {
    fn console(&self) -> &dyn Console {
        self.console
    }

    fn clock(&self) -> Option<&dyn Clock> {
        self.clock
    }

    fn random(&self) -> Option<&dyn Random> {
        self.random
    }

    fn network(&self) -> Option<&dyn Network> {
        self.network
    }
}
