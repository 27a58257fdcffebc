//! The records of WAMR's socket functions, as C lays them out for a 32-bit machine. Numbers of addresses and ports are in
//! the machine's order, not in the network's.
//!
//! ```text
//! address:  kind u32 @0 (0 IPv4, 1 IPv6), IPv4: four u8 @4, port u16 @8, IPv6: eight u16 @4, port u16 @20: 24 bytes
//! group:    kind u32 @0, IPv4: four u8 @4, IPv6: eight u16 @4: 20 bytes
//! hints:    type i32 @0 (-1 any, 0 datagrams, 1 stream), family u32 @4 (0 IPv4, 1 IPv6, 2 any), valid u8 @8: 12 bytes
//! found:    address @0, type i32 @24: 28 bytes
//! ```

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use moteur_platform::{Family, Transport};

use crate::claim::{Value, field, set_field};

const IPV4: u32 = 0;
const IPV6: u32 = 1;
const ANY_FAMILY: u32 = 2;

const ANY_TYPE: u32 = u32::MAX;
const DATAGRAM: u32 = 0;
const STREAM: u32 = 1;

/// Where the parts of an address begin.
const ADDRESS_AT: usize = 4;
const IPV4_PORT_AT: usize = 8;
const IPV6_PORT_AT: usize = 20;

/// The family of that number.
pub fn family(number: u32) -> Option<Family> {
    match number {
        IPV4 => Some(Family::V4),
        IPV6 => Some(Family::V6),
        _ => None,
    }
}

/// The type of that number.
pub fn transport(number: u32) -> Option<Transport> {
    match number {
        DATAGRAM => Some(Transport::Datagram),
        STREAM => Some(Transport::Stream),
        _ => None,
    }
}

/// The record `address`; `None` is one of a kind that there isn't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketAddress(pub Option<SocketAddr>);

impl Value for SocketAddress {
    const SIZE: u32 = 24;

    fn load(record: &[u8]) -> Self {
        let port_at = match field(record, 0) {
            IPV4 => IPV4_PORT_AT,
            _ => IPV6_PORT_AT,
        };
        SocketAddress(load_ip(record).map(|ip| SocketAddr::new(ip, field(record, port_at))))
    }

    fn store(&self, record: &mut [u8]) {
        record.fill(0);
        let Some(address) = self.0 else { return };
        let (kind, port_at) = match address.ip() {
            IpAddr::V4(ip) => {
                for (at, octet) in (ADDRESS_AT..).zip(ip.octets()) {
                    set_field(record, at, octet);
                }
                (IPV4, IPV4_PORT_AT)
            }
            IpAddr::V6(ip) => {
                for (at, segment) in (ADDRESS_AT..).step_by(2).zip(ip.segments()) {
                    set_field(record, at, segment);
                }
                (IPV6, IPV6_PORT_AT)
            }
        };
        set_field(record, 0, kind);
        set_field(record, port_at, address.port());
    }
}

fn load_ip(record: &[u8]) -> Option<IpAddr> {
    match field(record, 0) {
        IPV4 => {
            let octets: [u8; 4] = core::array::from_fn(|index| field(record, ADDRESS_AT + index));
            Some(Ipv4Addr::from_octets(octets).into())
        }
        IPV6 => {
            let segments: [u16; 8] = core::array::from_fn(|index| field(record, ADDRESS_AT + 2 * index));
            Some(Ipv6Addr::from_segments(segments).into())
        }
        _ => None,
    }
}

/// The record `group`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupAddress(pub Option<IpAddr>);

impl Value for GroupAddress {
    const SIZE: u32 = 20;

    fn load(record: &[u8]) -> Self {
        GroupAddress(load_ip(record))
    }

    fn store(&self, record: &mut [u8]) {
        let mut whole = [0; SocketAddress::SIZE as usize];
        SocketAddress(self.0.map(|ip| SocketAddr::new(ip, 0))).store(&mut whole);
        for (to, from) in record.iter_mut().zip(whole) {
            *to = from;
        }
    }
}

/// The record `hints`: which addresses are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hints {
    family: u32,
    transport: u32,
}

impl Hints {
    /// Whether an address of that family is wanted.
    pub fn wants_family(self, wanted: Family) -> bool {
        self.family == ANY_FAMILY || family(self.family) == Some(wanted)
    }

    /// Whether an address for that transport is wanted.
    pub fn wants_transport(self, wanted: Transport) -> bool {
        self.transport == ANY_TYPE || transport(self.transport) == Some(wanted)
    }
}

impl Value for Hints {
    const SIZE: u32 = 12;

    fn load(record: &[u8]) -> Self {
        match field::<u8>(record, 8) {
            0 => Hints { family: ANY_FAMILY, transport: ANY_TYPE },
            _ => Hints { family: field(record, 4), transport: field(record, 0) },
        }
    }

    fn store(&self, record: &mut [u8]) {
        set_field(record, 0, self.transport);
        set_field(record, 4, self.family);
        set_field(record, 8, 1u8);
    }
}

/// The record `found`: an address that a name has, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The address, with the port that was asked for.
    pub address: SocketAddress,
    /// What one can do there.
    pub transport: Option<Transport>,
}

impl Value for Found {
    const SIZE: u32 = 28;

    fn load(record: &[u8]) -> Self {
        Found { address: SocketAddress::load(record), transport: transport(field(record, 24)) }
    }

    fn store(&self, record: &mut [u8]) {
        self.address.store(record.get_mut(..24).unwrap_or_default());
        let number = match self.transport {
            Some(Transport::Stream) => STREAM,
            Some(Transport::Datagram) => DATAGRAM,
            None => ANY_TYPE,
        };
        set_field(record, 24, number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_laid_out_as_c_has_them() {
        let mut record = [0xee; 24];
        SocketAddress(Some("1.2.3.4:258".parse().unwrap())).store(&mut record);
        assert_eq!(record[..12], [0, 0, 0, 0, 1, 2, 3, 4, 2, 1, 0, 0]);
        assert_eq!(record[12..], [0; 12], "nothing of what was there is left");
        SocketAddress(Some("[1:2::fe80:8]:258".parse().unwrap())).store(&mut record);
        assert_eq!(record, [1, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0xfe, 8, 0, 2, 1, 0, 0]);
        let mut found = [0xee; 28];
        let address = SocketAddress(Some("1.2.3.4:258".parse().unwrap()));
        Found { address, transport: Some(Transport::Stream) }.store(&mut found);
        assert_eq!(found[..10], [0, 0, 0, 0, 1, 2, 3, 4, 2, 1]);
        assert_eq!(found[24..], [1, 0, 0, 0]);
    }

    #[test]
    fn what_is_stored_is_loaded() {
        for text in
            ["0.0.0.0:0", "255.1.2.254:65535", "[::]:0", "[fe80::3ba2:893b:4be0:e3dd]:443", "[::ffff:1.2.3.4]:1"]
        {
            let address: SocketAddr = text.parse().unwrap();
            let mut record = [0xee; 24];
            SocketAddress(Some(address)).store(&mut record);
            assert_eq!(SocketAddress::load(&record), SocketAddress(Some(address)), "{text}");
            let mut group = [0xee; 20];
            GroupAddress(Some(address.ip())).store(&mut group);
            assert_eq!(GroupAddress::load(&group), GroupAddress(Some(address.ip())), "{text}");
            for transport in [Transport::Stream, Transport::Datagram] {
                let found = Found { address: SocketAddress(Some(address)), transport: Some(transport) };
                let mut record = [0xee; 28];
                found.store(&mut record);
                assert_eq!(Found::load(&record), found);
            }
        }
    }

    #[test]
    fn kinds_that_there_are_not_are_no_addresses() {
        for kind in [2u32, 3, 256, u32::MAX] {
            let mut record = [0; 24];
            set_field(&mut record, 0, kind);
            assert_eq!(SocketAddress::load(&record), SocketAddress(None), "{kind}");
            assert_eq!(GroupAddress::load(&record), GroupAddress(None), "{kind}");
        }
        assert_eq!((family(2), transport(2), transport(u32::MAX)), (None, None, None));
    }

    #[test]
    fn hints_that_are_off_want_everything() {
        let hints = |transport: u32, family: u32, valid: u8| {
            let mut record = [0; 12];
            set_field(&mut record, 0, transport);
            set_field(&mut record, 4, family);
            set_field(&mut record, 8, valid);
            let hints = Hints::load(&record);
            let families = (hints.wants_family(Family::V4), hints.wants_family(Family::V6));
            (families, (hints.wants_transport(Transport::Stream), hints.wants_transport(Transport::Datagram)))
        };
        assert_eq!(hints(0, 0, 0), ((true, true), (true, true)));
        assert_eq!(hints(STREAM, IPV4, 1), ((true, false), (true, false)));
        assert_eq!(hints(DATAGRAM, IPV6, 1), ((false, true), (false, true)));
        assert_eq!(hints(ANY_TYPE, ANY_FAMILY, 1), ((true, true), (true, true)));
        assert_eq!(hints(7, 7, 1), ((false, false), (false, false)));
    }
}
