//! Sockets of the operating system.
//!
//! | module | holds |
//! |---|---|
//! | `table` | which handle is which socket |
//! | `options` | what can be set and asked |
//! | `wait` | waiting for sockets and input in one call |
//! | `failure` | the system's errors in our words |
//! | `system`, `linux` | what only some systems have |

mod failure;
mod options;
mod table;
mod wait;

#[cfg_attr(not(any(target_os = "linux", target_os = "android")), path = "linux_none.rs")]
mod linux;
#[cfg_attr(unix, path = "system_unix.rs")]
#[cfg_attr(not(unix), path = "system_other.rs")]
mod system;

use core::mem::MaybeUninit;
use core::net::SocketAddr;
use core::sync::atomic::{AtomicU8, Ordering};

use rust_std::net::{Shutdown as Ways, ToSocketAddrs};
use rust_std::sync::Arc;
use socket2::{Domain, MaybeUninitSlice, Protocol, SockAddr, Socket, Type};

use super::Std;
use crate::{Error, Family, Group, Handle, Interest, Network, Received, Shutdown, SocketOption, Transport};
use failure::error;
use table::Table;

pub use wait::{input_is_ready, wait};

/// How many sockets this process has open for guests at most: more are [`Error::Exhausted`].
const SOCKETS_MAX: usize = 1024;

/// The flag that leaves what is received where it is. It has this value on every system that `socket2` knows.
const PEEK: i32 = 2;

static SOCKETS: Table = Table::new(SOCKETS_MAX);

/// An open socket.
struct Open {
    socket: Socket,
    family: Family,
    transport: Transport,
    /// What whoever connected it was told last.
    connection: AtomicU8,
}

/// Nobody connected it, or that failed.
const NONE: u8 = 0;
/// The connection is under way.
const UNDER_WAY: u8 = 1;
/// The connection stands, or did.
const STANDS: u8 = 2;

impl Open {
    fn new(socket: Socket, family: Family, transport: Transport) -> Result<Open, Error> {
        socket.set_nonblocking(true).map_err(error)?;
        Ok(Open { socket, family, transport, connection: AtomicU8::new(NONE) })
    }
}

/// The network of this process.
pub fn network() -> Option<&'static dyn Network> {
    Some(&Std)
}

fn open(socket: Handle) -> Result<Arc<Open>, Error> {
    SOCKETS.get(socket)
}

impl Network for Std {
    fn open(&self, family: Family, transport: Transport) -> Result<Handle, Error> {
        let domain = match family {
            Family::V4 => Domain::IPV4,
            Family::V6 => Domain::IPV6,
        };
        let (kind, protocol) = match transport {
            Transport::Stream => (Type::STREAM, Protocol::TCP),
            Transport::Datagram => (Type::DGRAM, Protocol::UDP),
        };
        let socket = Socket::new(domain, kind, Some(protocol)).map_err(error)?;
        SOCKETS.insert(Open::new(socket, family, transport)?)
    }

    fn close(&self, socket: Handle) {
        SOCKETS.remove(socket);
    }

    fn bind(&self, socket: Handle, address: SocketAddr) -> Result<(), Error> {
        open(socket)?.socket.bind(&address.into()).map_err(error)
    }

    fn listen(&self, socket: Handle, backlog: u32) -> Result<(), Error> {
        open(socket)?.socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX)).map_err(error)
    }

    fn accept(&self, socket: Handle) -> Result<(Handle, SocketAddr), Error> {
        let listener = open(socket)?;
        let (socket, from) = listener.socket.accept().map_err(error)?;
        let from = from.as_socket().ok_or(Error::Unsupported)?;
        let handle = SOCKETS.insert(Open::new(socket, listener.family, listener.transport)?)?;
        Ok((handle, from))
    }

    fn connect(&self, socket: Handle, address: SocketAddr) -> Result<(), Error> {
        let open = open(socket)?;
        let result = match open.connection.load(Ordering::Relaxed) {
            UNDER_WAY => connected(&open, address),
            // Linux says "done" once more to whoever asks again.
            STANDS if open.transport == Transport::Stream => return Err(Error::Connected),
            _ => open.socket.connect(&address.into()).map_err(error),
        };
        let state = match result {
            Ok(()) => STANDS,
            Err(Error::WouldBlock) => UNDER_WAY,
            Err(_) => NONE,
        };
        open.connection.store(state, Ordering::Relaxed);
        result
    }

    fn receive(&self, socket: Handle, buffer: &mut [u8], peek: bool) -> Result<Received, Error> {
        let open = open(socket)?;
        let flags = if peek { PEEK } else { 0 };
        let mut buffers = [MaybeUninitSlice::new(writable(buffer))];
        let (bytes, flags, from) = open.socket.recv_from_vectored_with_flags(&mut buffers, flags).map_err(error)?;
        Ok(Received { bytes, from: from.as_socket(), truncated: flags.is_truncated() })
    }

    fn send(&self, socket: Handle, bytes: &[u8], to: Option<SocketAddr>) -> Result<usize, Error> {
        let open = open(socket)?;
        let sent = match to.map(SockAddr::from) {
            Some(to) => open.socket.send_to_with_flags(bytes, &to, linux::SEND_FLAGS),
            None => open.socket.send_with_flags(bytes, linux::SEND_FLAGS),
        };
        sent.map_err(error)
    }

    fn shutdown(&self, socket: Handle, how: Shutdown) -> Result<(), Error> {
        let how = match how {
            Shutdown::Read => Ways::Read,
            Shutdown::Write => Ways::Write,
            Shutdown::Both => Ways::Both,
        };
        open(socket)?.socket.shutdown(how).map_err(error)
    }

    fn local_address(&self, socket: Handle) -> Result<SocketAddr, Error> {
        open(socket)?.socket.local_addr().map_err(error)?.as_socket().ok_or(Error::Unsupported)
    }

    fn peer_address(&self, socket: Handle) -> Result<SocketAddr, Error> {
        open(socket)?.socket.peer_addr().map_err(error)?.as_socket().ok_or(Error::Unsupported)
    }

    fn option(&self, socket: Handle, option: SocketOption) -> Result<u64, Error> {
        options::get(&*open(socket)?, option)
    }

    fn set_option(&self, socket: Handle, option: SocketOption, value: u64) -> Result<(), Error> {
        options::set(&*open(socket)?, option, value)
    }

    fn join(&self, socket: Handle, group: Group) -> Result<(), Error> {
        let open = open(socket)?;
        match group {
            Group::V4 { group, interface } => open.socket.join_multicast_v4(&group, &interface),
            Group::V6 { group, interface } => open.socket.join_multicast_v6(&group, interface),
        }
        .map_err(error)
    }

    fn leave(&self, socket: Handle, group: Group) -> Result<(), Error> {
        let open = open(socket)?;
        match group {
            Group::V4 { group, interface } => open.socket.leave_multicast_v4(&group, &interface),
            Group::V6 { group, interface } => open.socket.leave_multicast_v6(&group, interface),
        }
        .map_err(error)
    }

    fn ready(&self, socket: Handle, interest: Interest) -> Result<bool, Error> {
        wait::is_ready(&*open(socket)?, interest)
    }

    fn available(&self, socket: Handle) -> Result<u64, Error> {
        wait::available(&*open(socket)?)
    }

    /// Asks the system, which may take seconds: there is no way to ask it without waiting.
    fn resolve(&self, host: &str, port: u16, found: &mut dyn FnMut(SocketAddr) -> bool) -> Result<(), Error> {
        let addresses = (host, port).to_socket_addrs().map_err(|_| Error::NotFound)?;
        for address in addresses {
            if !found(address) {
                break;
            }
        }
        Ok(())
    }
}

/// How a connection that is under way stands.
fn connected(open: &Open, address: SocketAddr) -> Result<(), Error> {
    if !wait::is_ready(open, Interest::Write)? {
        return Err(Error::WouldBlock);
    }
    match linux::finish_connecting(&open.socket, &address.into()).map_err(error) {
        Err(Error::Connected) => Ok(()),
        other => other,
    }
}

/// A buffer in the form in which `socket2` takes it.
fn writable(buffer: &mut [u8]) -> &mut [MaybeUninit<u8>] {
    // SAFETY: the layouts are the same, and whoever receives into it promises (in the documentation of `Socket::recv`) to
    // write nothing but initialised bytes.
    unsafe { &mut *(core::ptr::from_mut(buffer) as *mut [MaybeUninit<u8>]) }
}
