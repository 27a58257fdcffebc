//! The error numbers of WASI preview 1. The names are the standard's without its `E`; numbers and order are its `errno`.

use moteur_platform::Error;

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
    1  TooBig         "Argument list too long"
    2  Acces          "Permission denied"
    3  Addrinuse      "Address in use"
    4  Addrnotavail   "Address not available"
    5  Afnosupport    "Address family not supported"
    6  Again          "Resource unavailable, or operation would block"
    7  Already        "Connection already in progress"
    8  Badf           "Bad file descriptor"
    10 Busy           "Device or resource busy"
    13 Connaborted    "Connection aborted"
    14 Connrefused    "Connection refused"
    15 Connreset      "Connection reset"
    17 Destaddrreq    "Destination address required"
    20 Exist          "File exists"
    21 Fault          "Bad address"
    22 Fbig           "File too large"
    23 Hostunreach    "Host is unreachable"
    25 Ilseq          "Illegal byte sequence"
    26 Inprogress     "Operation in progress"
    27 Intr           "Interrupted function"
    28 Inval          "Invalid argument"
    29 Io             "I/O error"
    30 Isconn         "Socket is connected"
    31 Isdir          "Is a directory"
    32 Loop           "Too many levels of symbolic links"
    33 Mfile          "File descriptor value too large"
    34 Mlink          "Too many links"
    35 Msgsize        "Message too large"
    37 Nametoolong    "Filename too long"
    44 Noent          "No such file or directory"
    48 Nomem          "Not enough space"
    50 Noprotoopt     "Protocol not available"
    51 Nospc          "No space left on device"
    52 Nosys          "Function not supported"
    53 Notconn        "The socket is not connected"
    54 Notdir         "Not a directory, or a symbolic link to one"
    55 Notempty       "Directory not empty"
    57 Notsock        "Not a socket"
    58 Notsup         "Not supported"
    61 Overflow       "Value too large to be stored in data type"
    63 Perm           "Operation not permitted"
    64 Pipe           "Broken pipe"
    66 Protonosupport "Protocol not supported"
    69 Rofs           "Read-only file system"
    70 Spipe          "Invalid seek"
    73 Timedout       "Connection timed out"
    75 Xdev           "Cross-device link"
    76 Notcapable     "Capabilities insufficient"
}

impl From<Fault> for Errno {
    fn from(_: Fault) -> Self {
        Errno::Fault
    }
}

impl From<Error> for Errno {
    fn from(error: Error) -> Self {
        match error {
            Error::Unsupported => Errno::Notsup,
            Error::Closed => Errno::Pipe,
            Error::Failed => Errno::Io,
            Error::WouldBlock => Errno::Again,
            Error::Invalid => Errno::Inval,
            Error::Exhausted => Errno::Mfile,
            Error::BadHandle => Errno::Badf,
            Error::NotFound => Errno::Noent,
            Error::Exists => Errno::Exist,
            Error::NotDirectory => Errno::Notdir,
            Error::IsDirectory => Errno::Isdir,
            Error::NotEmpty => Errno::Notempty,
            Error::Escapes => Errno::Perm,
            Error::Denied => Errno::Acces,
            Error::NotPermitted => Errno::Perm,
            Error::ReadOnly => Errno::Rofs,
            Error::NoSpace => Errno::Nospc,
            Error::TooLarge => Errno::Fbig,
            Error::NameTooLong => Errno::Nametoolong,
            Error::BadName => Errno::Ilseq,
            Error::Loop => Errno::Loop,
            Error::TooManyLinks => Errno::Mlink,
            Error::CrossDevice => Errno::Xdev,
            Error::Busy => Errno::Busy,
            Error::NotSeekable => Errno::Spipe,
            Error::Refused => Errno::Connrefused,
            Error::Reset => Errno::Connreset,
            Error::Aborted => Errno::Connaborted,
            Error::NotConnected => Errno::Notconn,
            Error::Connected => Errno::Isconn,
            Error::AddressInUse => Errno::Addrinuse,
            Error::NoAddress => Errno::Addrnotavail,
            Error::Unreachable => Errno::Hostunreach,
            Error::TimedOut => Errno::Timedout,
            Error::MessageTooLong => Errno::Msgsize,
        }
    }
}
