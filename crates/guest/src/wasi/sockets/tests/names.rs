//! Names of hosts, on a network that has two of them and nothing else.

use moteur_platform::{Error, Family, Handle, Interest, Network, Parts, Received, Shutdown, Transport};

use super::*;

/// Knows `two.example`, which has two addresses, and `broken.example`, whose server does not answer.
struct Names;

static MACHINE: Parts = Parts::new(&Std).with_clock(&Std).with_network(&Names);

impl Network for Names {
    fn resolve(&self, host: &str, port: u16, found: &mut dyn FnMut(SocketAddr) -> bool) -> Result<(), Error> {
        match host {
            "two.example" | "TWO.example" => {
                let _ = found(SocketAddr::new("192.0.2.1".parse().unwrap(), port))
                    && found(SocketAddr::new("2001:db8::1".parse().unwrap(), port));
                Ok(())
            }
            "broken.example" => Err(Error::TimedOut),
            _ => Err(Error::NotFound),
        }
    }

    fn open(&self, _: Family, _: Transport) -> Result<Handle, Error> {
        Ok(Handle(1))
    }

    fn close(&self, _: Handle) {}

    fn bind(&self, _: Handle, _: SocketAddr) -> Result<(), Error> {
        Err(Error::Unsupported)
    }

    fn listen(&self, _: Handle, _: u32) -> Result<(), Error> {
        Err(Error::Unsupported)
    }

    fn accept(&self, _: Handle) -> Result<(Handle, SocketAddr), Error> {
        Err(Error::Unsupported)
    }

    /// Whoever gets as far as this was allowed to. Port 9 takes its time.
    fn connect(&self, _: Handle, to: SocketAddr) -> Result<(), Error> {
        Err(if to.port() == 9 { Error::WouldBlock } else { Error::Unreachable })
    }

    fn receive(&self, _: Handle, _: &mut [u8], _: bool) -> Result<Received, Error> {
        Err(Error::Unsupported)
    }

    fn send(&self, _: Handle, _: &[u8], _: Option<SocketAddr>) -> Result<usize, Error> {
        Err(Error::Unsupported)
    }

    fn shutdown(&self, _: Handle, _: Shutdown) -> Result<(), Error> {
        Err(Error::Unsupported)
    }

    fn local_address(&self, _: Handle) -> Result<SocketAddr, Error> {
        Err(Error::Unsupported)
    }

    fn peer_address(&self, _: Handle) -> Result<SocketAddr, Error> {
        Err(Error::Unsupported)
    }

    fn ready(&self, _: Handle, _: Interest) -> Result<bool, Error> {
        Ok(true)
    }
}

const HOST: usize = 2048;
const SERVICE: usize = 2560;
const HINTS: usize = 3000;
const FOUND: usize = 3072;
const COUNT: usize = 4096;

const ANY_TYPE: u32 = u32::MAX;
const ANY_FAMILY: u32 = 2;

/// Looks up a host: the error number, and which addresses were found, with their types.
fn resolve(
    guest: &mut Guest,
    host: &str,
    service: &str,
    hints: (u32, u32),
    room: u32,
) -> Result<(u32, Vec<(SocketAddr, u32)>), u64> {
    for (at, text) in [(HOST, host), (SERVICE, service)] {
        guest.put(at, text.as_bytes());
        guest.put(at + text.len(), &[0]);
    }
    guest.put(HINTS, &hints.0.to_le_bytes());
    guest.put(HINTS + 4, &hints.1.to_le_bytes());
    guest.put(HINTS + 8, &[1]);
    guest.put(FOUND, &[0xee; 28 * 8]);
    let words = [HOST, SERVICE, HINTS, FOUND, room as usize, COUNT].map(|word| word as u64);
    match guest.call("sock_addr_resolve", &words) {
        0 => {}
        errno => return Err(errno),
    }
    let count = guest.word(COUNT);
    assert!(guest.memory[FOUND + 28 * count.min(room) as usize..FOUND + 28 * 8].iter().all(|byte| *byte == 0xee));
    let found = (0..count.min(room)).map(|index| {
        let at = FOUND + index as usize * 28;
        (SocketAddress::load(&guest.memory[at..at + 24]).0.unwrap(), guest.word(at + 24))
    });
    Ok((count, found.collect()))
}

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

#[test]
fn names_that_are_listed_are_looked_up() {
    let mut guest = Guest::on(&MACHINE).allow("two.example:443").allow("broken.example:1").allow("gone.example:1");
    let v4 = (at("192.0.2.1:443"), 1);
    let v6 = (at("[2001:db8::1]:443"), 1);
    let resolve = |guest: &mut Guest, host, service, hints, room| resolve(guest, host, service, hints, room);
    assert_eq!(resolve(&mut guest, "two.example", "443", (1, ANY_FAMILY), 8), Ok((2, std::vec![v4, v6])));
    assert_eq!(resolve(&mut guest, "TWO.example.", "https", (1, 0), 8), Ok((1, std::vec![v4])));
    assert_eq!(resolve(&mut guest, "two.example", "443", (1, 1), 8), Ok((1, std::vec![v6])));
    assert_eq!(resolve(&mut guest, "two.example", "443", (1, ANY_FAMILY), 1), Ok((2, std::vec![v4])), "no room");
    assert_eq!(resolve(&mut guest, "two.example", "443", (1, ANY_FAMILY), 0), Ok((2, std::vec![])));
    let everything = resolve(&mut guest, "two.example", "", (ANY_TYPE, ANY_FAMILY), 8).unwrap();
    assert_eq!(everything.0, 4, "two addresses, each for both transports");
    assert_eq!(everything.1.first(), Some(&(at("192.0.2.1:0"), 1)));
    assert_eq!(everything.1.get(1), Some(&(at("192.0.2.1:0"), 0)));
    assert_eq!(resolve(&mut guest, "gone.example", "", (1, 0), 8), Ok((0, std::vec![])), "it has no address");
    assert_eq!(resolve(&mut guest, "broken.example", "", (1, 0), 8), Err(errno(Errno::Timedout)));
}

#[test]
fn names_that_are_not_listed_are_nobodys_business() {
    let mut guest = Guest::on(&MACHINE).allow("two.example:443");
    for host in
        ["one.example", "www.two.example", "two.example..", "", ".", "two.example\u{e9}", "*", "two example", "0x7f.1"]
    {
        assert_eq!(resolve(&mut guest, host, "", (1, 0), 8), Err(errno(Errno::Acces)), "{host}");
    }
    let long = "a".repeat(300);
    assert_eq!(resolve(&mut guest, &long, "", (1, 0), 8), Err(errno(Errno::Acces)));
    let longest = std::format!("{}two.example", "a.".repeat(121));
    assert_eq!(longest.len(), 253);
    assert_eq!(resolve(&mut guest, &longest, "", (1, 0), 8), Err(errno(Errno::Acces)));
    for service in ["65536", "-1", "gopher", "80 "] {
        assert_eq!(resolve(&mut guest, "two.example", service, (1, 0), 8), Err(errno(Errno::Inval)), "{service}");
    }
    // An address is no name, and says nothing that the guest does not know.
    assert_eq!(resolve(&mut guest, "10.0.0.1", "80", (1, 0), 8), Ok((1, std::vec![(at("10.0.0.1:80"), 1)])));
    assert_eq!(resolve(&mut guest, "::1", "80", (1, 1), 8), Ok((1, std::vec![(at("[::1]:80"), 1)])));
    let mut nothing = Guest::on(&MACHINE);
    assert_eq!(resolve(&mut nothing, "two.example", "", (1, 0), 8), Err(errno(Errno::Acces)));
}

#[test]
fn a_name_is_as_good_as_the_addresses_that_it_had() {
    let mut guest = Guest::on(&MACHINE).allow("two.example:443/tcp");
    let (v4, v6) = (guest.open(IPV4, STREAM), guest.open(IPV6, STREAM));
    assert_eq!(guest.connect(v4, at("192.0.2.1:443")), errno(Errno::Acces), "known from elsewhere");
    resolve(&mut guest, "two.example", "443", (1, 0), 8).unwrap();
    let unreachable = errno(Errno::Hostunreach);
    assert_eq!(guest.connect(v4, at("192.0.2.1:443")), unreachable);
    assert_eq!(guest.connect(v6, at("[2001:db8::1]:443")), unreachable, "of the family that was not asked for, too");
    assert_eq!(guest.connect(v6, at("[::ffff:192.0.2.1]:443")), unreachable);
    assert_eq!(guest.connect(v4, at("192.0.2.1:444")), errno(Errno::Acces));
    assert_eq!(guest.connect(v4, at("192.0.2.2:443")), errno(Errno::Acces));
    assert_eq!(guest.connect(v4, at("[2001:db8::1]:443")), errno(Errno::Afnosupport));
}

#[test]
fn connections_that_take_their_time_are_under_way() {
    let mut guest = Guest::on(&MACHINE).allow("192.0.2.1:9");
    let slow = at("192.0.2.1:9");
    let fd = guest.open(IPV4, STREAM);
    guest.done("sock_set_send_timeout", &[fd, 20_000]);
    assert_eq!(guest.connect(fd, slow), errno(Errno::Inprogress), "the time is over, the connection goes on");
    assert_eq!(guest.connect(fd, slow), errno(Errno::Already));
    let fd = guest.open(IPV4, STREAM);
    guest.set_nonblocking(fd);
    assert_eq!(guest.connect(fd, slow), errno(Errno::Inprogress));
    assert_eq!(guest.connect(fd, slow), errno(Errno::Already));
    assert_eq!(guest.connect(fd, at("192.0.2.2:9")), errno(Errno::Acces));
}

#[test]
fn a_machine_without_network_says_so() {
    static BARE: Parts = Parts::new(&Std);
    let mut guest = Guest::on(&BARE).allow("*:*").allow_listen("*:*");
    assert_eq!(guest.call("sock_open", &[0, IPV4, STREAM, OPENED as u64]), errno(Errno::Notsup));
    assert_eq!(resolve(&mut guest, "two.example", "", (1, 0), 8), Err(errno(Errno::Notsup)));
    assert_eq!(guest.wasi.listener(at("127.0.0.1:0")), Err(Error::Unsupported));
}
