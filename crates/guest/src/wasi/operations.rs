//! What descriptors can do when a file or a directory is behind them. Each of these brings a pointer to this table along,
//! so that a firmware in which no guest has a directory is without all of it.

use super::call::{Call, Fd, Outcome};
use super::descriptors::{Whence, flags};
use super::errno::Errno;
use super::rights::Rights;
use super::stat::write_filestat;
use super::table::Node;
use super::vectors::{Buffers, Move};
use crate::claim::{Address, GuestMemory};

/// What can be done with something open by its number. Kind and rights have been checked.
#[derive(Debug)]
pub struct Operations {
    /// `fd_read`
    pub read: Move,
    /// `fd_write`
    pub write: Move,
    /// `fd_seek` and `fd_tell`
    pub seek: fn(&mut Call<'_>, Fd, i64, Whence, Address<u64>) -> Outcome,
    /// `fd_filestat_get`
    pub status: fn(&mut Call<'_>, Fd, Address<u8>) -> Outcome,
}

/// What can be done with files and directories.
pub static NODE: Operations = Operations { read, write, seek, status };

/// Positions go up to here, as in every C library: beyond they would be negative.
const POSITION_MAX: u64 = i64::MAX as u64;

fn read(call: &mut Call<'_>, fd: Fd, buffers: Buffers) -> Outcome {
    let (file, _) = call.state.descriptors.file(fd, Rights::NONE, Errno::Badf)?;
    Ok(read_at(&file.node, &mut file.position, &mut call.memory, &buffers)?)
}

fn write(call: &mut Call<'_>, fd: Fd, buffers: Buffers) -> Outcome {
    let (file, flags) = call.state.descriptors.file(fd, Rights::NONE, Errno::Badf)?;
    Ok(write_at(&file.node, flags, &mut file.position, &mut call.memory, &buffers)?)
}

/// Fills the buffers from the file's bytes, from `position` on, which moves along.
pub fn read_at(node: &Node, position: &mut u64, memory: &mut GuestMemory<'_>, buffers: &Buffers) -> Result<(), Errno> {
    buffers.read(memory, &mut |buffer| {
        let bytes = node.files.read_at(node.handle, buffer, *position)?;
        *position = position.saturating_add(bytes as u64);
        Ok(bytes)
    })
}

/// Writes the buffers to the file, from `position` on, which moves along. By its flags, a file may be written at its end
/// only, to which the position moves.
pub fn write_at(
    node: &Node,
    flags: u16,
    position: &mut u64,
    memory: &mut GuestMemory<'_>,
    buffers: &Buffers,
) -> Result<(), Errno> {
    let Node { files, handle, .. } = *node;
    let appends = flags & flags::APPEND != 0;
    buffers.write(memory, &mut |bytes| {
        if appends {
            return Ok(files.append(handle, bytes)?);
        }
        let taken = files.write_at(handle, bytes, *position)?;
        *position = position.saturating_add(taken as u64);
        Ok(taken)
    })?;
    if appends {
        *position = files.status(handle)?.size;
    }
    Ok(())
}

/// Moves the position of a file, and tells the guest where it is now.
fn seek(call: &mut Call<'_>, fd: Fd, offset: i64, whence: Whence, position: Address<u64>) -> Outcome {
    let (file, _) = call.state.descriptors.file(fd, Rights::NONE, Errno::Spipe)?;
    call.memory.check(position.one())?;
    let from = match whence {
        Whence::Start => 0,
        Whence::Current => file.position,
        Whence::End => file.node.files.status(file.node.handle).map_err(Errno::from)?.size,
    };
    let wrong = if offset < 0 { Errno::Inval } else { Errno::Overflow };
    let to = from.checked_add_signed(offset).filter(|to| *to <= POSITION_MAX).ok_or(wrong)?;
    file.position = to;
    call.memory.write(position, to)?;
    Ok(())
}

/// Tells the guest what is known about something in a file system.
fn status(call: &mut Call<'_>, fd: Fd, stat: Address<u8>) -> Outcome {
    let node = call.state.descriptors.node(fd, Rights::NONE)?;
    let status = node.files.status(node.handle).map_err(Errno::from)?;
    Ok(write_filestat(&mut call.memory, call.state.edition, stat, &status)?)
}
