//! Why the machine did not do what it was asked for.

use core::fmt;

/// Why an operation of the machine failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Error {
    /// The machine has no such device, or the device can't do this.
    Unsupported,
    /// Nobody is at the other end any more (a broken pipe).
    Closed,
    /// The device failed.
    Failed,
}

const _: () = assert!(size_of::<Result<(), Error>>() == 1);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Unsupported => "not supported by this machine",
            Error::Closed => "the other end is closed",
            Error::Failed => "input or output failed",
        })
    }
}

impl core::error::Error for Error {}
