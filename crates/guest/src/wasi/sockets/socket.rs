//! A guest's socket: what is known about it here, and how it waits. The port's operations never wait; a guest's do, in
//! turns, so that it can be stopped in between.

use core::fmt;
use core::ops::{Deref, DerefMut};

use moteur_platform::{Error, Event, Family, FileType, Handle, Interest, Network, Transport};

use super::transfer;
use crate::wasi::call::{Call, Fd, NAP_NS, Stop};
use crate::wasi::descriptors::flags;
use crate::wasi::errno::Errno;
use crate::wasi::rights::Rights;
use crate::wasi::vectors::Move;

/// An open socket. It goes back to its network when nobody has it any more.
pub struct Socket(Known);

/// What is known about an open socket. Whoever has a copy of it does not keep the socket open.
#[derive(Clone, Copy)]
pub struct Known {
    /// Whose handle it is.
    pub network: &'static dyn Network,
    /// The handle.
    pub handle: Handle,
    /// Which addresses it has.
    pub family: Family,
    /// What it carries.
    pub transport: Transport,
    /// How far it got.
    pub stage: Stage,
    /// How long receiving waits, in nanoseconds; 0 is without end.
    pub receive_timeout_ns: u64,
    /// The same for sending and connecting.
    pub send_timeout_ns: u64,
    /// For how many seconds a closed socket goes on to send; see `options`.
    pub linger_s: Option<u32>,
    /// Whether the first bytes may go along with the request to connect; see `options`.
    pub fast_open: bool,
    /// How many bytes of the call that is waiting have been moved already.
    pub moved: u32,
    /// What `fd_read` does with it. As it stands here, a firmware without sockets is without that too.
    pub read: Move,
    /// What `fd_write` does with it.
    pub write: Move,
}

/// How far a socket got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It was opened.
    New,
    /// The guest gave it an address of this machine that it may have: whoever sends there is heard.
    Bound,
    /// The guest asked for a connection and did not wait for it.
    Connecting,
    /// It is connected, or was.
    Connected,
}

impl Socket {
    /// The network's socket of that handle, which belongs to this from now on.
    pub fn new(
        network: &'static dyn Network,
        handle: Handle,
        family: Family,
        transport: Transport,
        stage: Stage,
    ) -> Self {
        Socket(Known {
            network,
            handle,
            family,
            transport,
            stage,
            receive_timeout_ns: 0,
            send_timeout_ns: 0,
            linger_s: None,
            fast_open: false,
            moved: 0,
            read: transfer::read,
            write: transfer::write,
        })
    }
}

impl Deref for Socket {
    type Target = Known;

    fn deref(&self) -> &Known {
        &self.0
    }
}

impl DerefMut for Socket {
    fn deref_mut(&mut self) -> &mut Known {
        &mut self.0
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.network.close(self.handle);
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handle.fmt(f)
    }
}

impl Known {
    /// What a guest is told that this is.
    pub fn file_type(&self) -> FileType {
        match self.transport {
            Transport::Stream => FileType::SocketStream,
            Transport::Datagram => FileType::SocketDatagram,
        }
    }

    /// Whether what the socket is wanted for can be done without waiting.
    pub fn ready(&self, interest: Interest) -> Result<bool, Errno> {
        Ok(self.network.ready(self.handle, interest)?)
    }

    /// Bytes that can be read without waiting, as far as that is known.
    pub fn available(&self) -> Result<u64, Errno> {
        Ok(self.network.available(self.handle)?)
    }

    /// What to wait for.
    pub fn event(&self, interest: Interest) -> Event {
        Event::Socket(self.handle, interest)
    }
}

/// The socket of that number, if it has these rights, and whether it waits.
pub fn find(call: &mut Call<'_>, fd: Fd, rights: Rights) -> Result<(Known, Waits), Errno> {
    let (socket, flags) = call.state.descriptors.socket(fd, rights)?;
    let waits = if flags & flags::NONBLOCK == 0 { Waits::Yes } else { Waits::No };
    Ok((**socket, waits))
}

/// Whether a socket waits until it can do what it is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// It does, for as long as the guest has set.
    Yes,
    /// It says that it would have to.
    No,
}

/// Waits a little until the socket may be ready for what it is wanted for, and says how the call ends that cannot go on:
/// it is to be repeated, or the time that the guest has set is over.
pub fn wait(call: &mut Call<'_>, (socket, waits): (Known, Waits), interest: Interest) -> Stop {
    if waits == Waits::No {
        return Errno::Again.into();
    }
    let timeout = match interest {
        Interest::Read => socket.receive_timeout_ns,
        Interest::Write => socket.send_timeout_ns,
    };
    let platform = call.state.platform;
    let now = platform.clock().map_or(0, |clock| clock.monotonic_ns());
    let since = *call.progress.since.get_or_insert(now);
    let left = match timeout {
        0 => NAP_NS,
        timeout => timeout.saturating_sub(now.saturating_sub(since)).min(NAP_NS),
    };
    if left == 0 {
        return Errno::Again.into();
    }
    platform.wait(&[socket.event(interest)], left);
    Stop::Again
}

/// The result of an operation of the port; what would have to wait, waits.
pub fn waiting<V>(
    result: Result<V, Error>,
    call: &mut Call<'_>,
    socket: (Known, Waits),
    interest: Interest,
) -> Result<V, Stop> {
    match result {
        Ok(value) => Ok(value),
        Err(Error::WouldBlock) => Err(wait(call, socket, interest)),
        Err(error) => Err(Errno::from(error).into()),
    }
}
