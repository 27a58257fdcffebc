//! Sockets of Zephyr's network. A handle is the number that Zephyr has for the socket.

use core::ffi::c_int;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::ptr;

use super::shim::{self, Address};
use super::{error, result};
use crate::{Error, Family, Handle, Interest, Network, Received, Shutdown, SocketOption, Transport};

/// The network of the machine.
#[derive(Clone, Copy, Debug)]
pub struct ZephyrNetwork;

/// The network, where the application's configuration has one.
pub fn network() -> Option<&'static dyn Network> {
    Some(&ZephyrNetwork)
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Address {
        let mut bytes = [0; 16];
        match address.ip() {
            IpAddr::V4(ip) => bytes.iter_mut().zip(ip.octets()).for_each(|(to, from)| *to = from),
            IpAddr::V6(ip) => bytes = ip.octets(),
        }
        Address { bytes, port: address.port(), is_v6: address.is_ipv6() }
    }
}

impl Address {
    const NONE: Address = Address { bytes: [0; 16], port: 0, is_v6: false };

    fn get(&self) -> SocketAddr {
        let [a, b, c, d, ..] = self.bytes;
        let v4 = IpAddr::V4(Ipv4Addr::new(a, b, c, d));
        SocketAddr::new(if self.is_v6 { IpAddr::V6(Ipv6Addr::from(self.bytes)) } else { v4 }, self.port)
    }
}

/// Zephyr's number of a socket.
fn number(socket: Handle) -> c_int {
    socket.0.cast_signed()
}

/// What a call says that writes an address and returns a number or an error.
fn addressed(call: impl FnOnce(*mut Address) -> c_int) -> Result<(u32, SocketAddr), Error> {
    let mut address = Address::NONE;
    let number = result(call(&raw mut address))?;
    Ok((number, address.get()))
}

/// The options that Zephyr knows.
fn option_of(option: SocketOption) -> Result<c_int, Error> {
    match option {
        SocketOption::ReuseAddress => Ok(0),
        SocketOption::KeepAlive => Ok(1),
        SocketOption::NoDelay => Ok(2),
        _ => Err(Error::Unsupported),
    }
}

impl Network for ZephyrNetwork {
    fn open(&self, family: Family, transport: Transport) -> Result<Handle, Error> {
        let (is_v6, is_stream) = (family == Family::V6, transport == Transport::Stream);
        // SAFETY: it has no conditions.
        result(unsafe { shim::moteur_shim_socket_open(is_v6, is_stream) }).map(Handle)
    }

    fn close(&self, socket: Handle) {
        // SAFETY: it has no conditions: a number that nothing has is an error of Zephyr's.
        unsafe { shim::moteur_shim_socket_close(number(socket)) }
    }

    fn bind(&self, socket: Handle, address: SocketAddr) -> Result<(), Error> {
        // SAFETY: the address is there to be read.
        result(unsafe { shim::moteur_shim_socket_bind(number(socket), &address.into()) }).map(|_| ())
    }

    fn listen(&self, socket: Handle, backlog: u32) -> Result<(), Error> {
        let backlog = c_int::try_from(backlog).unwrap_or(c_int::MAX);
        // SAFETY: as for `close`.
        result(unsafe { shim::moteur_shim_socket_listen(number(socket), backlog) }).map(|_| ())
    }

    fn accept(&self, socket: Handle) -> Result<(Handle, SocketAddr), Error> {
        // SAFETY: the address is there to be written.
        let (accepted, from) = addressed(|from| unsafe { shim::moteur_shim_socket_accept(number(socket), from) })?;
        Ok((Handle(accepted), from))
    }

    fn connect(&self, socket: Handle, address: SocketAddr) -> Result<(), Error> {
        // SAFETY: the address is there to be read.
        result(unsafe { shim::moteur_shim_socket_connect(number(socket), &address.into()) }).map(|_| ())
    }

    fn receive(&self, socket: Handle, buffer: &mut [u8], peek: bool) -> Result<Received, Error> {
        let (mut from, mut has_from) = (Address::NONE, false);
        let (to, count) = (buffer.as_mut_ptr(), buffer.len());
        // SAFETY: so many bytes, the address and the flag are there to be written.
        let received = unsafe {
            shim::moteur_shim_socket_receive(number(socket), to, count, peek, &raw mut from, &raw mut has_from)
        };
        let bytes = result(received)? as usize;
        Ok(Received { bytes, from: has_from.then(|| from.get()), truncated: false })
    }

    fn send(&self, socket: Handle, bytes: &[u8], to: Option<SocketAddr>) -> Result<usize, Error> {
        let to = to.map(Address::from);
        let to = to.as_ref().map_or(ptr::null(), ptr::from_ref);
        // SAFETY: so many bytes, and the address unless it is null, are there to be read.
        let sent = unsafe { shim::moteur_shim_socket_send(number(socket), bytes.as_ptr(), bytes.len(), to) };
        result(sent).map(|sent| sent as usize)
    }

    fn shutdown(&self, socket: Handle, how: Shutdown) -> Result<(), Error> {
        let (reads, writes) = (how != Shutdown::Write, how != Shutdown::Read);
        // SAFETY: as for `close`.
        result(unsafe { shim::moteur_shim_socket_shutdown(number(socket), reads, writes) }).map(|_| ())
    }

    fn local_address(&self, socket: Handle) -> Result<SocketAddr, Error> {
        // SAFETY: the address is there to be written.
        let own = addressed(|own| unsafe { shim::moteur_shim_socket_own_address(number(socket), own) });
        own.map(|(_, own)| own)
    }

    fn peer_address(&self, socket: Handle) -> Result<SocketAddr, Error> {
        // SAFETY: the address is there to be written.
        let peer = addressed(|peer| unsafe { shim::moteur_shim_socket_peer_address(number(socket), peer) });
        peer.map(|(_, peer)| peer)
    }

    fn option(&self, socket: Handle, option: SocketOption) -> Result<u64, Error> {
        let option = option_of(option)?;
        // SAFETY: as for `close`.
        result(unsafe { shim::moteur_shim_socket_option(number(socket), option) }).map(u64::from)
    }

    fn set_option(&self, socket: Handle, option: SocketOption, value: u64) -> Result<(), Error> {
        let option = option_of(option)?;
        // SAFETY: as for `close`.
        result(unsafe { shim::moteur_shim_socket_set_option(number(socket), option, value != 0) }).map(|_| ())
    }

    fn ready(&self, socket: Handle, interest: Interest) -> Result<bool, Error> {
        // SAFETY: as for `close`.
        match unsafe { shim::moteur_shim_socket_ready(number(socket), interest == Interest::Write) } {
            0 => Ok(false),
            1 => Ok(true),
            code => Err(error(code)),
        }
    }
}
