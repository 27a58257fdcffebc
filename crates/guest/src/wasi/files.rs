//! What only files and directories understand.

use moteur_platform::{Entry, Time};

use super::call::{Call, Fd, Outcome};
use super::errno::Errno;
use super::operations::{read_at, write_at};
use super::rights::Rights;
use super::stat::number;
use super::state::Wasi;
use super::table::Node;
use super::vectors::{Buffers, IoVec};
use crate::claim::{Address, set_field};
use crate::host::host_functions;

/// The kinds of advice there are: `normal` to `noreuse`.
const ADVICE_COUNT: u32 = 6;

/// The standard's `fstflags`: for each of the two times, one bit for the time given and one for the present.
///
/// # Errors
/// [`Errno::Inval`] for both at once, and for other bits.
pub fn times(accessed: u64, modified: u64, flags: u32) -> Result<[Time; 2], Errno> {
    if flags & !0xf != 0 {
        return Err(Errno::Inval);
    }
    let time = |flags: u32, at| match flags & 3 {
        0 => Ok(Time::Keep),
        1 => Ok(Time::At(at)),
        2 => Ok(Time::Now),
        _ => Err(Errno::Inval),
    };
    Ok([time(flags, accessed)?, time(flags >> 2, modified)?])
}

/// Bytes of the record `dirent`: `next u64 @0, inode u64 @8, name length u32 @16, type u8 @20`. The name follows.
const DIRENT_BYTES: usize = 24;

/// The entries that every directory has, although no file system lists them: itself, and the one above, which is told
/// to be the same.
const DOTS: [&[u8]; 2] = [b".", b".."];

/// The entry at `cookie`, its name cut to `place`.
fn entry(node: &Node, cookie: u64, place: &mut [u8]) -> Result<Option<Entry>, Errno> {
    let dots = DOTS.len() as u64;
    let Some(further) = cookie.checked_sub(dots) else {
        let status = node.files.status(node.handle)?;
        let name = usize::try_from(cookie).ok().and_then(|index| DOTS.get(index)).copied().unwrap_or_default();
        for (to, from) in place.iter_mut().zip(name) {
            *to = *from;
        }
        let (file_type, inode) = (status.file_type, status.inode);
        return Ok(Some(Entry { name_len: name.len() as u32, file_type, inode, next: cookie.saturating_add(1) }));
    };
    let entry = node.files.entry(node.handle, further, place)?;
    Ok(entry.map(|entry| Entry { next: entry.next.saturating_add(dots), ..entry }))
}

/// Fills the buffer with entries, the last of them cut off where it ends; says how many bytes were used.
fn list(node: &Node, mut cookie: u64, buffer: &mut [u8]) -> Result<usize, Errno> {
    let mut used = 0usize;
    while let Some(rest) = buffer.get_mut(used..).filter(|rest| !rest.is_empty()) {
        let (head, name) = rest.split_at_mut_checked(DIRENT_BYTES).unwrap_or_default();
        let entry = match entry(node, cookie, name) {
            Ok(Some(entry)) => entry,
            Ok(None) => break,
            // What is there already is not lost: the next call begins with the error.
            Err(_) if used != 0 => break,
            Err(errno) => return Err(errno),
        };
        cookie = entry.next;
        let mut record = [0; DIRENT_BYTES];
        set_field(&mut record, 0, entry.next);
        set_field(&mut record, 8, entry.inode);
        set_field(&mut record, 16, entry.name_len);
        set_field(&mut record, 20, number(entry.file_type));
        let head = if head.is_empty() { rest } else { head };
        for (to, from) in head.iter_mut().zip(record) {
            *to = from;
        }
        used = used.saturating_add(DIRENT_BYTES).saturating_add(entry.name_len as usize);
    }
    Ok(used.min(buffer.len()))
}

/// The part of WASI that does with files what streams cannot do.
#[derive(Debug)]
pub struct Files;

#[host_functions(state = Wasi)]
impl Files {
    /// How the file will be used. Nothing is made of it.
    fn fd_advise(call: &mut Call<'_>, fd: Fd, offset: u64, size: u64, advice: u32) -> Outcome {
        call.state.descriptors.file(fd, Rights::FD_ADVISE, Errno::Spipe)?;
        if advice >= ADVICE_COUNT || offset.checked_add(size).is_none() {
            return Err(Errno::Inval.into());
        }
        Ok(())
    }

    /// Makes the file at least so long. The medium is not asked for more than that: it may be full when it is written.
    fn fd_allocate(call: &mut Call<'_>, fd: Fd, offset: u64, size: u64) -> Outcome {
        let (file, _) = call.state.descriptors.file(fd, Rights::FD_ALLOCATE, Errno::Spipe)?;
        let Node { files, handle, .. } = file.node;
        if size == 0 {
            return Err(Errno::Inval.into());
        }
        let end = offset.checked_add(size).ok_or(Errno::Fbig)?;
        if files.status(handle).map_err(Errno::from)?.size < end {
            files.set_size(handle, end).map_err(Errno::from)?;
        }
        Ok(())
    }

    /// Returns when the bytes are on the medium.
    fn fd_datasync(call: &mut Call<'_>, fd: Fd) -> Outcome {
        let node = call.state.descriptors.node(fd, Rights::FD_DATASYNC)?;
        node.files.sync(node.handle, true).map_err(Errno::from)?;
        Ok(())
    }

    /// Returns when everything is on the medium.
    fn fd_sync(call: &mut Call<'_>, fd: Fd) -> Outcome {
        let node = call.state.descriptors.node(fd, Rights::FD_SYNC)?;
        node.files.sync(node.handle, false).map_err(Errno::from)?;
        Ok(())
    }

    /// Cuts the file, or fills it up with zeros.
    fn fd_filestat_set_size(call: &mut Call<'_>, fd: Fd, size: u64) -> Outcome {
        let (file, _) = call.state.descriptors.file(fd, Rights::FD_FILESTAT_SET_SIZE, Errno::Inval)?;
        file.node.files.set_size(file.node.handle, size).map_err(Errno::from)?;
        Ok(())
    }

    /// Sets the times of something open.
    fn fd_filestat_set_times(call: &mut Call<'_>, fd: Fd, accessed: u64, modified: u64, flags: u32) -> Outcome {
        let node = call.state.descriptors.node(fd, Rights::FD_FILESTAT_SET_TIMES)?;
        let [accessed, modified] = times(accessed, modified, flags)?;
        node.files.set_times(node.handle, accessed, modified).map_err(Errno::from)?;
        Ok(())
    }

    /// Reads from a place, and leaves the position where it is.
    fn fd_pread(
        call: &mut Call<'_>,
        fd: Fd,
        vectors: Address<IoVec>,
        count: u32,
        offset: u64,
        size: Address<u32>,
    ) -> Outcome {
        let rights = Rights::FD_READ.and(Rights::FD_SEEK);
        let (file, _) = call.state.descriptors.file(fd, rights, Errno::Spipe)?;
        i64::try_from(offset).map_err(|_| Errno::Inval)?;
        let buffers = Buffers::check(&call.memory, vectors, count, size)?;
        let mut position = offset;
        read_at(&file.node, &mut position, &mut call.memory, &buffers)?;
        Ok(())
    }

    /// Writes to a place, and leaves the position where it is. As on Linux, a file that is open for appending is
    /// appended to.
    fn fd_pwrite(
        call: &mut Call<'_>,
        fd: Fd,
        vectors: Address<IoVec>,
        count: u32,
        offset: u64,
        size: Address<u32>,
    ) -> Outcome {
        let rights = Rights::FD_WRITE.and(Rights::FD_SEEK);
        let (file, flags) = call.state.descriptors.file(fd, rights, Errno::Spipe)?;
        let buffers = Buffers::check(&call.memory, vectors, count, size)?;
        let mut position = offset;
        write_at(&file.node, flags, &mut position, &mut call.memory, &buffers)?;
        Ok(())
    }

    /// Lists a directory, from the entry at `cookie` on. A buffer that is not full says that this was all.
    fn fd_readdir(
        call: &mut Call<'_>,
        fd: Fd,
        entries: Address<u8>,
        size: u32,
        cookie: u64,
        used: Address<u32>,
    ) -> Outcome {
        let directory = call.state.descriptors.directory(fd, Rights::FD_READDIR)?;
        call.memory.check(used.one())?;
        let bytes = list(&directory.node, cookie, call.memory.bytes_mut(entries.claim(size))?)?;
        call.memory.write(used, bytes as u32)?;
        Ok(())
    }
}
