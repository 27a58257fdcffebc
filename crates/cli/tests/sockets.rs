//! `moteur run --allow-net`, `--allow-listen` and `--listen`: whom a guest reaches, and that it reaches nobody else.

mod common;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use common::{KEEP_OPEN, moteur, moteur_with, wat};

/// The standard's error numbers.
const ACCES: i32 = 2;
const REFUSED: i32 = 14;

/// What the guests below have in common: they end with the error number of the first call that fails.
const START: &str = r#"
    (import "wasi_snapshot_preview1" "sock_open" (func $open (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "sock_connect" (func $connect (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "sock_bind" (func $bind (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "sock_listen" (func $listen (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 1024) "hello from the guest")
    (func $check (param i32) (if (local.get 0) (then (call $exit (local.get 0)))))
    (func $say (param $fd i32) (param $bytes i32)
      (i32.store (i32.const 8) (i32.const 1024))
      (i32.store (i32.const 12) (local.get $bytes))
      (call $check (call $write (local.get $fd) (i32.const 8) (i32.const 1) (i32.const 16))))
    (func $hear (param $fd i32) (result i32)
      (i32.store (i32.const 8) (i32.const 1024))
      (i32.store (i32.const 12) (i32.const 4096))
      (call $check (call $read (local.get $fd) (i32.const 8) (i32.const 1) (i32.const 16)))
      (i32.load (i32.const 16)))"#;

/// A guest that connects, says hello, and prints the answer.
fn client(to: SocketAddr) -> String {
    let [a, b, c, d] = match to {
        SocketAddr::V4(to) => to.ip().octets(),
        SocketAddr::V6(_) => unreachable!("the tests have IPv4 addresses"),
    };
    let [low, high] = to.port().to_le_bytes();
    wat(&format!(
        r#"(module {START}
          (data (i32.const 64) "\00\00\00\00\{a:02x}\{b:02x}\{c:02x}\{d:02x}\{low:02x}\{high:02x}")
          (func (export "_start")
            (call $check (call $open (i32.const -1) (i32.const 0) (i32.const 1) (i32.const 0)))
            (call $check (call $connect (i32.load (i32.const 0)) (i32.const 64)))
            (call $say (i32.load (i32.const 0)) (i32.const 20))
            (call $say (i32.const 1) (call $hear (i32.load (i32.const 0))))))"#
    ))
}

/// A guest that listens at a port of 127.0.0.1 that the system chooses.
fn server() -> String {
    wat(&format!(
        r#"(module {START}
          (data (i32.const 64) "\00\00\00\00\7f\00\00\01\00\00")
          (func (export "_start")
            (call $check (call $open (i32.const -1) (i32.const 0) (i32.const 1) (i32.const 0)))
            (call $check (call $bind (i32.load (i32.const 0)) (i32.const 64)))
            (call $check (call $listen (i32.load (i32.const 0)) (i32.const 4)))))"#
    ))
}

/// A guest that waits for a connection to the socket that it is given, and prints what it is told.
fn accepter() -> String {
    wat(&format!(
        r#"(module {START}
          (func (export "_start")
            (call $check (call $accept (i32.const 3) (i32.const 0) (i32.const 0)))
            (call $say (i32.const 1) (call $hear (i32.load (i32.const 0))))))"#
    ))
}

/// A server for one connection, which answers what it was told in capitals.
fn shouting() -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serve = move || {
        let mut stream = listener.accept().unwrap().0;
        let mut buffer = [0; 20];
        stream.read_exact(&mut buffer).unwrap();
        stream.write_all(&buffer.to_ascii_uppercase()).unwrap();
    };
    (address, thread::spawn(serve))
}

#[test]
fn a_guest_talks_to_whom_it_may() {
    let (address, server) = shouting();
    let ran = moteur(&["run", "--allow-net", &format!("{address}/tcp"), &client(address)]);
    assert_eq!(ran.expect(0, &[]).out, "HELLO FROM THE GUEST");
    server.join().unwrap();
}

#[test]
fn a_guest_reaches_nobody_by_itself() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let guest = client(address);
    moteur(&["run", &guest]).expect(ACCES, &[]);
    for line in ["localhost:*", "10.0.0.0/8:*", "127.0.0.2:*", "[::1]:*"] {
        moteur(&["run", "--allow-net", line, &guest]).expect(ACCES, &[]);
    }
    for line in [format!("{address}/udp"), format!("127.0.0.1:{}", address.port() ^ 1)] {
        moteur(&["run", "--allow-net", &line, &guest]).expect(ACCES, &[]);
    }
    moteur(&["run", "--allow-listen", "*:*", &guest]).expect(ACCES, &[]);
    assert!(listener.accept().is_err(), "nobody came");
    drop(listener);
    moteur(&["run", "--allow-net", "*:*", &guest]).expect(REFUSED, &[]);
}

#[test]
fn a_guest_listens_where_it_may() {
    let guest = server();
    moteur(&["run", "--allow-listen", "127.0.0.1:*", &guest]).expect(0, &[]);
    for line in ["127.0.0.1:80", "0.0.0.0:*", "[::1]:*", "127.0.0.1:*/udp"] {
        moteur(&["run", "--allow-listen", line, &guest]).expect(ACCES, &[]);
    }
    moteur(&["run", "--allow-net", "*:*", &guest]).expect(ACCES, &[]);
}

#[test]
fn a_guest_accepts_where_it_is_told_to() {
    // A port that is free now, and most likely still is in a moment.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = thread::spawn(move || {
        loop {
            match TcpStream::connect(address) {
                Ok(mut stream) => return stream.write_all(b"hello from outside").unwrap(),
                Err(_) => thread::sleep(Duration::from_millis(5)),
            }
        }
    });
    let ran = moteur(&["run", "--listen", &address.to_string(), &accepter()]);
    assert_eq!(ran.expect(0, &[]).out, "hello from outside");
    client.join().unwrap();
}

#[test]
fn a_guest_that_waits_for_the_network_can_be_stopped() {
    let guest = accepter();
    let ran = moteur_with(&["run", "--listen", "127.0.0.1:0", "--timeout", "100ms", &guest], KEEP_OPEN);
    ran.expect(134, &["interrupted"]);
}

#[test]
fn an_address_that_cannot_be_had_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    moteur(&["run", "--listen", &address, &accepter()]).expect(1, &["--listen", &address, "the address is in use"]);
}
