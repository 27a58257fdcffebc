//! What can go wrong, and what can be wrong with a slot.

use core::fmt;

use embedded_storage::nor_flash::{NorFlashError, NorFlashErrorKind};

use crate::slots::ATTEMPTS;

/// Why an operation did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The flash is not made for this: sizes that are no powers of two, words longer than 128 bytes, or a partition that
    /// is not two slots of whole erase blocks inside the flash.
    Geometry,
    /// Neither slot holds a module that may boot: why, of the first and the second.
    NoModule(Cause, Cause),
    /// The module has no bytes, or more than a slot has room for.
    Length {
        /// The bytes that a slot has room for.
        room: u32,
    },
    /// Fewer or more bytes were written than announced, or one of the writes failed.
    Incomplete,
    /// Both slots have been handed out to be used in place.
    InUse,
    /// The booted module is not [confirmed](crate::Slots::confirm), or was refused, and the other slot has the one to fall back to.
    OnTrial,
    /// No module was booted that could be marked.
    NotBooted,
    /// The flash does not hold what was written to it.
    Verify,
    /// The flash reports an error.
    Flash(NorFlashErrorKind),
}

impl Error {
    pub(crate) fn flash(error: impl NorFlashError) -> Error {
        Error::Flash(error.kind())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Geometry => f.write_str("the partition does not suit the flash"),
            Error::NoModule(a, b) => write!(f, "no slot can boot: in A {a}, in B {b}"),
            Error::Length { room } => write!(f, "a module must have 1 to {room} bytes"),
            Error::Incomplete => f.write_str("the module was not written as announced"),
            Error::InUse => f.write_str("both slots are in use"),
            Error::OnTrial => f.write_str("the module before is kept until the running one is confirmed"),
            Error::NotBooted => f.write_str("no module was booted"),
            Error::Verify => f.write_str("the flash does not hold what was written"),
            Error::Flash(kind) => write!(f, "flash error: {kind}"),
        }
    }
}

impl core::error::Error for Error {}

/// Why a slot does not boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It has no header: it is blank, or an update stopped before its end.
    Blank,
    /// It has a header that is damaged.
    Header,
    /// Its header is of a version that this firmware does not know.
    Version(u16),
    /// Its module is not the one that the header tells of.
    Module,
    /// Its module was refused after it had been booted.
    Refused,
    /// Its module was booted [`ATTEMPTS`] times and never confirmed.
    Attempts,
    /// The flash reports an error there.
    Flash(NorFlashErrorKind),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Blank => f.write_str("there is no module"),
            Cause::Header => f.write_str("the header is damaged"),
            Cause::Version(version) => write!(f, "the header is of version {version}"),
            Cause::Module => f.write_str("the module is damaged"),
            Cause::Refused => f.write_str("the module was refused"),
            Cause::Attempts => write!(f, "the module failed {ATTEMPTS} times"),
            Cause::Flash(kind) => write!(f, "there is a flash error: {kind}"),
        }
    }
}
