//! What an error of the operating system is to a guest: one table.

use rust_std::io::{self, ErrorKind};

use super::system;
use crate::Error;

/// Does it until no signal is in the way, and says why it failed.
pub fn retry<T>(mut operation: impl FnMut() -> io::Result<T>) -> Result<T, Error> {
    loop {
        match operation() {
            Err(interrupted) if interrupted.kind() == ErrorKind::Interrupted => {}
            done => return done.map_err(|error| of(&error)),
        }
    }
}

/// The system's own numbers say more than what Rust makes of them.
pub fn of(error: &io::Error) -> Error {
    error.raw_os_error().and_then(system::error).unwrap_or_else(|| match error.kind() {
        // `cap-std` makes errors of its own for one thing only: a path, or a link, leads out.
        ErrorKind::PermissionDenied if error.raw_os_error().is_none() => Error::Escapes,
        ErrorKind::PermissionDenied => Error::Denied,
        ErrorKind::NotFound => Error::NotFound,
        ErrorKind::AlreadyExists => Error::Exists,
        ErrorKind::NotADirectory => Error::NotDirectory,
        ErrorKind::IsADirectory => Error::IsDirectory,
        ErrorKind::DirectoryNotEmpty => Error::NotEmpty,
        ErrorKind::ReadOnlyFilesystem => Error::ReadOnly,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Error::NoSpace,
        ErrorKind::FileTooLarge => Error::TooLarge,
        ErrorKind::InvalidFilename | ErrorKind::InvalidData => Error::BadName,
        ErrorKind::CrossesDevices => Error::CrossDevice,
        ErrorKind::TooManyLinks => Error::TooManyLinks,
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy | ErrorKind::Deadlock => Error::Busy,
        ErrorKind::NotSeekable => Error::NotSeekable,
        ErrorKind::WouldBlock => Error::WouldBlock,
        ErrorKind::BrokenPipe => Error::Closed,
        ErrorKind::InvalidInput => Error::Invalid,
        ErrorKind::OutOfMemory => Error::Exhausted,
        ErrorKind::Unsupported => Error::Unsupported,
        _ => Error::Failed,
    })
}
