//! Options of sockets.

use moteur_platform::SocketOption;

use super::*;
use crate::wasi::call::Fd;
use crate::wasi::rights::Rights;

#[test]
fn options_keep_what_is_set() {
    let mut guest = Guest::new().allow("127.0.0.1:1").allow("[::1]:1");
    let stream = guest.open(IPV4, STREAM);
    let stream_v6 = guest.open(IPV6, STREAM);
    let datagram = guest.open(IPV4, DATAGRAM);
    for (fd, name, size, values) in [
        (stream, "keep_alive", 1, &[1, 0][..]),
        (stream, "reuse_addr", 1, &[1, 0]),
        (stream, "reuse_port", 1, &[1, 0]),
        (stream, "tcp_no_delay", 1, &[1, 0]),
        (stream, "tcp_fastopen_connect", 1, &[1, 0]),
        (stream, "tcp_keep_idle", 4, &[60, 7]),
        (stream, "tcp_keep_intvl", 4, &[60, 7]),
        (stream, "recv_timeout", 8, &[1_000_000, 0]),
        (stream, "send_timeout", 8, &[1_000_000, 0]),
        (stream, "ip_ttl", 1, &[1, 255]),
        (stream_v6, "ip_ttl", 1, &[1, 255]),
        (stream_v6, "ipv6_only", 1, &[1, 0]),
        (datagram, "broadcast", 1, &[1, 0]),
        (datagram, "ip_multicast_ttl", 1, &[0, 32]),
    ] {
        for &value in values {
            guest.done(&std::format!("sock_set_{name}"), &[fd, value]);
            guest.put(BYTES, &[0xee; 16]);
            guest.done(&std::format!("sock_get_{name}"), &[fd, BYTES as u64]);
            let mut expected = [0xee; 16];
            expected[..size].copy_from_slice(&value.to_le_bytes()[..size]);
            assert_eq!(guest.memory[BYTES..BYTES + 16], expected, "{name}");
        }
    }
    for value in [1, 0] {
        guest.done("sock_set_ip_multicast_loop", &[datagram, 0, value]);
        guest.done("sock_get_ip_multicast_loop", &[datagram, 0, BYTES as u64]);
        assert_eq!(u64::from(guest.memory[BYTES]), value);
    }
    for (name, value) in [("recv_buf_size", 16_384), ("send_buf_size", 16_384)] {
        guest.done(&std::format!("sock_set_{name}"), &[stream, value]);
        guest.done(&std::format!("sock_get_{name}"), &[stream, BYTES as u64]);
        assert!(u64::from(guest.word(BYTES)) >= value, "{name}");
    }
    guest.done("sock_set_tcp_quick_ack", &[stream, 1]);
    guest.done("sock_get_tcp_quick_ack", &[stream, BYTES as u64]);
    assert_eq!(guest.call("sock_set_ip_ttl", &[stream, 256]), errno(Errno::Inval));
    assert_eq!(guest.call("sock_set_tcp_no_delay", &[datagram, 1]), errno(Errno::Noprotoopt));
}

/// For how long the system has been told to wait at the end.
fn handed_on(guest: &mut Guest, fd: u64) -> u64 {
    let (socket, _) = guest.wasi.descriptors.socket(Fd(fd as u32), Rights::NONE).unwrap();
    socket.network.option(socket.handle, SocketOption::Linger).unwrap()
}

#[test]
fn a_socket_that_lingers_holds_up_nobody() {
    let mut guest = Guest::new();
    let fd = u64::from(guest.wasi.listener("127.0.0.1:0".parse().unwrap()).unwrap());
    let own = guest.local_address(fd);
    guest.done("sock_get_linger", &[fd, BYTES as u64, BYTES as u64 + 4]);
    assert_eq!((guest.memory[BYTES], guest.word(BYTES + 4)), (0, 0));
    let mut guest = guest.allow(&std::format!("{own}"));
    let client = guest.connected(own);
    guest.done("sock_set_linger", &[client, 1, 1_000_000]);
    guest.done("sock_get_linger", &[client, BYTES as u64, BYTES as u64 + 4]);
    assert_eq!((guest.memory[BYTES], guest.word(BYTES + 4)), (1, 1_000_000));
    assert_eq!(handed_on(&mut guest, client), u64::MAX, "the system does not wait");
    // More than anybody reads.
    guest.set_nonblocking(client);
    while guest.send(client, &[0; 60_000]).is_ok() {}
    let start = Instant::now();
    guest.done("fd_close", &[client]);
    assert!(start.elapsed() < Duration::from_secs(5));

    let client = guest.connected(own);
    guest.done("sock_set_linger", &[client, 1, 0]);
    assert_eq!(handed_on(&mut guest, client), 0, "to drop what was not sent takes no time");
    guest.done("sock_set_linger", &[client, 0, 5]);
    assert_eq!(handed_on(&mut guest, client), u64::MAX);
    guest.done("sock_get_linger", &[client, BYTES as u64, BYTES as u64 + 4]);
    assert_eq!((guest.memory[BYTES], guest.word(BYTES + 4)), (0, 0));
}
