//! Sockets. No operation but a look-up waits: what cannot be done yet is [`Error::WouldBlock`] and may be asked again, so that a guest
//! that waits for the network can still be stopped.

use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::{Error, Handle};

/// Which addresses a socket has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Family {
    /// IPv4
    V4,
    /// IPv6
    V6,
}

/// What a socket carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transport {
    /// A stream of bytes: TCP.
    Stream,
    /// Datagrams: UDP.
    Datagram,
}

/// Which way a connection is shut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shutdown {
    /// Nothing more will be received.
    Read,
    /// Nothing more will be sent.
    Write,
    /// Both.
    Both,
}

/// What can be set for a socket and asked of it: 0 or 1 for what is off or on, sizes in bytes, times in nanoseconds with
/// [`u64::MAX`] where none is set. How long the guest waits is no option of a socket here: no operation waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SocketOption {
    /// The address may be taken again while old connections of it fade out: on or off.
    ReuseAddress,
    /// Several sockets may have the address: on or off.
    ReusePort,
    /// Whether a silent connection is asked for a sign of life: on or off.
    KeepAlive,
    /// How long a connection is silent before it is asked: a time.
    KeepAliveIdle,
    /// From one question to the next: a time.
    KeepAliveInterval,
    /// How long a closed socket goes on to send what it still has: a time.
    Linger,
    /// Datagrams may go to everyone on the net: on or off.
    Broadcast,
    /// Small pieces are sent at once: on or off.
    NoDelay,
    /// What is received is acknowledged at once: on or off.
    QuickAck,
    /// Room for what is to be sent: bytes. Systems may give more than was asked for.
    SendBufferBytes,
    /// Room for what was received: bytes. Systems may give more than was asked for.
    ReceiveBufferBytes,
    /// Over how many routers a packet goes: 1 to 255.
    TimeToLive,
    /// The same for packets to a group: 0 to 255.
    MulticastTimeToLive,
    /// Whether this machine receives what it sends to an IPv4 group: on or off.
    MulticastLoopV4,
    /// The same for an IPv6 group.
    MulticastLoopV6,
    /// An IPv6 socket is for IPv6 alone: on or off.
    OnlyV6,
}

/// A multicast group, and at which of this machine's interfaces. The interface 0 is the one that the system chooses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// IPv4; an interface is named by its address.
    V4 {
        /// The group's address.
        group: Ipv4Addr,
        /// The interface's address.
        interface: Ipv4Addr,
    },
    /// IPv6; an interface is named by its number.
    V6 {
        /// The group's address.
        group: Ipv6Addr,
        /// The interface's number.
        interface: u32,
    },
}

/// What was received.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Received {
    /// So many bytes at the start of the buffer.
    pub bytes: usize,
    /// Where a datagram came from.
    pub from: Option<SocketAddr>,
    /// The datagram was longer than the buffer, and the rest of it is lost.
    pub truncated: bool,
}

/// What to wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interest {
    /// Something to read: bytes, a datagram, a connection to accept, or the end.
    Read,
    /// Room to write, or a connection that stands or has failed.
    Write,
}

/// The network, as far as this machine reaches it.
pub trait Network: Sync {
    /// Makes a socket.
    fn open(&self, family: Family, transport: Transport) -> Result<Handle, Error>;

    /// Gives a socket back. A wrong handle is ignored.
    fn close(&self, socket: Handle);

    /// Gives the socket an address of this machine.
    fn bind(&self, socket: Handle, address: SocketAddr) -> Result<(), Error>;

    /// Lets others connect; at most `backlog` of them wait to be accepted.
    fn listen(&self, socket: Handle, backlog: u32) -> Result<(), Error>;

    /// Takes the next connection.
    fn accept(&self, socket: Handle) -> Result<(Handle, SocketAddr), Error>;

    /// Connects. [`Error::WouldBlock`] means under way: asked again, it says when the connection stands or has failed.
    fn connect(&self, socket: Handle, address: SocketAddr) -> Result<(), Error>;

    /// Receives what there is, at least one byte of a stream, or one datagram. Zero bytes of a stream are its end.
    /// `peek` leaves it there.
    fn receive(&self, socket: Handle, buffer: &mut [u8], peek: bool) -> Result<Received, Error>;

    /// Sends, and says how many bytes were taken.
    fn send(&self, socket: Handle, bytes: &[u8], to: Option<SocketAddr>) -> Result<usize, Error>;

    /// Shuts one way or both.
    fn shutdown(&self, socket: Handle, how: Shutdown) -> Result<(), Error>;

    /// The socket's own address.
    fn local_address(&self, socket: Handle) -> Result<SocketAddr, Error>;

    /// The other side's address.
    fn peer_address(&self, socket: Handle) -> Result<SocketAddr, Error>;

    /// The value of an option.
    fn option(&self, socket: Handle, option: SocketOption) -> Result<u64, Error> {
        let _ = (socket, option);
        Err(Error::Unsupported)
    }

    /// Sets an option.
    fn set_option(&self, socket: Handle, option: SocketOption, value: u64) -> Result<(), Error> {
        let _ = (socket, option, value);
        Err(Error::Unsupported)
    }

    /// Makes the socket a member of a group.
    fn join(&self, socket: Handle, group: Group) -> Result<(), Error> {
        let _ = (socket, group);
        Err(Error::Unsupported)
    }

    /// Ends a membership.
    fn leave(&self, socket: Handle, group: Group) -> Result<(), Error> {
        let _ = (socket, group);
        Err(Error::Unsupported)
    }

    /// Whether what the socket is wanted for can be done without waiting.
    fn ready(&self, socket: Handle, interest: Interest) -> Result<bool, Error>;

    /// Bytes that can be read without waiting, as far as that is known; 1 if it is not.
    fn available(&self, socket: Handle) -> Result<u64, Error> {
        Ok(u64::from(self.ready(socket, Interest::Read)?))
    }

    /// Looks up a host's addresses and hands each to `found`, until that says it has enough by `false`.
    ///
    /// This is the one operation that may wait, for as long as the system's own look-up takes.
    fn resolve(&self, host: &str, port: u16, found: &mut dyn FnMut(SocketAddr) -> bool) -> Result<(), Error> {
        let _ = (host, port, found);
        Err(Error::Unsupported)
    }
}
