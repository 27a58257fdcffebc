//! Datagrams: that they go where they may, come whole, and that nobody is heard who was not asked.

use std::format;
use std::net::UdpSocket;
use std::string::ToString;

use super::*;

fn peer() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

fn send_to(guest: &mut Guest, fd: u64, bytes: &[u8], to: SocketAddr) -> u64 {
    guest.put(BYTES, bytes);
    let [vectors, count] = guest.buffers(&[(BYTES, bytes.len())]);
    let to = guest.put_address(to);
    guest.call("sock_send_to", &[fd, vectors, count, 0, to, SIZE as u64])
}

fn receive_from(guest: &mut Guest, fd: u64) -> (Vec<u8>, SocketAddr) {
    let [vectors, count] = guest.buffers(&[(BYTES, 100)]);
    guest.done("sock_recv_from", &[fd, vectors, count, 0, ADDRESS as u64, SIZE as u64]);
    (guest.memory[BYTES..BYTES + guest.word(SIZE) as usize].to_vec(), guest.address())
}

#[test]
fn datagrams_go_where_they_may() {
    let (peer, address) = peer();
    let (other, other_address) = self::peer();
    let mut guest = Guest::new().allow(&format!("{address}/udp"));
    let fd = guest.open(IPV4, DATAGRAM);
    assert_eq!(send_to(&mut guest, fd, b"question", other_address), errno(Errno::Acces));
    assert_eq!(guest.connect(fd, other_address), errno(Errno::Acces));
    assert_eq!(send_to(&mut guest, fd, b"question", address), 0);
    assert_eq!(guest.word(SIZE), 8);
    let mut buffer = [0; 100];
    let (length, own) = peer.recv_from(&mut buffer).unwrap();
    assert_eq!(&buffer[..length], b"question");

    // Who was not asked is not heard, even though it knows where the guest is.
    for _ in 0..40 {
        other.send_to(b"secret", own).unwrap();
    }
    peer.send_to(b"answer", own).unwrap();
    assert_eq!(receive_from(&mut guest, fd), (b"answer".to_vec(), address));
    assert!(!guest.memory.windows(6).any(|bytes| bytes == b"secret"), "not a byte of it");
    guest.set_nonblocking(fd);
    assert_eq!(guest.receive(fd, 9, 0), Err(errno(Errno::Again)));
    guest.done("fd_close", &[fd]);
    assert!(guest.call("sock_open", &[0, IPV4, STREAM, OPENED as u64]) == errno(Errno::Acces), "not for streams");
}

#[test]
fn whoever_may_be_reached_hears_everyone() {
    let mut guest = Guest::new().allow_listen("127.0.0.1:*/udp");
    let fd = guest.open(IPV4, DATAGRAM);
    assert_eq!(guest.bind(fd, "0.0.0.0:0".parse().unwrap()), errno(Errno::Acces));
    assert_eq!(guest.bind(fd, "127.0.0.1:0".parse().unwrap()), 0);
    let own = guest.local_address(fd);
    let (peer, address) = peer();
    peer.send_to(b"knock", own).unwrap();
    assert_eq!(receive_from(&mut guest, fd), (b"knock".to_vec(), address));
    assert_eq!(send_to(&mut guest, fd, b"who?", address), errno(Errno::Acces), "to hear is not to speak");
    assert_eq!(guest.call("sock_listen", &[fd, 1]), errno(Errno::Notsup));
}

#[test]
fn a_datagram_is_one_whatever_its_buffers() {
    let (peer, address) = peer();
    let mut guest = Guest::new().allow(&address.to_string());
    let fd = guest.open(IPV4, DATAGRAM);
    assert_eq!(guest.connect(fd, address), 0);
    let own = guest.local_address(fd);
    guest.put(BYTES, b"abcdefgh");
    let [vectors, count] = guest.buffers(&[(BYTES + 4, 2), (0, 0), (BYTES, 3), (BYTES + 7, 1)]);
    guest.done("sock_send", &[fd, vectors, count, 0, SIZE as u64]);
    assert_eq!(guest.word(SIZE), 6);
    let mut buffer = [0; 100];
    let length = peer.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..length], b"efabch");
    guest.done("sock_send", &[fd, 0, 0, 0, SIZE as u64]);
    assert_eq!(peer.recv(&mut buffer).unwrap(), 0, "an empty one");

    peer.send_to(b"0123456789", own).unwrap();
    guest.put(BYTES, &[b'.'; 16]);
    let [vectors, count] = guest.buffers(&[(BYTES + 8, 2), (BYTES, 3)]);
    guest.done("sock_recv", &[fd, vectors, count, 1, SIZE as u64, FLAGS as u64]);
    guest.done("sock_recv", &[fd, vectors, count, 0, SIZE as u64, FLAGS as u64]);
    assert_eq!(&guest.memory[BYTES..BYTES + 11], b"234.....01.");
    assert_eq!((guest.word(SIZE), guest.memory[FLAGS]), (5, 1), "the rest is lost, and the guest is told");

    peer.send_to(b"four", own).unwrap();
    let [vectors, count] = guest.buffers(&[(BYTES + 8, 2), (BYTES, 8)]);
    guest.done("fd_read", &[fd, vectors, count, SIZE as u64]);
    assert_eq!((guest.word(SIZE), &guest.memory[BYTES..BYTES + 3]), (4, &b"ur4"[..]));

    let [vectors, count] = guest.buffers(&[(0, 65_000), (0, 536)]);
    assert_eq!(guest.call("sock_send", &[fd, vectors, count, 0, SIZE as u64]), errno(Errno::Msgsize));
    let [vectors, count] = guest.buffers(&[(0, 65_000), (0, 535)]);
    assert_eq!(guest.call("sock_send", &[fd, vectors, count, 0, SIZE as u64]), errno(Errno::Msgsize), "headers too");
}

#[test]
fn groups_are_joined_where_the_guest_may_be_reached() {
    let any = "0.0.0.0:0".parse().unwrap();
    let group: SocketAddr = "239.255.71.4:0".parse().unwrap();
    let interface = u64::from(u32::from_le_bytes([127, 0, 0, 1]));
    for (lines, expected) in [
        (&["0.0.0.0:*"][..], errno(Errno::Acces)),
        (&["0.0.0.0:*", "239.255.71.4:1"], errno(Errno::Acces)),
        (&["0.0.0.0:*", "239.255.71.0/24:*/tcp"], errno(Errno::Acces)),
        (&["0.0.0.0:*", "239.255.71.0/24:*/udp"], 0),
    ] {
        let mut guest = lines.iter().fold(Guest::new(), |guest, line| guest.allow_listen(line));
        let fd = guest.open(IPV4, DATAGRAM);
        assert_eq!(guest.bind(fd, any), 0);
        let at = guest.put_address(group);
        assert_eq!(guest.call("sock_set_ip_add_membership", &[fd, at, interface]), expected, "{lines:?}");
        let left = guest.call("sock_set_ip_drop_membership", &[fd, at, interface]);
        assert_eq!(left == 0, expected == 0, "{lines:?}");
        guest.put_address("[ff02::1]:0".parse().unwrap());
        assert_eq!(guest.call("sock_set_ip_add_membership", &[fd, at, 0]), errno(Errno::Afnosupport));
    }
}
