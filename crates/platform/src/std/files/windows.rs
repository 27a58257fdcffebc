//! What only Windows does, or does in its own way.

use cap_fs_ext::{DirEntryExt, MetadataExt, OpenOptionsMaybeDirExt};
use cap_std::fs::{Dir, DirEntry, Metadata, OpenOptions};
use rust_std::fs::{File, FileTimes};
use rust_std::io::{self, ErrorKind};
use rust_std::os::windows::fs::FileExt;
use rust_std::time::SystemTime;

use super::status;
use crate::{Error, Open, Time};

/// Numbers of the system's errors of which Rust's library says less than they do.
#[rustfmt::skip]
const ERRORS: &[(i32, Error)] = &[
    (4,    Error::Exhausted),    // ERROR_TOO_MANY_OPEN_FILES
    (6,    Error::BadHandle),    // ERROR_INVALID_HANDLE
    (32,   Error::Busy),         // ERROR_SHARING_VIOLATION
    (206,  Error::NameTooLong),  // ERROR_FILENAME_EXCED_RANGE
    (267,  Error::NotDirectory), // ERROR_DIRECTORY
    (336,  Error::IsDirectory),  // ERROR_DIRECTORY_NOT_SUPPORTED
    (681,  Error::Loop),         // ERROR_STOPPED_ON_SYMLINK
    (1142, Error::TooManyLinks), // ERROR_TOO_MANY_LINKS
    (1314, Error::NotPermitted), // ERROR_PRIVILEGE_NOT_HELD
    (1921, Error::Loop),         // ERROR_CANT_RESOLVE_FILENAME
    (4390, Error::Invalid),      // ERROR_NOT_A_REPARSE_POINT
];

/// The error with this number, if it is one that has a name here.
pub fn error(number: i32) -> Option<Error> {
    let (_, error) = ERRORS.iter().find(|(row, _)| *row == number)?;
    Some(*error)
}

/// Windows opens directories only for those who say that they know what they do.
pub fn prepare(options: &mut OpenOptions, _how: Open) {
    options.maybe_dir(true);
}

/// Moves the file's own position too, which nobody uses.
pub fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.seek_read(buffer, offset)
}

/// As [`read_at`].
pub fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
    file.seek_write(bytes, offset)
}

/// Nothing that a path below a directory opens has somebody to wait for.
pub fn set_nonblocking(_file: &File, _nonblocking: bool) -> io::Result<()> {
    Ok(())
}

/// Returns when what was written is on the medium. What cannot be written has nothing to wait for.
pub fn sync(file: &File, data_only: bool) -> io::Result<()> {
    match if data_only { file.sync_data() } else { file.sync_all() } {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(()),
        synced => synced,
    }
}

/// Windows does not do that for directories.
pub fn sync_directory(_dir: &Dir, _data_only: bool) -> io::Result<()> {
    Ok(())
}

/// Sets the times of something open.
pub fn set_times(file: &File, accessed: Time, modified: Time) -> io::Result<()> {
    let mut times = FileTimes::new();
    if let Some(accessed) = system_time(accessed) {
        times = times.set_accessed(accessed);
    }
    if let Some(modified) = system_time(modified) {
        times = times.set_modified(modified);
    }
    file.set_times(times)
}

fn system_time(time: Time) -> Option<SystemTime> {
    match time {
        Time::Keep => None,
        Time::Now => Some(SystemTime::now()),
        Time::At(ns) => Some(status::time_at(ns)),
    }
}

/// Windows tells only when the bytes changed.
pub fn changed_ns(metadata: &Metadata) -> u64 {
    status::nanoseconds(metadata.modified())
}

/// The number of what the entry names; zero if that cannot be opened now.
pub fn inode(entry: &DirEntry) -> u64 {
    entry.full_metadata().map_or(0, |metadata| metadata.ino())
}
