//! What only Unix systems do, or do in their own way.

use cap_fs_ext::OpenOptionsSyncExt;
use cap_std::fs::{Dir, DirEntry, Metadata, MetadataExt, OpenOptions, OpenOptionsExt};
use rust_std::fs::File;
use rust_std::io::{self, Read, Write};
use rust_std::os::unix::fs::FileExt;
use rustix::fs::{
    DirEntryExt, OFlags, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT, fcntl_getfl, fcntl_setfl, futimens,
};
use rustix::io::Errno;

use crate::{Error, Open, Time};

/// The numbers of the system's errors. What is not here is [`Error::Failed`].
#[rustfmt::skip]
const ERRORS: &[(Errno, Error)] = &[
    (Errno::ACCESS,      Error::Denied),
    (Errno::AGAIN,       Error::WouldBlock),
    (Errno::BADF,        Error::BadHandle),
    (Errno::BUSY,        Error::Busy),
    (Errno::DEADLK,      Error::Busy),
    (Errno::DQUOT,       Error::NoSpace),
    (Errno::EXIST,       Error::Exists),
    (Errno::FBIG,        Error::TooLarge),
    (Errno::ILSEQ,       Error::BadName),
    (Errno::INVAL,       Error::Invalid),
    (Errno::ISDIR,       Error::IsDirectory),
    (Errno::LOOP,        Error::Loop),
    (Errno::MFILE,       Error::Exhausted),
    (Errno::MLINK,       Error::TooManyLinks),
    (Errno::NAMETOOLONG, Error::NameTooLong),
    (Errno::NFILE,       Error::Exhausted),
    (Errno::NODEV,       Error::Unsupported),
    (Errno::NOENT,       Error::NotFound),
    (Errno::NOMEM,       Error::Exhausted),
    (Errno::NOSPC,       Error::NoSpace),
    (Errno::NOSYS,       Error::Unsupported),
    (Errno::NOTDIR,      Error::NotDirectory),
    (Errno::NOTEMPTY,    Error::NotEmpty),
    (Errno::NOTSUP,      Error::Unsupported),
    (Errno::NOTTY,       Error::Unsupported),
    (Errno::NXIO,        Error::Unsupported),
    (Errno::OPNOTSUPP,   Error::Unsupported),
    (Errno::OVERFLOW,    Error::TooLarge),
    (Errno::PERM,        Error::NotPermitted),
    (Errno::PIPE,        Error::Closed),
    (Errno::ROFS,        Error::ReadOnly),
    (Errno::SPIPE,       Error::NotSeekable),
    (Errno::TIMEDOUT,    Error::TimedOut),
    (Errno::TXTBSY,      Error::Busy),
    (Errno::WOULDBLOCK,  Error::WouldBlock),
    (Errno::XDEV,        Error::CrossDevice),
];

/// The error with this number, if it is one that has a name here.
pub fn error(number: i32) -> Option<Error> {
    let (_, error) = ERRORS.iter().find(|(row, _)| row.raw_os_error() == number)?;
    Some(*error)
}

/// A guest's terminal never becomes that of the host's process. A directory is asked for without waiting, as what is
/// there may be a pipe.
pub fn prepare(options: &mut OpenOptions, how: Open) {
    options.nonblock(how.nonblocking || how.directory).custom_flags(OFlags::NOCTTY.bits().cast_signed());
}

/// What has no positions is read where it stands.
pub fn read_at(mut file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    match file.read_at(buffer, offset) {
        Err(error) if has_no_positions(&error) => file.read(buffer),
        read => read,
    }
}

/// What has no positions is written where it stands.
pub fn write_at(mut file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
    match file.write_at(bytes, offset) {
        Err(error) if has_no_positions(&error) => file.write(bytes),
        written => written,
    }
}

fn has_no_positions(error: &io::Error) -> bool {
    Errno::from_io_error(error) == Some(Errno::SPIPE)
}

/// Lets reading and writing wait, or not.
pub fn set_nonblocking(file: &File, nonblocking: bool) -> io::Result<()> {
    let mut flags = fcntl_getfl(file)?;
    flags.set(OFlags::NONBLOCK, nonblocking);
    Ok(fcntl_setfl(file, flags)?)
}

/// Returns when what was written is on the medium.
pub fn sync(file: &File, data_only: bool) -> io::Result<()> {
    if data_only { file.sync_data() } else { file.sync_all() }
}

/// The descriptor of a directory may be one that is good for looking up names only.
pub fn sync_directory(dir: &Dir, data_only: bool) -> io::Result<()> {
    sync(&dir.open(".")?.into_std(), data_only)
}

/// Sets the times of something open.
pub fn set_times(file: &File, accessed: Time, modified: Time) -> io::Result<()> {
    let times = Timestamps { last_access: timespec(accessed), last_modification: timespec(modified) };
    Ok(futimens(file, &times)?)
}

fn timespec(time: Time) -> Timespec {
    match time {
        Time::Keep => Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
        Time::Now => Timespec { tv_sec: 0, tv_nsec: UTIME_NOW },
        Time::At(ns) => Timespec { tv_sec: (ns / 1_000_000_000).cast_signed(), tv_nsec: (ns % 1_000_000_000) as _ },
    }
}

/// When anything about it changed.
pub fn changed_ns(metadata: &Metadata) -> u64 {
    let seconds = u64::try_from(metadata.ctime()).unwrap_or(0);
    let nanoseconds = u64::try_from(metadata.ctime_nsec()).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(nanoseconds)
}

/// The number of what the entry names.
pub fn inode(entry: &DirEntry) -> u64 {
    entry.ino()
}
