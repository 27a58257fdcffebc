//! Reading and writing where a descriptor stands: the standard streams, files at their position, and connections.
//!
//! Nothing here waits for long: who would have to is called again, so that the guest can be stopped.

use core::mem;

use moteur_platform::{Event, Interest, Stream};

use super::call::{Call, Fd, Outcome, wait};
use super::descriptors::flags;
use super::errno::Errno;
use super::rights::Rights;
use super::state::Wasi;
use super::table::Descriptor;
use super::vectors::{Buffers, IoVec, Move};
use crate::claim::Address;
use crate::host::host_functions;

/// `fd_read` of a stream: its input, of which there may be less than fits. To fill a second buffer, a terminal would have
/// to be waited for again, so only the first that is not empty is filled.
fn read_input(call: &mut Call<'_>, fd: Fd, buffers: Buffers) -> Outcome {
    let platform = call.state.platform;
    let console = platform.console();
    if buffers.total() != 0 && !console.ready() {
        let waits = call.state.descriptors.get(fd)?.flags & flags::NONBLOCK == 0;
        return Err(if waits { wait(platform, Event::Input) } else { Errno::Again.into() });
    }
    let mut is_filled = false;
    buffers.read(&mut call.memory, &mut |buffer| {
        Ok(if mem::replace(&mut is_filled, true) { 0 } else { console.read(buffer)? })
    })?;
    Ok(())
}

/// `fd_write` of a stream.
fn write_output(call: &mut Call<'_>, fd: Fd, buffers: Buffers) -> Outcome {
    let Descriptor::Stream(stream) = call.state.descriptors.get(fd)?.descriptor else {
        return Err(Errno::Badf.into());
    };
    let console = call.state.platform.console();
    buffers.write(&mut call.memory, &mut |bytes| {
        console.write(stream, bytes)?;
        Ok(bytes.len())
    })?;
    Ok(())
}

/// Checks everything there is to check, and lets what is behind the descriptor move the bytes.
#[inline(never)]
fn transfer(call: &mut Call<'_>, fd: Fd, interest: Interest, (vectors, count, size): Arguments) -> Outcome {
    let reads = interest == Interest::Read;
    let open = call.state.descriptors.get(fd)?;
    let (read, write): (Move, Move) = match &open.descriptor {
        Descriptor::Stream(stream) if reads == (*stream == Stream::In) => (read_input, write_output),
        Descriptor::Stream(_) => return Err(Errno::Badf.into()),
        Descriptor::File(file) => (file.node.operations.read, file.node.operations.write),
        Descriptor::Socket(socket) => (socket.read, socket.write),
        Descriptor::Directory(_) => return Err(Errno::Isdir.into()),
    };
    open.rights.require(if reads { Rights::FD_READ } else { Rights::FD_WRITE })?;
    let buffers = Buffers::check(&call.memory, vectors, count, size)?;
    if reads { read(call, fd, buffers) } else { write(call, fd, buffers) }
}

/// The buffers, how many they are, and where to say how many bytes were moved.
type Arguments = (Address<IoVec>, u32, Address<u32>);

/// The part of WASI that reads and writes descriptors.
#[derive(Debug)]
pub struct Streams;

#[host_functions(state = Wasi)]
impl Streams {
    /// Writes the buffers one after the other. When that fails on the way, the guest is told how much was taken.
    fn fd_write(call: &mut Call<'_>, fd: Fd, vectors: Address<IoVec>, count: u32, size: Address<u32>) -> Outcome {
        transfer(call, fd, Interest::Write, (vectors, count, size))
    }

    /// Fills the buffers, or as many of them as there are bytes for.
    fn fd_read(call: &mut Call<'_>, fd: Fd, vectors: Address<IoVec>, count: u32, size: Address<u32>) -> Outcome {
        transfer(call, fd, Interest::Read, (vectors, count, size))
    }
}
