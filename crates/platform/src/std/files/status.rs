//! What the operating system knows of a file, in our words.

use cap_fs_ext::{FileTypeExt, MetadataExt};
use cap_std::fs::Metadata;
use cap_std::time::SystemTime;
use rust_std::io;
use rust_std::time::{self, Duration};

use super::system;
use crate::{FileType, Status};

/// What is known of something. Times before 1970 are zero, as are unknown ones.
pub fn of(metadata: &Metadata) -> Status {
    Status {
        device: metadata.dev(),
        inode: metadata.ino(),
        file_type: file_type(metadata.file_type()),
        links: metadata.nlink(),
        size: metadata.len(),
        accessed_ns: nanoseconds(metadata.accessed()),
        modified_ns: nanoseconds(metadata.modified()),
        changed_ns: system::changed_ns(metadata),
    }
}

/// What something is. A pipe is none of what we have a word for; of a socket it is not known what it carries, and nearly
/// all that have names carry streams.
pub fn file_type(file_type: cap_std::fs::FileType) -> FileType {
    match file_type {
        of if of.is_file() => FileType::Regular,
        of if of.is_dir() => FileType::Directory,
        of if of.is_symlink() => FileType::SymbolicLink,
        of if of.is_block_device() => FileType::BlockDevice,
        of if of.is_char_device() => FileType::CharacterDevice,
        of if of.is_socket() => FileType::SocketStream,
        _ => FileType::Unknown,
    }
}

/// The host's word for so many nanoseconds since 1970, which no host lacks: the last is in the year 2554.
pub fn time_at(ns: u64) -> time::SystemTime {
    let since_1970 = Duration::from_nanos(ns);
    time::SystemTime::UNIX_EPOCH.checked_add(since_1970).unwrap_or(time::SystemTime::UNIX_EPOCH)
}

pub fn nanoseconds(time: io::Result<SystemTime>) -> u64 {
    let since_1970 = time.ok().and_then(|time| time.into_std().duration_since(time::SystemTime::UNIX_EPOCH).ok());
    since_1970.map_or(0, |since_1970| u64::try_from(since_1970.as_nanos()).unwrap_or(u64::MAX))
}
