//! What a hostile guest would try.

use std::net::{TcpListener, TcpStream};
use std::vec;

use super::*;
use crate::wasi::link::functions;

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

#[test]
fn nothing_is_allowed_by_default() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let mut guest = Guest::new();
    for transport in [STREAM, DATAGRAM] {
        for family in [IPV4, IPV6] {
            let open = [u64::from(u32::MAX), family, transport, OPENED as u64];
            assert_eq!(guest.call("sock_open", &open), errno(Errno::Acces));
        }
    }
    // A socket that the embedder gave is good for what it is, and for nothing else.
    let fd = u64::from(guest.wasi.listener(at("127.0.0.1:0")).unwrap());
    assert_eq!(guest.connect(fd, address), errno(Errno::Acces));
    assert_eq!(guest.bind(fd, at("127.0.0.1:0")), errno(Errno::Acces));
    assert_eq!(guest.call("sock_listen", &[fd, 1]), errno(Errno::Acces));
}

#[test]
fn other_spellings_of_an_address_lead_nowhere_else() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let mut guest =
        Guest::new().allow(&std::format!("10.0.0.0/8:{port}")).allow("[::]/0:*").allow(&std::format!("0.0.0.0:{port}"));
    let (v4, v6) = (guest.open(IPV4, STREAM), guest.open(IPV6, STREAM));
    for (fd, address) in
        [(v4, "127.0.0.1"), (v4, "0.0.0.0"), (v4, "127.0.0.2"), (v6, "::ffff:127.0.0.1"), (v6, "::ffff:0.0.0.0")]
    {
        let to = SocketAddr::new(address.parse().unwrap(), port);
        assert_eq!(guest.connect(fd, to), errno(Errno::Acces), "{address}");
    }
    // No kind of address that there isn't, and none of the other family.
    for kind in [2u32, 256, u32::MAX] {
        guest.put_address(at("127.0.0.1:1"));
        guest.put(ADDRESS, &kind.to_le_bytes());
        for name in ["sock_connect", "sock_bind"] {
            assert_eq!(guest.call(name, &[v4, ADDRESS as u64]), errno(Errno::Afnosupport));
        }
    }
    assert_eq!(guest.connect(v4, at("[::1]:1")), errno(Errno::Afnosupport));
    assert_eq!(guest.connect(v6, at("10.0.0.1:1")), errno(Errno::Afnosupport));
    for (family, transport) in [(2, STREAM), (u64::from(u32::MAX), STREAM), (IPV4, 2), (IPV4, u64::from(u32::MAX))] {
        assert_ne!(guest.call("sock_open", &[0, family, transport, OPENED as u64]), 0);
    }
}

#[test]
fn all_of_ipv6_is_ipv4_too() {
    let everywhere = at("[::]:0");
    let mut guest = Guest::new().allow_listen("[::]:*");
    let fd = guest.open(IPV6, STREAM);
    guest.done("sock_set_ipv6_only", &[fd, 0]);
    assert_eq!(guest.bind(fd, everywhere), errno(Errno::Acces));
    guest.done("sock_set_ipv6_only", &[fd, 1]);
    assert_eq!(guest.bind(fd, everywhere), 0);
    assert_ne!(guest.call("sock_set_ipv6_only", &[fd, 0]), 0, "too late");
    guest.done("sock_listen", &[fd, 1]);
    let mut guest = Guest::new().allow_listen("[::]:*").allow_listen("0.0.0.0:*");
    let fd = guest.open(IPV6, STREAM);
    guest.done("sock_set_ipv6_only", &[fd, 0]);
    assert_eq!(guest.bind(fd, everywhere), 0);
}

#[test]
fn bad_pointers_are_faults_and_nothing_happens() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let mut guest = Guest::new().allow(&std::format!("{address}"));
    let fd = guest.connected(address);
    let (peer, _) = server.accept().unwrap();
    let listener = u64::from(guest.wasi.listener(at("127.0.0.1:0")).unwrap());
    let (fault, all) = (errno(Errno::Fault), u64::from(u32::MAX));
    let own = guest.local_address(listener);
    let client = TcpStream::connect(own).unwrap();

    guest.buffers(&[(BYTES, 4), (u32::MAX as usize, 1), (4, u32::MAX as usize), (1, 1)]);
    let size = SIZE as u64;
    for (name, words) in [
        ("sock_accept", &[listener, 0, LAST][..]),
        ("sock_accept", &[listener, 0, all]),
        ("sock_open", &[0, IPV4, STREAM, LAST]),
        ("sock_connect", &[fd, LAST]),
        ("sock_bind", &[fd, LAST - 22]),
        ("sock_addr_local", &[fd, LAST - 22]),
        ("sock_addr_remote", &[fd, all]),
        ("sock_send", &[fd, 0, 2, 0, size]),
        ("sock_send", &[fd, 16, 1, 0, size]),
        ("sock_send", &[fd, 0, 1, 0, LAST]),
        ("sock_send", &[fd, LAST, 1, 0, size]),
        ("sock_recv", &[fd, 0, 2, 0, size, FLAGS as u64]),
        ("sock_recv", &[fd, 16, 1, 0, size, FLAGS as u64]),
        ("sock_recv", &[fd, 0, 1, 0, LAST, FLAGS as u64]),
        ("sock_recv", &[fd, 0, 1, 0, size, LAST]),
        ("sock_recv_from", &[fd, 0, 1, 0, LAST - 22, size]),
        ("sock_send_to", &[fd, 0, 1, 0, LAST - 22, size]),
        ("sock_get_linger", &[fd, all, 0]),
        ("sock_get_linger", &[fd, 0, LAST]),
        ("sock_get_recv_timeout", &[fd, LAST]),
        ("sock_get_keep_alive", &[fd, all]),
        ("sock_get_recv_buf_size", &[fd, LAST]),
        ("sock_set_ip_add_membership", &[fd, LAST, 0]),
        ("sock_addr_resolve", &[all, 0, 0, 0, 1, size]),
        ("sock_addr_resolve", &[0, all, 0, 0, 1, size]),
        ("sock_addr_resolve", &[0, 0, LAST, 0, 1, size]),
        ("sock_addr_resolve", &[0, 0, 0, LAST, 1, size]),
        ("sock_addr_resolve", &[0, 0, 0, 0, 1, LAST]),
        ("sock_addr_resolve", &[0, 0, 0, 0, all, size]),
    ] {
        assert_eq!(guest.call(name, words), fault, "{name} {words:?}");
    }
    // 2^32 bytes in two buffers that exist, and more buffers than anybody needs.
    let vectors = [0, MEMORY_BYTES as u32].repeat(1024).iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>();
    guest.put(BYTES, &vectors);
    assert_eq!(guest.call("sock_send", &[fd, BYTES as u64, 1025, 0, size]), errno(Errno::Inval));
    // A text without end.
    let last = guest.memory.len() - 4;
    guest.put(last, b"noze");
    guest.put(0, &[0]);
    assert_eq!(guest.call("sock_addr_resolve", &[last as u64, 0, 0, 0, 0, size]), fault);

    // The connections are as they were.
    drop(client);
    guest.done("sock_accept", &[listener, 0, OPENED as u64]);
    assert_eq!(guest.send(fd, b"x"), Ok(1));
    drop(peer);
}

#[test]
fn a_number_is_what_is_open_there_now() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let mut guest = Guest::new().allow(&std::format!("{address}"));
    let first = guest.connected(address);
    guest.done("fd_close", &[first]);
    assert_eq!(guest.send(first, b"x"), Err(errno(Errno::Badf)));
    let second = guest.open(IPV4, STREAM);
    assert_eq!(second, first, "the lowest free number");
    assert_eq!(guest.call("sock_addr_remote", &[second, ADDRESS as u64]), errno(Errno::Notconn), "another socket");
    assert_eq!(guest.connect(second, address), 0);
    // The standard output's number becomes the socket's.
    guest.done("fd_renumber", &[second, 1]);
    assert_eq!(guest.send(second, b"x"), Err(errno(Errno::Badf)));
    assert_eq!(guest.send(1, b"x"), Ok(1));
    for fd in [0, 2] {
        for function in functions().filter(|function| function.name.starts_with("sock_")) {
            if ["sock_open", "sock_addr_resolve"].contains(&function.name) {
                continue;
            }
            let mut words = vec![0; function.ty.params.len()];
            words[0] = fd;
            assert_eq!(guest.call(function.name, &words), errno(Errno::Notsock), "{}", function.name);
        }
    }
}

#[test]
fn rights_that_were_given_away_are_missed() {
    let mut guest = Guest::new();
    let fd = u64::from(guest.wasi.listener(at("127.0.0.1:0")).unwrap());
    let own = guest.local_address(fd);
    let _client = TcpStream::connect(own).unwrap();
    const FD_READ: u64 = 1 << 1;
    const SOCK_ACCEPT: u64 = 1 << 29;
    guest.done("fd_fdstat_set_rights", &[fd, SOCK_ACCEPT, FD_READ]);
    guest.done("sock_accept", &[fd, 0, OPENED as u64]);
    let connection = u64::from(guest.word(OPENED));
    assert_eq!(guest.send(connection, b"x"), Err(errno(Errno::Notcapable)), "what was accepted inherits");
    assert_eq!(guest.call("sock_shutdown", &[connection, 3]), errno(Errno::Notcapable));
    guest.done("fd_fdstat_set_rights", &[fd, 0, 0]);
    assert_eq!(guest.call("sock_accept", &[fd, 0, OPENED as u64]), errno(Errno::Notcapable));
}

#[test]
fn a_guest_opens_no_more_than_it_may() {
    let mut guest = Guest::new().allow("127.0.0.1:1");
    let listener = u64::from(guest.wasi.listener(at("127.0.0.1:0")).unwrap());
    guest.wasi.limit_descriptors(6);
    let own = guest.local_address(listener);
    let mut client = TcpStream::connect(own).unwrap();
    let opened = [guest.open(IPV4, STREAM), guest.open(IPV4, DATAGRAM)];
    assert_eq!(guest.call("sock_open", &[0, IPV4, STREAM, OPENED as u64]), errno(Errno::Mfile));
    assert_eq!(guest.call("sock_accept", &[listener, 0, OPENED as u64]), errno(Errno::Mfile));
    guest.done("fd_close", &[opened[1]]);
    guest.done("sock_accept", &[listener, 0, OPENED as u64]);
    std::io::Write::write_all(&mut client, b"still there").unwrap();
    assert_eq!(guest.receive(opened[1], 11, 2), Ok(&b"still there"[..]), "the connection had waited");
}

#[test]
fn flags_that_there_are_not_are_refused() {
    let mut guest = Guest::new();
    let fd = u64::from(guest.wasi.listener(at("127.0.0.1:0")).unwrap());
    for flags in [1, 2, 8, 16, 5, 32, 1 << 16, u64::from(u32::MAX)] {
        assert_eq!(guest.call("sock_accept", &[fd, flags, OPENED as u64]), errno(Errno::Inval), "{flags}");
    }
    for flags in [4, 8, 1 << 31] {
        assert_eq!(guest.receive(fd, 1, flags).map(<[u8]>::len), Err(errno(Errno::Inval)), "{flags}");
        assert_eq!(guest.call("sock_send", &[fd, 0, 0, flags, SIZE as u64]), errno(Errno::Inval), "{flags}");
    }
}
