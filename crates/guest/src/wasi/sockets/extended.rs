//! WAMR's extension: sockets that a guest opens itself. They go where the guest is allowed to go, and nowhere else.
//!
//! A guest that uses WAMR's library for sockets finds its imports here under the same names.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use moteur_platform::{Error, Family, Group, Interest, SocketOption, Transport};

use super::records::{self, Found, GroupAddress, Hints, SocketAddress};
use super::resolve::resolve;
use super::socket::{Known, Socket, Stage, Waits, find, waiting};
use super::standard::open;
use super::transfer::{receive, send};
use crate::claim::Address;
use crate::host::host_functions;
use crate::wasi::Wasi;
use crate::wasi::call::{Call, Fd, Outcome, Stop};
use crate::wasi::errno::Errno;
use crate::wasi::rights::Rights;
use crate::wasi::vectors::{Buffers, IoVec};

/// The part that opens sockets, as WAMR extends WASI.
#[derive(Debug)]
pub struct SocketsExtended;

#[host_functions(state = Wasi)]
impl SocketsExtended {
    /// Opens a socket. The first argument is a leftover: WAMR ignores it too.
    fn sock_open(call: &mut Call<'_>, _pool: Fd, family: u32, transport: u32, opened: Address<u32>) -> Outcome {
        let family = records::family(family).ok_or(Errno::Afnosupport)?;
        let transport = records::transport(transport).ok_or(Errno::Inval)?;
        call.memory.check(opened.one())?;
        if !call.state.network.opens(transport) {
            return Err(Errno::Acces.into());
        }
        let network = call.state.platform.network().ok_or(Errno::Notsup)?;
        let number = call.state.descriptors.reserve()?;
        let handle = network.open(family, transport).map_err(Errno::from)?;
        let socket = Socket::new(network, handle, family, transport, Stage::New);
        call.state.descriptors.put(number, open(socket, 0));
        call.memory.write(opened, number.0)?;
        Ok(())
    }

    /// Closes a socket, as `fd_close` does.
    fn sock_close(call: &mut Call<'_>, fd: Fd) -> Outcome {
        find(call, fd, Rights::NONE)?;
        call.state.descriptors.take(fd)?;
        Ok(())
    }

    /// Connects, and waits until the connection stands.
    fn sock_connect(call: &mut Call<'_>, fd: Fd, address: Address<SocketAddress>) -> Outcome {
        let socket = find(call, fd, Rights::NONE)?;
        let to = address_for(call, socket.0, address)?;
        if !call.state.network.reaches(socket.0.transport, to) {
            return Err(Errno::Acces.into());
        }
        if socket.0.transport == Transport::Datagram && socket.0.stage == Stage::Connected {
            // Until the new one stands, there is none.
            set_stage(call, fd, Stage::New)?;
        }
        let result = socket.0.network.connect(socket.0.handle, to);
        if result == Err(Error::WouldBlock) && socket.1 == Waits::No {
            return Err(under_way(call, fd, socket.0));
        }
        match waiting(result, call, socket, Interest::Write) {
            // The time that the guest has set is over, and the connection goes on without it.
            Err(Stop::Errno(Errno::Again)) => Err(under_way(call, fd, socket.0)),
            Ok(()) => set_stage(call, fd, Stage::Connected),
            stop => stop,
        }
    }

    /// Gives the socket an address of this machine.
    fn sock_bind(call: &mut Call<'_>, fd: Fd, address: Address<SocketAddress>) -> Outcome {
        let (socket, _) = find(call, fd, Rights::NONE)?;
        let at = address_for(call, socket, address)?;
        allow_listening(call, socket, at)?;
        socket.network.bind(socket.handle, at).map_err(Errno::from)?;
        set_stage(call, fd, Stage::Bound)
    }

    /// Lets others connect. A socket without an address would get one that is everywhere, so that must be allowed.
    fn sock_listen(call: &mut Call<'_>, fd: Fd, backlog: u32) -> Outcome {
        let (socket, _) = find(call, fd, Rights::NONE)?;
        let at = socket.network.local_address(socket.handle).map_err(Errno::from)?;
        allow_listening(call, socket, at)?;
        socket.network.listen(socket.handle, backlog).map_err(Errno::from)?;
        Ok(())
    }

    /// The socket's own address.
    fn sock_addr_local(call: &mut Call<'_>, fd: Fd, address: Address<SocketAddress>) -> Outcome {
        let (socket, _) = find(call, fd, Rights::NONE)?;
        call.memory.check(address.one())?;
        let own = socket.network.local_address(socket.handle).map_err(Errno::from)?;
        call.memory.write(address, SocketAddress(Some(own)))?;
        Ok(())
    }

    /// The other side's address.
    fn sock_addr_remote(call: &mut Call<'_>, fd: Fd, address: Address<SocketAddress>) -> Outcome {
        let (socket, _) = find(call, fd, Rights::NONE)?;
        call.memory.check(address.one())?;
        let peer = socket.network.peer_address(socket.handle).map_err(Errno::from)?;
        call.memory.write(address, SocketAddress(Some(peer)))?;
        Ok(())
    }

    /// Looks up a host's addresses; see `resolve`.
    fn sock_addr_resolve(
        call: &mut Call<'_>,
        host: Address<u8>,
        service: Address<u8>,
        hints: Address<Hints>,
        found: Address<Found>,
        count: u32,
        available: Address<u32>,
    ) -> Outcome {
        resolve(call, host, service, hints, found.claim(count), available)
    }

    /// Sends to an address. A stream goes where it is connected to, whatever the address says.
    fn sock_send_to(
        call: &mut Call<'_>,
        fd: Fd,
        vectors: Address<IoVec>,
        count: u32,
        flags: u32,
        to: Address<SocketAddress>,
        size: Address<u32>,
    ) -> Outcome {
        let (socket, _) = find(call, fd, Rights::FD_WRITE)?;
        if flags != 0 {
            return Err(Errno::Inval.into());
        }
        let buffers = Buffers::check(&call.memory, vectors, count, size)?;
        let to = address_for(call, socket, to)?;
        let sent = send(call, fd, buffers, Some(to))?;
        call.memory.write(size, sent)?;
        Ok(())
    }

    /// Receives, and says where it came from.
    fn sock_recv_from(
        call: &mut Call<'_>,
        fd: Fd,
        vectors: Address<IoVec>,
        count: u32,
        flags: u32,
        from: Address<SocketAddress>,
        size: Address<u32>,
    ) -> Outcome {
        let (socket, _) = find(call, fd, Rights::FD_READ)?;
        let buffers = Buffers::check(&call.memory, vectors, count, size)?;
        call.memory.check(from.one())?;
        let received = receive(call, fd, buffers, flags)?;
        // A stream comes from where it is connected to.
        let sender = received.from.or_else(|| socket.network.peer_address(socket.handle).ok());
        call.memory.write(from, SocketAddress(sender))?;
        call.memory.write(size, received.bytes)?;
        Ok(())
    }

    /// Makes the socket a member of a group. The group has to be among the addresses where the guest may be reached, for
    /// the port that the socket has.
    fn sock_set_ip_add_membership(
        call: &mut Call<'_>,
        fd: Fd,
        group: Address<GroupAddress>,
        interface: u32,
    ) -> Outcome {
        let (socket, _) = find(call, fd, Rights::NONE)?;
        let address = group_address(call, socket, group)?;
        let own = socket.network.local_address(socket.handle).map_err(Errno::from)?;
        if !call.state.network.listens(socket.transport, SocketAddr::new(address, own.port())) {
            return Err(Errno::Acces.into());
        }
        socket.network.join(socket.handle, group_at(address, interface)).map_err(Errno::from)?;
        Ok(())
    }

    /// Ends a membership.
    fn sock_set_ip_drop_membership(
        call: &mut Call<'_>,
        fd: Fd,
        group: Address<GroupAddress>,
        interface: u32,
    ) -> Outcome {
        let (socket, _) = find(call, fd, Rights::NONE)?;
        let address = group_address(call, socket, group)?;
        socket.network.leave(socket.handle, group_at(address, interface)).map_err(Errno::from)?;
        Ok(())
    }
}

/// The address at that place, if it is of the socket's family.
fn address_for(call: &Call<'_>, socket: Known, at: Address<SocketAddress>) -> Result<SocketAddr, Errno> {
    let SocketAddress(address) = call.memory.get(at.one(), 0)?;
    address.filter(|address| is_of(address.ip(), socket.family)).ok_or(Errno::Afnosupport)
}

fn group_address(call: &Call<'_>, socket: Known, at: Address<GroupAddress>) -> Result<IpAddr, Errno> {
    let GroupAddress(address) = call.memory.get(at.one(), 0)?;
    address.filter(|address| is_of(*address, socket.family)).ok_or(Errno::Afnosupport)
}

fn is_of(address: IpAddr, family: Family) -> bool {
    address.is_ipv4() == (family == Family::V4)
}

/// The group at an interface, of which an IPv4 one is given by its address as it stands in the guest's memory.
fn group_at(group: IpAddr, interface: u32) -> Group {
    match group {
        IpAddr::V4(group) => Group::V4 { group, interface: Ipv4Addr::from_octets(interface.to_le_bytes()) },
        IpAddr::V6(group) => Group::V6 { group, interface },
    }
}

/// Whether the guest may be reached at that address by that socket. At all IPv6 addresses of a machine it may be reached
/// by IPv4 as well, unless the socket says that it is for IPv6 alone.
fn allow_listening(call: &Call<'_>, socket: Known, at: SocketAddr) -> Result<(), Errno> {
    let allowed = &call.state.network;
    let everywhere = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), at.port());
    let is_both = at.is_ipv6()
        && at.ip().is_unspecified()
        && socket.network.option(socket.handle, SocketOption::OnlyV6).is_ok_and(|only| only == 0);
    let is_allowed =
        allowed.listens(socket.transport, at) && (!is_both || allowed.listens(socket.transport, everywhere));
    if is_allowed { Ok(()) } else { Err(Errno::Acces) }
}

/// Says that a connection is under way: for the first time, or again.
fn under_way(call: &mut Call<'_>, fd: Fd, socket: Known) -> Stop {
    let errno = if socket.stage == Stage::Connecting { Errno::Already } else { Errno::Inprogress };
    set_stage(call, fd, Stage::Connecting).err().unwrap_or(errno.into())
}

fn set_stage(call: &mut Call<'_>, fd: Fd, stage: Stage) -> Outcome {
    let (socket, _) = call.state.descriptors.socket(fd, Rights::NONE)?;
    socket.stage = stage;
    Ok(())
}
