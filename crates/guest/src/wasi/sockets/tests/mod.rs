//! The functions of sockets as a guest calls them, against sockets of this process on the loopback device.

mod datagrams;
mod hostile;
mod names;
mod setting;
mod streams;

use std::net::SocketAddr;
use std::time::{Duration, Instant};
use std::vec::Vec;

use moteur::{Heap, WORDS_MAX};
use moteur_platform::Platform;
use moteur_platform::std::Std;

use super::records::SocketAddress;
use super::rule::Allowed;
use crate::claim::{GuestMemory, Value};
use crate::host::{Call, Progress, Stop};
use crate::wasi::link::find;
use crate::wasi::{Errno, Wasi};

/// Bytes of the guest's memory in these tests.
const MEMORY_BYTES: usize = 65536;
/// An address of which the first byte is the last one there is.
const LAST: u64 = MEMORY_BYTES as u64 - 1;

/// Where the tests put things: a list of up to sixteen buffers, an address, results, and bytes.
const VECTORS: usize = 0;
const ADDRESS: usize = 128;
const SIZE: usize = 160;
const FLAGS: usize = 164;
const OPENED: usize = 168;
const BYTES: usize = 1024;

const IPV4: u64 = 0;
const IPV6: u64 = 1;
const DATAGRAM: u64 = 0;
const STREAM: u64 = 1;

const NONBLOCK: u64 = 4;

struct Guest {
    wasi: Wasi,
    memory: Vec<u8>,
}

impl Guest {
    /// A guest that may reach nobody.
    fn new() -> Guest {
        Guest::on(&Std)
    }

    fn on(platform: &'static dyn Platform) -> Guest {
        Guest { wasi: Wasi::new(Heap::system(), platform), memory: std::vec![0xee; MEMORY_BYTES] }
    }

    fn allow(mut self, text: &str) -> Guest {
        self.wasi.allow_net(&Allowed::parse(text).unwrap()).unwrap();
        self
    }

    fn allow_listen(mut self, text: &str) -> Guest {
        self.wasi.allow_listen(&Allowed::parse_listen(text).unwrap()).unwrap();
        self
    }

    /// Calls a function once.
    fn call_once(&mut self, name: &str, words: &[u64], progress: &mut Progress) -> Result<u64, Stop> {
        let function = find(name).unwrap();
        assert_eq!(words.len(), function.ty.params.len(), "{name}");
        let mut all = [0; WORDS_MAX];
        all[..words.len()].copy_from_slice(words);
        let memory = GuestMemory::new(&mut self.memory);
        let mut call = Call { state: &mut self.wasi, memory, progress: *progress };
        let result = (function.code)(&mut call, &all);
        *progress = call.progress;
        result
    }

    /// Calls a function by its name, again and again while it waits; gives the error number, 0 for none.
    fn call(&mut self, name: &str, words: &[u64]) -> u64 {
        let start = Instant::now();
        let mut progress = Progress::default();
        loop {
            match self.call_once(name, words, &mut progress) {
                Ok(errno) => return errno,
                Err(Stop::Again) => assert!(start.elapsed() < Duration::from_secs(10), "{name} waits without end"),
                Err(stop) => panic!("{name}: {stop:?}"),
            }
        }
    }

    /// Calls a function that succeeds.
    fn done(&mut self, name: &str, words: &[u64]) {
        assert_eq!(self.call(name, words), 0, "{name} {words:?}");
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.memory[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn word(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.memory[at..at + 4].try_into().unwrap())
    }

    /// Lists buffers at `VECTORS`.
    fn buffers(&mut self, buffers: &[(usize, usize)]) -> [u64; 2] {
        for (index, &(at, length)) in buffers.iter().enumerate() {
            self.put(VECTORS + index * 8, &(at as u32).to_le_bytes());
            self.put(VECTORS + index * 8 + 4, &(length as u32).to_le_bytes());
        }
        [VECTORS as u64, buffers.len() as u64]
    }

    fn put_address(&mut self, address: SocketAddr) -> u64 {
        SocketAddress(Some(address)).store(&mut self.memory[ADDRESS..ADDRESS + 24]);
        ADDRESS as u64
    }

    fn address(&self) -> SocketAddr {
        SocketAddress::load(&self.memory[ADDRESS..ADDRESS + 24]).0.unwrap()
    }

    fn open(&mut self, family: u64, transport: u64) -> u64 {
        self.done("sock_open", &[u64::from(u32::MAX), family, transport, OPENED as u64]);
        u64::from(self.word(OPENED))
    }

    fn connect(&mut self, fd: u64, to: SocketAddr) -> u64 {
        let address = self.put_address(to);
        self.call("sock_connect", &[fd, address])
    }

    fn bind(&mut self, fd: u64, at: SocketAddr) -> u64 {
        let address = self.put_address(at);
        self.call("sock_bind", &[fd, address])
    }

    fn local_address(&mut self, fd: u64) -> SocketAddr {
        self.done("sock_addr_local", &[fd, ADDRESS as u64]);
        self.address()
    }

    fn connected(&mut self, to: SocketAddr) -> u64 {
        let fd = self.open(if to.is_ipv4() { IPV4 } else { IPV6 }, STREAM);
        assert_eq!(self.connect(fd, to), 0);
        fd
    }

    /// Sends bytes from one buffer, and says how many were taken.
    fn send(&mut self, fd: u64, bytes: &[u8]) -> Result<u32, u64> {
        self.put(BYTES, bytes);
        let [vectors, count] = self.buffers(&[(BYTES, bytes.len())]);
        match self.call("sock_send", &[fd, vectors, count, 0, SIZE as u64]) {
            0 => Ok(self.word(SIZE)),
            errno => Err(errno),
        }
    }

    /// Receives into one buffer.
    fn receive(&mut self, fd: u64, length: usize, flags: u64) -> Result<&[u8], u64> {
        let [vectors, count] = self.buffers(&[(BYTES, length)]);
        match self.call("sock_recv", &[fd, vectors, count, flags, SIZE as u64, FLAGS as u64]) {
            0 => Ok(&self.memory[BYTES..BYTES + self.word(SIZE) as usize]),
            errno => Err(errno),
        }
    }

    fn set_nonblocking(&mut self, fd: u64) {
        self.done("fd_fdstat_set_flags", &[fd, NONBLOCK]);
    }
}

fn errno(errno: Errno) -> u64 {
    errno as u64
}

#[test]
fn functions_have_the_types_that_wamr_gives_them() {
    let flags = [
        "broadcast",
        "keep_alive",
        "reuse_addr",
        "reuse_port",
        "tcp_no_delay",
        "tcp_quick_ack",
        "ipv6_only",
        "tcp_fastopen_connect",
        "recv_buf_size",
        "send_buf_size",
        "tcp_keep_idle",
        "tcp_keep_intvl",
        "ip_ttl",
        "ip_multicast_ttl",
    ];
    let mut expected: Vec<(std::string::String, &str)> = Vec::new();
    for name in flags {
        expected.push((std::format!("sock_get_{name}"), "[i32 i32] -> [i32]"));
        expected.push((std::format!("sock_set_{name}"), "[i32 i32] -> [i32]"));
    }
    for (name, ty) in [
        ("sock_get_recv_timeout", "[i32 i32] -> [i32]"),
        ("sock_set_recv_timeout", "[i32 i64] -> [i32]"),
        ("sock_get_send_timeout", "[i32 i32] -> [i32]"),
        ("sock_set_send_timeout", "[i32 i64] -> [i32]"),
        ("sock_get_linger", "[i32 i32 i32] -> [i32]"),
        ("sock_set_linger", "[i32 i32 i32] -> [i32]"),
        ("sock_get_ip_multicast_loop", "[i32 i32 i32] -> [i32]"),
        ("sock_set_ip_multicast_loop", "[i32 i32 i32] -> [i32]"),
        ("sock_set_ip_add_membership", "[i32 i32 i32] -> [i32]"),
        ("sock_set_ip_drop_membership", "[i32 i32 i32] -> [i32]"),
        ("sock_open", "[i32 i32 i32 i32] -> [i32]"),
        ("sock_close", "[i32] -> [i32]"),
        ("sock_bind", "[i32 i32] -> [i32]"),
        ("sock_listen", "[i32 i32] -> [i32]"),
        ("sock_connect", "[i32 i32] -> [i32]"),
        ("sock_accept", "[i32 i32 i32] -> [i32]"),
        ("sock_addr_local", "[i32 i32] -> [i32]"),
        ("sock_addr_remote", "[i32 i32] -> [i32]"),
        ("sock_addr_resolve", "[i32 i32 i32 i32 i32 i32] -> [i32]"),
        ("sock_recv", "[i32 i32 i32 i32 i32 i32] -> [i32]"),
        ("sock_send", "[i32 i32 i32 i32 i32] -> [i32]"),
        ("sock_recv_from", "[i32 i32 i32 i32 i32 i32] -> [i32]"),
        ("sock_send_to", "[i32 i32 i32 i32 i32 i32] -> [i32]"),
        ("sock_shutdown", "[i32 i32] -> [i32]"),
    ] {
        expected.push((name.into(), ty));
    }
    for (name, ty) in &expected {
        let found = crate::wasi::signature(name).map(|ty| std::format!("{ty}"));
        assert_eq!(found.as_deref(), Some(*ty), "{name}");
    }
    let sockets = crate::wasi::link::functions().filter(|function| function.name.starts_with("sock_"));
    assert_eq!(sockets.count(), expected.len(), "one is not in the list above");
}
