//! One call of a WASI function: how it may end, and the types that are WASI's own.

use moteur::ValType;
use moteur_platform::{Event, Platform};

use super::errno::Errno;
use super::state::Wasi;
use crate::claim::Fault;
use crate::host::{self, Argument, HostResult};

/// What a WASI function works on.
pub type Call<'c> = host::Call<'c, Wasi>;

/// The two names under which preview 1 is imported. They differ in the layout of a few records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// `wasi_snapshot_preview1`
    Preview1,
    /// `wasi_unstable`, its forerunner ("snapshot 0")
    Unstable,
}

/// How a WASI function ends when it does not end well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The guest gets this number and goes on.
    Errno(Errno),
    /// Nothing has happened yet: see [`host::Stop::Again`].
    Again,
}

impl From<Errno> for Stop {
    fn from(errno: Errno) -> Self {
        Stop::Errno(errno)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Errno(fault.into())
    }
}

/// What WASI functions return: the guest sees an error number, 0 for none.
pub type Outcome = Result<(), Stop>;

impl HostResult for Outcome {
    const TYPES: &'static [ValType] = &[ValType::I32];

    // One copy for all functions.
    #[inline(never)]
    fn into_word(self) -> Result<u64, host::Stop> {
        match self {
            Ok(()) => Ok(0),
            Err(Stop::Errno(errno)) => Ok(errno as u64),
            Err(Stop::Again) => Err(host::Stop::Again),
        }
    }
}

/// The longest wait without a look whether the guest is interrupted, in nanoseconds.
pub const NAP_NS: u64 = 10_000_000;

/// Waits a little for the event. Then the function is to be called again.
pub fn wait(platform: &dyn Platform, event: Event) -> Stop {
    platform.wait(&[event], NAP_NS);
    Stop::Again
}

/// The number of a file descriptor, as the guest gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fd(pub u32);

impl Argument for Fd {
    const TYPE: ValType = ValType::I32;

    #[inline]
    fn from_word(word: u64) -> Self {
        Fd(word as u32)
    }
}
