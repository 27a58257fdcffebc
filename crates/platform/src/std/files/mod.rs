//! Directories of the operating system as [`Files`]: what lies below a directory that the embedder opened, and nothing
//! else. Paths are looked up by `cap-std`, which asks the kernel to stay below the directory (`openat2` on Linux) or goes
//! name by name with a descriptor for each, so that no `..` and no symbolic link leads out, not even one that another
//! process puts there in the middle of it.

use cap_fs_ext::DirExt;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, Metadata};
use rust_std::fs::File;
use rust_std::io;
use rust_std::path::Path;
use rust_std::sync::atomic::{AtomicBool, Ordering};
use rust_std::sync::{Arc, Mutex, PoisonError};

use crate::{Entry, Error, Files, Handle, Open, Status, Time};

mod append;
mod error;
mod handles;
mod listing;
mod open;
mod status;
#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

use error::retry;
use handles::Handles;
use listing::Listing;

/// What guests may do with the files below a directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Read, list and ask. Everything else is [`Error::ReadOnly`], whatever the operating system would allow.
    ReadOnly,
    /// Everything that the operating system allows this process.
    ReadWrite,
}

impl Access {
    /// Refuses what would change something where nothing may change.
    fn check_change(self) -> Result<(), Error> {
        match self {
            Access::ReadOnly => Err(Error::ReadOnly),
            Access::ReadWrite => Ok(()),
        }
    }
}

/// Directories of the operating system.
///
/// ```
/// use moteur_platform::std::files::{Access, HostFiles};
/// use moteur_platform::{Files, Open};
///
/// static FILES: HostFiles = HostFiles::new();
///
/// let root = FILES.open_root(".".as_ref(), Access::ReadOnly)?;
/// let manifest = FILES.open(root, "Cargo.toml", Open { read: true, ..Open::default() })?;
/// let mut start = [0; 9];
/// FILES.read_at(manifest, &mut start, 0)?;
/// assert_eq!(&start, b"[package]");
/// assert!(FILES.open(root, "../Cargo.toml", Open::default()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Opening a named pipe waits for its other end, and reading one for bytes, unless [`Open::nonblocking`] is set; the
/// guest cannot be interrupted meanwhile. Names that are not UTF-8 are not listed, and no guest can say them. Symbolic
/// links to absolute paths are neither made, read nor followed: [`Error::Escapes`].
pub struct HostFiles {
    handles: Handles<Opened>,
}

/// Something open. Whoever uses it has a share in it, so that nothing waits for the disk with the handles locked.
#[derive(Clone)]
enum Opened {
    File(Arc<OpenFile>),
    Directory(Arc<OpenDirectory>),
}

struct OpenFile {
    file: File,
    access: Access,
    /// What it was opened for. The operating system may have been asked for more, as it creates and cuts only what is
    /// opened for writing.
    read: bool,
    write: bool,
    /// Whether a write waits for the medium. Linux cannot change that of an open file, so it is done here.
    sync: AtomicBool,
}

struct OpenDirectory {
    dir: Dir,
    access: Access,
    listing: Mutex<Listing>,
}

impl HostFiles {
    /// No files yet, and at most 256 handles at a time. With one more descriptor for each directory that is being
    /// listed that is half of what systems usually give a process, and the embedder needs some too.
    pub const fn new() -> HostFiles {
        Self::with_handles_max(256)
    }

    /// No files yet, and at most that many handles at a time, but never more than 4,096; one more is
    /// [`Error::Exhausted`].
    pub const fn with_handles_max(handles_max: usize) -> HostFiles {
        HostFiles { handles: Handles::new(handles_max) }
    }

    /// Opens the host's directory at `host_path` with the authority of the whole process: the only way to what no handle
    /// leads to. What is opened through the handle has its access at most.
    ///
    /// Errors are those of the operating system; [`Error::Exhausted`], wrapped, if there are too many handles.
    pub fn open_root(&self, host_path: &Path, access: Access) -> io::Result<Handle> {
        let dir = Dir::open_ambient_dir(host_path, ambient_authority())?;
        self.handles.insert(Opened::directory(dir, access)).map_err(io::Error::other)
    }

    fn file(&self, handle: Handle) -> Result<Arc<OpenFile>, Error> {
        match self.handles.get(handle)? {
            Opened::File(file) => Ok(file),
            Opened::Directory(_) => Err(Error::IsDirectory),
        }
    }

    /// A file that was opened for writing.
    fn file_to_write(&self, handle: Handle) -> Result<Arc<OpenFile>, Error> {
        let file = self.file(handle)?;
        file.access.check_change()?;
        if file.write { Ok(file) } else { Err(Error::BadHandle) }
    }

    fn directory(&self, handle: Handle) -> Result<Arc<OpenDirectory>, Error> {
        match self.handles.get(handle)? {
            Opened::Directory(directory) => Ok(directory),
            Opened::File(_) => Err(Error::NotDirectory),
        }
    }

    /// A directory in which something may change.
    fn directory_to_change(&self, handle: Handle) -> Result<Arc<OpenDirectory>, Error> {
        let directory = self.directory(handle)?;
        directory.access.check_change()?;
        Ok(directory)
    }
}

impl Default for HostFiles {
    fn default() -> Self {
        Self::new()
    }
}

impl Opened {
    fn directory(dir: Dir, access: Access) -> Opened {
        Opened::Directory(Arc::new(OpenDirectory { dir, access, listing: Mutex::default() }))
    }
}

impl OpenFile {
    /// What is to happen after something was written: nothing, mostly.
    fn written(&self) -> Result<(), Error> {
        if self.sync.load(Ordering::Relaxed) { retry(|| system::sync(&self.file, true)) } else { Ok(()) }
    }
}

impl Files for HostFiles {
    fn open(&self, at: Handle, path: &str, how: Open) -> Result<Handle, Error> {
        let directory = self.directory(at)?;
        // Now, so that no file is made that nobody gets a handle of. Another thread may still be faster.
        self.handles.check_room()?;
        self.handles.insert(directory.open(checked(path)?, how)?)
    }

    fn close(&self, handle: Handle) {
        self.handles.remove(handle);
    }

    fn status(&self, handle: Handle) -> Result<Status, Error> {
        let metadata = match self.handles.get(handle)? {
            Opened::File(file) => retry(|| Metadata::from_file(&file.file))?,
            Opened::Directory(directory) => retry(|| directory.dir.dir_metadata())?,
        };
        Ok(status::of(&metadata))
    }

    fn status_at(&self, at: Handle, path: &str, follow: bool) -> Result<Status, Error> {
        // A slash at the end, or a dot behind it, means the directory that a link leads to. `cap-std` drops both.
        let wants_directory = path.ends_with('/') || path.ends_with("/.");
        let (directory, path) = (self.directory(at)?, checked(path)?);
        let metadata = match follow || wants_directory {
            true => retry(|| directory.dir.metadata(path))?,
            false => retry(|| directory.dir.symlink_metadata(path))?,
        };
        if wants_directory && !metadata.is_dir() {
            return Err(Error::NotDirectory);
        }
        Ok(status::of(&metadata))
    }

    fn read_at(&self, file: Handle, buffer: &mut [u8], offset: u64) -> Result<usize, Error> {
        let file = self.file(file)?;
        if !file.read {
            return Err(Error::BadHandle);
        }
        let offset = checked_offset(offset).ok_or(Error::Invalid)?;
        retry(|| system::read_at(&file.file, buffer, offset))
    }

    fn entry(&self, directory: Handle, cookie: u64, name: &mut [u8]) -> Result<Option<Entry>, Error> {
        let directory = self.directory(directory)?;
        let mut listing = directory.listing.lock().unwrap_or_else(PoisonError::into_inner);
        listing.entry(&directory.dir, cookie, name)
    }

    fn write_at(&self, file: Handle, bytes: &[u8], offset: u64) -> Result<usize, Error> {
        let file = self.file_to_write(file)?;
        let offset = checked_offset(offset).ok_or(Error::TooLarge)?;
        // POSIX says so of a write that begins at the last offset there is; Linux has another error for it.
        if offset.checked_add(bytes.len() as u64).and_then(checked_offset).is_none() {
            return Err(Error::TooLarge);
        }
        let written = retry(|| system::write_at(&file.file, bytes, offset))?;
        file.written()?;
        Ok(written)
    }

    fn append(&self, file: Handle, bytes: &[u8]) -> Result<usize, Error> {
        let file = self.file_to_write(file)?;
        let written = retry(|| append::append(&file.file, bytes))?;
        file.written()?;
        Ok(written)
    }

    fn set_size(&self, file: Handle, bytes: u64) -> Result<(), Error> {
        let file = self.file_to_write(file)?;
        let bytes = checked_offset(bytes).ok_or(Error::TooLarge)?;
        retry(|| file.file.set_len(bytes))?;
        file.written()
    }

    fn set_times(&self, handle: Handle, accessed: Time, modified: Time) -> Result<(), Error> {
        match self.handles.get(handle)? {
            Opened::File(file) => {
                file.access.check_change()?;
                retry(|| system::set_times(&file.file, accessed, modified))
            }
            Opened::Directory(directory) => directory.set_times(Path::new("."), true, accessed, modified),
        }
    }

    fn set_times_at(&self, at: Handle, path: &str, follow: bool, accessed: Time, modified: Time) -> Result<(), Error> {
        self.directory(at)?.set_times(checked(path)?, follow, accessed, modified)
    }

    fn set_flags(&self, file: Handle, nonblocking: bool, sync: bool) -> Result<(), Error> {
        let file = self.file(file)?;
        retry(|| system::set_nonblocking(&file.file, nonblocking))?;
        file.sync.store(sync, Ordering::Relaxed);
        Ok(())
    }

    fn sync(&self, handle: Handle, data_only: bool) -> Result<(), Error> {
        match self.handles.get(handle)? {
            Opened::File(file) => retry(|| system::sync(&file.file, data_only)),
            Opened::Directory(directory) => retry(|| system::sync_directory(&directory.dir, data_only)),
        }
    }

    fn create_directory(&self, at: Handle, path: &str) -> Result<(), Error> {
        let (directory, path) = (self.directory_to_change(at)?, checked(path)?);
        retry(|| directory.dir.create_dir(path))
    }

    fn remove_directory(&self, at: Handle, path: &str) -> Result<(), Error> {
        let (directory, path) = (self.directory_to_change(at)?, checked(open::without_slashes(path))?);
        retry(|| directory.dir.remove_dir(path))
    }

    fn remove_file(&self, at: Handle, path: &str) -> Result<(), Error> {
        let (directory, path) = (self.directory_to_change(at)?, checked(path)?);
        retry(|| directory.dir.remove_file_or_symlink(path))
    }

    fn rename(&self, at: Handle, path: &str, new_at: Handle, new_path: &str) -> Result<(), Error> {
        let (from, to) = (self.directory_to_change(at)?, self.directory_to_change(new_at)?);
        // Only a directory may get a name with a slash at its end, which `cap-std` drops.
        let wants_directory = new_path.ends_with('/');
        let (path, new_path) = (checked(path)?, checked(new_path)?);
        if wants_directory && !retry(|| from.dir.symlink_metadata(path))?.is_dir() {
            return match retry(|| to.dir.symlink_metadata(new_path)) {
                Err(Error::Escapes) => Err(Error::Escapes),
                _ => Err(Error::NotDirectory),
            };
        }
        retry(|| from.dir.rename(path, &to.dir, new_path))
    }

    /// Both directories must allow changes: a second name in a directory that does would open the file for writing.
    fn link(&self, at: Handle, path: &str, new_at: Handle, new_path: &str) -> Result<(), Error> {
        let (from, to) = (self.directory_to_change(at)?, self.directory_to_change(new_at)?);
        let (path, new_path) = (checked(path)?, checked(new_path)?);
        retry(|| from.dir.hard_link(path, &to.dir, new_path))
    }

    fn symlink(&self, text: &str, at: Handle, path: &str) -> Result<(), Error> {
        let (directory, path) = (self.directory_to_change(at)?, checked(path)?);
        let text = checked(text)?;
        retry(|| DirExt::symlink(&directory.dir, text, path))
    }

    fn read_link(&self, at: Handle, path: &str, buffer: &mut [u8]) -> Result<usize, Error> {
        let (directory, path) = (self.directory(at)?, checked(path)?);
        let text = retry(|| directory.dir.read_link(path))?;
        let text = text.to_str().ok_or(Error::BadName)?;
        Ok(copy_front(text.as_bytes(), buffer))
    }
}

/// Paths and the texts of symbolic links have fewer bytes, so that a guest cannot make the host copy gigabytes: the
/// `PATH_MAX` of Linux, and more than what other systems have.
const PATH_BYTES_MAX: usize = 4096;

/// A path, or the text of a symbolic link, that is worth asking the operating system about.
fn checked(path: &str) -> Result<&Path, Error> {
    match path.len() {
        0 => Err(Error::NotFound),
        PATH_BYTES_MAX.. => Err(Error::NameTooLong),
        _ if path.contains('\0') => Err(Error::BadName),
        _ => Ok(Path::new(path)),
    }
}

/// An offset that no operating system takes for something else, as some do with negative ones.
fn checked_offset(offset: u64) -> Option<u64> {
    i64::try_from(offset).is_ok().then_some(offset)
}

/// Copies as much of `bytes` as fits, and says how much that is.
fn copy_front(bytes: &[u8], buffer: &mut [u8]) -> usize {
    let copied = buffer.iter_mut().zip(bytes).map(|(to, from)| *to = *from).count();
    debug_assert_eq!(copied, bytes.len().min(buffer.len()));
    copied
}
