//! What a guest may reach, and where it may be reached: nothing, unless it is listed. When in doubt it is not.
//!
//! A host's name that is listed can be looked up, and the addresses that come out are kept: to those the guest may connect,
//! under the ports of that line. To know an address from elsewhere doesn't help it.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use moteur::pool::{Box, Vec};
use moteur::{Heap, OutOfMemory};
use moteur_platform::Transport;

use super::rule::{self, Allowed, Host, Network};

/// How many addresses of names are kept for a guest. A further one takes the place of the oldest.
const ADDRESSES_MAX: usize = 64;

/// The lists of one guest.
pub struct AllowList {
    /// Where it may connect to or send.
    out: Vec<Line>,
    /// Where it may be reached.
    listen: Vec<Line>,
    /// What the names in `out` turned out to be.
    addresses: Vec<NameAddress>,
    /// Which of the addresses gives way next.
    oldest: usize,
}

/// A line that is kept.
struct Line {
    host: Kept,
    port: Option<u16>,
    transport: Option<Transport>,
}

enum Kept {
    Any,
    Network(Network),
    Name(Box<str>),
}

/// The line that has the name, and an address of it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct NameAddress {
    line: usize,
    address: IpAddr,
}

impl Line {
    fn new(allowed: &Allowed<'_>, heap: Heap) -> Result<Line, OutOfMemory> {
        let host = match allowed.host {
            Host::Any => Kept::Any,
            Host::Network(network) => Kept::Network(network),
            Host::Name(name) => Kept::Name(Box::from_str_in(name, heap)?),
        };
        Ok(Line { host, port: allowed.port, transport: allowed.transport })
    }

    fn is_for(&self, transport: Transport, port: u16) -> bool {
        self.transport.is_none_or(|only| only == transport) && self.port.is_none_or(|only| only == port)
    }

    fn has_name(&self, name: &str) -> bool {
        match &self.host {
            Kept::Any => true,
            Kept::Network(_) => false,
            Kept::Name(own) => own.eq_ignore_ascii_case(name),
        }
    }
}

impl AllowList {
    /// Lists without a line, which take no memory.
    pub fn new_in(heap: Heap) -> Self {
        AllowList { out: Vec::new_in(heap), listen: Vec::new_in(heap), addresses: Vec::new_in(heap), oldest: 0 }
    }

    /// Lets the guest connect and send there.
    pub fn allow_out(&mut self, allowed: &Allowed<'_>) -> Result<(), OutOfMemory> {
        let line = Line::new(allowed, self.out.heap())?;
        self.out.push(line)
    }

    /// Lets the guest be reached there.
    pub fn allow_listen(&mut self, allowed: &Allowed<'_>) -> Result<(), OutOfMemory> {
        let line = Line::new(allowed, self.listen.heap())?;
        self.listen.push(line)
    }

    /// Whether the guest may have a socket at all.
    pub fn opens(&self, transport: Transport) -> bool {
        let mut lines = self.out.iter().chain(self.listen.iter());
        lines.any(|line| line.transport.is_none_or(|only| only == transport))
    }

    /// Whether the guest may connect or send there.
    pub fn reaches(&self, transport: Transport, to: SocketAddr) -> bool {
        let to_address = to.ip().to_canonical();
        // Whoever connects to no address in particular gets to this machine.
        let meant = match to_address {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => IpAddr::V6(Ipv6Addr::LOCALHOST),
            other => other,
        };
        let lines = self.out.iter().enumerate().filter(|(_, line)| line.is_for(transport, to.port()));
        lines.into_iter().any(|(index, line)| match line.host {
            Kept::Any => true,
            Kept::Network(network) => network.contains(meant),
            Kept::Name(_) => self.addresses.contains(&NameAddress { line: index, address: meant }),
        })
    }

    /// Whether the guest may be reached there.
    pub fn listens(&self, transport: Transport, at: SocketAddr) -> bool {
        let mut lines = self.listen.iter().filter(|line| line.is_for(transport, at.port()));
        lines.any(|line| match line.host {
            Kept::Any => true,
            Kept::Network(network) => network.contains(at.ip()),
            Kept::Name(_) => false,
        })
    }

    /// Whether the guest may look up that name.
    pub fn resolves(&self, name: &str) -> bool {
        self.out.iter().any(|line| line.has_name(name))
    }

    /// Keeps an address of that name.
    pub fn resolved(&mut self, name: &str, address: IpAddr) -> Result<(), OutOfMemory> {
        let address = address.to_canonical();
        for (index, line) in self.out.iter().enumerate() {
            // A line for every host needs no addresses.
            if matches!(line.host, Kept::Any) || !line.has_name(name) {
                continue;
            }
            let kept = NameAddress { line: index, address };
            if self.addresses.contains(&kept) {
                continue;
            }
            if self.addresses.len() < ADDRESSES_MAX {
                self.addresses.push(kept)?;
            } else if let Some(place) = self.addresses.get_mut(self.oldest) {
                *place = kept;
                self.oldest = self.oldest.wrapping_add(1) % ADDRESSES_MAX;
            }
        }
        Ok(())
    }
}

/// What a guest gives as the name of a host, without the dot that may end it.
pub fn host_name(text: &str) -> Option<&str> {
    rule::name(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(out: &[&str], listen: &[&str]) -> AllowList {
        let mut list = AllowList::new_in(Heap::system());
        for text in out {
            list.allow_out(&Allowed::parse(text).unwrap()).unwrap();
        }
        for text in listen {
            list.allow_listen(&Allowed::parse_listen(text).unwrap()).unwrap();
        }
        list
    }

    const BOTH: [Transport; 2] = [Transport::Stream, Transport::Datagram];

    #[test]
    fn nothing_is_allowed_by_default() {
        let list = list(&[], &[]);
        for transport in BOTH {
            assert!(!list.opens(transport));
            for address in ["127.0.0.1:80", "[::1]:80", "0.0.0.0:0", "[::]:0", "[::ffff:127.0.0.1]:80"] {
                assert!(!list.reaches(transport, address.parse().unwrap()), "{address}");
                assert!(!list.listens(transport, address.parse().unwrap()), "{address}");
            }
        }
        assert!(!list.resolves("localhost"));
        assert!(!list.resolves(""));
    }

    #[test]
    fn a_line_allows_one_way_only() {
        let list = list(&["10.0.0.0/8:80"], &["127.0.0.1:90"]);
        let at = |text: &str| text.parse().unwrap();
        assert!(list.reaches(Transport::Stream, at("10.2.3.4:80")));
        assert!(list.reaches(Transport::Stream, at("[::ffff:10.2.3.4]:80")));
        assert!(!list.reaches(Transport::Stream, at("10.2.3.4:81")));
        assert!(!list.reaches(Transport::Stream, at("10.2.3.4:0")));
        assert!(!list.reaches(Transport::Stream, at("127.0.0.1:90")));
        assert!(list.listens(Transport::Stream, at("127.0.0.1:90")));
        assert!(!list.listens(Transport::Stream, at("10.2.3.4:80")));
        assert!(!list.listens(Transport::Stream, at("0.0.0.0:90")), "all interfaces are more than one");
        assert!(!list.listens(Transport::Stream, at("127.0.0.1:0")), "any port must be said");
    }

    #[test]
    fn transports_are_told_apart() {
        let list = list(&["10.0.0.1:53/udp"], &["127.0.0.1:*/tcp"]);
        let (out, own) = ("10.0.0.1:53".parse().unwrap(), "127.0.0.1:0".parse().unwrap());
        assert!(list.reaches(Transport::Datagram, out));
        assert!(!list.reaches(Transport::Stream, out));
        assert!(list.listens(Transport::Stream, own));
        assert!(!list.listens(Transport::Datagram, own));
        assert!(BOTH.into_iter().all(|transport| list.opens(transport)));
        let list = self::list(&["10.0.0.1:53/udp"], &[]);
        assert!(!list.opens(Transport::Stream));
    }

    #[test]
    fn no_address_means_this_machine() {
        let everywhere_but_here = list(&["0.0.0.0:80", "[::]:80"], &[]);
        let here = list(&["127.0.0.1:80", "[::1]:80"], &[]);
        for address in ["0.0.0.0:80", "[::]:80", "[::ffff:0.0.0.0]:80"] {
            let address = address.parse().unwrap();
            assert!(!everywhere_but_here.reaches(Transport::Stream, address));
            assert!(here.reaches(Transport::Stream, address));
        }
    }

    #[test]
    fn a_name_allows_the_addresses_that_it_has() {
        let mut list = list(&["Example.ORG:443", "other.example:80"], &[]);
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let at = |port| SocketAddr::new(address, port);
        for name in ["example.org", "EXAMPLE.ORG", "eXample.org"] {
            assert!(list.resolves(name), "{name}");
        }
        for name in ["www.example.org", "example.or", "example.orgs", "xample.org", "", "192.0.2.1", "example.org."] {
            assert!(!list.resolves(name), "{name}");
        }
        assert_eq!(host_name("example.org."), Some("example.org"), "the dot goes before anybody asks");
        assert!(!list.reaches(Transport::Stream, at(443)), "not looked up yet");
        list.resolved("example.org", address).unwrap();
        assert!(list.reaches(Transport::Stream, at(443)));
        assert!(list.reaches(Transport::Stream, "[::ffff:192.0.2.1]:443".parse().unwrap()));
        assert!(!list.reaches(Transport::Stream, at(80)), "that is the other name's port");
        assert!(!list.reaches(Transport::Stream, "192.0.2.2:443".parse().unwrap()));
        list.resolved("not.listed", "192.0.2.9".parse().unwrap()).unwrap();
        assert!(!list.reaches(Transport::Stream, "192.0.2.9:443".parse().unwrap()));
    }

    #[test]
    fn the_oldest_address_gives_way() {
        let mut list = list(&["example.org:443"], &[]);
        let address = |index: usize| IpAddr::V4(Ipv4Addr::from_bits(0xc000_0200 + index as u32));
        for index in 0..ADDRESSES_MAX + 2 {
            list.resolved("example.org", address(index)).unwrap();
            list.resolved("example.org", address(index)).unwrap();
        }
        assert_eq!(list.addresses.len(), ADDRESSES_MAX);
        for index in 0..ADDRESSES_MAX + 2 {
            let reaches = list.reaches(Transport::Stream, SocketAddr::new(address(index), 443));
            assert_eq!(reaches, index >= 2, "{index}");
        }
    }

    #[test]
    fn everything_must_be_said() {
        let list = list(&["*:*"], &["*:*"]);
        for address in ["0.0.0.0:0", "[::]:0", "203.0.113.9:25"] {
            assert!(list.reaches(Transport::Stream, address.parse().unwrap()));
            assert!(list.listens(Transport::Datagram, address.parse().unwrap()));
        }
        assert!(list.resolves("any.name"));
    }
}
