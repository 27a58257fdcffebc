//! Connections: whom a guest may talk to, how it serves others, and that waiting ends.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{format, thread, vec};

use super::*;

const PEEK: u64 = 1;
const WAIT_ALL: u64 = 2;

/// A server for one connection, in a thread of its own.
fn serve(serve: impl FnOnce(TcpStream) + Send + 'static) -> (SocketAddr, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (address, thread::spawn(move || serve(listener.accept().unwrap().0)))
}

fn echo(mut stream: TcpStream) {
    let mut buffer = [0; 1024];
    loop {
        match stream.read(&mut buffer).unwrap() {
            0 => return,
            count => stream.write_all(&buffer[..count]).unwrap(),
        }
    }
}

#[test]
fn a_guest_talks_to_whom_it_may() {
    let (address, server) = serve(echo);
    let mut guest = Guest::new().allow(&format!("{address}"));
    let fd = guest.connected(address);
    guest.done("sock_addr_remote", &[fd, ADDRESS as u64]);
    assert_eq!(guest.address(), address);
    assert!(guest.local_address(fd).ip().is_loopback());
    assert_eq!(guest.connect(fd, address), errno(Errno::Isconn));

    assert_eq!(guest.send(fd, b"hello"), Ok(5));
    assert_eq!(guest.receive(fd, 3, PEEK), Ok(&b"hel"[..]));
    let [vectors, count] = guest.buffers(&[(BYTES, 2), (BYTES + 2, 2)]);
    guest.done("sock_recv", &[fd, vectors, count, PEEK, SIZE as u64, FLAGS as u64]);
    assert_eq!(guest.word(SIZE), 2, "a second look would find the same bytes");
    assert_eq!(guest.receive(fd, 3, 0), Ok(&b"hel"[..]));
    assert_eq!(guest.receive(fd, 9, 0), Ok(&b"lo"[..]));
    assert_eq!(guest.memory[FLAGS], 0);

    // Descriptors of sockets are read and written as others are; buffers of length zero don't matter.
    guest.put(BYTES, b"more");
    let [vectors, count] = guest.buffers(&[(BYTES, 1), (LAST as usize + 1, 0), (BYTES + 1, 3)]);
    guest.done("fd_write", &[fd, vectors, count, SIZE as u64]);
    assert_eq!(guest.word(SIZE), 4);
    while guest.receive(fd, 4, PEEK | WAIT_ALL).unwrap().len() < 4 {}
    let [vectors, count] = guest.buffers(&[(0, 0), (BYTES + 2, 2), (BYTES, 2)]);
    guest.done("fd_read", &[fd, vectors, count, SIZE as u64]);
    assert_eq!((guest.word(SIZE), &guest.memory[BYTES..BYTES + 4]), (4, &b"remo"[..]));

    assert_eq!(guest.call("sock_shutdown", &[fd, 0]), errno(Errno::Inval));
    assert_eq!(guest.call("sock_shutdown", &[fd, 4]), errno(Errno::Inval));
    guest.done("sock_shutdown", &[fd, 2]);
    assert_eq!(guest.send(fd, b"x"), Err(errno(Errno::Pipe)));
    assert_eq!(guest.receive(fd, 9, 0), Ok(&b""[..]), "the end");
    guest.done("sock_close", &[fd]);
    assert_eq!(guest.call("fd_close", &[fd]), errno(Errno::Badf));
    server.join().unwrap();
}

#[test]
fn a_guest_is_told_its_sockets_type() {
    let mut guest = Guest::new().allow("127.0.0.1:1");
    for (transport, file_type) in [(STREAM, 6), (DATAGRAM, 5)] {
        let fd = guest.open(IPV4, transport);
        guest.done("fd_fdstat_get", &[fd, BYTES as u64]);
        assert_eq!(guest.memory[BYTES], file_type);
        guest.done("fd_filestat_get", &[fd, BYTES as u64]);
        assert_eq!(guest.memory[BYTES + 16], file_type);
        for name in ["fd_tell", "fd_prestat_get"] {
            assert_ne!(guest.call(name, &[fd, BYTES as u64]), 0, "{name}");
        }
    }
}

#[test]
fn a_guest_serves_where_it_may() {
    for (family, own) in [(IPV4, "127.0.0.1"), (IPV6, "[::1]")] {
        let mut guest = Guest::new().allow_listen(&format!("{own}:*/tcp"));
        let fd = guest.open(family, STREAM);
        assert_eq!(guest.call("sock_listen", &[fd, 4]), errno(Errno::Acces), "that would be everywhere");
        assert_eq!(guest.bind(fd, format!("{own}:0").parse().unwrap()), 0);
        guest.done("sock_listen", &[fd, 4]);
        let address = guest.local_address(fd);
        let client = thread::spawn(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(b"to the guest").unwrap();
            stream.local_addr().unwrap()
        });
        guest.done("sock_accept", &[fd, 0, OPENED as u64]);
        let connection = u64::from(guest.word(OPENED));
        assert_ne!(connection, fd);
        assert_eq!(guest.receive(connection, 20, WAIT_ALL), Ok(&b"to the guest"[..]), "all there is before the end");
        guest.done("sock_addr_remote", &[connection, ADDRESS as u64]);
        assert_eq!(guest.address(), client.join().unwrap());
        assert_eq!(guest.call("sock_accept", &[connection, 0, OPENED as u64]), errno(Errno::Inval));
    }
}

#[test]
fn a_guest_that_knows_the_standard_alone_serves_too() {
    let mut guest = Guest::new();
    let fd = u64::from(guest.wasi.listener("127.0.0.1:0".parse().unwrap()).unwrap());
    assert_eq!(fd, 3);
    let address = guest.local_address(fd);
    let client = thread::spawn(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"ping").unwrap();
        let mut answer = vec![];
        stream.read_to_end(&mut answer).unwrap();
        answer
    });
    guest.done("sock_accept", &[fd, NONBLOCK, OPENED as u64]);
    let connection = u64::from(guest.word(OPENED));
    assert_eq!(connection, 4);
    let ping = loop {
        match guest.receive(connection, 4, 0) {
            Err(again) => assert_eq!(again, errno(Errno::Again), "the flag is that of the new one"),
            Ok(bytes) => break bytes.to_vec(),
        }
    };
    assert_eq!(ping, b"ping");
    assert_eq!(guest.send(connection, b"pong"), Ok(4));
    drop(guest);
    assert_eq!(client.join().unwrap(), b"pong", "and then the end, for a guest's sockets end with it");
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
}

#[test]
fn whoever_does_not_wait_is_told_to_come_again() {
    let mut guest = Guest::new().allow("127.0.0.1:*").allow_listen("127.0.0.1:*");
    let listener = guest.open(IPV4, STREAM);
    assert_eq!(guest.bind(listener, "127.0.0.1:0".parse().unwrap()), 0);
    guest.done("sock_listen", &[listener, 4]);
    guest.set_nonblocking(listener);
    let mut progress = Progress::default();
    let accept = [listener, 0, OPENED as u64];
    assert_eq!(guest.call_once("sock_accept", &accept, &mut progress), Ok(errno(Errno::Again)));
    let address = guest.local_address(listener);

    let client = guest.open(IPV4, STREAM);
    guest.set_nonblocking(client);
    let to = guest.put_address(address);
    let first = guest.call_once("sock_connect", &[client, to], &mut progress);
    assert!([Ok(0), Ok(errno(Errno::Inprogress))].contains(&first), "{first:?}");
    let mut answer = first;
    while answer != Ok(0) {
        answer = guest.call_once("sock_connect", &[client, to], &mut progress);
        assert!([Ok(0), Ok(errno(Errno::Already))].contains(&answer), "{answer:?}");
    }
    let connection = loop {
        match guest.call("sock_accept", &accept) {
            0 => break u64::from(guest.word(OPENED)),
            again => assert_eq!(again, errno(Errno::Again)),
        }
    };
    assert_eq!(guest.receive(client, 4, 0), Err(errno(Errno::Again)));
    assert_eq!(guest.receive(client, 4, WAIT_ALL), Err(errno(Errno::Again)));
    guest.set_nonblocking(connection);
    let mut sent = 0u64;
    loop {
        match guest.send(connection, &[7; 60_000]) {
            Ok(bytes) => sent += u64::from(bytes),
            Err(again) => break assert_eq!(again, errno(Errno::Again)),
        }
    }
    assert!(sent > 0);
    guest.done("fd_fdstat_set_flags", &[client, 0]);
    while sent > 0 {
        let wanted = usize::try_from(sent.min(60_000)).unwrap();
        let bytes = guest.receive(client, wanted, WAIT_ALL).unwrap();
        assert_eq!(bytes.len(), wanted, "as much as was wanted, though it came in pieces");
        sent -= bytes.len() as u64;
    }
}

#[test]
fn whoever_waits_sends_everything() {
    let (address, server) = serve(|mut stream| {
        let mut received = vec![];
        thread::sleep(Duration::from_millis(50));
        stream.read_to_end(&mut received).unwrap();
        assert_eq!(received.len(), 100 * 60_000);
        assert!(received.chunks(60_000).all(|chunk| chunk[0] == 1 && chunk[59_999] == 3));
    });
    let mut guest = Guest::new().allow("127.0.0.0/8:*/tcp");
    let fd = guest.connected(address);
    // Small, so that it does not fit.
    guest.done("sock_set_send_buf_size", &[fd, 8192]);
    guest.put(BYTES, &[2; 60_000]);
    guest.put(BYTES, &[1]);
    guest.put(BYTES + 59_999, &[3]);
    for _ in 0..100 {
        let [vectors, count] = guest.buffers(&[(BYTES, 100), (BYTES + 100, 50_000), (BYTES + 50_100, 9_900)]);
        guest.done("sock_send", &[fd, vectors, count, 0, SIZE as u64]);
        assert_eq!(guest.word(SIZE), 60_000);
    }
    guest.done("fd_close", &[fd]);
    server.join().unwrap();
}

#[test]
fn waiting_ends_when_the_guest_says() {
    let (end, ended) = mpsc::channel::<()>();
    let (address, server) = serve(move |mut stream| {
        stream.write_all(b"two").unwrap();
        // It reads nothing.
        let _ = ended.recv();
    });
    let mut guest = Guest::new().allow(&format!("{address}")).allow_listen("127.0.0.1:*");
    let fd = guest.connected(address);
    guest.done("sock_set_recv_timeout", &[fd, 30_000]);
    guest.done("sock_get_recv_timeout", &[fd, BYTES as u64]);
    assert_eq!(guest.word(BYTES), 30_000);
    assert_eq!(guest.receive(fd, 9, WAIT_ALL), Ok(&b"two"[..]), "what has come is not lost");
    let start = Instant::now();
    assert_eq!(guest.receive(fd, 9, 0), Err(errno(Errno::Again)));
    assert!(start.elapsed() >= Duration::from_millis(30));

    let listener = guest.open(IPV4, STREAM);
    assert_eq!(guest.bind(listener, "127.0.0.1:0".parse().unwrap()), 0);
    guest.done("sock_listen", &[listener, 4]);
    guest.done("sock_set_recv_timeout", &[listener, 30_000]);
    assert_eq!(guest.call("sock_accept", &[listener, 0, OPENED as u64]), errno(Errno::Again));

    guest.done("sock_set_send_timeout", &[fd, 30_000]);
    guest.done("sock_set_recv_timeout", &[fd, 0]);
    let full = loop {
        match guest.send(fd, &[0; 60_000]) {
            Ok(60_000) => {}
            other => break other,
        }
    };
    assert!(full.is_ok_and(|bytes| bytes < 60_000) || full == Err(errno(Errno::Again)), "{full:?}");
    drop(end);
    server.join().unwrap();
}

#[test]
fn a_guest_that_waits_can_be_stopped() {
    let mut guest = Guest::new();
    let fd = u64::from(guest.wasi.listener("127.0.0.1:0".parse().unwrap()).unwrap());
    let mut progress = Progress::default();
    for _ in 0..3 {
        let start = Instant::now();
        let stopped = guest.call_once("sock_accept", &[fd, 0, OPENED as u64], &mut progress);
        assert_eq!(stopped, Err(Stop::Again));
        assert!(start.elapsed() < Duration::from_secs(5), "each look takes some milliseconds");
    }
}

#[test]
fn what_another_call_has_received_is_not_this_ones() {
    let (address, server) = serve(|mut stream| {
        stream.write_all(b"ab").unwrap();
        let mut go_on = [0; 1];
        stream.read_exact(&mut go_on).unwrap();
        stream.write_all(b"cd").unwrap();
    });
    let mut guest = Guest::new().allow(&format!("{address}"));
    let fd = guest.connected(address);
    let [vectors, count] = guest.buffers(&[(BYTES, 4)]);
    let receive = [fd, vectors, count, WAIT_ALL, SIZE as u64, FLAGS as u64];
    let mut given_up = Progress::default();
    while guest.memory[BYTES] != b'a' {
        assert_eq!(guest.call_once("sock_recv", &receive, &mut given_up), Err(Stop::Again));
    }
    // The guest was interrupted, and its embedder called it once more.
    assert_eq!(guest.send(fd, b"!"), Ok(1));
    let [vectors, count] = guest.buffers(&[(BYTES, 2)]);
    guest.done("sock_recv", &[fd, vectors, count, WAIT_ALL, SIZE as u64, FLAGS as u64]);
    assert_eq!((guest.word(SIZE), &guest.memory[BYTES..BYTES + 2]), (2, &b"cd"[..]));
    server.join().unwrap();
}

#[test]
fn polling_sees_sockets() {
    let (address, server) = serve(|mut stream| {
        let mut go_on = [0; 1];
        stream.read_exact(&mut go_on).unwrap();
        stream.write_all(b"four").unwrap();
    });
    let mut guest = Guest::new().allow(&format!("{address}"));
    let fd = guest.connected(address);
    // A clock for a second, and the socket for reading: 48 bytes each.
    let mut wanted = [0; 96];
    wanted[16] = 1;
    wanted[24..32].copy_from_slice(&20_000_000u64.to_le_bytes());
    wanted[48] = 9;
    wanted[56] = 1;
    wanted[64..68].copy_from_slice(&(fd as u32).to_le_bytes());
    guest.put(BYTES, &wanted);
    let poll = [BYTES as u64, BYTES as u64 + 512, 2, SIZE as u64];
    guest.done("poll_oneoff", &poll);
    assert_eq!((guest.word(SIZE), guest.memory[BYTES + 512]), (1, 0), "the clock");
    assert_eq!(guest.send(fd, b"!"), Ok(1));
    guest.put(BYTES, &wanted);
    guest.put(BYTES + 24, &3_000_000_000u64.to_le_bytes());
    guest.done("poll_oneoff", &poll);
    assert_eq!((guest.word(SIZE), guest.memory[BYTES + 512]), (1, 9), "the socket");
    assert_eq!(guest.word(BYTES + 512 + 16), 4, "so many bytes");
    server.join().unwrap();
}
