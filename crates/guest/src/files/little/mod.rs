//! A file system on a block device that the embedder gives: [littlefs](https://github.com/littlefs-project/littlefs), by
//! the crate [`littlefs2`]. Whatever happens to the power, what an operation did is there as a whole or not at all.
//!
//! # What the dependency is
//! littlefs is C. The crate compiles it, so the feature `littlefs2` needs a C compiler for the target (Debian:
//! `gcc-arm-none-eabi` and `libnewlib-arm-none-eabi`) and libclang (`libclang-dev`) to read its header. The C code calls
//! `strcpy`, `strchr`, `strspn` and `strcspn`: a firmware that links no C library depends on `littlefs2` with its feature
//! `c-stubs` and on `littlefs2-sys` with `tinyrlibc`. The crate has `unsafe` code, allocates nothing, and can panic on a
//! damaged medium or one with names that are not ASCII; the C code is not hardened against a medium that somebody has made
//! on purpose. Guests reach neither with paths and bytes. No code in this crate is `unsafe`.
//!
//! # What it costs
//! On a Cortex-M33 about 22 KB of flash, 14 KB of them C. The library's state points into itself, which safe code cannot
//! keep behind a lock. So every operation mounts the file system, does its work, and leaves nothing in RAM but what the
//! handles remember, a path each. Mounting reads some hundred bytes per directory (ten directories in blocks of 4 KiB:
//! 6 KB, for whatever is done then), and a write that needs a new block looks through the files for a free one. That suits
//! logs, settings and updates, not databases: write large pieces. An operation takes up to 4 KB of stack, and three of the
//! caches that [`Storage`] chooses.

mod place;
mod storage;

use littlefs2::driver::Storage;
use littlefs2::fs::{File, Filesystem, Metadata, OpenOptions};
use littlefs2::io::SeekFrom;
use moteur::Heap;
use moteur::pool::Box;
use moteur_platform::{Entry, Error, FileType, Files, Handle, Open, Status, Time};
use spin::mutex::SpinMutex;

use super::by_path::is_within;
use super::copy;
use super::opened::{Handles, ROOT, Unknown};
pub use storage::FlashStorage;

use place::{FullPath, Target, entry, metadata};

/// The largest file, in bytes: what the library counts in.
const FILE_BYTES_MAX: u64 = i32::MAX as u64;

/// Files on a block device. See the [module](self) for what that takes.
///
/// Names are ASCII ([`Error::BadName`]), a path from the root has at most 255 bytes ([`Error::NameTooLong`]). What is
/// open cannot be renamed or removed: [`Error::Busy`]. There are no links and no times; numbers of files are made of
/// their paths. A write is done as a whole, or not at all; it is on the medium when it returns. A medium that fails, or
/// is not formatted, is [`Error::Failed`].
///
/// As with [`RamFiles`](super::RamFiles), a spin lock guards it: code that interrupts an operation must not use it.
///
/// ```
/// use littlefs2::{consts, driver::Storage, io};
/// use moteur::Heap;
/// use moteur_guest::files::LittleFiles;
/// use moteur_platform::{Error, Files, Open};
///
/// /// 16 blocks of 512 bytes; in firmware: a flash chip.
/// struct Chip([u8; 8192]);
///
/// impl Storage for Chip {
///     const READ_SIZE: usize = 16;
///     const WRITE_SIZE: usize = 16;
///     const BLOCK_SIZE: usize = 512;
///     const BLOCK_COUNT: usize = 16;
///     type CACHE_SIZE = consts::U64;
///     type LOOKAHEAD_SIZE = consts::U1;
///
///     fn read(&mut self, offset: usize, bytes: &mut [u8]) -> io::Result<usize> {
///         bytes.copy_from_slice(self.0.get(offset..offset + bytes.len()).ok_or(io::Error::IO)?);
///         Ok(bytes.len())
///     }
///     fn write(&mut self, offset: usize, bytes: &[u8]) -> io::Result<usize> {
///         self.0.get_mut(offset..offset + bytes.len()).ok_or(io::Error::IO)?.copy_from_slice(bytes);
///         Ok(bytes.len())
///     }
///     fn erase(&mut self, offset: usize, count: usize) -> io::Result<usize> {
///         self.0.get_mut(offset..offset + count).ok_or(io::Error::IO)?.fill(0xff);
///         Ok(count)
///     }
/// }
///
/// let files = LittleFiles::new(Chip([0; 8192]), Heap::system(), 8);
/// files.format()?;
/// let log = files.open(files.root(), "log", Open { write: true, create: true, ..Open::default() })?;
/// files.append(log, b"started\n")?;
///
/// let after_a_restart = LittleFiles::new(files.into_storage(), Heap::system(), 8);
/// assert_eq!(after_a_restart.status_at(after_a_restart.root(), "log", true)?.size, 8);
/// # Ok::<(), Error>(())
/// ```
pub struct LittleFiles<S> {
    state: SpinMutex<State<S>>,
    heap: Heap,
    handles_max: u16,
    device: u64,
}

struct State<S> {
    storage: S,
    handles: Handles<Opened>,
}

/// What is open: where, and what may be done.
struct Opened {
    path: Box<[u8]>,
    is_directory: bool,
    read: bool,
    write: bool,
}

impl<S: Storage> LittleFiles<S> {
    /// The files on this medium, which is not looked at yet. At most `handles_max` may be open
    /// ([`Error::Exhausted`]); the heap keeps their paths.
    pub const fn new(storage: S, heap: Heap, handles_max: u16) -> LittleFiles<S> {
        let state = State { storage, handles: Handles::new(heap) };
        LittleFiles { state: SpinMutex::new(state), heap, handles_max, device: 3 }
    }

    /// The same with another number in [`Status::device`], 3 otherwise: so that guests can tell file systems apart.
    pub const fn with_device(mut self, device: u64) -> LittleFiles<S> {
        self.device = device;
        self
    }

    /// The handle of the directory that everything else is in. It is always open, and closing it does nothing.
    pub const fn root(&self) -> Handle {
        ROOT
    }

    /// Makes the medium an empty file system. Whatever was on it is lost. [`Error::Busy`] while something is open.
    pub fn format(&self) -> Result<(), Error> {
        let state = &mut *self.state.lock();
        if state.opened().next().is_some() {
            return Err(Error::Busy);
        }
        Filesystem::format(&mut state.storage).map_err(error)
    }

    /// Gives the medium back.
    pub fn into_storage(self) -> S {
        self.state.into_inner().storage
    }

    fn status_of(&self, path: &FullPath, data: &Metadata) -> Status {
        Status {
            device: self.device,
            inode: path.number(),
            file_type: file_type(data),
            links: 1,
            size: if data.is_file() { data.len() as u64 } else { 0 },
            accessed_ns: 0,
            modified_ns: 0,
            changed_ns: 0,
        }
    }
}

impl<S: Storage> State<S> {
    /// The path of a handle.
    fn path(&self, handle: Handle) -> Result<FullPath, Unknown> {
        if handle == ROOT {
            return Ok(FullPath::ROOT);
        }
        self.handles.get(handle).map(|opened| FullPath::from_text(&opened.path))
    }

    /// The path of a directory's handle.
    fn directory(&self, handle: Handle) -> Result<FullPath, Error> {
        if handle != ROOT && !self.handles.get(handle)?.is_directory {
            return Err(Error::NotDirectory);
        }
        Ok(self.path(handle)?)
    }

    /// The path of a file's handle that `may` do what is asked for.
    fn file(&self, handle: Handle, may: impl Fn(&Opened) -> bool) -> Result<FullPath, Error> {
        if handle == ROOT || self.handles.get(handle)?.is_directory {
            return Err(Error::IsDirectory);
        }
        let opened = self.handles.get(handle)?;
        if may(opened) { Ok(FullPath::from_text(&opened.path)) } else { Err(Error::Denied) }
    }

    fn opened(&self) -> impl Iterator<Item = &Opened> {
        self.handles.0.iter().filter_map(|row| row.opened.as_ref())
    }

    /// Whether something is open there, or below.
    fn is_open(&self, path: &FullPath) -> bool {
        self.opened().any(|opened| is_within(&opened.path, path.text()))
    }

    /// Does something with the file system.
    fn mounted<R>(&mut self, work: impl FnOnce(&Filesystem<'_, S>) -> Result<R, Error>) -> Result<R, Error> {
        let (mut work, mut result) = (Some(work), Err(Error::Failed));
        self.mount(&mut |fs| {
            if let Some(work) = work.take() {
                result = work(fs);
            }
        })?;
        result
    }

    /// Once for all operations: mounting is a kilobyte of code.
    #[inline(never)]
    fn mount(&mut self, work: &mut dyn FnMut(&Filesystem<'_, S>)) -> Result<(), Error> {
        Filesystem::mount_and_then(&mut self.storage, |fs| {
            work(fs);
            Ok(())
        })
        .map_err(error)
    }

    #[inline(never)]
    fn find(&mut self, at: Handle, path: &str) -> Result<Target, Error> {
        let at = self.directory(at)?;
        self.mounted(|fs| Target::find(fs, at, path))
    }

    /// Does something with a file. What was written is on the medium afterwards, unless there was an error: then nothing
    /// of it is.
    #[inline(never)]
    fn with_file(
        &mut self,
        path: &FullPath,
        how: &OpenOptions,
        work: &mut dyn FnMut(&File<'_, '_, S>) -> littlefs2::io::Result<usize>,
    ) -> Result<usize, Error> {
        let path = path.as_path()?;
        self.mounted(|fs| how.open_and_then(fs, path, work).map_err(error))
    }

    fn rename(&mut self, from: Target, to: Target) -> Result<(), Error> {
        let source = from.existing()?;
        if !from.is_named || !to.is_named {
            return Err(Error::Busy); // A directory by `.` or `..`: somebody stands in it.
        }
        let (source_path, target_path) = (from.path.text(), to.path.text());
        if source_path == target_path {
            return Ok(());
        }
        if is_within(target_path, source_path) {
            return Err(Error::Invalid);
        }
        match &to.found {
            None if to.slash && source.is_file() => return Err(Error::NotDirectory),
            Some(_) if is_within(source_path, target_path) => return Err(Error::NotEmpty),
            _ => {}
        }
        if self.is_open(&from.path) || self.is_open(&to.path) {
            return Err(Error::Busy);
        }
        let (source, target) = (from.path.as_path()?, to.path.as_path()?);
        self.mounted(|fs| fs.rename(source, target).map_err(error))
    }

    fn remove(&mut self, target: &Target) -> Result<(), Error> {
        if self.is_open(&target.path) {
            return Err(Error::Busy);
        }
        let path = target.path.as_path()?;
        self.mounted(|fs| fs.remove(path).map_err(error))
    }
}

impl<S: Storage + Send> Files for LittleFiles<S> {
    fn open(&self, at: Handle, path: &str, how: Open) -> Result<Handle, Error> {
        if how.create && how.directory {
            return Err(Error::Invalid);
        }
        let state = &mut *self.state.lock();
        let target = state.find(at, path)?;
        let is_directory = target.found.as_ref().is_some_and(Metadata::is_dir);
        match &target.found {
            Some(_) if how.create && how.exclusive => return Err(Error::Exists),
            Some(_) if is_directory && (how.write || how.truncate || how.create) => return Err(Error::IsDirectory),
            Some(_) if !is_directory && how.directory => return Err(Error::NotDirectory),
            None if !how.create => return Err(Error::NotFound),
            None if target.slash => return Err(Error::IsDirectory),
            _ => {}
        }
        let free = state.handles.reserve(self.handles_max)?;
        let path = target.path.boxed(self.heap)?;
        if target.found.is_none() || how.truncate {
            let options = options(|options| options.write(true).create(true).truncate(true));
            state.with_file(&target.path, &options, &mut |_| Ok(0))?;
        }
        Ok(state.handles.open(free, Opened { path, is_directory, read: how.read, write: how.write }))
    }

    fn close(&self, handle: Handle) {
        self.state.lock().handles.close(handle);
    }

    fn status(&self, handle: Handle) -> Result<Status, Error> {
        let state = &mut *self.state.lock();
        let path = state.path(handle)?;
        let data = state.mounted(|fs| metadata(fs, &path))?;
        Ok(self.status_of(&path, &data))
    }

    fn status_at(&self, at: Handle, path: &str, _: bool) -> Result<Status, Error> {
        let target = self.state.lock().find(at, path)?;
        Ok(self.status_of(&target.path, target.existing()?))
    }

    fn read_at(&self, file: Handle, buffer: &mut [u8], offset: u64) -> Result<usize, Error> {
        let state = &mut *self.state.lock();
        let path = state.file(file, |opened| opened.read)?;
        let count = buffer.len().min(FILE_BYTES_MAX as usize);
        let (Some(buffer), Some(offset)) = (buffer.get_mut(..count), position(offset)) else {
            return Ok(0);
        };
        state.with_file(&path, &options(|options| options.read(true)), &mut |file| {
            file.seek(SeekFrom::Start(offset))?;
            file.read(buffer)
        })
    }

    /// The cookie is the number to go on with; names are listed by the numbers that are made of them.
    fn entry(&self, directory: Handle, cookie: u64, name: &mut [u8]) -> Result<Option<Entry>, Error> {
        let state = &mut *self.state.lock();
        let directory = state.directory(directory)?;
        state.mounted(|fs| {
            let Some(found) = entry(fs, &directory, cookie)? else {
                return Ok(None);
            };
            let mut path = directory.clone();
            path.push(found.name.as_str())?;
            let text = found.name.as_str().as_bytes();
            copy(name, text);
            Ok(Some(Entry {
                name_len: text.len() as u32, // At most 255.
                file_type: file_type(&found.data),
                inode: path.number(),
                next: found.number.wrapping_add(1),
            }))
        })
    }

    fn write_at(&self, file: Handle, bytes: &[u8], offset: u64) -> Result<usize, Error> {
        let state = &mut *self.state.lock();
        let path = state.file(file, |opened| opened.write)?;
        if bytes.is_empty() {
            return Ok(0);
        }
        let end = offset.checked_add(bytes.len() as u64).ok_or(Error::TooLarge)?;
        check_size::<S>(end)?;
        let offset = position(offset).ok_or(Error::TooLarge)?;
        state.with_file(&path, &options(|options| options.write(true)), &mut |file| {
            file.seek(SeekFrom::Start(offset))?;
            file.write(bytes)
        })
    }

    fn append(&self, file: Handle, bytes: &[u8]) -> Result<usize, Error> {
        let state = &mut *self.state.lock();
        let path = state.file(file, |opened| opened.write)?;
        if bytes.is_empty() {
            return Ok(0);
        }
        check_size::<S>(bytes.len() as u64)?;
        state.with_file(&path, &options(|options| options.write(true).append(true)), &mut |file| file.write(bytes))
    }

    fn set_size(&self, file: Handle, bytes: u64) -> Result<(), Error> {
        let state = &mut *self.state.lock();
        let path = state.file(file, |opened| opened.write)?;
        check_size::<S>(bytes)?;
        let bytes = usize::try_from(bytes).map_err(|_| Error::TooLarge)?;
        state.with_file(&path, &options(|options| options.write(true)), &mut |file| file.set_len(bytes).map(|()| 0))?;
        Ok(())
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
        self.state.lock().path(file)?;
        Ok(())
    }

    fn create_directory(&self, at: Handle, path: &str) -> Result<(), Error> {
        let state = &mut *self.state.lock();
        let target = state.find(at, path)?;
        if target.found.is_some() {
            return Err(Error::Exists);
        }
        let path = target.path.as_path()?;
        state.mounted(|fs| fs.create_dir(path).map_err(error))
    }

    fn remove_directory(&self, at: Handle, path: &str) -> Result<(), Error> {
        let state = &mut *self.state.lock();
        let target = state.find(at, path)?;
        match target.existing()? {
            _ if !target.is_named => Err(Error::Invalid),
            data if data.is_file() => Err(Error::NotDirectory),
            _ => state.remove(&target),
        }
    }

    fn remove_file(&self, at: Handle, path: &str) -> Result<(), Error> {
        let state = &mut *self.state.lock();
        let target = state.find(at, path)?;
        if target.existing()?.is_dir() { Err(Error::IsDirectory) } else { state.remove(&target) }
    }

    fn rename(&self, at: Handle, path: &str, new_at: Handle, new_path: &str) -> Result<(), Error> {
        let state = &mut *self.state.lock();
        let from = state.find(at, path)?;
        let to = state.find(new_at, new_path)?;
        state.rename(from, to)
    }

    fn read_link(&self, at: Handle, path: &str, _: &mut [u8]) -> Result<usize, Error> {
        self.status_at(at, path, false)?;
        Err(Error::Invalid)
    }
}

fn options(choose: impl FnOnce(&mut OpenOptions) -> &mut OpenOptions) -> OpenOptions {
    let mut options = OpenOptions::new();
    choose(&mut options);
    options
}

fn file_type(data: &Metadata) -> FileType {
    if data.is_dir() { FileType::Directory } else { FileType::Regular }
}

/// A position as the library counts it, if a file reaches as far.
fn position(offset: u64) -> Option<u32> {
    u32::try_from(offset).ok().filter(|offset| u64::from(*offset) <= FILE_BYTES_MAX)
}

/// Refuses what no file can be, before the library begins to write zeros.
fn check_size<S: Storage>(bytes: u64) -> Result<(), Error> {
    let medium = (S::BLOCK_COUNT as u64).saturating_mul(S::BLOCK_SIZE as u64);
    if bytes > FILE_BYTES_MAX {
        Err(Error::TooLarge)
    } else if bytes > medium {
        Err(Error::NoSpace)
    } else {
        Ok(())
    }
}

/// The library's errors as ours.
fn error(error: littlefs2::io::Error) -> Error {
    use littlefs2::io::Error as Own;
    const ERRORS: &[(Own, Error)] = &[
        (Own::NO_SUCH_ENTRY, Error::NotFound),
        (Own::ENTRY_ALREADY_EXISTED, Error::Exists),
        (Own::PATH_NOT_DIR, Error::NotDirectory),
        (Own::PATH_IS_DIR, Error::IsDirectory),
        (Own::DIR_NOT_EMPTY, Error::NotEmpty),
        (Own::FILE_TOO_BIG, Error::TooLarge),
        (Own::INVALID, Error::Invalid),
        (Own::NO_SPACE, Error::NoSpace),
        (Own::NO_MEMORY, Error::Exhausted),
        (Own::FILENAME_TOO_LONG, Error::NameTooLong),
    ];
    ERRORS.iter().find(|(own, _)| *own == error).map_or(Error::Failed, |(_, error)| *error)
}
