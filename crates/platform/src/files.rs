//! Files: trees of them, each behind a handle from which nothing leads out.
//!
//! A [`Handle`] is a capability. Whoever has the one of a directory reaches what lies below it, by a relative path, and
//! nothing else: `..`, an absolute path or a symbolic link that leads out is [`Error::Escapes`]. Positions belong to
//! whoever reads and writes, so the operations here say where. A handle that nothing open has, or that was opened for
//! something else, is [`Error::BadHandle`].

use crate::Error;

/// What a port calls something open: a file, a directory, a socket. It is no pointer; a wrong one is an error.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Handle(pub u32);

/// What something in a file system is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum FileType {
    /// None of the others.
    Unknown,
    /// A device of blocks.
    BlockDevice,
    /// A device of characters, such as a terminal.
    CharacterDevice,
    /// A directory.
    Directory,
    /// A file with bytes.
    Regular,
    /// A socket for datagrams.
    SocketDatagram,
    /// A socket for a stream of bytes.
    SocketStream,
    /// A symbolic link.
    SymbolicLink,
}

/// How to open something.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Open {
    /// To read it.
    pub read: bool,
    /// To write it.
    pub write: bool,
    /// To write it at its end, by [`Files::append`]. Otherwise the same as `write`: that a write goes to the end is
    /// remembered by whoever writes, who may change it.
    pub append: bool,
    /// Make an empty file if there is none.
    pub create: bool,
    /// With `create`, there must be none: [`Error::Exists`].
    pub exclusive: bool,
    /// Cut it to no bytes.
    pub truncate: bool,
    /// It must be a directory: [`Error::NotDirectory`]. None is made or cut: [`Error::Invalid`].
    pub directory: bool,
    /// If the path's last name is a symbolic link, it is followed; otherwise that is [`Error::Loop`].
    pub follow: bool,
    /// Reading and writing a pipe or terminal does not wait.
    pub nonblocking: bool,
    /// A write returns only when the data is on the medium.
    pub sync: bool,
}

/// What a file system knows of something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Status {
    /// Which file system it is in.
    pub device: u64,
    /// Its number in there; two names with the same number name one thing.
    pub inode: u64,
    /// What it is.
    pub file_type: FileType,
    /// How many names it has.
    pub links: u64,
    /// Bytes in it.
    pub size: u64,
    /// When it was read last, in nanoseconds since 1970-01-01 00:00 UTC; zero if the file system doesn't know.
    pub accessed_ns: u64,
    /// When it was written last, as above.
    pub modified_ns: u64,
    /// When anything about it changed last, as above.
    pub changed_ns: u64,
}

/// What becomes of one of the times of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Time {
    /// It stays.
    Keep,
    /// It becomes the present.
    Now,
    /// It becomes this many nanoseconds since 1970-01-01 00:00 UTC.
    At(u64),
}

/// A name in a directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// How many bytes its name has; as many of them as fit stand in the buffer.
    pub name_len: u32,
    /// What it is.
    pub file_type: FileType,
    /// The number of what it names.
    pub inode: u64,
    /// Where to go on: the cookie of the next entry.
    pub next: u64,
}

/// A file system, or several: everything that its handles reach.
///
/// Paths are relative to the directory `at`, have names separated by `/`, and are text. What a file system does not
/// offer stays at its default: [`Error::Unsupported`], or [`Error::ReadOnly`] where something would be changed.
pub trait Files: Sync {
    /// Opens what `path` names. A directory is opened whether `directory` is asked for or not; to open one for writing
    /// is [`Error::IsDirectory`].
    fn open(&self, at: Handle, path: &str, how: Open) -> Result<Handle, Error>;

    /// Gives the handle back. A wrong handle is ignored.
    fn close(&self, handle: Handle);

    /// What is known of something open.
    fn status(&self, handle: Handle) -> Result<Status, Error>;

    /// What is known of what `path` names; of a symbolic link itself unless `follow`.
    fn status_at(&self, at: Handle, path: &str, follow: bool) -> Result<Status, Error>;

    /// Reads from byte `offset` on, as much as there is and fits; zero at the end. What has no positions (a pipe) is
    /// read where it stands.
    fn read_at(&self, file: Handle, buffer: &mut [u8], offset: u64) -> Result<usize, Error>;

    /// The entry of a directory at `cookie`, which is 0 or the `next` of another entry; `None` behind the last.
    /// `.` and `..` are not listed: whoever wants them knows them. Entries that are added or removed meanwhile may or may
    /// not be seen.
    fn entry(&self, directory: Handle, cookie: u64, name: &mut [u8]) -> Result<Option<Entry>, Error>;

    /// Writes from byte `offset` on and says how many bytes were taken. What has no positions is written where it
    /// stands.
    fn write_at(&self, file: Handle, bytes: &[u8], offset: u64) -> Result<usize, Error> {
        let _ = (file, bytes, offset);
        Err(Error::ReadOnly)
    }

    /// Writes behind the last byte, wherever that is now, and says how many bytes were taken.
    fn append(&self, file: Handle, bytes: &[u8]) -> Result<usize, Error> {
        let _ = (file, bytes);
        Err(Error::ReadOnly)
    }

    /// Cuts the file, or fills it up with zeros, to `bytes`.
    fn set_size(&self, file: Handle, bytes: u64) -> Result<(), Error> {
        let _ = (file, bytes);
        Err(Error::ReadOnly)
    }

    /// Sets the times of something open.
    fn set_times(&self, handle: Handle, accessed: Time, modified: Time) -> Result<(), Error> {
        let _ = (handle, accessed, modified);
        Err(Error::ReadOnly)
    }

    /// Sets the times of what `path` names; of a symbolic link itself unless `follow`.
    fn set_times_at(&self, at: Handle, path: &str, follow: bool, accessed: Time, modified: Time) -> Result<(), Error> {
        let _ = (at, path, follow, accessed, modified);
        Err(Error::ReadOnly)
    }

    /// Changes whether reading and writing wait, and whether writes wait for the medium, of something open.
    fn set_flags(&self, file: Handle, nonblocking: bool, sync: bool) -> Result<(), Error> {
        let _ = (file, nonblocking, sync);
        Err(Error::Unsupported)
    }

    /// Returns when everything written is on the medium; with `data_only` perhaps without its times.
    fn sync(&self, handle: Handle, data_only: bool) -> Result<(), Error> {
        let _ = (handle, data_only);
        Ok(())
    }

    /// Makes an empty directory.
    fn create_directory(&self, at: Handle, path: &str) -> Result<(), Error> {
        let _ = (at, path);
        Err(Error::ReadOnly)
    }

    /// Removes an empty directory.
    fn remove_directory(&self, at: Handle, path: &str) -> Result<(), Error> {
        let _ = (at, path);
        Err(Error::ReadOnly)
    }

    /// Removes a name of something that is no directory.
    fn remove_file(&self, at: Handle, path: &str) -> Result<(), Error> {
        let _ = (at, path);
        Err(Error::ReadOnly)
    }

    /// Gives what `path` names another name, and replaces what had that one if it is of the same kind (a directory only
    /// if it is empty).
    fn rename(&self, at: Handle, path: &str, new_at: Handle, new_path: &str) -> Result<(), Error> {
        let _ = (at, path, new_at, new_path);
        Err(Error::ReadOnly)
    }

    /// Gives a file one more name. A symbolic link at `path` gets one itself.
    fn link(&self, at: Handle, path: &str, new_at: Handle, new_path: &str) -> Result<(), Error> {
        let _ = (at, path, new_at, new_path);
        Err(Error::Unsupported)
    }

    /// Makes a symbolic link at `path` that says `text`.
    fn symlink(&self, text: &str, at: Handle, path: &str) -> Result<(), Error> {
        let _ = (text, at, path);
        Err(Error::Unsupported)
    }

    /// What the symbolic link at `path` says: how many bytes of it stand in `buffer`, which is as many as fit.
    fn read_link(&self, at: Handle, path: &str, buffer: &mut [u8]) -> Result<usize, Error> {
        let _ = (at, path, buffer);
        Err(Error::Invalid)
    }
}
