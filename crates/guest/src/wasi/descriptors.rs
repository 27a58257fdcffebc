//! Descriptors: which streams are open under which numbers, and what they say about themselves. This version opens no
//! files, so there are the three standard ones at most, and functions for files and sockets answer what POSIX
//! answers for a stream.

use moteur_platform::Stream;

use super::call::{Call, Edition, Fd, Outcome};
use super::errno::Errno;
use crate::claim::{Address, Value, set_field};

/// The rights of a stream, from the standard's `rights`.
mod rights {
    pub const FD_READ: u64 = 1 << 1;
    pub const FDSTAT_SET_FLAGS: u64 = 1 << 3;
    pub const FD_WRITE: u64 = 1 << 6;
    pub const FILESTAT_GET: u64 = 1 << 21;
    pub const POLL: u64 = 1 << 27;
    /// What every stream allows.
    pub const STREAM: u64 = FDSTAT_SET_FLAGS | FILESTAT_GET | POLL;
}

/// The file types of the standard that a stream can have.
const FILETYPE_UNKNOWN: u8 = 0;
const FILETYPE_CHARACTER_DEVICE: u8 = 2;

/// The flag that changes nothing for a stream: it always appends.
const FDFLAG_APPEND: u32 = 1;
const FDFLAGS_ALL: u32 = 0x1f;

/// An open descriptor.
#[derive(Clone, Copy, Debug)]
pub struct Descriptor {
    pub stream: Stream,
    rights: u64,
    flags: u16,
}

/// The table of open descriptors.
#[derive(Debug)]
pub struct Descriptors {
    open: [Option<Descriptor>; 3],
}

impl Descriptors {
    /// Input, output and error output under the numbers 0, 1 and 2.
    pub fn standard() -> Self {
        let open = |stream, right| Some(Descriptor { stream, rights: right | rights::STREAM, flags: 0 });
        Descriptors {
            open: [
                open(Stream::In, rights::FD_READ),
                open(Stream::Out, rights::FD_WRITE),
                open(Stream::Err, rights::FD_WRITE),
            ],
        }
    }

    fn slot(&mut self, fd: Fd) -> Result<&mut Option<Descriptor>, Errno> {
        let slot = usize::try_from(fd.0).ok().and_then(|index| self.open.get_mut(index));
        slot.filter(|slot| slot.is_some()).ok_or(Errno::Badf)
    }

    /// The open descriptor of that number.
    pub fn get(&self, fd: Fd) -> Result<Descriptor, Errno> {
        let index = usize::try_from(fd.0).map_err(|_| Errno::Badf)?;
        self.open.get(index).copied().flatten().ok_or(Errno::Badf)
    }

    /// The stream to read from. Reading the output is an error of the descriptor; a right given away, one of capability.
    pub fn readable(&self, fd: Fd) -> Result<Stream, Errno> {
        self.allowed(fd, rights::FD_READ, |stream| stream == Stream::In)
    }

    /// The stream to write to.
    pub fn writable(&self, fd: Fd) -> Result<Stream, Errno> {
        self.allowed(fd, rights::FD_WRITE, |stream| stream != Stream::In)
    }

    fn allowed(&self, fd: Fd, right: u64, able: fn(Stream) -> bool) -> Result<Stream, Errno> {
        let descriptor = self.get(fd)?;
        if !able(descriptor.stream) {
            Err(Errno::Badf)
        } else if descriptor.rights & right == 0 {
            Err(Errno::Notcapable)
        } else {
            Ok(descriptor.stream)
        }
    }
}

/// The record `fdstat`: `file type u8 @0, flags u16 @2, rights u64 @8, inherited rights u64 @16`.
#[derive(Debug)]
pub struct FdStat {
    filetype: u8,
    flags: u16,
    rights: u64,
}

impl Value for FdStat {
    const SIZE: u32 = 24;

    fn load(_: &[u8]) -> Self {
        FdStat { filetype: FILETYPE_UNKNOWN, flags: 0, rights: 0 }
    }

    fn store(&self, bytes: &mut [u8]) {
        bytes.fill(0);
        set_field(bytes, 0, self.filetype);
        set_field(bytes, 2, self.flags);
        set_field(bytes, 8, self.rights);
    }
}

/// A terminal is a character device, by which a C library knows to write line by line.
fn filetype(call: &Call<'_>, stream: Stream) -> u8 {
    if call.wasi.platform.console().is_terminal(stream) { FILETYPE_CHARACTER_DEVICE } else { FILETYPE_UNKNOWN }
}

/// Closes a descriptor. The number stays free: nothing in this version opens another.
pub fn fd_close(call: &mut Call<'_>, fd: Fd) -> Outcome {
    *call.wasi.descriptors.slot(fd)? = None;
    Ok(())
}

/// Moves a descriptor to the number of another, which is closed.
pub fn fd_renumber(call: &mut Call<'_>, from: Fd, to: Fd) -> Outcome {
    let descriptors = &mut call.wasi.descriptors;
    let moved = descriptors.get(from)?;
    let place = descriptors.slot(to)?;
    *place = Some(moved);
    if from != to {
        *descriptors.slot(from)? = None;
    }
    Ok(())
}

/// Type, flags and rights of a descriptor.
pub fn fd_fdstat_get(call: &mut Call<'_>, fd: Fd, stat: Address<FdStat>) -> Outcome {
    let Descriptor { stream, rights, flags } = call.wasi.descriptors.get(fd)?;
    let filetype = filetype(call, stream);
    call.memory.write(stat, FdStat { filetype, flags, rights })?;
    Ok(())
}

/// Sets the flags of a descriptor. Only those are accepted that would be kept.
pub fn fd_fdstat_set_flags(call: &mut Call<'_>, fd: Fd, flags: u32) -> Outcome {
    let descriptor = call.wasi.descriptors.slot(fd)?.as_mut().ok_or(Errno::Badf)?;
    if descriptor.rights & rights::FDSTAT_SET_FLAGS == 0 {
        return Err(Errno::Notcapable.into());
    }
    match flags {
        0 | FDFLAG_APPEND => descriptor.flags = flags as u16,
        _ if flags & !FDFLAGS_ALL != 0 => return Err(Errno::Inval.into()),
        _ => return Err(Errno::Notsup.into()),
    }
    Ok(())
}

/// Gives rights away. There is no way to get more.
pub fn fd_fdstat_set_rights(call: &mut Call<'_>, fd: Fd, base: u64, inheriting: u64) -> Outcome {
    let descriptor = call.wasi.descriptors.slot(fd)?.as_mut().ok_or(Errno::Badf)?;
    if base & !descriptor.rights != 0 || inheriting != 0 {
        return Err(Errno::Notcapable.into());
    }
    descriptor.rights = base;
    Ok(())
}

/// What is known about a stream as a file: its type. Sizes, times and numbers are zero.
///
/// The record is `device u64, inode u64, type u8, links, size u64, three times u64`; the older edition has 32 bits
/// for the links.
pub fn fd_filestat_get(call: &mut Call<'_>, fd: Fd, stat: Address<u8>) -> Outcome {
    let descriptor = call.wasi.descriptors.get(fd)?;
    if descriptor.rights & rights::FILESTAT_GET == 0 {
        return Err(Errno::Notcapable.into());
    }
    let filetype = filetype(call, descriptor.stream);
    let size = match call.edition {
        Edition::Preview1 => 64,
        Edition::Unstable => 56,
    };
    let record = call.memory.bytes_mut(stat.claim(size))?;
    record.fill(0);
    set_field(record, 16, filetype);
    Ok(())
}

/// The answer to reading at a position, seeking and telling: a stream has none.
pub fn not_seekable(call: &mut Call<'_>, fd: Fd) -> Outcome {
    refuse(call, fd, Errno::Spipe)
}

/// The answer to what only files on a disk can do.
pub fn not_a_file(call: &mut Call<'_>, fd: Fd) -> Outcome {
    refuse(call, fd, Errno::Inval)
}

/// The answer to paths: a stream is no directory to begin one in.
pub fn not_a_directory(call: &mut Call<'_>, fd: Fd) -> Outcome {
    refuse(call, fd, Errno::Notdir)
}

/// The answer to the functions of sockets.
pub fn not_a_socket(call: &mut Call<'_>, fd: Fd) -> Outcome {
    refuse(call, fd, Errno::Notsock)
}

/// No directory was opened for the guest beforehand: this ends the search of its C library.
pub fn not_preopened(_: &mut Call<'_>) -> Outcome {
    Err(Errno::Badf.into())
}

fn refuse(call: &mut Call<'_>, fd: Fd, errno: Errno) -> Outcome {
    call.wasi.descriptors.get(fd)?;
    Err(errno.into())
}
