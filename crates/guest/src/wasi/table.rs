//! The table of open descriptors: what is open under which number, and with which rights. Whatever is open goes back to
//! its owner when its place in the table is emptied, or the table goes.

use core::fmt;

use moteur::{Heap, pool};
use moteur_platform::{FileType, Files, Handle, Stream};

use super::call::Fd;
use super::errno::Errno;
use super::operations::Operations;
use super::rights::Rights;
use super::sockets::Socket;

/// How many descriptors a guest may have open unless the embedder says otherwise.
const DESCRIPTORS_MAX: u32 = 256;

/// How many numbers belong to the standard streams.
const STANDARD: usize = 3;

/// What is behind a number.
#[derive(Debug)]
pub enum Descriptor {
    /// A stream of the console.
    Stream(Stream),
    /// A file, or a device or pipe that has a name.
    File(File),
    /// A directory.
    Directory(Directory),
    /// A socket.
    Socket(Socket),
}

/// A file system's handle, given back when nobody has it any more.
pub struct Node {
    /// Whose handle it is.
    pub files: &'static dyn Files,
    /// The handle.
    pub handle: Handle,
    /// What can be done with it by its number.
    pub operations: &'static Operations,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.files.close(self.handle);
    }
}

/// An open file.
#[derive(Debug)]
pub struct File {
    /// Where its bytes are.
    pub node: Node,
    /// The byte that is read or written next.
    pub position: u64,
    /// What it is.
    pub file_type: FileType,
}

/// An open directory.
#[derive(Debug)]
pub struct Directory {
    /// Where its entries are.
    pub node: Node,
    /// The name under which the guest finds it, if the embedder gave it to the guest.
    pub name: Option<pool::Box<str>>,
}

/// What is open under one number.
#[derive(Debug)]
pub struct Open {
    /// What it is.
    pub descriptor: Descriptor,
    /// What may be done with it.
    pub rights: Rights,
    /// What may at most be done with what is opened below it.
    pub inheriting: Rights,
    /// The standard's `fdflags`.
    pub flags: u16,
}

/// The table of open descriptors.
#[derive(Debug)]
pub struct Table {
    /// The numbers 0, 1 and 2: a guest that opens nothing takes nothing from the heap.
    standard: [Option<Open>; STANDARD],
    /// The numbers from 3 on.
    further: pool::Vec<Option<Open>>,
    descriptors_max: u32,
}

impl Table {
    /// Input, output and error output under the numbers 0, 1 and 2. Others take their place from `heap`.
    pub fn standard(heap: Heap) -> Self {
        let open = |stream, right: Rights| {
            let rights = right.and(Rights::STREAM);
            Some(Open { descriptor: Descriptor::Stream(stream), rights, inheriting: Rights::NONE, flags: 0 })
        };
        Table {
            standard: [
                open(Stream::In, Rights::FD_READ),
                open(Stream::Out, Rights::FD_WRITE),
                open(Stream::Err, Rights::FD_WRITE),
            ],
            further: pool::Vec::new_in(heap),
            descriptors_max: DESCRIPTORS_MAX,
        }
    }

    /// Numbers from here on are not given out.
    pub fn limit(&mut self, descriptors_max: u32) {
        self.descriptors_max = descriptors_max;
    }

    fn slot(&mut self, fd: Fd) -> Option<&mut Option<Open>> {
        let index = usize::try_from(fd.0).ok()?;
        match index.checked_sub(STANDARD) {
            None => self.standard.get_mut(index),
            Some(index) => self.further.get_mut(index),
        }
    }

    /// What is open under that number.
    pub fn get(&mut self, fd: Fd) -> Result<&mut Open, Errno> {
        self.slot(fd).and_then(Option::as_mut).ok_or(Errno::Badf)
    }

    /// Takes out what is open under that number, which becomes free.
    pub fn take(&mut self, fd: Fd) -> Result<Open, Errno> {
        self.slot(fd).and_then(Option::take).ok_or(Errno::Badf)
    }

    /// The lowest free number, as POSIX has it, with a place for it. Who opens something asks for the number first: then
    /// what is open always gets one.
    pub fn reserve(&mut self) -> Result<Fd, Errno> {
        let slots = self.standard.iter().chain(self.further.iter());
        let index = slots.take_while(|slot| slot.is_some()).count();
        let number = u32::try_from(index).map_err(|_| Errno::Mfile)?;
        if number >= self.descriptors_max {
            return Err(Errno::Mfile);
        }
        if self.slot(Fd(number)).is_none() {
            self.further.push(None).map_err(|_| Errno::Nomem)?;
        }
        Ok(Fd(number))
    }

    /// Opens something under a number that was [reserved](Table::reserve); what was open there is closed.
    pub fn put(&mut self, fd: Fd, open: Open) {
        if let Some(slot) = self.slot(fd) {
            *slot = Some(open);
        }
    }

    /// The file of that number, if it has these rights; what has no bytes in a row is the other error.
    pub fn file(&mut self, fd: Fd, rights: Rights, otherwise: Errno) -> Result<(&mut File, u16), Errno> {
        let open = self.get(fd)?;
        match &mut open.descriptor {
            Descriptor::File(file) => {
                open.rights.require(rights)?;
                Ok((file, open.flags))
            }
            Descriptor::Directory(_) => Err(Errno::Isdir),
            Descriptor::Stream(_) | Descriptor::Socket(_) => Err(otherwise),
        }
    }

    /// The directory of that number, if it has these rights.
    pub fn directory(&mut self, fd: Fd, rights: Rights) -> Result<&mut Directory, Errno> {
        let open = self.get(fd)?;
        match &mut open.descriptor {
            Descriptor::Directory(directory) => {
                open.rights.require(rights)?;
                Ok(directory)
            }
            _ => Err(Errno::Notdir),
        }
    }

    /// The file or directory of that number, if it has these rights.
    pub fn node(&mut self, fd: Fd, rights: Rights) -> Result<&mut Node, Errno> {
        let open = self.get(fd)?;
        let node = match &mut open.descriptor {
            Descriptor::File(file) => &mut file.node,
            Descriptor::Directory(directory) => &mut directory.node,
            Descriptor::Stream(_) | Descriptor::Socket(_) => return Err(Errno::Inval),
        };
        open.rights.require(rights)?;
        Ok(node)
    }

    /// The socket of that number, if it has these rights, and its flags.
    pub fn socket(&mut self, fd: Fd, rights: Rights) -> Result<(&mut Socket, u16), Errno> {
        let open = self.get(fd)?;
        match &mut open.descriptor {
            Descriptor::Socket(socket) => {
                open.rights.require(rights)?;
                Ok((socket, open.flags))
            }
            _ => Err(Errno::Notsock),
        }
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handle.fmt(f)
    }
}
