//! The functions of sockets that are in the standard. They accept connections, but make none; who wants that links WAMR's
//! extension too.

use moteur_platform::{Interest, Shutdown};

use super::socket::{Socket, Stage, find, waiting};
use super::transfer::{receive, send};
use crate::claim::Address;
use crate::host::host_functions;
use crate::wasi::Wasi;
use crate::wasi::call::{Call, Fd, Outcome};
use crate::wasi::descriptors::flags;
use crate::wasi::errno::Errno;
use crate::wasi::rights::Rights;
use crate::wasi::table::{Descriptor, Open};
use crate::wasi::vectors::{Buffers, IoVec};

/// The flag of a message that was received: it was longer than the buffers.
const TRUNCATED: u16 = 1;

/// The ways that can be shut.
const SHUT_READ: u32 = 1;
const SHUT_WRITE: u32 = 2;
const SHUT_BOTH: u32 = SHUT_READ | SHUT_WRITE;

/// The part of WASI that has sockets.
#[derive(Debug)]
pub struct Sockets;

#[host_functions(state = Wasi)]
impl Sockets {
    /// Takes the next connection to a socket that listens.
    fn sock_accept(call: &mut Call<'_>, fd: Fd, flags: u32, accepted: Address<u32>) -> Outcome {
        let listener = find(call, fd, Rights::SOCK_ACCEPT)?;
        let flags = flags::from_word(flags).filter(|flags| flags & !flags::NONBLOCK == 0).ok_or(Errno::Inval)?;
        call.memory.check(accepted.one())?;
        // A connection that found no number would be lost.
        let rights = Rights::SOCKET.within(call.state.descriptors.get(fd)?.inheriting);
        let number = call.state.descriptors.reserve()?;
        let known = listener.0;
        let connection = known.network.accept(known.handle);
        let (handle, _) = waiting(connection, call, listener, Interest::Read)?;
        let socket = Socket::new(known.network, handle, known.family, known.transport, Stage::Connected);
        call.state.descriptors.put(number, Open { rights, inheriting: rights, ..open(socket, flags) });
        call.memory.write(accepted, number.0)?;
        Ok(())
    }

    /// Receives bytes or a datagram.
    fn sock_recv(
        call: &mut Call<'_>,
        fd: Fd,
        vectors: Address<IoVec>,
        count: u32,
        flags: u32,
        size: Address<u32>,
        out_flags: Address<u16>,
    ) -> Outcome {
        find(call, fd, Rights::FD_READ)?;
        let buffers = Buffers::check(&call.memory, vectors, count, size)?;
        call.memory.check(out_flags.one())?;
        let received = receive(call, fd, buffers, flags)?;
        call.memory.write(size, received.bytes)?;
        call.memory.write(out_flags, if received.truncated { TRUNCATED } else { 0 })?;
        Ok(())
    }

    /// Sends bytes or a datagram. There are no flags.
    fn sock_send(
        call: &mut Call<'_>,
        fd: Fd,
        vectors: Address<IoVec>,
        count: u32,
        flags: u32,
        size: Address<u32>,
    ) -> Outcome {
        find(call, fd, Rights::FD_WRITE)?;
        if flags != 0 {
            return Err(Errno::Inval.into());
        }
        let buffers = Buffers::check(&call.memory, vectors, count, size)?;
        let sent = send(call, fd, buffers, None)?;
        call.memory.write(size, sent)?;
        Ok(())
    }

    /// Shuts one way of a connection, or both.
    fn sock_shutdown(call: &mut Call<'_>, fd: Fd, how: u32) -> Outcome {
        let (socket, _) = find(call, fd, Rights::SOCK_SHUTDOWN)?;
        let how = match how {
            SHUT_READ => Shutdown::Read,
            SHUT_WRITE => Shutdown::Write,
            SHUT_BOTH => Shutdown::Both,
            _ => return Err(Errno::Inval.into()),
        };
        socket.network.shutdown(socket.handle, how).map_err(Errno::from)?;
        Ok(())
    }
}

/// A socket as it is opened for a guest.
pub fn open(socket: Socket, flags: u16) -> Open {
    Open { descriptor: Descriptor::Socket(socket), rights: Rights::SOCKET, inheriting: Rights::SOCKET, flags }
}
