//! Sockets of this process, on the loopback device.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use moteur_platform::std::Std;
use moteur_platform::{
    Error, Event, Family, Group, Handle, Interest, Network, Platform, Shutdown, SocketOption, Transport,
};

const SECOND_NS: u64 = 1_000_000_000;

fn network() -> &'static dyn Network {
    Std.network().unwrap()
}

/// A socket that is closed at the end of the test.
struct Socket(Handle);

impl Drop for Socket {
    fn drop(&mut self) {
        network().close(self.0);
    }
}

fn loopback(family: Family) -> SocketAddr {
    let address = match family {
        Family::V4 => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Family::V6 => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    SocketAddr::new(address, 0)
}

fn open(family: Family, transport: Transport) -> Socket {
    Socket(network().open(family, transport).unwrap())
}

fn bound(family: Family, transport: Transport) -> (Socket, SocketAddr) {
    let socket = open(family, transport);
    network().bind(socket.0, loopback(family)).unwrap();
    let address = network().local_address(socket.0).unwrap();
    (socket, address)
}

fn listener(family: Family) -> (Socket, SocketAddr) {
    let (socket, address) = bound(family, Transport::Stream);
    network().listen(socket.0, 8).unwrap();
    (socket, address)
}

/// Repeats what would have to wait, and waits for it.
fn wait<V>(socket: &Socket, interest: Interest, mut operation: impl FnMut() -> Result<V, Error>) -> Result<V, Error> {
    let start = Instant::now();
    loop {
        match operation() {
            Err(Error::WouldBlock) => Std.wait(&[Event::Socket(socket.0, interest)], SECOND_NS),
            other => return other,
        }
        assert!(start.elapsed() < Duration::from_secs(5), "nothing came");
    }
}

fn connected(family: Family) -> (Socket, Socket) {
    let (listener, address) = listener(family);
    let client = open(family, Transport::Stream);
    wait(&client, Interest::Write, || network().connect(client.0, address)).unwrap();
    let (server, from) = wait(&listener, Interest::Read, || network().accept(listener.0)).unwrap();
    assert_eq!(from, network().local_address(client.0).unwrap());
    (client, Socket(server))
}

fn receive(socket: &Socket, buffer: &mut [u8]) -> usize {
    wait(socket, Interest::Read, || network().receive(socket.0, buffer, false)).unwrap().bytes
}

#[test]
fn what_a_connection_carries_comes_back() {
    for family in [Family::V4, Family::V6] {
        let (client, server) = connected(family);
        assert_eq!(network().peer_address(client.0), network().local_address(server.0));
        assert_eq!(network().receive(client.0, &mut [0; 8], false), Err(Error::WouldBlock));
        assert_eq!(network().send(client.0, b"to and fro", None), Ok(10));

        let mut buffer = [0; 16];
        let peeked = wait(&server, Interest::Read, || network().receive(server.0, &mut buffer[..2], true)).unwrap();
        assert_eq!((peeked.bytes, &buffer[..2]), (2, &b"to"[..]));
        assert!(!peeked.truncated, "the rest of a stream is not lost");
        assert_eq!(network().available(server.0), Ok(10), "what was peeked at is still there");
        assert_eq!((receive(&server, &mut buffer), &buffer[..10]), (10, &b"to and fro"[..]));

        assert_eq!(network().send(server.0, b"and back", None), Ok(8));
        assert_eq!((receive(&client, &mut buffer), &buffer[..8]), (8, &b"and back"[..]));
    }
}

#[test]
fn the_end_of_one_direction_leaves_the_other() {
    let (client, server) = connected(Family::V4);
    network().shutdown(client.0, Shutdown::Write).unwrap();
    assert_eq!(network().send(client.0, b"more", None), Err(Error::Closed));
    assert_eq!(receive(&server, &mut [0; 4]), 0, "the end");
    assert_eq!(network().send(server.0, b"still", None), Ok(5));
    assert_eq!(receive(&client, &mut [0; 8]), 5);
}

#[test]
fn connecting_to_nobody_is_refused() {
    let (socket, address) = bound(Family::V4, Transport::Stream);
    // It has the address but does not listen.
    let client = open(Family::V4, Transport::Stream);
    let refused = wait(&client, Interest::Write, || network().connect(client.0, address));
    assert_eq!(refused, Err(Error::Refused));
    assert_eq!(network().peer_address(client.0), Err(Error::NotConnected));
    assert_eq!(network().send(client.0, b"x", None), Err(Error::Closed));
    drop(socket);
}

#[test]
fn whoever_was_told_of_the_failure_does_not_wait_for_it() {
    let (_silent, address) = bound(Family::V4, Transport::Stream);
    let client = open(Family::V4, Transport::Stream);
    if network().connect(client.0, address) == Err(Error::WouldBlock) {
        let refused = wait(&client, Interest::Read, || network().receive(client.0, &mut [0; 1], false));
        assert_eq!(refused, Err(Error::Refused));
        assert_eq!(network().connect(client.0, address), Err(Error::Aborted));
    }
    // And then it may try again.
    let refused = wait(&client, Interest::Write, || network().connect(client.0, address));
    assert_eq!(refused, Err(Error::Refused));
}

#[test]
fn a_connection_is_made_once() {
    let (client, server) = connected(Family::V4);
    let address = network().local_address(server.0).unwrap();
    assert_eq!(network().connect(client.0, address), Err(Error::Connected));
}

#[test]
fn accepting_before_anybody_came_does_not_wait() {
    let (listener, _) = listener(Family::V4);
    assert_eq!(network().accept(listener.0), Err(Error::WouldBlock));
    assert_eq!(network().ready(listener.0, Interest::Read), Ok(false));
    assert_eq!(network().available(listener.0), Ok(0));
    let stream = open(Family::V4, Transport::Stream);
    assert_eq!(network().accept(stream.0), Err(Error::Invalid), "it does not listen");
}

#[test]
fn an_address_is_taken_once() {
    let (_listener, address) = listener(Family::V4);
    let second = open(Family::V4, Transport::Stream);
    assert_eq!(network().bind(second.0, address), Err(Error::AddressInUse));
    // An address for documentation: no machine has it.
    let elsewhere = SocketAddr::from(([192, 0, 2, 1], 0));
    assert_eq!(network().bind(second.0, elsewhere), Err(Error::NoAddress));
    assert!(network().bind(second.0, loopback(Family::V6)).is_err(), "the other family");
}

#[test]
fn datagrams_come_whole_or_truncated() {
    for family in [Family::V4, Family::V6] {
        let (first, first_address) = bound(family, Transport::Datagram);
        let (second, second_address) = bound(family, Transport::Datagram);
        for message in [&b"one"[..], b"twenty", b"", b"three"] {
            assert_eq!(network().send(first.0, message, Some(second_address)), Ok(message.len()));
        }
        for (expected, truncated) in [(&b"one"[..], false), (b"twen", true), (b"", false), (b"thre", true)] {
            let mut buffer = [0; 4];
            let found = wait(&second, Interest::Read, || network().receive(second.0, &mut buffer, false)).unwrap();
            assert_eq!((&buffer[..found.bytes], found.truncated), (expected, truncated));
            assert_eq!(found.from, Some(first_address));
        }
        assert_eq!(network().send(first.0, b"whereto", None), Err(Error::NotConnected));
        assert_eq!(network().send(first.0, &[0; 70_000], Some(second_address)), Err(Error::MessageTooLong));
    }
}

#[test]
fn a_connected_datagram_socket_hears_nobody_else() {
    let (first, first_address) = bound(Family::V4, Transport::Datagram);
    let (second, second_address) = bound(Family::V4, Transport::Datagram);
    let (third, _) = bound(Family::V4, Transport::Datagram);
    assert_eq!(network().connect(first.0, second_address), Ok(()));
    assert_eq!(network().peer_address(first.0), Ok(second_address));
    assert_eq!(network().send(third.0, b"x", Some(first_address)), Ok(1));
    assert_eq!(network().send(second.0, b"yes", Some(first_address)), Ok(3));
    assert_eq!(receive(&first, &mut [0; 8]), 3);
    assert_eq!(network().receive(first.0, &mut [0; 8], false), Err(Error::WouldBlock));
}

#[test]
fn options_keep_what_is_set() {
    let stream = open(Family::V4, Transport::Stream);
    let stream_v6 = open(Family::V6, Transport::Stream);
    let datagram = open(Family::V4, Transport::Datagram);
    let datagram_v6 = open(Family::V6, Transport::Datagram);
    for (socket, option, values) in [
        (&stream, SocketOption::ReuseAddress, &[1, 0][..]),
        (&stream, SocketOption::ReusePort, &[1, 0]),
        (&stream, SocketOption::KeepAlive, &[1, 0]),
        (&stream, SocketOption::KeepAliveIdle, &[7 * SECOND_NS]),
        (&stream, SocketOption::KeepAliveInterval, &[3 * SECOND_NS]),
        (&stream, SocketOption::Linger, &[u64::MAX, 5 * SECOND_NS, 0, u64::MAX]),
        (&stream, SocketOption::NoDelay, &[1, 0]),
        (&stream, SocketOption::TimeToLive, &[1, 255]),
        (&stream_v6, SocketOption::TimeToLive, &[1, 255]),
        (&stream_v6, SocketOption::OnlyV6, &[1, 0]),
        (&datagram, SocketOption::Broadcast, &[1, 0]),
        (&datagram, SocketOption::MulticastTimeToLive, &[0, 1, 255]),
        (&datagram, SocketOption::MulticastLoopV4, &[0, 1]),
        (&datagram_v6, SocketOption::MulticastTimeToLive, &[0, 1, 255]),
        (&datagram_v6, SocketOption::MulticastLoopV6, &[0, 1]),
    ] {
        for &value in values {
            assert_eq!(network().set_option(socket.0, option, value), Ok(()), "{option:?} {value}");
            assert_eq!(network().option(socket.0, option), Ok(value), "{option:?}");
        }
    }
    // Whether it is asked for a sign of life is one thing, when is another.
    assert_eq!(network().option(stream.0, SocketOption::KeepAlive), Ok(0));
    for option in [SocketOption::SendBufferBytes, SocketOption::ReceiveBufferBytes] {
        assert_eq!(network().set_option(stream.0, option, 16384), Ok(()));
        assert!(network().option(stream.0, option).unwrap() >= 16384);
    }
    for value in [256, u64::MAX] {
        assert_eq!(network().set_option(stream.0, SocketOption::TimeToLive, value), Err(Error::Invalid));
    }
    assert_eq!(network().set_option(datagram.0, SocketOption::NoDelay, 1), Err(Error::Unsupported));
}

#[test]
fn members_of_a_group_hear_it() {
    let any = SocketAddr::from(([0, 0, 0, 0], 0));
    let member = open(Family::V4, Transport::Datagram);
    network().bind(member.0, any).unwrap();
    let group = Ipv4Addr::new(239, 255, 71, 3);
    let membership = Group::V4 { group, interface: Ipv4Addr::LOCALHOST };
    assert_eq!(network().join(member.0, membership), Ok(()));
    assert_eq!(network().join(member.0, membership), Err(Error::AddressInUse), "once is enough");
    assert_eq!(network().leave(member.0, membership), Ok(()));
    assert_eq!(network().leave(member.0, membership), Err(Error::NoAddress));
    let not_a_group = Group::V4 { group: Ipv4Addr::LOCALHOST, interface: Ipv4Addr::LOCALHOST };
    assert_eq!(network().join(member.0, not_a_group), Err(Error::Invalid));
}

#[test]
fn closed_sockets_are_gone() {
    let (first, address) = bound(Family::V4, Transport::Datagram);
    let handle = first.0;
    drop(first);
    assert_eq!(network().local_address(handle), Err(Error::Invalid));
    assert_eq!(network().send(handle, b"x", Some(address)), Err(Error::Invalid));
    assert_eq!(network().ready(handle, Interest::Read), Err(Error::Invalid));
    assert_eq!(network().option(handle, SocketOption::Broadcast), Err(Error::Invalid));
    // Waiting for nothing does not wait, so that whoever waits learns of it.
    let start = Instant::now();
    Std.wait(&[Event::Socket(handle, Interest::Read)], 20 * SECOND_NS);
    assert!(start.elapsed() < Duration::from_secs(10));
    network().close(handle);
}

#[test]
fn whoever_waits_wakes_at_once() {
    let (client, server) = connected(Family::V4);
    let (other, _) = bound(Family::V4, Transport::Datagram);
    let waiting = thread::spawn(move || {
        let start = Instant::now();
        let events = [Event::Socket(other.0, Interest::Read), Event::Socket(server.0, Interest::Read)];
        while !network().ready(server.0, Interest::Read).unwrap() {
            Std.wait(&events, 60 * SECOND_NS);
        }
        start.elapsed()
    });
    thread::sleep(Duration::from_millis(50));
    assert_eq!(network().send(client.0, b"!", None), Ok(1));
    assert!(waiting.join().unwrap() < Duration::from_secs(30), "woken by the byte, not by the clock");
}

#[test]
fn waiting_ends_when_the_time_is_over() {
    let (socket, _) = bound(Family::V4, Transport::Datagram);
    for events in [&[][..], &[Event::Socket(socket.0, Interest::Read)]] {
        let start = Instant::now();
        Std.wait(events, 20_000_000);
        assert!(start.elapsed() >= Duration::from_millis(19), "{events:?}");
        assert!(start.elapsed() < Duration::from_secs(10), "{events:?}");
    }
    assert_eq!(network().ready(socket.0, Interest::Write), Ok(true));
    let start = Instant::now();
    Std.wait(&[Event::Socket(socket.0, Interest::Write)], 20 * SECOND_NS);
    assert!(start.elapsed() < Duration::from_secs(10), "there is room to write already");
}

#[test]
fn names_have_addresses() {
    let mut found = Vec::new();
    network()
        .resolve("localhost", 80, &mut |address| {
            found.push(address);
            true
        })
        .unwrap();
    assert!(found.iter().all(|address| address.ip().is_loopback() && address.port() == 80));
    assert!(!found.is_empty());
    let mut count = 0;
    network()
        .resolve("127.0.0.1", 1, &mut |_| {
            count += 1;
            false
        })
        .unwrap();
    assert_eq!(count, 1);
    // `invalid` is reserved for names that don't exist.
    assert_eq!(network().resolve("moteur.invalid", 1, &mut |_| true), Err(Error::NotFound));
}

#[test]
fn input_is_waited_for() {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "reads_its_input", "--ignored"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    thread::sleep(Duration::from_millis(100));
    input.write_all(b"four").unwrap();
    thread::sleep(Duration::from_millis(100));
    drop(input);
    assert!(child.wait().unwrap().success());
}

/// The other half of `input_is_waited_for`, in a process of its own: it gets four bytes after a while, and then the end.
#[test]
#[ignore = "only with that input"]
fn reads_its_input() {
    let console = Std.console();
    let (socket, _) = bound(Family::V4, Transport::Datagram);
    let start = Instant::now();
    let mut buffer = [0; 3];
    for expected in [3, 1, 0] {
        while !console.ready() {
            Std.wait(&[Event::Socket(socket.0, Interest::Read), Event::Input], 60 * SECOND_NS);
        }
        assert_eq!(console.read(&mut buffer), Ok(expected));
        let left = expected == 3;
        assert!(!left || console.ready(), "a byte was left and is still seen");
    }
    assert!(start.elapsed() < Duration::from_secs(30), "woken by input, not by the clock");
}
