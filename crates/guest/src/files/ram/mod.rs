//! A file system in RAM, in a heap that the embedder names.
//!
//! | file | holds |
//! |---|---|
//! | `mod` | [`RamFiles`], its limits, what the operations allow |
//! | `tree` | nodes and their names |
//! | `content` | the bytes of a file |

mod content;
mod tree;

use moteur::Heap;
use moteur_platform::{Entry, Error, Files, Handle, Open, Platform, Status, Time};
use spin::mutex::{SpinMutex, SpinMutexGuard};

use super::copy;
use super::opened::{Handles, ROOT, Unknown};
use tree::{Node, NodeId, Target, Tree};

/// How much a [`RamFiles`] may hold. What goes beyond is an error, and changes nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RamLimits {
    /// Bytes in all files, each counted in blocks of 256: [`Error::NoSpace`], and [`Error::TooLarge`] for a single file.
    /// On a 32-bit machine a block takes up to 24 bytes more.
    pub bytes_max: usize,
    /// Files and directories, removed ones that are still open included: [`Error::NoSpace`]. On a 32-bit machine
    /// each takes 72 bytes, and its name.
    pub nodes_max: u16,
    /// Open files and directories: [`Error::Exhausted`].
    pub handles_max: u16,
    /// Bytes in a name: [`Error::NameTooLong`].
    pub name_bytes_max: u16,
    /// Names in a path from the root: [`Error::NameTooLong`].
    pub depth_max: u16,
}

impl Default for RamLimits {
    /// 64 KiB in 64 files and directories, 16 of them open; names of 64 bytes, 8 deep.
    fn default() -> Self {
        RamLimits { bytes_max: 64 << 10, nodes_max: 64, handles_max: 16, name_bytes_max: 64, depth_max: 8 }
    }
}

/// A file system in RAM. It is empty at first, takes memory as it is filled, and gives all of it back when it is dropped.
///
/// Files and directories have one name each; links are [`Error::Unsupported`]. What is removed while it is open stays,
/// nameless, until it is closed. Without memory an operation is [`Error::NoSpace`] ([`Error::Exhausted`] for a handle)
/// and has changed nothing, or a write has taken a part.
///
/// [`Open::append`] is for the caller: who appends calls [`Files::append`].
///
/// ```
/// use moteur::Heap;
/// use moteur_guest::files::{RamFiles, RamLimits};
/// use moteur_platform::{Error, Files, Open};
/// use static_cell::StaticCell;
///
/// // A guest needs `&'static dyn Files`; whoever has no StaticCell leaks a moteur::pool::Box.
/// static FILES: StaticCell<RamFiles> = StaticCell::new();
/// let heap = Heap::system(); // In firmware: Heap::new(buffer).
/// let limits = RamLimits { bytes_max: 4096, ..RamLimits::default() };
/// let files: &'static RamFiles = FILES.init(RamFiles::new(heap, limits));
///
/// files.create_directory(files.root(), "log")?;
/// let log = files.open(files.root(), "log/today", Open { write: true, create: true, ..Open::default() })?;
/// assert_eq!(files.append(log, b"started\n")?, 8);
/// assert_eq!(files.set_size(log, 5000), Err(Error::TooLarge));
/// files.close(log);
/// # Ok::<(), Error>(())
/// ```
///
/// # Threads and interrupts
/// A spin lock guards the whole of it, for as long as an operation takes: at most a look at every node per name of the
/// path, or the copy of what is read or written. The rule is the heap's own: code that interrupts an operation (a
/// handler, or a thread of strictly higher priority on the same core) must not use the same file system, it would spin
/// for ever. A lock that masks interrupts would allow that, and would hold them up for as long as the copy takes.
///
/// Where the machine has no compare-and-swap (`thumbv6m`, RISC-V without the `A` extension) the heap's memory stays in
/// one context, and there is no `RamFiles`: [`FlashFiles`](super::FlashFiles) is.
pub struct RamFiles {
    state: SpinMutex<State>,
    clock: Option<&'static dyn Platform>,
    device: u64,
    handles_max: u16,
}

struct State {
    tree: Tree,
    handles: Handles<Opened>,
}

/// What may be done through a handle.
#[derive(Clone, Copy)]
struct Opened {
    node: NodeId,
    read: bool,
    write: bool,
}

impl RamFiles {
    /// An empty file system. It takes nothing from the heap yet.
    pub const fn new(heap: Heap, limits: RamLimits) -> RamFiles {
        let state = State { tree: Tree::new(heap, limits), handles: Handles::new(heap) };
        RamFiles { state: SpinMutex::new(state), clock: None, device: 2, handles_max: limits.handles_max }
    }

    /// The same with times, if the platform knows the date. Otherwise they are zero, but for those that are set.
    pub const fn with_clock(mut self, platform: &'static dyn Platform) -> RamFiles {
        self.clock = Some(platform);
        self
    }

    /// The same with another number in [`Status::device`], 2 otherwise: so that guests can tell file systems apart.
    pub const fn with_device(mut self, device: u64) -> RamFiles {
        self.device = device;
        self
    }

    /// The handle of the directory that everything else is in. It is always open, and closing it does nothing.
    pub const fn root(&self) -> Handle {
        ROOT
    }

    /// Takes the lock, and notes the time for what is done under it. The clock is read before: it is somebody else's code.
    #[inline(never)] // Once, not in each operation.
    fn lock(&self) -> SpinMutexGuard<'_, State> {
        let now = self.clock.and_then(Platform::clock).and_then(|clock| clock.realtime_ns());
        let mut state = self.state.lock();
        state.tree.now = now.unwrap_or(0);
        state
    }
}

impl State {
    fn opened(&self, handle: Handle) -> Result<Opened, Unknown> {
        if handle == ROOT {
            return Ok(Opened { node: NodeId::ROOT, read: false, write: false });
        }
        self.handles.get(handle).copied()
    }

    /// The node of a handle.
    fn node(&self, handle: Handle) -> Result<NodeId, Unknown> {
        self.opened(handle).map(|opened| opened.node)
    }

    fn target<'p>(&self, at: Handle, path: &'p str) -> Result<Target<'p>, Error> {
        self.tree.target(self.node(at)?, path)
    }

    /// The file of a handle that was opened for writing.
    fn written(&self, file: Handle) -> Result<NodeId, Error> {
        let opened = self.opened(file)?;
        if self.tree.node(opened.node)?.is_directory() {
            Err(Error::IsDirectory)
        } else if !opened.write {
            Err(Error::Denied)
        } else {
            Ok(opened.node)
        }
    }

    fn open(&mut self, at: Handle, path: &str, how: Open, handles_max: u16) -> Result<Handle, Error> {
        if how.create && how.directory {
            return Err(Error::Invalid);
        }
        let target = self.target(at, path)?;
        if let Some(node) = target.node {
            let is_directory = self.tree.node(node)?.is_directory();
            if how.create && how.exclusive {
                return Err(Error::Exists);
            } else if is_directory && (how.write || how.truncate || how.create) {
                return Err(Error::IsDirectory);
            } else if !is_directory && how.directory {
                return Err(Error::NotDirectory);
            }
        } else if !how.create {
            return Err(Error::NotFound);
        } else if target.last.slash {
            return Err(Error::IsDirectory);
        }
        let free = self.handles.reserve(handles_max)?;
        let node = match target.node {
            Some(node) => node,
            None => self.tree.create(target, false)?,
        };
        if how.truncate && target.node.is_some() {
            self.tree.resize(node, 0)?;
            self.modify(node)?;
        }
        let own = self.tree.node_mut(node)?;
        own.handles = own.handles.wrapping_add(1); // At most 65,535 are open.
        Ok(self.handles.open(free, Opened { node, read: how.read, write: how.write }))
    }

    /// The content of a node has changed.
    fn modify(&mut self, node: NodeId) -> Result<(), Error> {
        let now = self.tree.now;
        let node = self.tree.node_mut(node)?;
        node.times.modified = now;
        node.times.changed = now;
        Ok(())
    }

    fn write(&mut self, node: NodeId, bytes: &[u8], offset: u64) -> Result<usize, Error> {
        let written = self.tree.write(node, bytes, offset)?;
        if written > 0 {
            self.modify(node)?;
        }
        Ok(written)
    }

    fn set_times(&mut self, node: NodeId, accessed: Time, modified: Time) -> Result<(), Error> {
        let now = self.tree.now;
        let at = |time, old| match time {
            Time::Keep => old,
            Time::Now => now,
            Time::At(ns) => ns,
        };
        let times = &mut self.tree.node_mut(node)?.times;
        times.accessed = at(accessed, times.accessed);
        times.modified = at(modified, times.modified);
        times.changed = now;
        Ok(())
    }

    fn rename(&mut self, from: Target<'_>, to: Target<'_>) -> Result<(), Error> {
        let node = from.node.ok_or(Error::NotFound)?;
        if from.last.name.is_none() || to.last.name.is_none() {
            return Err(Error::Busy); // A directory by `.` or `..`: somebody stands in it.
        }
        let is_directory = self.tree.node(node)?.is_directory();
        if is_directory && to.node != Some(node) && self.tree.is_within(to.directory, node) {
            return Err(Error::Invalid);
        }
        match to.node {
            Some(replaced) if replaced == node => return Ok(()),
            Some(replaced) => match (is_directory, self.tree.node(replaced)?.is_directory()) {
                (true, false) => return Err(Error::NotDirectory),
                (_, true) if self.tree.is_within(from.directory, replaced) => return Err(Error::NotEmpty),
                (false, true) => return Err(Error::IsDirectory),
                (true, true) if !self.tree.is_empty(replaced) => return Err(Error::NotEmpty),
                _ => {}
            },
            None if to.last.slash && !is_directory => return Err(Error::NotDirectory),
            None => {}
        }
        self.tree.rename(from, node, to)
    }
}

impl Files for RamFiles {
    fn open(&self, at: Handle, path: &str, how: Open) -> Result<Handle, Error> {
        self.lock().open(at, path, how, self.handles_max)
    }

    fn close(&self, handle: Handle) {
        let state = &mut *self.lock();
        let Some(Opened { node, .. }) = state.handles.close(handle) else {
            return;
        };
        if let Ok(own) = state.tree.node_mut(node) {
            own.handles = own.handles.saturating_sub(1);
        }
        state.tree.release(node);
    }

    fn status(&self, handle: Handle) -> Result<Status, Error> {
        let state = self.lock();
        state.tree.status(state.node(handle)?, self.device)
    }

    fn status_at(&self, at: Handle, path: &str, _: bool) -> Result<Status, Error> {
        let state = self.lock();
        state.tree.status(state.tree.find(state.node(at)?, path)?, self.device)
    }

    fn read_at(&self, file: Handle, buffer: &mut [u8], offset: u64) -> Result<usize, Error> {
        let state = &mut *self.lock();
        let opened = state.opened(file)?;
        let now = state.tree.now;
        let Node { content: Some(content), times, .. } = state.tree.node_mut(opened.node)? else {
            return Err(Error::IsDirectory);
        };
        if !opened.read {
            return Err(Error::Denied);
        }
        times.accessed = now;
        Ok(usize::try_from(offset).map_or(0, |offset| content.read(buffer, offset)))
    }

    /// The cookie is the number of the node to go on with.
    fn entry(&self, directory: Handle, cookie: u64, name: &mut [u8]) -> Result<Option<Entry>, Error> {
        let state = self.lock();
        let directory = state.node(directory)?;
        if !state.tree.node(directory)?.is_directory() {
            return Err(Error::NotDirectory);
        }
        let from = usize::try_from(cookie).unwrap_or(usize::MAX);
        let Some((id, node, text)) = state.tree.next_in(directory, from) else {
            return Ok(None);
        };
        copy(name, text.as_bytes());
        Ok(Some(Entry {
            name_len: text.len() as u32, // At most 65,535.
            file_type: node.file_type(),
            inode: node.inode,
            next: u64::from(id.number()).wrapping_add(1),
        }))
    }

    fn write_at(&self, file: Handle, bytes: &[u8], offset: u64) -> Result<usize, Error> {
        let mut state = self.lock();
        let node = state.written(file)?;
        state.write(node, bytes, offset)
    }

    fn append(&self, file: Handle, bytes: &[u8]) -> Result<usize, Error> {
        let mut state = self.lock();
        let node = state.written(file)?;
        let end = state.tree.status(node, 0)?.size;
        state.write(node, bytes, end)
    }

    fn set_size(&self, file: Handle, bytes: u64) -> Result<(), Error> {
        let mut state = self.lock();
        let node = state.written(file)?;
        state.tree.resize(node, bytes)?;
        state.modify(node)
    }

    fn set_times(&self, handle: Handle, accessed: Time, modified: Time) -> Result<(), Error> {
        let mut state = self.lock();
        let node = state.node(handle)?;
        state.set_times(node, accessed, modified)
    }

    fn set_times_at(&self, at: Handle, path: &str, _: bool, accessed: Time, modified: Time) -> Result<(), Error> {
        let mut state = self.lock();
        let node = state.tree.find(state.node(at)?, path)?;
        state.set_times(node, accessed, modified)
    }

    /// Nothing waits here, so nothing changes.
    fn set_flags(&self, file: Handle, _nonblocking: bool, _sync: bool) -> Result<(), Error> {
        self.lock().node(file)?;
        Ok(())
    }

    fn create_directory(&self, at: Handle, path: &str) -> Result<(), Error> {
        let mut state = self.lock();
        let target = state.target(at, path)?;
        if target.node.is_some() {
            return Err(Error::Exists);
        }
        state.tree.create(target, true).map(|_| ())
    }

    fn remove_directory(&self, at: Handle, path: &str) -> Result<(), Error> {
        let mut state = self.lock();
        let target = state.target(at, path)?;
        let node = target.node.ok_or(Error::NotFound)?;
        if target.last.name.is_none() {
            Err(Error::Invalid)
        } else if !state.tree.node(node)?.is_directory() {
            Err(Error::NotDirectory)
        } else if !state.tree.is_empty(node) {
            Err(Error::NotEmpty)
        } else {
            state.tree.remove(target, node)
        }
    }

    fn remove_file(&self, at: Handle, path: &str) -> Result<(), Error> {
        let mut state = self.lock();
        let target = state.target(at, path)?;
        let node = target.node.ok_or(Error::NotFound)?;
        if state.tree.node(node)?.is_directory() {
            return Err(Error::IsDirectory);
        }
        state.tree.remove(target, node)
    }

    fn rename(&self, at: Handle, path: &str, new_at: Handle, new_path: &str) -> Result<(), Error> {
        let mut state = self.lock();
        let (from, to) = (state.target(at, path)?, state.target(new_at, new_path)?);
        state.rename(from, to)
    }

    fn read_link(&self, at: Handle, path: &str, _: &mut [u8]) -> Result<usize, Error> {
        self.status_at(at, path, false)?;
        Err(Error::Invalid)
    }
}
