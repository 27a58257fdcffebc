//! One line of the list of what a guest may reach, as a person writes it:
//!
//! ```text
//! HOST:PORT[/tcp|/udp]
//!
//! HOST   example.org        that name, and the addresses that it turns out to have
//!        192.0.2.7          that address
//!        10.0.0.0/8         the addresses whose first 8 bits are these
//!        [2001:db8::1]      IPv6 in brackets; a network is [2001:db8::]/32
//!        *                  every host
//! PORT   443                that port
//!        *                  every port
//! ```
//! Whatever has a second meaning somewhere is refused rather than guessed: an address in octal, one of two numbers, a network
//! with bits behind its mask.

use core::fmt;
use core::net::IpAddr;

use moteur_platform::Transport;

use super::literal;

/// One line of the list of what a guest may reach.
///
/// ```
/// use moteur_guest::wasi::Allowed;
///
/// assert!(Allowed::parse("example.org:443").is_ok());
/// assert!(Allowed::parse("10.0.0.0/8:*/udp").is_ok());
/// assert_eq!(Allowed::parse("example.org").unwrap_err().to_string(), "there is no port: HOST:PORT, or HOST:* for every one");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed<'t> {
    pub(super) host: Host<'t>,
    /// `None` is every port.
    pub(super) port: Option<u16>,
    /// `None` is both.
    pub(super) transport: Option<Transport>,
}

/// Which hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host<'t> {
    /// Every one.
    Any,
    /// The addresses that begin with the same bits.
    Network(Network),
    /// A name, as it was written.
    Name(&'t str),
}

/// The addresses whose first `prefix` bits are those of `address`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    /// IPv4 that is mapped into IPv6 counts as IPv4; see `to_canonical`.
    address: IpAddr,
    prefix: u8,
}

/// Why a text is no line of that list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AllowedError {
    /// The text has no port.
    NoPort,
    /// The port is no number from 1 to 65535, and no `*`.
    Port,
    /// What stands behind the port is neither `tcp` nor `udp`.
    Transport,
    /// The text has no host.
    NoHost,
    /// IPv6 without brackets.
    Brackets,
    /// It looks like an address but is none.
    Address,
    /// The bits of the network are no number, or more than there are.
    Prefix,
    /// The address has bits behind those of the network.
    HostBits,
    /// It can be no host's name.
    Name,
    /// A name where an address is needed.
    NotAddress,
}

impl fmt::Display for AllowedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AllowedError::NoPort => "there is no port: HOST:PORT, or HOST:* for every one",
            AllowedError::Port => "the port is not a number from 1 to 65535 (and * is every one)",
            AllowedError::Transport => "behind the port there may be /tcp or /udp, nothing else",
            AllowedError::NoHost => "there is no host: HOST:PORT, or *:PORT for every one",
            AllowedError::Brackets => "an IPv6 address stands in brackets: [::1]:80, [2001:db8::]/32:80",
            AllowedError::Address => "this is not an address: four numbers from 0 to 255, or IPv6 in brackets",
            AllowedError::Prefix => "a network has 0 to 32 bits, or 128 for IPv6: 10.0.0.0/8",
            AllowedError::HostBits => {
                "the address has bits behind those of the network; did you mean that one address?"
            }
            AllowedError::Name => "this is not a host's name: labels of letters, digits and -, with dots between them",
            AllowedError::NotAddress => "a name cannot be listened at: give one of this machine's addresses, or *",
        })
    }
}

impl core::error::Error for AllowedError {}

impl<'t> Allowed<'t> {
    /// Reads `HOST:PORT`, with `/tcp` or `/udp` behind it if it is not for both.
    ///
    /// # Errors
    /// [`AllowedError`] says what is wrong, with an example of what would be right.
    pub fn parse(text: &'t str) -> Result<Allowed<'t>, AllowedError> {
        let (host, port) = split(text)?;
        let (port, transport) = match port.split_once('/') {
            None => (port, None),
            Some((port, "tcp")) => (port, Some(Transport::Stream)),
            Some((port, "udp")) => (port, Some(Transport::Datagram)),
            Some(_) => return Err(AllowedError::Transport),
        };
        let port = match port {
            "*" => None,
            "" => return Err(AllowedError::NoPort),
            port => Some(number(port).filter(|&port| port != 0).ok_or(AllowedError::Port)?),
        };
        Ok(Allowed { host: Host::parse(host)?, port, transport })
    }

    /// Reads the same for an address where others may reach the guest.
    ///
    /// # Errors
    /// As above; and [`AllowedError::NotAddress`], for a name may mean an address of this machine today and none tomorrow.
    pub fn parse_listen(text: &'t str) -> Result<Allowed<'t>, AllowedError> {
        match Allowed::parse(text)? {
            Allowed { host: Host::Name(_), .. } => Err(AllowedError::NotAddress),
            allowed => Ok(allowed),
        }
    }
}

/// The host, and what stands behind the colon that is not inside of brackets.
fn split(text: &str) -> Result<(&str, &str), AllowedError> {
    let bracket = if text.starts_with('[') { text.find(']').ok_or(AllowedError::Brackets)? } else { 0 };
    let (_, rest) = text.split_at_checked(bracket).ok_or(AllowedError::Brackets)?;
    let (_, port) = rest.split_once(':').ok_or(AllowedError::NoPort)?;
    if port.contains(':') {
        return Err(AllowedError::Brackets);
    }
    let host = text.strip_suffix(port).and_then(|text| text.strip_suffix(':')).ok_or(AllowedError::NoPort)?;
    Ok((host, port))
}

impl<'t> Host<'t> {
    fn parse(text: &'t str) -> Result<Host<'t>, AllowedError> {
        match text {
            "" => return Err(AllowedError::NoHost),
            "*" => return Ok(Host::Any),
            _ => {}
        }
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        if let Some(address) = address.strip_prefix('[') {
            let address = address.strip_suffix(']').ok_or(AllowedError::Brackets)?;
            let address = literal::address(address).filter(IpAddr::is_ipv6).ok_or(AllowedError::Address)?;
            return Network::parse(address, prefix).map(Host::Network);
        }
        if let Some(address) = literal::address(address) {
            return Network::parse(address, prefix).map(Host::Network);
        }
        if prefix.is_some() || ends_in_a_number(address) {
            return Err(AllowedError::Address);
        }
        name(address).map(Host::Name).ok_or(AllowedError::Name)
    }
}

impl Network {
    /// One address alone.
    fn one(address: IpAddr) -> Network {
        let address = address.to_canonical();
        Network { address, prefix: bits(address) }
    }

    /// An address with the bits that stand behind its slash. Without any it is that address alone, never a network.
    fn parse(address: IpAddr, prefix: Option<&str>) -> Result<Network, AllowedError> {
        let Some(prefix) = prefix else {
            return Ok(Network::one(address));
        };
        let prefix = number(prefix).and_then(|prefix| u8::try_from(prefix).ok()).ok_or(AllowedError::Prefix)?;
        if prefix > bits(address) {
            return Err(AllowedError::Prefix);
        }
        if behind(address, prefix) != 0 {
            return Err(AllowedError::HostBits);
        }
        let canonical = address.to_canonical();
        // A mapped network has its first 96 bits in the mapping: with fewer, the bits behind would not have been zero.
        let mapping = bits(address).saturating_sub(bits(canonical));
        Ok(Network { address: canonical, prefix: prefix.saturating_sub(mapping) })
    }

    /// Whether the address is one of these.
    pub fn contains(self, address: IpAddr) -> bool {
        let difference = match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => u128::from(network.to_bits() ^ address.to_bits()),
            (IpAddr::V6(network), IpAddr::V6(address)) => network.to_bits() ^ address.to_bits(),
            _ => return false,
        };
        let behind = u32::from(bits(self.address).saturating_sub(self.prefix));
        difference.checked_shr(behind).unwrap_or(0) == 0
    }
}

/// How many bits an address of that family has.
fn bits(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// The bits of the address behind the first `prefix`.
fn behind(address: IpAddr, prefix: u8) -> u128 {
    let value = match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    };
    value.checked_shl(u32::from(prefix)).unwrap_or(0)
}

/// A number of digits alone: no sign, and no zero in front, which some read as octal.
pub(super) fn number(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = text == "0" || !text.starts_with('0');
    if digits && plain { text.parse().ok() } else { None }
}

/// Whether the name's last label is a number, as in `127.1` or `0x7f000001`. Resolvers take such names for addresses.
fn ends_in_a_number(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).as_bytes();
    let before = name.iter().rposition(|byte| *byte == b'.').and_then(|dot| dot.checked_add(1));
    let last = before.map_or(name, |start| name.get(start..).unwrap_or_default());
    let hexadecimal = last.first() == Some(&b'0') && last.get(1).is_some_and(|byte| byte.eq_ignore_ascii_case(&b'x'));
    hexadecimal || (!last.is_empty() && last.iter().all(u8::is_ascii_digit))
}

/// A name that a host can have, without the dot that may end it; `None` for any other text.
pub(super) fn name(text: &str) -> Option<&str> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_label = |label: &[u8]| {
        let inner = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-' || *byte == b'_';
        let outer = label.first().into_iter().chain(label.last());
        (1..=63).contains(&label.len()) && label.iter().all(inner) && outer.into_iter().all(|byte| *byte != b'-')
    };
    let good =
        name.len() <= 253 && name.as_bytes().split(|byte| *byte == b'.').all(is_label) && !ends_in_a_number(name);
    good.then_some(name)
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    fn network(address: &str, prefix: u8) -> Host<'static> {
        Host::Network(Network { address: address.parse().unwrap(), prefix })
    }

    #[test]
    fn lines_mean_what_they_say() {
        for (text, host, port, transport) in [
            ("example.org:443", Host::Name("example.org"), Some(443), None),
            ("example.org.:443", Host::Name("example.org"), Some(443), None),
            ("EXAMPLE.org:443", Host::Name("EXAMPLE.org"), Some(443), None),
            ("localhost:*", Host::Name("localhost"), None, None),
            ("_mqtt.a-b.c3:1", Host::Name("_mqtt.a-b.c3"), Some(1), None),
            ("10.0.0.0/8:*", network("10.0.0.0", 8), None, None),
            ("10.1.2.3:65535/tcp", network("10.1.2.3", 32), Some(65535), Some(Transport::Stream)),
            ("10.1.2.3/32:53/udp", network("10.1.2.3", 32), Some(53), Some(Transport::Datagram)),
            ("0.0.0.0/0:80", network("0.0.0.0", 0), Some(80), None),
            ("0.0.0.0:80", network("0.0.0.0", 32), Some(80), None),
            ("[::1]:8080", network("::1", 128), Some(8080), None),
            ("[::]:8080", network("::", 128), Some(8080), None),
            ("[::]/0:8080", network("::", 0), Some(8080), None),
            ("[2001:db8::]/32:*/udp", network("2001:db8::", 32), None, Some(Transport::Datagram)),
            ("[::ffff:10.1.2.3]:1", network("10.1.2.3", 32), Some(1), None),
            ("[::ffff:10.0.0.0]/104:1", network("10.0.0.0", 8), Some(1), None),
            ("[::ffff:0.0.0.0]/96:1", network("0.0.0.0", 0), Some(1), None),
            ("*:443", Host::Any, Some(443), None),
            ("*:*", Host::Any, None, None),
        ] {
            assert_eq!(Allowed::parse(text), Ok(Allowed { host, port, transport }), "{text}");
        }
    }

    #[test]
    fn what_may_mean_two_things_is_refused() {
        for (text, error) in [
            ("", AllowedError::NoPort),
            ("*", AllowedError::NoPort),
            ("example.org", AllowedError::NoPort),
            ("example.org:", AllowedError::NoPort),
            ("10.0.0.0/8", AllowedError::NoPort),
            ("[::1]", AllowedError::NoPort),
            ("[::1]8080", AllowedError::NoPort),
            (":80", AllowedError::NoHost),
            ("example.org:0", AllowedError::Port),
            ("example.org:080", AllowedError::Port),
            ("example.org:+80", AllowedError::Port),
            ("example.org:-1", AllowedError::Port),
            ("example.org: 80", AllowedError::Port),
            ("example.org:80 ", AllowedError::Port),
            ("example.org:65536", AllowedError::Port),
            ("example.org:80-90", AllowedError::Port),
            ("example.org:80,443", AllowedError::Port),
            ("example.org:**", AllowedError::Port),
            ("example.org:http", AllowedError::Port),
            ("example.org:٨٠", AllowedError::Port),
            ("example.org:80/", AllowedError::Transport),
            ("example.org:80/TCP", AllowedError::Transport),
            ("example.org:80/sctp", AllowedError::Transport),
            ("example.org:/udp", AllowedError::NoPort),
            ("::1:80", AllowedError::Brackets),
            ("a:b:80", AllowedError::Brackets),
            ("[::1:80", AllowedError::Brackets),
            ("http://example.org:80", AllowedError::Brackets),
            ("[::1]x:80", AllowedError::Brackets),
            ("[127.0.0.1]:80", AllowedError::Address),
            ("[fe80::1%1]:80", AllowedError::Address),
            ("[]:80", AllowedError::Address),
            ("[::1/128]:80", AllowedError::Brackets),
            ("256.0.0.1:80", AllowedError::Address),
            ("127.1:80", AllowedError::Address),
            ("2130706433:80", AllowedError::Address),
            ("0x7f000001:80", AllowedError::Address),
            ("0x7f.1:80", AllowedError::Address),
            ("127.0.0.0X1:80", AllowedError::Address),
            ("010.0.0.1:80", AllowedError::Address),
            ("127.0.0.1.:80", AllowedError::Address),
            ("1.2.3.4.5:80", AllowedError::Address),
            ("example.org/8:80", AllowedError::Address),
            ("*/0:80", AllowedError::Address),
            ("10.0.0.0/:80", AllowedError::Prefix),
            ("10.0.0.0/33:80", AllowedError::Prefix),
            ("10.0.0.0/08:80", AllowedError::Prefix),
            ("10.0.0.0/-1:80", AllowedError::Prefix),
            ("10.0.0.0/264:80", AllowedError::Prefix),
            ("10.0.0.0/255.0.0.0:80", AllowedError::Prefix),
            ("10.0.0.0/8/8:80", AllowedError::Prefix),
            ("[::]/129:80", AllowedError::Prefix),
            ("10.0.0.1/8:80", AllowedError::HostBits),
            ("10.0.0.0/0:80", AllowedError::HostBits),
            ("127.0.0.1/0:80", AllowedError::HostBits),
            ("[::1]/0:80", AllowedError::HostBits),
            ("[::ffff:0.0.0.0]/80:80", AllowedError::HostBits),
            ("[::ffff:10.0.0.1]/104:80", AllowedError::HostBits),
            ("*.example.org:80", AllowedError::Name),
            ("exa mple.org:80", AllowedError::Name),
            ("example..org:80", AllowedError::Name),
            ("example.org..:80", AllowedError::Name),
            (".example.org:80", AllowedError::Name),
            (".:80", AllowedError::Name),
            ("-example.org:80", AllowedError::Name),
            ("user@example.org:80", AllowedError::Name),
            ("bücher.example:80", AllowedError::Name),
            ("example.org\0:80", AllowedError::Name),
        ] {
            assert_eq!(Allowed::parse(text), Err(error), "{text}");
        }
        assert_eq!(Allowed::parse_listen("localhost:80"), Err(AllowedError::NotAddress));
        assert_eq!(Allowed::parse_listen("localhost"), Err(AllowedError::NoPort));
        assert_eq!(Allowed::parse_listen("127.0.0.1:80"), Allowed::parse("127.0.0.1:80"));
        let long = format!("{}:80", "a".repeat(64));
        assert_eq!(Allowed::parse(&long), Err(AllowedError::Name));
        let long = format!("{}a:80", "a.".repeat(127));
        assert_eq!(Allowed::parse(&long), Err(AllowedError::Name), "254 bytes");
        let longest = format!("{}a:80", "a.".repeat(126));
        assert!(Allowed::parse(&longest).is_ok(), "253 bytes");
    }

    #[test]
    fn a_network_ends_where_its_mask_does() {
        for (network, inside, outside) in [
            (
                "10.0.0.0/8:1",
                &["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"][..],
                &["11.0.0.0", "9.255.255.255", "::10.1.2.3"][..],
            ),
            ("10.1.2.3:1", &["10.1.2.3", "::ffff:10.1.2.3"], &["10.1.2.2", "10.1.2.4", "0.0.0.0"]),
            ("192.168.4.0/22:1", &["192.168.7.255"], &["192.168.8.0", "192.168.3.255"]),
            ("0.0.0.0/0:1", &["0.0.0.0", "255.255.255.255", "::ffff:1.2.3.4"], &["::", "::1", "::1.2.3.4"]),
            ("0.0.0.0:1", &["0.0.0.0", "::ffff:0.0.0.0"], &["127.0.0.1", "::"]),
            ("[::]/0:1", &["::", "::1", "2001:db8::1"], &["1.2.3.4", "::ffff:1.2.3.4"]),
            ("[2001:db8::]/32:1", &["2001:db8::", "2001:db8:ffff::1"], &["2001:db9::", "2001:db7:ffff::"]),
            ("[::ffff:10.0.0.0]/104:1", &["10.9.9.9"], &["11.0.0.0"]),
            ("[::1]:1", &["::1"], &["::", "::2", "127.0.0.1"]),
        ] {
            let Host::Network(found) = Allowed::parse(network).unwrap().host else { panic!("{network}") };
            for address in inside {
                assert!(found.contains(address.parse().unwrap()), "{address} in {network}");
            }
            for address in outside {
                assert!(!found.contains(address.parse().unwrap()), "{address} in {network}");
            }
        }
    }
}
