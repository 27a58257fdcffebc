//! The error numbers of WASI preview 1. The names are the standard's without its `E`; numbers and order are its `errno`.

use crate::claim::Fault;

macro_rules! errno {
    ($($number:literal $name:ident $meaning:literal)*) => {
        /// Why a WASI function did not do what it was asked for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u16)]
        #[non_exhaustive]
        pub enum Errno {
            $(#[doc = $meaning] $name = $number,)*
        }
    };
}

errno! {
    1  TooBig      "Argument list too long"
    2  Acces       "Permission denied"
    6  Again       "Resource unavailable, or operation would block"
    8  Badf        "Bad file descriptor"
    21 Fault       "Bad address"
    27 Intr        "Interrupted function"
    28 Inval       "Invalid argument"
    29 Io          "I/O error"
    48 Nomem       "Not enough space"
    52 Nosys       "Function not supported"
    54 Notdir      "Not a directory"
    57 Notsock     "Not a socket"
    58 Notsup      "Not supported"
    61 Overflow    "Value too large to be stored in data type"
    64 Pipe        "Broken pipe"
    70 Spipe       "Invalid seek"
    76 Notcapable  "Capabilities insufficient"
}

impl From<Fault> for Errno {
    fn from(_: Fault) -> Self {
        Errno::Fault
    }
}
