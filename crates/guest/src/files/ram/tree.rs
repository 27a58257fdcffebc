//! Nodes, and the names that make a tree of them. A node knows its name and the directory it is in; a directory knows
//! nothing, what is in it is found by looking through all nodes. So there is one place per name to keep in order, renaming
//! changes one node, and the number of a node is a cookie that survives whatever happens to the directory.
//!
//! A node without a name is the root, or removed and still open.

use core::num::NonZeroU16;

use moteur::Heap;
use moteur::pool::{Box, Vec};
use moteur_platform::{Error, FileType, Status};

use super::RamLimits;
use super::content::{BLOCK_BYTES, Content, in_blocks};
use crate::files::opened::Unknown;
use crate::files::path::{Cursor, Last, walk};

/// The number of a node: `n` stands in `nodes[n - 1]`, the root has the largest. Small, and never zero, so that looking
/// something up answers in one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct NodeId(NonZeroU16);

impl NodeId {
    pub(super) const ROOT: NodeId = NodeId(NonZeroU16::MAX);

    pub(super) const fn number(self) -> u16 {
        self.0.get()
    }

    /// The root's is that of no node.
    const fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    fn from_index(index: usize) -> Option<NodeId> {
        u16::try_from(index.wrapping_add(1)).ok().and_then(NonZeroU16::new).map(NodeId)
    }
}

/// As many nodes as have a number and are not the root.
const NODES_MAX: usize = u16::MAX as usize - 1;

/// Nanoseconds since 1970.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) accessed: u64,
    pub(super) modified: u64,
    pub(super) changed: u64,
}

pub(super) struct Name {
    directory: NodeId,
    pub(super) text: Box<str>,
}

pub(super) struct Node {
    pub(super) name: Option<Name>,
    /// `None` for a directory.
    pub(super) content: Option<Content>,
    pub(super) times: Times,
    pub(super) inode: u64,
    /// How many handles are open.
    pub(super) handles: u32,
}

impl Node {
    pub(super) fn file_type(&self) -> FileType {
        if self.is_directory() { FileType::Directory } else { FileType::Regular }
    }

    pub(super) fn is_directory(&self) -> bool {
        self.content.is_none()
    }

    fn bytes(&self) -> usize {
        self.content.as_ref().map_or(0, Content::bytes)
    }
}

pub(super) struct Tree {
    root: Node,
    nodes: Vec<Option<Node>>,
    /// Sizes of all files, in whole blocks.
    bytes: usize,
    inodes: u64,
    limits: RamLimits,
    /// The time of what is being done.
    pub(super) now: u64,
}

/// What a path leads to.
#[derive(Clone, Copy)]
pub(super) struct Target<'p> {
    /// Where its last name is, or would be.
    pub(super) directory: NodeId,
    pub(super) last: Last<'p>,
    /// What it names, if that exists.
    pub(super) node: Option<NodeId>,
}

impl Tree {
    pub(super) const fn new(heap: Heap, limits: RamLimits) -> Tree {
        let times = Times { accessed: 0, modified: 0, changed: 0 };
        let root = Node { name: None, content: None, times, inode: 1, handles: 0 };
        Tree { root, nodes: Vec::new_in(heap), bytes: 0, inodes: 1, limits, now: 0 }
    }

    pub(super) fn node(&self, id: NodeId) -> Result<&Node, Unknown> {
        if id == NodeId::ROOT {
            return Ok(&self.root);
        }
        self.nodes.get(id.index()).and_then(Option::as_ref).ok_or(Unknown)
    }

    pub(super) fn node_mut(&mut self, id: NodeId) -> Result<&mut Node, Unknown> {
        if id == NodeId::ROOT {
            return Ok(&mut self.root);
        }
        self.nodes.get_mut(id.index()).and_then(Option::as_mut).ok_or(Unknown)
    }

    pub(super) fn status(&self, id: NodeId, device: u64) -> Result<Status, Error> {
        let node = self.node(id)?;
        Ok(Status {
            device,
            inode: node.inode,
            file_type: node.file_type(),
            links: u64::from(node.name.is_some() || id == NodeId::ROOT),
            size: node.bytes() as u64,
            accessed_ns: node.times.accessed,
            modified_ns: node.times.modified,
            changed_ns: node.times.changed,
        })
    }

    /// The first node of a directory whose number is `from` or more.
    pub(super) fn next_in(&self, directory: NodeId, from: usize) -> Option<(NodeId, &Node, &str)> {
        self.nodes.iter().enumerate().skip(from.saturating_sub(1)).find_map(|(index, node)| {
            let node = node.as_ref()?;
            let name = node.name.as_ref().filter(|name| name.directory == directory)?;
            Some((NodeId::from_index(index)?, node, &*name.text))
        })
    }

    fn child(&self, directory: NodeId, name: &str) -> Result<Option<NodeId>, Error> {
        if name.len() > usize::from(self.limits.name_bytes_max) {
            return Err(Error::NameTooLong);
        }
        let mut from = 0;
        while let Some((id, _, own)) = self.next_in(directory, from) {
            if own == name {
                return Ok(Some(id));
            }
            from = id.index().wrapping_add(2);
        }
        Ok(None)
    }

    /// Looks up what a path names. A file with a slash behind its name is [`Error::NotDirectory`].
    pub(super) fn target<'p>(&self, at: NodeId, path: &'p str) -> Result<Target<'p>, Error> {
        if !self.node(at)?.is_directory() {
            return Err(Error::NotDirectory);
        }
        let mut place = Place { tree: self, directory: at };
        let last = walk(&mut place, path)?;
        let directory = place.directory;
        let node = match last.name {
            Some(name) => self.child(directory, name)?,
            None => Some(directory),
        };
        if let Some(node) = node.filter(|_| last.slash)
            && !self.node(node)?.is_directory()
        {
            return Err(Error::NotDirectory);
        }
        Ok(Target { directory, last, node })
    }

    /// Looks up what a path names, which must exist.
    pub(super) fn find(&self, at: NodeId, path: &str) -> Result<NodeId, Error> {
        self.target(at, path)?.node.ok_or(Error::NotFound)
    }

    /// Makes a file or a directory where a target has found nothing.
    pub(super) fn create(&mut self, target: Target<'_>, is_directory: bool) -> Result<NodeId, Error> {
        let depth = self.depth_for_more(target.directory)?;
        if depth >= usize::from(self.limits.depth_max) {
            return Err(Error::NameTooLong);
        }
        let free = self.nodes.iter().position(Option::is_none);
        if free.is_none() && self.nodes.len() >= usize::from(self.limits.nodes_max).min(NODES_MAX) {
            return Err(Error::NoSpace);
        }
        let index = free.unwrap_or(self.nodes.len());
        let id = NodeId::from_index(index).ok_or(Error::NoSpace)?;
        let heap = self.nodes.heap();
        let name = new_name(heap, target)?;
        let now = self.now;
        self.inodes = self.inodes.wrapping_add(1);
        let node = Some(Node {
            name: Some(name),
            content: (!is_directory).then(|| Content::new(heap)),
            times: Times { accessed: now, modified: now, changed: now },
            inode: self.inodes,
            handles: 0,
        });
        match self.nodes.get_mut(index) {
            Some(slot) => *slot = node,
            None => self.nodes.push(node).map_err(|_| Error::NoSpace)?,
        }
        self.touch(target.directory);
        Ok(id)
    }

    /// Takes its name from a node; an open one stays until it is closed.
    pub(super) fn remove(&mut self, target: Target<'_>, id: NodeId) -> Result<(), Error> {
        let now = self.now;
        let node = self.node_mut(id)?;
        node.name = None;
        node.times.changed = now;
        self.release(id);
        self.touch(target.directory);
        Ok(())
    }

    /// Removes what has neither a name nor a handle.
    pub(super) fn release(&mut self, id: NodeId) {
        let Some(slot) = self.nodes.get_mut(id.index()) else {
            return;
        };
        if let Some(node) = slot.as_ref().filter(|node| node.name.is_none() && node.handles == 0) {
            self.bytes = self.bytes.saturating_sub(in_blocks(node.bytes()));
            *slot = None;
        }
    }

    pub(super) fn is_empty(&self, directory: NodeId) -> bool {
        self.next_in(directory, 0).is_none()
    }

    /// Gives a node the name of another target, whose rights to it the caller has checked.
    pub(super) fn rename(&mut self, from: Target<'_>, id: NodeId, to: Target<'_>) -> Result<(), Error> {
        let depth = self.depth_for_more(to.directory)?;
        if depth.saturating_add(self.height(id)) >= usize::from(self.limits.depth_max) {
            return Err(Error::NameTooLong);
        }
        let name = new_name(self.nodes.heap(), to)?;
        if let Some(replaced) = to.node {
            self.remove(to, replaced)?;
        }
        let now = self.now;
        let node = self.node_mut(id)?;
        node.name = Some(name);
        node.times.changed = now;
        self.touch(from.directory);
        self.touch(to.directory);
        Ok(())
    }

    /// Whether `id` is `directory` or lies somewhere below it.
    pub(super) fn is_within(&self, id: NodeId, directory: NodeId) -> bool {
        self.steps_up(id, directory).is_some()
    }

    /// Writes, and says how many bytes there was room and memory for.
    pub(super) fn write(&mut self, id: NodeId, bytes: &[u8], offset: u64) -> Result<usize, Error> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let offset = usize::try_from(offset).map_err(|_| Error::TooLarge)?;
        let bytes_max = self.limits.bytes_max;
        let room = self.room(id)?;
        let content = self.node_mut(id)?.content.as_mut().ok_or(Error::IsDirectory)?;
        if offset >= room {
            return Err(if offset >= bytes_max { Error::TooLarge } else { Error::NoSpace });
        }
        let before = content.bytes();
        let bytes = bytes.get(..bytes.len().min(room.wrapping_sub(offset))).unwrap_or_default();
        content.resize(before.max(offset.wrapping_add(bytes.len()))).map_err(|_| Error::NoSpace)?;
        let written = content.write(bytes, offset);
        let reached = if written == 0 { before } else { before.max(offset.wrapping_add(written)) };
        _ = content.resize(reached); // Not larger than it was.
        self.account(before, reached);
        if written == 0 { Err(Error::NoSpace) } else { Ok(written) }
    }

    pub(super) fn resize(&mut self, id: NodeId, bytes: u64) -> Result<(), Error> {
        let bytes = usize::try_from(bytes).ok().filter(|bytes| *bytes <= self.limits.bytes_max);
        let bytes = bytes.ok_or(Error::TooLarge)?;
        let room = self.room(id)?;
        let content = self.node_mut(id)?.content.as_mut().ok_or(Error::IsDirectory)?;
        if bytes > room {
            return Err(Error::NoSpace);
        }
        let before = content.bytes();
        content.resize(bytes).map_err(|_| Error::NoSpace)?;
        self.account(before, bytes);
        Ok(())
    }

    /// How large a file may be.
    fn room(&self, id: NodeId) -> Result<usize, Error> {
        let others = self.bytes.saturating_sub(in_blocks(self.node(id)?.bytes()));
        Ok(self.limits.bytes_max.saturating_sub(others) / BLOCK_BYTES * BLOCK_BYTES)
    }

    fn account(&mut self, before: usize, after: usize) {
        self.bytes = self.bytes.saturating_sub(in_blocks(before)).saturating_add(in_blocks(after));
    }

    /// How deep a directory is in which something shall be made. It must not be a removed one.
    fn depth_for_more(&self, directory: NodeId) -> Result<usize, Error> {
        self.steps_up(directory, NodeId::ROOT).ok_or(Error::NotFound)
    }

    /// How many levels there are below a node.
    fn height(&self, id: NodeId) -> usize {
        let ids = (0..self.nodes.len()).filter_map(NodeId::from_index);
        ids.filter_map(|other| self.steps_up(other, id)).max().unwrap_or(0)
    }

    /// How many steps up lead from `id` to `directory`, if they do.
    fn steps_up(&self, mut id: NodeId, directory: NodeId) -> Option<usize> {
        let mut steps = 0usize;
        while id != directory {
            id = self.node(id).ok()?.name.as_ref()?.directory;
            steps = steps.wrapping_add(1);
        }
        Some(steps)
    }

    /// A directory's entries have changed.
    fn touch(&mut self, directory: NodeId) {
        let now = self.now;
        if let Ok(node) = self.node_mut(directory) {
            node.times.modified = now;
            node.times.changed = now;
        }
    }
}

fn new_name(heap: Heap, target: Target<'_>) -> Result<Name, Error> {
    let text = target.last.name.ok_or(Error::Exists)?;
    let text = Box::from_str_in(text, heap).map_err(|_| Error::NoSpace)?;
    Ok(Name { directory: target.directory, text })
}

struct Place<'t> {
    tree: &'t Tree,
    directory: NodeId,
}

impl Cursor for Place<'_> {
    fn enter(&mut self, name: &str) -> Result<(), Error> {
        let id = self.tree.child(self.directory, name)?.ok_or(Error::NotFound)?;
        if !self.tree.node(id)?.is_directory() {
            return Err(Error::NotDirectory);
        }
        self.directory = id;
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Error> {
        let name = self.tree.node(self.directory)?.name.as_ref();
        self.directory = name.ok_or(Error::Escapes)?.directory;
        Ok(())
    }
}
