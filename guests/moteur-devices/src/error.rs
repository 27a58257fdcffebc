//! Why the host did not do what it was asked: the host's codes, and what `embedded-hal` calls them.

use core::fmt;

use embedded_hal::{digital, i2c, pwm, spi};

/// Makes the enum and what finds a row by its number.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)*) => {
        /// Why the host did not do what it was asked.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(i32)]
        #[non_exhaustive]
        pub enum Error {
            $($(#[$doc])* $name = $number,)*
        }

        impl Error {
            /// The error of this number; [`Error::Failed`] for one that a newer host has made up.
            pub(crate) fn from_code(code: i32) -> Error {
                match code {
                    $($number => Error::$name,)*
                    _ => Error::Failed,
                }
            }

            fn name(self) -> &'static str {
                match self {
                    $(Error::$name => stringify!($name),)*
                }
            }
        }
    };
}

codes! {
    /// The host has closed the device.
    BadHandle = -1,
    /// The device is of another kind.
    WrongKind = -2,
    /// No device has this name.
    NoDevice = -3,
    /// The device is open already.
    Busy = -4,
    /// This guest may use the device, but not at this address.
    NotPermitted = -5,
    /// An argument is out of range: an address above 127, a duty above the maximum, or more operations, bytes or delay in
    /// one transaction than the host allows.
    InvalidArgument = -6,
    /// The device cannot do this: an output that does not know its own state.
    Unsupported = -7,
    /// The device failed and does not say more.
    Failed = -8,
    /// I2C: a start or stop where none belongs.
    Bus = -16,
    /// I2C: another controller has the bus.
    ArbitrationLoss = -17,
    /// I2C: nobody answered at the address.
    NoAcknowledgeAddress = -18,
    /// I2C: the device did not take a byte.
    NoAcknowledgeData = -19,
    /// I2C: no acknowledge, and it is not known of what.
    NoAcknowledge = -20,
    /// I2C and SPI: bytes came faster than they were taken.
    Overrun = -21,
    /// SPI: several controllers on the bus.
    ModeFault = -32,
    /// SPI: a frame of the wrong form.
    FrameFormat = -33,
    /// SPI: the chip could not be selected.
    ChipSelectFault = -34,
}

/// Takes a result apart: what is below zero is an error.
pub(crate) fn check(result: i32) -> Result<u32, Error> {
    u32::try_from(result).map_err(|_| Error::from_code(result))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl core::error::Error for Error {}

impl embedded_io::Error for Error {
    fn kind(&self) -> embedded_io::ErrorKind {
        match self {
            Error::Unsupported => embedded_io::ErrorKind::Unsupported,
            Error::InvalidArgument => embedded_io::ErrorKind::InvalidInput,
            _ => embedded_io::ErrorKind::Other,
        }
    }
}

impl digital::Error for Error {
    fn kind(&self) -> digital::ErrorKind {
        digital::ErrorKind::Other
    }
}

impl pwm::Error for Error {
    fn kind(&self) -> pwm::ErrorKind {
        pwm::ErrorKind::Other
    }
}

impl i2c::Error for Error {
    fn kind(&self) -> i2c::ErrorKind {
        use i2c::{ErrorKind, NoAcknowledgeSource};
        match self {
            Error::Bus => ErrorKind::Bus,
            Error::ArbitrationLoss => ErrorKind::ArbitrationLoss,
            Error::NoAcknowledgeAddress => ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address),
            Error::NoAcknowledgeData => ErrorKind::NoAcknowledge(NoAcknowledgeSource::Data),
            Error::NoAcknowledge => ErrorKind::NoAcknowledge(NoAcknowledgeSource::Unknown),
            Error::Overrun => ErrorKind::Overrun,
            _ => ErrorKind::Other,
        }
    }
}

impl spi::Error for Error {
    fn kind(&self) -> spi::ErrorKind {
        use spi::ErrorKind;
        match self {
            Error::Overrun => ErrorKind::Overrun,
            Error::ModeFault => ErrorKind::ModeFault,
            Error::FrameFormat => ErrorKind::FrameFormat,
            Error::ChipSelectFault => ErrorKind::ChipSelectFault,
            _ => ErrorKind::Other,
        }
    }
}
