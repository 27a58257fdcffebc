//! What every descriptor understands, whatever is behind it: closing, renumbering, rights, flags, what it says about
//! itself, and its position.

use moteur_platform::{FileType, Platform};

use super::call::{Call, Edition, Fd, Outcome};
use super::errno::Errno;
use super::rights::Rights;
use super::stat::{FdStat, filestat};
use super::state::Wasi;
use super::table::{Descriptor, Directory, Open, Table};
use crate::claim::{Address, set_field};
use crate::host::host_functions;

/// The standard's `fdflags`.
pub mod flags {
    /// Each write goes to the end.
    pub const APPEND: u16 = 1;
    /// Nothing waits.
    pub const NONBLOCK: u16 = 4;
    /// Writes return when the bytes are on the medium: three grades of it, of which Moteur knows one.
    pub const SYNC: u16 = 2 | 8 | 16;
    /// All there are.
    pub const ALL: u16 = APPEND | NONBLOCK | SYNC;

    /// The flags that a guest names; `None` if some of them are none.
    pub fn from_word(word: u32) -> Option<u16> {
        u16::try_from(word).ok().filter(|flags| flags & !ALL == 0)
    }
}

/// What kind of thing is open. A terminal is a character device, by which a C library knows to write line by line.
fn file_type(open: &Open, platform: &dyn Platform) -> FileType {
    match &open.descriptor {
        Descriptor::Stream(stream) if platform.console().is_terminal(*stream) => FileType::CharacterDevice,
        Descriptor::Stream(_) => FileType::Unknown,
        Descriptor::File(file) => file.file_type,
        Descriptor::Directory(_) => FileType::Directory,
        Descriptor::Socket(socket) => socket.file_type(),
    }
}

/// From where a guest counts.
#[derive(Clone, Copy, Debug)]
pub enum Whence {
    /// The first byte of the file.
    Start,
    /// Where the position is.
    Current,
    /// Behind the last byte.
    End,
}

/// The older edition has the three in another order.
fn whence(edition: Edition, word: u32) -> Result<Whence, Errno> {
    match (edition, word) {
        (Edition::Preview1, 0) | (Edition::Unstable, 2) => Ok(Whence::Start),
        (Edition::Preview1, 1) | (Edition::Unstable, 0) => Ok(Whence::Current),
        (Edition::Preview1, 2) | (Edition::Unstable, 1) => Ok(Whence::End),
        _ => Err(Errno::Inval),
    }
}

/// Moves the position of a file, if the guest may do that, and tells it where it is now.
fn seek(call: &mut Call<'_>, fd: Fd, offset: i64, whence: Whence, position: Address<u64>) -> Outcome {
    let open = call.state.descriptors.get(fd)?;
    match &open.descriptor {
        Descriptor::File(file) => {
            let stays = offset == 0 && matches!(whence, Whence::Current);
            open.rights.require(if stays { Rights::FD_TELL } else { Rights::FD_SEEK })?;
            let seek = file.node.operations.seek;
            seek(call, fd, offset, whence, position)
        }
        Descriptor::Directory(_) => Err(Errno::Isdir.into()),
        Descriptor::Stream(_) | Descriptor::Socket(_) => Err(Errno::Spipe.into()),
    }
}

/// The name under which the guest was given a directory.
fn given_name(descriptors: &mut Table, fd: Fd) -> Result<&str, Errno> {
    match &descriptors.get(fd)?.descriptor {
        Descriptor::Directory(Directory { name: Some(name), .. }) => Ok(name),
        _ => Err(Errno::Badf),
    }
}

/// The part of WASI that keeps descriptors.
#[derive(Debug)]
pub struct Descriptors;

#[host_functions(state = Wasi)]
impl Descriptors {
    /// Closes a descriptor, and makes its number free.
    fn fd_close(call: &mut Call<'_>, fd: Fd) -> Outcome {
        call.state.descriptors.take(fd)?;
        Ok(())
    }

    /// Moves a descriptor to the number of another, which is closed.
    fn fd_renumber(call: &mut Call<'_>, from: Fd, to: Fd) -> Outcome {
        let descriptors = &mut call.state.descriptors;
        descriptors.get(to)?;
        let moved = descriptors.take(from)?;
        descriptors.put(to, moved);
        Ok(())
    }

    /// Type, flags and rights of a descriptor.
    fn fd_fdstat_get(call: &mut Call<'_>, fd: Fd, stat: Address<FdStat>) -> Outcome {
        let open = call.state.descriptors.get(fd)?;
        let file_type = file_type(open, call.state.platform);
        call.memory.write(stat, FdStat::of(open, file_type))?;
        Ok(())
    }

    /// Sets the flags of a descriptor. Only those are accepted that would be kept.
    fn fd_fdstat_set_flags(call: &mut Call<'_>, fd: Fd, flags: u32) -> Outcome {
        let open = call.state.descriptors.get(fd)?;
        open.rights.require(Rights::FD_FDSTAT_SET_FLAGS)?;
        let flags = flags::from_word(flags).ok_or(Errno::Inval)?;
        // A stream and a socket wait or don't, and always append; their owner need not know.
        let changed = (flags ^ open.flags) & !flags::APPEND;
        match &open.descriptor {
            Descriptor::File(file) if changed != 0 => {
                let (nonblocking, sync) = (flags & flags::NONBLOCK != 0, flags & flags::SYNC != 0);
                file.node.files.set_flags(file.node.handle, nonblocking, sync).map_err(Errno::from)?;
            }
            Descriptor::File(_) => {}
            _ if changed & flags::SYNC != 0 => return Err(Errno::Notsup.into()),
            _ => {}
        }
        open.flags = flags;
        Ok(())
    }

    /// Gives rights away. There is no way to get more.
    fn fd_fdstat_set_rights(call: &mut Call<'_>, fd: Fd, base: u64, inheriting: u64) -> Outcome {
        let open = call.state.descriptors.get(fd)?;
        if base & !open.rights.bits() != 0 || inheriting & !open.inheriting.bits() != 0 {
            return Err(Errno::Notcapable.into());
        }
        open.rights = Rights::from_bits(base);
        open.inheriting = Rights::from_bits(inheriting);
        Ok(())
    }

    /// What is known about something open as a file. Of a stream or socket that is its type; the rest is zero.
    fn fd_filestat_get(call: &mut Call<'_>, fd: Fd, stat: Address<u8>) -> Outcome {
        let open = call.state.descriptors.get(fd)?;
        open.rights.require(Rights::FD_FILESTAT_GET)?;
        let node = match &open.descriptor {
            Descriptor::File(file) => &file.node,
            Descriptor::Directory(directory) => &directory.node,
            Descriptor::Stream(_) | Descriptor::Socket(_) => {
                let file_type = file_type(open, call.state.platform);
                filestat(&mut call.memory, call.state.edition, stat, file_type)?;
                return Ok(());
            }
        };
        let status = node.operations.status;
        status(call, fd, stat)
    }

    /// Whether the embedder gave this directory to the guest, and how long the name is under which it did. A C library
    /// asks for one number after the other, from 3 on, until the answer is that it is bad.
    ///
    /// The record is `kind u8 @0 (0: a directory), name length u32 @4`.
    fn fd_prestat_get(call: &mut Call<'_>, fd: Fd, stat: Address<u64>) -> Outcome {
        let name = given_name(&mut call.state.descriptors, fd)?;
        let record = call.memory.bytes_mut(stat.one())?;
        record.fill(0);
        set_field(record, 4, name.len() as u32);
        Ok(())
    }

    /// The name of a directory that the embedder gave to the guest.
    fn fd_prestat_dir_name(call: &mut Call<'_>, fd: Fd, path: Address<u8>, path_size: u32) -> Outcome {
        let name = given_name(&mut call.state.descriptors, fd)?;
        if name.len() as u64 > u64::from(path_size) {
            return Err(Errno::Nametoolong.into());
        }
        call.memory.write_bytes(path, name.as_bytes())?;
        Ok(())
    }

    /// Moves the position of a file, and says where it is now.
    fn fd_seek(call: &mut Call<'_>, fd: Fd, offset: u64, from: u32, position: Address<u64>) -> Outcome {
        call.state.descriptors.get(fd)?;
        let whence = whence(call.state.edition, from)?;
        seek(call, fd, offset.cast_signed(), whence, position)
    }

    /// Says where the position of a file is.
    fn fd_tell(call: &mut Call<'_>, fd: Fd, position: Address<u64>) -> Outcome {
        seek(call, fd, 0, Whence::Current, position)
    }
}
