//! What a device function answers when it does not do what it was asked: small negative numbers, so that a guest in any
//! language can tell them from results.

use embedded_hal::{digital, i2c, pwm, spi};
use moteur::ValType;

use super::table::Devices;
use crate::claim::Fault;
use crate::host::{self, HostResult, Stop};

/// What a device function works on.
pub type Call<'c> = host::Call<'c, Devices>;

/// Makes the enum and the list of all its rows.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)*) => {
        /// Why a device function did not do what the guest asked for. The guest sees the number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(i32)]
        pub enum Code {
            $($(#[$doc])* $name = $number,)*
        }

        impl Code {
            /// Every code with its name.
            pub const ALL: &'static [(&'static str, Code)] = &[$((stringify!($name), Code::$name)),*];
        }
    };
}

codes! {
    /// The handle is not one that is open.
    BadHandle = -1,
    /// The device is of another kind than the function, or than the guest said when it opened it.
    WrongKind = -2,
    /// No device has this name.
    NoDevice = -3,
    /// The device is open already.
    Busy = -4,
    /// The guest may use the device, but not at this address.
    NotPermitted = -5,
    /// An argument is out of range: an address above 127, a duty above the maximum, an unknown operation, or more
    /// operations, bytes or delay in one transaction than are allowed.
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

impl From<digital::ErrorKind> for Code {
    fn from(_: digital::ErrorKind) -> Code {
        Code::Failed
    }
}

impl From<pwm::ErrorKind> for Code {
    fn from(_: pwm::ErrorKind) -> Code {
        Code::Failed
    }
}

impl From<i2c::ErrorKind> for Code {
    fn from(kind: i2c::ErrorKind) -> Code {
        use i2c::{ErrorKind, NoAcknowledgeSource};
        match kind {
            ErrorKind::Bus => Code::Bus,
            ErrorKind::ArbitrationLoss => Code::ArbitrationLoss,
            ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address) => Code::NoAcknowledgeAddress,
            ErrorKind::NoAcknowledge(NoAcknowledgeSource::Data) => Code::NoAcknowledgeData,
            ErrorKind::NoAcknowledge(NoAcknowledgeSource::Unknown) => Code::NoAcknowledge,
            ErrorKind::Overrun => Code::Overrun,
            _ => Code::Failed,
        }
    }
}

impl From<spi::ErrorKind> for Code {
    fn from(kind: spi::ErrorKind) -> Code {
        use spi::ErrorKind;
        match kind {
            ErrorKind::Overrun => Code::Overrun,
            ErrorKind::ModeFault => Code::ModeFault,
            ErrorKind::FrameFormat => Code::FrameFormat,
            ErrorKind::ChipSelectFault => Code::ChipSelectFault,
            _ => Code::Failed,
        }
    }
}

/// How a device function ends when it does not end well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The guest gets this number and goes on.
    Code(Code),
    /// What every host function may do.
    Stop(Stop),
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Refusal {
        Refusal::Code(code)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        Refusal::Stop(fault.into())
    }
}

/// What device functions return: a number from 0 to 2³¹ − 1, 0 where there is nothing to say, or a [`Code`].
pub type Outcome = Result<u32, Refusal>;

impl HostResult for Outcome {
    const TYPES: &'static [ValType] = &[ValType::I32];

    // One copy for all functions.
    #[inline(never)]
    fn into_word(self) -> Result<u64, Stop> {
        match self {
            Ok(value) => Ok(u64::from(value)),
            Err(Refusal::Code(code)) => Ok(u64::from((code as i32).cast_unsigned())),
            Err(Refusal::Stop(stop)) => Err(stop),
        }
    }
}
