//! Receiving and sending. The guest's buffers are several: a stream goes through them one after the other, a datagram has
//! to go through one piece of memory if there is more than one of them.

use core::net::SocketAddr;

use moteur::pool::Vec;
use moteur_platform::{Error, Interest, Transport};

use super::socket::{Known, Stage, Waits, find, wait, waiting};
use crate::claim::{Address, Claim, GuestMemory};
use crate::wasi::call::{Call, Fd, Outcome, Stop};
use crate::wasi::errno::Errno;
use crate::wasi::rights::Rights;
use crate::wasi::vectors::Buffers;

/// The flags of receiving: leave it there; wait until the buffers are full.
pub const PEEK: u32 = 1;
pub const WAIT_ALL: u32 = 2;

/// The longest datagram that there can be.
const DATAGRAM_BYTES_MAX: u32 = 65_535;

/// How many bytes of several buffers are sent in one piece.
const TOGETHER_BYTES_MAX: u32 = 16_384;

/// How many datagrams that the guest must not see are thrown away before a look whether it is interrupted.
const DISCARDED_MAX: u32 = 16;

/// What was received into the guest's buffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// So many bytes.
    pub bytes: u32,
    /// Where it came from.
    pub from: Option<SocketAddr>,
    /// A datagram was longer than the buffers.
    pub truncated: bool,
}

/// `fd_read` of a socket.
pub fn read(call: &mut Call<'_>, fd: Fd, buffers: Buffers) -> Outcome {
    let received = receive(call, fd, buffers, 0)?;
    call.memory.write(buffers.size(), received.bytes)?;
    Ok(())
}

/// `fd_write` of a socket.
pub fn write(call: &mut Call<'_>, fd: Fd, buffers: Buffers) -> Outcome {
    let sent = send(call, fd, buffers, None)?;
    call.memory.write(buffers.size(), sent)?;
    Ok(())
}

/// Receives into the buffers.
pub fn receive(call: &mut Call<'_>, fd: Fd, buffers: Buffers, flags: u32) -> Result<Received, Stop> {
    if flags & !(PEEK | WAIT_ALL) != 0 {
        return Err(Errno::Inval.into());
    }
    let socket = find(call, fd, Rights::FD_READ)?;
    match socket.0.transport {
        Transport::Stream => receive_stream(call, fd, socket, buffers, flags),
        Transport::Datagram => receive_datagram(call, socket, buffers, flags & PEEK != 0),
    }
}

fn receive_stream(
    call: &mut Call<'_>,
    fd: Fd,
    socket: (Known, Waits),
    buffers: Buffers,
    flags: u32,
) -> Result<Received, Stop> {
    let Known { network, handle, .. } = socket.0;
    let peek = flags & PEEK != 0;
    let wait_all = flags & WAIT_ALL != 0 && !peek;
    let before = moved_before(call, socket.0);
    let mut moved = before;
    let mut ended = false;
    let result = each_from(&mut call.memory, buffers, before, &mut |memory, buffer| {
        let received = network.receive(handle, memory.bytes_mut(buffer)?, peek)?.bytes;
        moved = moved.saturating_add(received as u32); // At most the length of the buffer.
        ended = received == 0;
        // To peek once more would find the same bytes.
        Ok(received == buffer.count() as usize && !peek)
    });
    let complete = ended || moved >= buffers.total() || (moved > 0 && !wait_all);
    let stop = match result {
        Ok(()) | Err(Errno::Again) if complete => None,
        Ok(()) | Err(Errno::Again) => Some(wait(call, socket, Interest::Read)),
        Err(errno) => Some(errno.into()),
    };
    match stop {
        Some(Stop::Again) => keep_moved(call, fd, moved),
        // What has come is not lost for what does not come.
        Some(stop) if moved == 0 => Err(stop),
        _ => Ok(Received { bytes: moved, from: None, truncated: false }),
    }
}

fn receive_datagram(
    call: &mut Call<'_>,
    socket: (Known, Waits),
    buffers: Buffers,
    peek: bool,
) -> Result<Received, Stop> {
    let Known { network, handle, stage, .. } = socket.0;
    if stage == Stage::New {
        let head = discard(call, socket.0);
        waiting(head, call, socket, Interest::Read)?;
    }
    let received = match single(&call.memory, buffers)? {
        Some(buffer) => network.receive(handle, call.memory.bytes_mut(buffer)?, peek),
        None => {
            let mut whole = datagram_buffer(call, buffers.total())?;
            let received = network.receive(handle, &mut whole, peek);
            let bytes = received.map_or(0, |received| received.bytes);
            scatter(&mut call.memory, buffers, whole.get(..bytes).unwrap_or_default())?;
            received
        }
    };
    let received = waiting(received, call, socket, Interest::Read)?;
    Ok(Received { bytes: received.bytes as u32, from: received.from, truncated: received.truncated })
}

/// Throws away datagrams from where the guest must not send to: they are not what it asked for, for it could not ask. A
/// guest that may be reached has said where, and an address of its own.
fn discard(call: &Call<'_>, socket: Known) -> Result<(), Error> {
    for _ in 0..DISCARDED_MAX {
        let head = socket.network.receive(socket.handle, &mut [], true)?;
        if head.from.is_some_and(|from| call.state.network.reaches(socket.transport, from)) {
            return Ok(());
        }
        socket.network.receive(socket.handle, &mut [], false)?;
    }
    Err(Error::WouldBlock)
}

/// Sends the buffers. Whoever waits has all bytes of a stream sent, as elsewhere.
pub fn send(call: &mut Call<'_>, fd: Fd, buffers: Buffers, to: Option<SocketAddr>) -> Result<u32, Stop> {
    let socket = find(call, fd, Rights::FD_WRITE)?;
    match socket.0.transport {
        // A stream leads to one place.
        Transport::Stream => send_stream(call, fd, socket, buffers),
        Transport::Datagram => send_datagram(call, socket, buffers, to),
    }
}

fn send_stream(call: &mut Call<'_>, fd: Fd, socket: (Known, Waits), buffers: Buffers) -> Result<u32, Stop> {
    let Known { network, handle, .. } = socket.0;
    let before = moved_before(call, socket.0);
    let mut moved = before;
    let result = match together(call, buffers)? {
        Some(whole) => {
            let rest = whole.get(before as usize..).unwrap_or_default();
            network.send(handle, rest, None).map(|sent| moved = moved.saturating_add(sent as u32)).map_err(Errno::from)
        }
        None => each_from(&mut call.memory, buffers, before, &mut |memory, buffer| {
            let sent = network.send(handle, memory.bytes(buffer)?, None)?;
            moved = moved.saturating_add(sent as u32); // At most the length of the buffer.
            Ok(sent == buffer.count() as usize)
        }),
    };
    let stop = match result {
        Ok(()) if moved >= buffers.total() => return Ok(moved),
        Ok(()) | Err(Errno::Again) => wait(call, socket, Interest::Write),
        Err(errno) => errno.into(),
    };
    match stop {
        Stop::Again => keep_moved(call, fd, moved),
        stop if moved == 0 => Err(stop),
        _ => Ok(moved),
    }
}

fn send_datagram(
    call: &mut Call<'_>,
    socket: (Known, Waits),
    buffers: Buffers,
    to: Option<SocketAddr>,
) -> Result<u32, Stop> {
    let Known { network, handle, transport, .. } = socket.0;
    if to.is_some_and(|to| !call.state.network.reaches(transport, to)) {
        return Err(Errno::Acces.into());
    }
    if buffers.total() > DATAGRAM_BYTES_MAX {
        return Err(Errno::Msgsize.into());
    }
    let sent = match single(&call.memory, buffers)? {
        Some(buffer) => network.send(handle, call.memory.bytes(buffer)?, to),
        None => {
            let mut whole = datagram_buffer(call, buffers.total())?;
            gather(&mut call.memory, buffers, &mut whole)?;
            network.send(handle, &whole, to)
        }
    };
    Ok(waiting(sent, call, socket, Interest::Write)? as u32)
}

/// The bytes of several small buffers in one piece, if there is memory for that: a head and a body that are sent by
/// themselves wait for each other on the way.
fn together(call: &mut Call<'_>, buffers: Buffers) -> Result<Option<Vec<u8>>, Errno> {
    if buffers.total() > TOGETHER_BYTES_MAX || single(&call.memory, buffers)?.is_some() {
        return Ok(None);
    }
    let Ok(mut whole) = datagram_buffer(call, buffers.total()) else {
        return Ok(None);
    };
    gather(&mut call.memory, buffers, &mut whole)?;
    Ok(Some(whole))
}

/// How many bytes this call has moved before it had to wait. What another call has left there, which was given up, is not
/// this one's.
fn moved_before(call: &Call<'_>, socket: Known) -> u32 {
    if call.progress.since.is_some() { socket.moved } else { 0 }
}

/// Keeps how many bytes were moved, for the next try.
fn keep_moved<V>(call: &mut Call<'_>, fd: Fd, moved: u32) -> Result<V, Stop> {
    let (socket, _) = call.state.descriptors.socket(fd, Rights::NONE)?;
    socket.moved = moved;
    Err(Stop::Again)
}

/// Does something with a buffer, and says whether to go on.
type Each<'e> = dyn FnMut(&mut GuestMemory<'_>, Claim<u8>) -> Result<bool, Errno> + 'e;

/// Hands the buffers one after the other to `each`, without their first `skipped` bytes, until that says that it is enough
/// by `false`.
fn each_from(memory: &mut GuestMemory<'_>, buffers: Buffers, skipped: u32, each: &mut Each<'_>) -> Result<(), Errno> {
    let mut skipped = skipped;
    for index in 0..buffers.vectors().count() {
        let buffer = memory.get(buffers.vectors(), index)?.claim();
        let rest = buffer.skip(skipped);
        skipped = skipped.saturating_sub(buffer.count());
        if rest.count() != 0 && !each(memory, rest)? {
            break;
        }
    }
    Ok(())
}

/// The one buffer that is not empty, or an empty one; `None` if there are several.
fn single(memory: &GuestMemory<'_>, buffers: Buffers) -> Result<Option<Claim<u8>>, Errno> {
    let mut found = Address::new(0).claim(0);
    for index in 0..buffers.vectors().count() {
        let buffer = memory.get(buffers.vectors(), index)?.claim();
        if buffer.count() != 0 && found.count() != 0 {
            return Ok(None);
        }
        if buffer.count() != 0 {
            found = buffer;
        }
    }
    Ok(Some(found))
}

/// Memory for a datagram of at most so many bytes.
fn datagram_buffer(call: &Call<'_>, bytes: u32) -> Result<Vec<u8>, Errno> {
    let mut whole = Vec::new_in(call.state.heap);
    whole.resize(bytes.min(DATAGRAM_BYTES_MAX) as usize, 0).map_err(|_| Errno::Nomem)?;
    Ok(whole)
}

/// Copies `bytes` into the buffers, one after the other.
fn scatter(memory: &mut GuestMemory<'_>, buffers: Buffers, bytes: &[u8]) -> Result<(), Errno> {
    let mut bytes = bytes.iter();
    each_from(memory, buffers, 0, &mut |memory, buffer| {
        for (place, byte) in memory.bytes_mut(buffer)?.iter_mut().zip(&mut bytes) {
            *place = *byte;
        }
        Ok(bytes.len() != 0)
    })
}

/// Copies the buffers to `whole`, one after the other.
fn gather(memory: &mut GuestMemory<'_>, buffers: Buffers, whole: &mut [u8]) -> Result<(), Errno> {
    let mut places = whole.iter_mut();
    each_from(memory, buffers, 0, &mut |memory, buffer| {
        for (byte, place) in memory.bytes(buffer)?.iter().zip(&mut places) {
            *place = *byte;
        }
        Ok(true)
    })
}
