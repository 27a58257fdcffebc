//! A file system that somebody else runs, and that is asked by path: an operating system's.
//!
//! It brings along what a path means to it ([`ByPath`]); here is what a guest may do with it ([`PathFiles`]). Between two
//! operations nothing is open there, so a guest that is ended in any way leaves nothing behind but what it has written.

use core::ffi::CStr;

use moteur::Heap;
use moteur::pool::Box;
use moteur_platform::{Entry, Error, FileType, Files, Handle, Open, Status, Time};
use spin::mutex::SpinMutex;

use super::copy;
use super::opened::{Handles, ROOT, Unknown};
use super::path::{Cursor, Last, walk};

/// The longest path from the file system's root, in bytes.
pub const FULL_PATH_BYTES_MAX: usize = 255;

/// What a file system knows of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// It is a directory, and no file.
    pub is_directory: bool,
    /// Bytes of a file.
    pub size: u64,
}

/// A file system, as it is asked. Each path is absolute, without `.`, `..` and a slash at its end.
pub trait ByPath: Sync {
    /// What stands there; [`Error::NotFound`] if nothing does.
    fn find(&self, path: &CStr) -> Result<Found, Error>;

    /// Makes an empty file, or cuts the one that is there to no bytes.
    fn create(&self, path: &CStr) -> Result<(), Error>;

    /// Reads a file from `offset` on, as much as there is and fits.
    fn read(&self, path: &CStr, buffer: &mut [u8], offset: u64) -> Result<usize, Error>;

    /// Writes to a file from `offset` on, or behind its last byte if that is `None`, and says how many bytes were taken.
    /// What is between the file's end and `offset` becomes zero.
    fn write(&self, path: &CStr, bytes: &[u8], offset: Option<u64>) -> Result<usize, Error>;

    /// Cuts a file, or fills it up with zeros.
    fn set_size(&self, path: &CStr, bytes: u64) -> Result<(), Error>;

    /// Makes an empty directory.
    fn create_directory(&self, path: &CStr) -> Result<(), Error>;

    /// Removes a file or an empty directory.
    fn remove(&self, path: &CStr) -> Result<(), Error>;

    /// Gives a file or directory another name, in the place of what has that.
    fn rename(&self, path: &CStr, new_path: &CStr) -> Result<(), Error>;

    /// Hands each name in a directory to `each`, with whether it is a directory's. `.` and `..` may be among them.
    fn list(&self, path: &CStr, each: &mut dyn FnMut(&[u8], bool)) -> Result<(), Error>;
}

/// A directory of such a file system and what is below it, as [`Files`].
///
/// What is open cannot be renamed or removed: [`Error::Busy`]. There are no links and no times; numbers of files are made of
/// their paths. A spin lock guards it: code that interrupts an operation must not use it.
pub struct PathFiles<F> {
    files: F,
    root: FullPath,
    handles: SpinMutex<Handles<Opened>>,
    heap: Heap,
    handles_max: u16,
    device: u64,
}

/// What is open: where, and what may be done.
struct Opened {
    path: Box<[u8]>,
    is_directory: bool,
    read: bool,
    write: bool,
}

impl<F: ByPath> PathFiles<F> {
    /// What is in the directory `root` of a file system, such as `/lfs/guest`; whether it is there is not looked at yet.
    /// At most `handles_max` may be open ([`Error::Exhausted`]); the heap keeps their paths. `device` is the number in
    /// [`Status::device`].
    ///
    /// # Errors
    /// [`Error::Invalid`] if the path is not absolute, [`Error::NameTooLong`].
    pub fn new(files: F, root: &str, heap: Heap, handles_max: u16, device: u64) -> Result<PathFiles<F>, Error> {
        let root = FullPath::root(root)?;
        Ok(PathFiles { files, root, handles: SpinMutex::new(Handles::new(heap)), heap, handles_max, device })
    }

    /// The handle of the directory that everything else is in. It is always open, and closing it does nothing.
    pub const fn root(&self) -> Handle {
        ROOT
    }

    /// What stands at a path. The directory that everything is in is there: some file systems cannot say what their own
    /// root is.
    fn metadata(&self, path: &FullPath) -> Result<Found, Error> {
        if path.len == self.root.len {
            return Ok(Found { is_directory: true, size: 0 });
        }
        self.files.find(path.as_c())
    }

    /// The path of a handle.
    fn path(&self, handles: &Handles<Opened>, handle: Handle) -> Result<FullPath, Unknown> {
        if handle == ROOT {
            return Ok(self.root);
        }
        handles.get(handle).map(|opened| FullPath::from_text(&opened.path))
    }

    /// The path of a file's handle that `may` do what is asked for.
    fn file(&self, handle: Handle, may: impl Fn(&Opened) -> bool) -> Result<FullPath, Error> {
        let handles = self.handles.lock();
        if handle == ROOT || handles.get(handle)?.is_directory {
            return Err(Error::IsDirectory);
        }
        let opened = handles.get(handle)?;
        if may(opened) { Ok(FullPath::from_text(&opened.path)) } else { Err(Error::Denied) }
    }

    /// The path of a directory's handle.
    fn directory(&self, handle: Handle) -> Result<FullPath, Error> {
        let handles = self.handles.lock();
        if handle != ROOT && !handles.get(handle)?.is_directory {
            return Err(Error::NotDirectory);
        }
        Ok(self.path(&handles, handle)?)
    }

    /// Looks up what a path names. A file with a slash behind its name is [`Error::NotDirectory`].
    fn target(&self, at: Handle, path: &str) -> Result<Target, Error> {
        let mut place = Place { files: self, path: self.directory(at)? };
        let Last { name, slash } = walk(&mut place, path)?;
        if let Some(name) = name {
            place.path.push(name)?;
        }
        let found = match self.metadata(&place.path) {
            Err(Error::NotFound) => None,
            other => Some(other?),
        };
        if slash && found.is_some_and(|found| !found.is_directory) {
            return Err(Error::NotDirectory);
        }
        Ok(Target { path: place.path, is_named: name.is_some(), slash, found })
    }

    /// Whether something is open there, or below.
    fn is_open(&self, path: &FullPath) -> bool {
        let handles = self.handles.lock();
        let mut opened = handles.0.iter().filter_map(|row| row.opened.as_ref());
        opened.any(|opened| is_within(&opened.path, path.text()))
    }

    fn remove(&self, target: &Target) -> Result<(), Error> {
        if self.is_open(&target.path) {
            return Err(Error::Busy);
        }
        self.files.remove(target.path.as_c())
    }

    fn status_of(&self, path: &FullPath, found: Found) -> Status {
        Status {
            device: self.device,
            inode: number(path.text()),
            file_type: file_type(found.is_directory),
            links: 1,
            size: if found.is_directory { 0 } else { found.size },
            accessed_ns: 0,
            modified_ns: 0,
            changed_ns: 0,
        }
    }
}

impl<F: ByPath + Send> Files for PathFiles<F> {
    fn open(&self, at: Handle, path: &str, how: Open) -> Result<Handle, Error> {
        if how.create && how.directory {
            return Err(Error::Invalid);
        }
        let target = self.target(at, path)?;
        let is_directory = target.found.is_some_and(|found| found.is_directory);
        match &target.found {
            Some(_) if how.create && how.exclusive => return Err(Error::Exists),
            Some(_) if is_directory && (how.write || how.truncate || how.create) => return Err(Error::IsDirectory),
            Some(_) if !is_directory && how.directory => return Err(Error::NotDirectory),
            None if !how.create => return Err(Error::NotFound),
            None if target.slash => return Err(Error::IsDirectory),
            _ => {}
        }
        let mut handles = self.handles.lock();
        let free = handles.reserve(self.handles_max)?;
        let path = Box::from_slice_in(target.path.text(), self.heap).map_err(|_| Error::Exhausted)?;
        if target.found.is_none() || how.truncate {
            self.files.create(target.path.as_c())?;
        }
        Ok(handles.open(free, Opened { path, is_directory, read: how.read, write: how.write }))
    }

    fn close(&self, handle: Handle) {
        self.handles.lock().close(handle);
    }

    fn status(&self, handle: Handle) -> Result<Status, Error> {
        let path = self.path(&self.handles.lock(), handle)?;
        Ok(self.status_of(&path, self.metadata(&path)?))
    }

    fn status_at(&self, at: Handle, path: &str, _: bool) -> Result<Status, Error> {
        let target = self.target(at, path)?;
        Ok(self.status_of(&target.path, target.existing()?))
    }

    fn read_at(&self, file: Handle, buffer: &mut [u8], offset: u64) -> Result<usize, Error> {
        let path = self.file(file, |opened| opened.read)?;
        if offset >= self.metadata(&path)?.size { Ok(0) } else { self.files.read(path.as_c(), buffer, offset) }
    }

    /// The cookie is the number to go on with; names are listed by the numbers that are made of them: a removal moves
    /// none.
    fn entry(&self, directory: Handle, cookie: u64, name: &mut [u8]) -> Result<Option<Entry>, Error> {
        let mut path = self.directory(directory)?;
        let mut first: Option<(u64, FullPath, bool)> = None;
        self.files.list(path.as_c(), &mut |name, is_directory| {
            // One bit less, so that there is a next one, and C's `long` holds it.
            let number = number(name) >> 1;
            let is_dots = matches!(name, b"." | b"..");
            if !is_dots && number >= cookie && first.as_ref().is_none_or(|(first, ..)| number < *first) {
                first = Some((number, FullPath::from_text(name), is_directory));
            }
        })?;
        let Some((number_of_name, found, is_directory)) = first else {
            return Ok(None);
        };
        path.push(str::from_utf8(found.text()).map_err(|_| Error::BadName)?)?;
        copy(name, found.text());
        Ok(Some(Entry {
            name_len: found.len as u32, // At most 255.
            file_type: file_type(is_directory),
            inode: number(path.text()),
            next: number_of_name.wrapping_add(1),
        }))
    }

    fn write_at(&self, file: Handle, bytes: &[u8], offset: u64) -> Result<usize, Error> {
        let path = self.file(file, |opened| opened.write)?;
        offset.checked_add(bytes.len() as u64).ok_or(Error::TooLarge)?;
        if bytes.is_empty() { Ok(0) } else { self.files.write(path.as_c(), bytes, Some(offset)) }
    }

    fn append(&self, file: Handle, bytes: &[u8]) -> Result<usize, Error> {
        let path = self.file(file, |opened| opened.write)?;
        if bytes.is_empty() { Ok(0) } else { self.files.write(path.as_c(), bytes, None) }
    }

    fn set_size(&self, file: Handle, bytes: u64) -> Result<(), Error> {
        let path = self.file(file, |opened| opened.write)?;
        self.files.set_size(path.as_c(), bytes)
    }

    fn set_times(&self, handle: Handle, _: Time, _: Time) -> Result<(), Error> {
        self.status(handle)?;
        Err(Error::Unsupported)
    }

    fn set_times_at(&self, at: Handle, path: &str, _: bool, _: Time, _: Time) -> Result<(), Error> {
        self.status_at(at, path, false)?;
        Err(Error::Unsupported)
    }

    /// Nothing waits here, and every write waits for the medium.
    fn set_flags(&self, file: Handle, _nonblocking: bool, _sync: bool) -> Result<(), Error> {
        self.path(&self.handles.lock(), file)?;
        Ok(())
    }

    fn create_directory(&self, at: Handle, path: &str) -> Result<(), Error> {
        let target = self.target(at, path)?;
        if target.found.is_some() { Err(Error::Exists) } else { self.files.create_directory(target.path.as_c()) }
    }

    fn remove_directory(&self, at: Handle, path: &str) -> Result<(), Error> {
        let target = self.target(at, path)?;
        match target.existing()? {
            _ if !target.is_named => Err(Error::Invalid),
            found if !found.is_directory => Err(Error::NotDirectory),
            _ => self.remove(&target),
        }
    }

    fn remove_file(&self, at: Handle, path: &str) -> Result<(), Error> {
        let target = self.target(at, path)?;
        if target.existing()?.is_directory { Err(Error::IsDirectory) } else { self.remove(&target) }
    }

    fn rename(&self, at: Handle, path: &str, new_at: Handle, new_path: &str) -> Result<(), Error> {
        let (from, to) = (self.target(at, path)?, self.target(new_at, new_path)?);
        let source = from.existing()?;
        if !from.is_named || !to.is_named {
            return Err(Error::Busy); // A directory by `.` or `..`: somebody stands in it.
        }
        if from.path.text() == to.path.text() {
            return Ok(());
        }
        if is_within(to.path.text(), from.path.text()) {
            return Err(Error::Invalid);
        }
        match to.found {
            None if to.slash && !source.is_directory => return Err(Error::NotDirectory),
            Some(_) if is_within(from.path.text(), to.path.text()) => return Err(Error::NotEmpty),
            Some(found) if found.is_directory && !source.is_directory => return Err(Error::IsDirectory),
            Some(found) if !found.is_directory && source.is_directory => return Err(Error::NotDirectory),
            _ => {}
        }
        if self.is_open(&from.path) || self.is_open(&to.path) {
            return Err(Error::Busy);
        }
        self.files.rename(from.path.as_c(), to.path.as_c())
    }

    fn read_link(&self, at: Handle, path: &str, _: &mut [u8]) -> Result<usize, Error> {
        self.status_at(at, path, false)?;
        Err(Error::Invalid)
    }
}

/// What a path leads to.
struct Target {
    path: FullPath,
    /// The path ends with a name, not with `.` or `..`.
    is_named: bool,
    slash: bool,
    /// What stands there, if something does.
    found: Option<Found>,
}

impl Target {
    fn existing(&self) -> Result<Found, Error> {
        self.found.ok_or(Error::NotFound)
    }
}

struct Place<'f, F> {
    files: &'f PathFiles<F>,
    path: FullPath,
}

impl<F: ByPath> Cursor for Place<'_, F> {
    fn enter(&mut self, name: &str) -> Result<(), Error> {
        self.path.push(name)?;
        if self.files.metadata(&self.path)?.is_directory { Ok(()) } else { Err(Error::NotDirectory) }
    }

    fn leave(&mut self) -> Result<(), Error> {
        self.path.pop();
        Ok(())
    }
}

/// A path from the file system's root, without a slash at its end.
#[derive(Clone, Copy)]
struct FullPath {
    /// Zero from `len` on.
    bytes: [u8; FULL_PATH_BYTES_MAX + 1],
    len: usize,
}

impl FullPath {
    /// The path of the directory that a guest gets.
    fn root(text: &str) -> Result<FullPath, Error> {
        let text = text.trim_end_matches('/');
        match text.as_bytes() {
            [b'/', ..] if text.len() > FULL_PATH_BYTES_MAX => Err(Error::NameTooLong),
            [b'/', rest @ ..] if !rest.contains(&0) => Ok(FullPath::from_text(text.as_bytes())),
            _ => Err(Error::Invalid),
        }
    }

    fn from_text(text: &[u8]) -> FullPath {
        let mut path = FullPath { bytes: [0; FULL_PATH_BYTES_MAX + 1], len: 0 };
        if let Some(place) = path.bytes.get_mut(..FULL_PATH_BYTES_MAX) {
            path.len = copy(place, text);
        }
        path
    }

    fn text(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    fn as_c(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.bytes).unwrap_or_default()
    }

    fn push(&mut self, name: &str) -> Result<(), Error> {
        let start = self.len.wrapping_add(1); // At most 256.
        let end = start.checked_add(name.len()).filter(|end| *end <= FULL_PATH_BYTES_MAX);
        let end = end.ok_or(Error::NameTooLong)?;
        if let Some([slash, place @ ..]) = self.bytes.get_mut(self.len..end) {
            *slash = b'/';
            copy(place, name.as_bytes());
        }
        self.len = end;
        Ok(())
    }

    fn pop(&mut self) {
        let len = self.text().iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        if let Some(rest) = self.bytes.get_mut(len..) {
            rest.fill(0);
        }
        self.len = len;
    }
}

fn file_type(is_directory: bool) -> FileType {
    if is_directory { FileType::Directory } else { FileType::Regular }
}

/// A number for a path or a name: FNV-1a, in 64 bits.
pub(super) fn number(text: &[u8]) -> u64 {
    text.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

/// Whether `path` is `directory` or lies below it.
pub(super) fn is_within(path: &[u8], directory: &[u8]) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| matches!(rest, [] | [b'/', ..]))
}
