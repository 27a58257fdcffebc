//! The system's errors in our words.

use rust_std::io::{self, ErrorKind};

use rustix::io::Errno;

use crate::Error;

/// Numbers for which the standard library has no kind of its own.
const NUMBERS: &[(Errno, Error)] = &[
    (Errno::INPROGRESS, Error::WouldBlock),
    (Errno::ALREADY, Error::WouldBlock),
    (Errno::ISCONN, Error::Connected),
    (Errno::MSGSIZE, Error::MessageTooLong),
    (Errno::MFILE, Error::Exhausted),
    (Errno::NOBUFS, Error::Exhausted),
    (Errno::OPNOTSUPP, Error::Unsupported),
    (Errno::NOPROTOOPT, Error::Unsupported),
    (Errno::AFNOSUPPORT, Error::Unsupported),
    (Errno::PROTONOSUPPORT, Error::Unsupported),
    (Errno::DESTADDRREQ, Error::NotConnected),
];

/// The error that says what the system's says.
pub fn error(error: io::Error) -> Error {
    let number = Errno::from_io_error(&error);
    if let Some(&(_, known)) = NUMBERS.iter().find(|(known, _)| number == Some(*known)) {
        return known;
    }
    match error.kind() {
        // A signal came in between: nothing has happened.
        ErrorKind::WouldBlock | ErrorKind::Interrupted => Error::WouldBlock,
        ErrorKind::BrokenPipe => Error::Closed,
        ErrorKind::ConnectionRefused => Error::Refused,
        ErrorKind::ConnectionReset => Error::Reset,
        ErrorKind::ConnectionAborted => Error::Aborted,
        ErrorKind::NotConnected => Error::NotConnected,
        ErrorKind::AddrInUse => Error::AddressInUse,
        ErrorKind::AddrNotAvailable => Error::NoAddress,
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => Error::Unreachable,
        ErrorKind::TimedOut => Error::TimedOut,
        ErrorKind::PermissionDenied => Error::Denied,
        ErrorKind::InvalidInput => Error::Invalid,
        ErrorKind::OutOfMemory => Error::Exhausted,
        ErrorKind::Unsupported => Error::Unsupported,
        _ => Error::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_have_no_kind_are_told_apart() {
        for &(number, expected) in NUMBERS {
            assert_eq!(error(number.into()), expected, "{number:?}");
        }
        assert_eq!(error(Errno::INTR.into()), Error::WouldBlock);
        assert_eq!(error(Errno::PIPE.into()), Error::Closed);
        assert_eq!(error(Errno::NOTCONN.into()), Error::NotConnected);
        assert_eq!(error(Errno::NOTSOCK.into()), Error::Failed);
    }
}
