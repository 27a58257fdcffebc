//! Names of hosts. A guest may look up those that it is allowed to reach, and to no others' addresses does it get.

use core::net::SocketAddr;

use moteur_platform::{Error, Family, Transport};

use super::allow::host_name;
use super::literal;
use super::records::{Found, Hints, SocketAddress};
use super::rule::number;
use crate::claim::{Address, Claim};
use crate::wasi::call::{Call, Outcome};
use crate::wasi::errno::Errno;

/// The services that are known by name, from IANA's registry.
const SERVICES: &[(&str, u16)] =
    &[("ssh", 22), ("domain", 53), ("http", 80), ("ntp", 123), ("https", 443), ("mqtt", 1883), ("coap", 5683)];

/// The longest name of a host or service, and its zero byte.
const NAME_BYTES_MAX: u32 = 256;

/// Looks up a host and writes its addresses to `found`, as many as there is room for; `available` says how many there are.
pub fn resolve(
    call: &mut Call<'_>,
    host: Address<u8>,
    service: Address<u8>,
    hints: Address<Hints>,
    found: Claim<Found>,
    available: Address<u32>,
) -> Outcome {
    let hints = call.memory.get(hints.one(), 0)?;
    call.memory.check(found)?;
    call.memory.check(available.one())?;
    let port = port(text(call, service)?)?;
    let host = text(call, host)?;
    let mut count = 0u32;
    if let Some(address) = literal::address(host) {
        // An address is no secret, and what can be done with it is asked when it is done.
        write(call, SocketAddr::new(address, port), hints, found, &mut count)?;
    } else {
        let host = host_name(host).filter(|host| call.state.network.resolves(host)).ok_or(Errno::Acces)?;
        let mut name = [0; NAME_BYTES_MAX as usize];
        let place = name.get_mut(..host.len()).ok_or(Errno::Acces)?;
        for (to, from) in place.iter_mut().zip(host.bytes()) {
            *to = from;
        }
        let host = core::str::from_utf8(place).map_err(|_| Errno::Acces)?;
        look_up(call, host, port, hints, found, &mut count)?;
    }
    call.memory.write(available, count)?;
    Ok(())
}

fn look_up(
    call: &mut Call<'_>,
    host: &str,
    port: u16,
    hints: Hints,
    found: Claim<Found>,
    count: &mut u32,
) -> Result<(), Errno> {
    let network = call.state.platform.network().ok_or(Errno::Notsup)?;
    let mut failure = None;
    let result = network.resolve(host, port, &mut |address| {
        let kept = call.state.network.resolved(host, address.ip()).map_err(|_| Errno::Nomem);
        failure = kept.and_then(|()| write(call, address, hints, found, count)).err();
        failure.is_none()
    });
    match (failure, result) {
        (Some(errno), _) => Err(errno),
        // There is no such name: it has no address.
        (None, Ok(()) | Err(Error::NotFound)) => Ok(()),
        (None, Err(error)) => Err(error.into()),
    }
}

/// Writes an address once for each transport that is wanted, as far as there is room.
fn write(
    call: &mut Call<'_>,
    address: SocketAddr,
    hints: Hints,
    found: Claim<Found>,
    count: &mut u32,
) -> Result<(), Errno> {
    let family = if address.is_ipv4() { Family::V4 } else { Family::V6 };
    for transport in [Transport::Stream, Transport::Datagram] {
        if !hints.wants_family(family) || !hints.wants_transport(transport) {
            continue;
        }
        if *count < found.count() {
            let address = SocketAddress(Some(address));
            call.memory.set(found, *count, Found { address, transport: Some(transport) })?;
        }
        *count = count.saturating_add(1);
    }
    Ok(())
}

/// A text of C, in memory that the guest has. One that is too long for a name is none that is allowed.
fn text<'c>(call: &'c Call<'_>, at: Address<u8>) -> Result<&'c str, Errno> {
    let length = call.memory.text_len(u64::from(at.get()));
    let bytes = call.memory.lend(u64::from(at.get()), length)?;
    let (_, bytes) = bytes.split_last().ok_or(Errno::Fault)?;
    let text = core::str::from_utf8(bytes).map_err(|_| Errno::Acces)?;
    if bytes.len() < NAME_BYTES_MAX as usize { Ok(text) } else { Err(Errno::Acces) }
}

/// The port of a service, by its number or its name; no service is the port 0.
fn port(service: &str) -> Result<u16, Errno> {
    if service.is_empty() {
        return Ok(0);
    }
    let known = SERVICES.iter().find(|(name, _)| *name == service).map(|(_, port)| *port);
    number(service).or(known).ok_or(Errno::Inval)
}
