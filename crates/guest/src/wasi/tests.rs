//! Each function by its row, as a guest calls it: good arguments, and the bad ones that a hostile guest would try.

use std::boxed::Box;
use std::sync::Mutex;
use std::vec::Vec;

use moteur::Heap;
use moteur_platform::{Clock, Console, Error, Parts, Platform, Random, Stream};

use super::call::{Call, Edition, Stop};
use super::errno::Errno;
use super::state::Wasi;
use super::strings::StringError;
use super::table::FUNCTIONS;
use crate::claim::GuestMemory;

/// Bytes of the guest's memory in these tests.
const MEMORY_BYTES: usize = 4096;
/// An address of which the first byte is the last one there is.
const LAST: u64 = MEMORY_BYTES as u64 - 1;

/// A console that remembers what was written, and gives out `input` in pieces of three bytes.
#[derive(Default)]
struct Machine {
    written: Mutex<Vec<(Stream, u8)>>,
    input: Mutex<Vec<u8>>,
    /// How many writes succeed before the other end closes.
    writes_left: Mutex<Option<u32>>,
}

impl Console for Machine {
    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), Error> {
        if let Some(left) = self.writes_left.lock().unwrap().as_mut() {
            *left = left.checked_sub(1).ok_or(Error::Closed)?;
        }
        self.written.lock().unwrap().extend(bytes.iter().map(|&byte| (stream, byte)));
        Ok(())
    }

    fn read(&self, buffer: &mut [u8]) -> Result<usize, Error> {
        let mut input = self.input.lock().unwrap();
        let count = buffer.len().min(input.len()).min(3);
        for (to, from) in buffer.iter_mut().zip(input.drain(..count)) {
            *to = from;
        }
        Ok(count)
    }

    fn is_terminal(&self, stream: Stream) -> bool {
        stream != Stream::Err
    }
}

/// A clock that goes on by 1,000 ns at each look.
struct Ticker(Mutex<u64>);

impl Clock for Ticker {
    fn monotonic_ns(&self) -> u64 {
        let mut now = self.0.lock().unwrap();
        *now += 1000;
        *now
    }

    fn realtime_ns(&self) -> Option<u64> {
        Some(1_700_000_000_000_000_000 + self.monotonic_ns())
    }

    fn resolution_ns(&self) -> u64 {
        1000
    }
}

struct Fours;

impl Random for Fours {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        buffer.fill(4);
        Ok(())
    }
}

/// A guest with memory, and the machine it runs on.
struct Guest {
    wasi: Wasi,
    memory: Vec<u8>,
    machine: &'static Machine,
    edition: Edition,
}

impl Guest {
    fn new() -> Guest {
        let machine: &'static Machine = Box::leak(Box::default());
        let clock = Box::leak(Box::new(Ticker(Mutex::new(5000))));
        let parts = Box::leak(Box::new(Parts::new(machine).with_clock(clock).with_random(&Fours)));
        Guest {
            wasi: Wasi::new(Heap::system(), parts),
            memory: std::vec![0xee; MEMORY_BYTES],
            machine,
            edition: Edition::Preview1,
        }
    }

    /// A guest on a machine that has nothing but a console.
    fn on(platform: &'static dyn Platform) -> Guest {
        Guest { wasi: Wasi::new(Heap::system(), platform), ..Guest::new() }
    }

    /// Calls a function by its name.
    fn call(&mut self, name: &str, words: &[u64]) -> Result<(), Stop> {
        let function = FUNCTIONS.iter().find(|function| function.name == name).unwrap();
        assert_eq!(words.len(), function.params.len(), "{name}");
        let mut call = Call {
            wasi: &mut self.wasi,
            memory: GuestMemory::new(&mut self.memory),
            edition: self.edition,
            waiting_since: None,
        };
        loop {
            match (function.run)(&mut call, words) {
                Err(Stop::Wait(_)) => {}
                outcome => return outcome,
            }
        }
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.memory[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn put_words(&mut self, at: usize, words: &[u32]) {
        for (index, word) in words.iter().enumerate() {
            self.put(at + index * 4, &word.to_le_bytes());
        }
    }

    fn word(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.memory[at..at + 4].try_into().unwrap())
    }

    fn wide(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.memory[at..at + 8].try_into().unwrap())
    }

    fn written(&self, stream: Stream) -> Vec<u8> {
        let written = self.machine.written.lock().unwrap();
        written.iter().filter(|(to, _)| *to == stream).map(|&(_, byte)| byte).collect()
    }
}

fn errno(errno: Errno) -> Result<(), Stop> {
    Err(Stop::Errno(errno))
}

#[test]
fn arguments_arrive_as_they_were_given() {
    let mut guest = Guest::new();
    guest.wasi.argument(b"prog").unwrap();
    guest.wasi.argument(b"").unwrap();
    guest.wasi.argument("ü".as_bytes()).unwrap();
    assert_eq!(guest.wasi.argument(b"a\0b"), Err(StringError::Nul));
    assert_eq!(guest.call("args_sizes_get", &[0, 4]), Ok(()));
    assert_eq!((guest.word(0), guest.word(4)), (3, 9));
    assert_eq!(guest.call("args_get", &[16, 100]), Ok(()));
    assert_eq!([guest.word(16), guest.word(20), guest.word(24)], [100, 105, 106]);
    assert_eq!(&guest.memory[100..109], "prog\0\0ü\0".as_bytes());
    assert_eq!(guest.memory[109], 0xee);
    guest.wasi.variable(b"KEY", b"a=b").unwrap();
    assert_eq!(guest.call("environ_sizes_get", &[0, 4]), Ok(()));
    assert_eq!((guest.word(0), guest.word(4)), (1, 8));
    assert_eq!(guest.call("environ_get", &[16, 100]), Ok(()));
    assert_eq!(&guest.memory[100..108], b"KEY=a=b\0");
}

#[test]
fn arguments_that_do_not_fit_are_a_fault() {
    let mut guest = Guest::new();
    guest.wasi.argument(b"prog").unwrap();
    let before = guest.memory.clone();
    for (pointers, texts) in [(LAST, 0), (0, LAST), (0, LAST - 3), (u64::from(u32::MAX), 0), (0, u64::from(u32::MAX))] {
        assert_eq!(guest.call("args_get", &[pointers, texts]), errno(Errno::Fault), "{pointers:#x} {texts:#x}");
    }
    assert_eq!(guest.call("args_sizes_get", &[0, LAST]), errno(Errno::Fault));
    assert_eq!(guest.call("args_sizes_get", &[LAST - 2, 0]), errno(Errno::Fault));
    assert_eq!(guest.memory, before);
    // One byte earlier it fits exactly.
    assert_eq!(guest.call("args_get", &[0, LAST - 4]), Ok(()));
    // No variables: nothing is written, not even to the last address.
    assert_eq!(guest.call("environ_get", &[LAST + 1, LAST + 1]), Ok(()));
}

#[test]
fn vectors_are_written_one_after_the_other() {
    let mut guest = Guest::new();
    guest.put(100, b"hello world");
    // The same bytes twice, an empty buffer, and one that overlaps the vectors themselves.
    guest.put_words(0, &[106, 5, 0, 0, 100, 6, 106, 5, 0, 1]);
    assert_eq!(guest.call("fd_write", &[1, 0, 5, 40]), Ok(()));
    assert_eq!(guest.word(40), 17);
    assert_eq!(guest.written(Stream::Out), b"worldhello world\x6a");
    assert_eq!(guest.call("fd_write", &[2, 0, 0, 40]), Ok(()));
    assert_eq!(guest.word(40), 0);
    assert_eq!(guest.written(Stream::Err), b"");
}

#[test]
fn a_bad_pointer_writes_nothing_at_all() {
    let mut guest = Guest::new();
    for (second, count, size, expected) in [
        ([100, MEMORY_BYTES as u32], 2, 40, Errno::Fault),
        ([u32::MAX, 1], 2, 40, Errno::Fault),
        ([u32::MAX, u32::MAX], 2, 40, Errno::Fault),
        ([0, u32::MAX], 2, 40, Errno::Fault),
        ([100, 1], 2, LAST - 2, Errno::Fault),
        ([100, 1], 2, u64::from(u32::MAX), Errno::Fault),
        ([100, 1], 512, 40, Errno::Fault),
        ([100, 1], 1025, 40, Errno::Inval),
        ([100, 1], u64::from(u32::MAX), 40, Errno::Inval),
    ] {
        guest.memory.fill(0);
        // The first vector is good. With a count of 512 the vectors go up to the last byte, and beyond for the bases here.
        guest.put_words(8, &[100, 5, second[0], second[1]]);
        let outcome = guest.call("fd_write", &[1, 8, count, size]);
        assert_eq!(outcome, errno(expected), "{second:x?} {count} {size}");
        assert_eq!(guest.written(Stream::Out), b"");
    }
}

#[test]
fn lengths_whose_sum_does_not_fit_are_refused() {
    // Lengths are bounded by memory, so it takes a large one, many times over.
    let mut guest = Guest::new();
    guest.memory = std::vec![0; 8 << 20];
    for index in 0..1024 {
        guest.put_words(index * 8, &[0, 8 << 20]);
    }
    assert_eq!(guest.call("fd_write", &[1, 0, 1024, 8192]), errno(Errno::Inval));
    assert_eq!(guest.written(Stream::Out), b"");
}

#[test]
fn a_stream_that_closes_on_the_way_took_a_part() {
    let mut guest = Guest::new();
    guest.put_words(0, &[100, 5, 100, 7]);
    *guest.machine.writes_left.lock().unwrap() = Some(1);
    assert_eq!(guest.call("fd_write", &[1, 0, 2, 40]), Ok(()));
    assert_eq!(guest.word(40), 5);
    assert_eq!(guest.call("fd_write", &[1, 0, 2, 40]), errno(Errno::Pipe));
}

#[test]
fn reading_fills_the_first_buffer_that_has_room() {
    let mut guest = Guest::new();
    *guest.machine.input.lock().unwrap() = b"abcdefg".to_vec();
    guest.put_words(0, &[0, 0, 100, 2, 200, 50]);
    assert_eq!(guest.call("fd_read", &[0, 0, 3, 40]), Ok(()));
    assert_eq!((guest.word(40), &guest.memory[100..103]), (2, &b"ab\xee"[..]));
    assert_eq!(guest.memory[200], 0xee);
    assert_eq!(guest.call("fd_read", &[0, 16, 1, 40]), Ok(()));
    assert_eq!((guest.word(40), &guest.memory[200..204]), (3, &b"cde\xee"[..]));
    // A bad vector after the good one: nothing is lost of the input.
    guest.put_words(24, &[u32::MAX, 2]);
    assert_eq!(guest.call("fd_read", &[0, 16, 2, 40]), errno(Errno::Fault));
    assert_eq!(guest.call("fd_read", &[0, 16, 1, 40]), Ok(()));
    assert_eq!(guest.word(40), 2);
    assert_eq!(guest.call("fd_read", &[0, 16, 1, 40]), Ok(()));
    assert_eq!(guest.word(40), 0, "the end of the input");
}

#[test]
fn descriptors_that_are_not_open_are_named_bad() {
    let mut guest = Guest::new();
    for fd in [3, 4, 1 << 31, u64::from(u32::MAX)] {
        for function in FUNCTIONS.iter().filter(|function| {
            let families = ["fd_", "sock_", "path_"];
            families.iter().any(|family| function.name.starts_with(family))
        }) {
            let mut words = std::vec![0; function.params.len()];
            let place = if function.name == "path_symlink" { 2 } else { 0 };
            words[place] = fd;
            assert_eq!(guest.call(function.name, &words), errno(Errno::Badf), "{} {fd}", function.name);
        }
    }
    assert_eq!(guest.call("fd_read", &[1, 0, 0, 0]), errno(Errno::Badf));
    assert_eq!(guest.call("fd_write", &[0, 0, 0, 0]), errno(Errno::Badf));
    assert_eq!(guest.call("fd_renumber", &[1, 3]), errno(Errno::Badf));
}

#[test]
fn streams_are_neither_files_nor_directories_nor_sockets() {
    let mut guest = Guest::new();
    for (name, expected) in [
        ("fd_seek", Errno::Spipe),
        ("fd_tell", Errno::Spipe),
        ("fd_pread", Errno::Spipe),
        ("fd_pwrite", Errno::Spipe),
        ("fd_readdir", Errno::Notdir),
        ("fd_sync", Errno::Inval),
        ("fd_prestat_get", Errno::Badf),
        ("fd_prestat_dir_name", Errno::Badf),
        ("path_open", Errno::Notdir),
        ("sock_recv", Errno::Notsock),
    ] {
        let parameters = FUNCTIONS.iter().find(|function| function.name == name).unwrap().params.len();
        assert_eq!(guest.call(name, &std::vec![0; parameters]), errno(expected), "{name}");
    }
}

#[test]
fn a_closed_or_moved_descriptor_is_gone() {
    let mut guest = Guest::new();
    guest.put_words(0, &[100, 1]);
    assert_eq!(guest.call("fd_renumber", &[2, 1]), Ok(()));
    assert_eq!(guest.call("fd_write", &[1, 0, 1, 40]), Ok(()));
    assert_eq!((guest.written(Stream::Err).len(), guest.written(Stream::Out).len()), (1, 0));
    assert_eq!(guest.call("fd_write", &[2, 0, 1, 40]), errno(Errno::Badf));
    assert_eq!(guest.call("fd_renumber", &[1, 1]), Ok(()));
    assert_eq!(guest.call("fd_close", &[1]), Ok(()));
    assert_eq!(guest.call("fd_close", &[1]), errno(Errno::Badf));
    assert_eq!(guest.call("fd_write", &[1, 0, 1, 40]), errno(Errno::Badf));
}

#[test]
fn rights_only_become_fewer() {
    const FD_READ: u64 = 1 << 1;
    const FD_WRITE: u64 = 1 << 6;
    let mut guest = Guest::new();
    assert_eq!(guest.call("fd_fdstat_get", &[1, 64]), Ok(()));
    let rights = guest.wide(72);
    assert_eq!((guest.memory[64], rights & FD_WRITE, guest.wide(80)), (2, FD_WRITE, 0));
    assert_eq!(guest.call("fd_fdstat_set_rights", &[1, rights | FD_READ, 0]), errno(Errno::Notcapable));
    assert_eq!(guest.call("fd_fdstat_set_rights", &[1, rights, 1]), errno(Errno::Notcapable));
    assert_eq!(guest.call("fd_fdstat_set_rights", &[1, 0, 0]), Ok(()));
    assert_eq!(guest.call("fd_write", &[1, 0, 0, 0]), errno(Errno::Notcapable));
    assert_eq!(guest.call("fd_fdstat_set_rights", &[1, rights, 0]), errno(Errno::Notcapable));
    assert_eq!(guest.call("fd_fdstat_set_flags", &[1, 0]), errno(Errno::Notcapable));
    assert_eq!(guest.call("fd_filestat_get", &[1, 64]), errno(Errno::Notcapable));
}

#[test]
fn streams_say_what_they_are() {
    let mut guest = Guest::new();
    for (edition, size) in [(Edition::Preview1, 64), (Edition::Unstable, 56)] {
        guest.edition = edition;
        guest.memory.fill(0xee);
        assert_eq!(guest.call("fd_filestat_get", &[0, 0]), Ok(()));
        assert_eq!((guest.memory[16], guest.memory[size - 1], guest.memory[size]), (2, 0, 0xee));
        assert_eq!(guest.call("fd_filestat_get", &[0, LAST + 1 - size as u64]), Ok(()));
        assert_eq!(guest.call("fd_filestat_get", &[0, LAST + 2 - size as u64]), errno(Errno::Fault));
    }
    assert_eq!(guest.call("fd_filestat_get", &[2, 0]), Ok(()));
    assert_eq!(guest.memory[16], 0, "not a terminal");
    for (flags, expected) in [(0, Ok(())), (1, Ok(())), (4, errno(Errno::Notsup)), (0x20, errno(Errno::Inval))] {
        assert_eq!(guest.call("fd_fdstat_set_flags", &[1, flags]), expected, "{flags:#x}");
    }
    assert_eq!(guest.call("fd_fdstat_get", &[1, 0]), Ok(()));
    assert_eq!(guest.memory[2], 1);
    assert_eq!(guest.call("fd_fdstat_get", &[1, LAST - 22]), errno(Errno::Fault));
}

#[test]
fn clocks_tell_the_time_of_the_machine() {
    let mut guest = Guest::new();
    assert_eq!(guest.call("clock_time_get", &[1, 0, 8]), Ok(()));
    let first = guest.wide(8);
    assert_eq!(guest.call("clock_time_get", &[1, 0, 8]), Ok(()));
    assert!(guest.wide(8) > first);
    assert_eq!(guest.call("clock_time_get", &[0, 0, 8]), Ok(()));
    assert!(guest.wide(8) > 1_700_000_000_000_000_000);
    assert_eq!(guest.call("clock_time_get", &[2, 0, 8]), Ok(()));
    assert!(guest.wide(8) < 100_000);
    assert_eq!(guest.call("clock_res_get", &[1, 8]), Ok(()));
    assert_eq!(guest.wide(8), 1000);
    for clock in [4, u64::from(u32::MAX)] {
        assert_eq!(guest.call("clock_time_get", &[clock, 0, 8]), errno(Errno::Inval));
        assert_eq!(guest.call("clock_res_get", &[clock, 8]), errno(Errno::Inval));
    }
    assert_eq!(guest.call("clock_time_get", &[0, 0, LAST - 6]), errno(Errno::Fault));
}

#[test]
fn random_bytes_fill_exactly_what_was_asked() {
    let mut guest = Guest::new();
    assert_eq!(guest.call("random_get", &[10, 5]), Ok(()));
    assert_eq!(guest.memory[9..16], [0xee, 4, 4, 4, 4, 4, 0xee]);
    assert_eq!(guest.call("random_get", &[LAST + 1, 0]), Ok(()));
    for (at, size) in [(LAST, 2), (0, 1 << 31), (0, u64::from(u32::MAX)), (u64::from(u32::MAX), u64::from(u32::MAX))] {
        assert_eq!(guest.call("random_get", &[at, size]), errno(Errno::Fault));
    }
}

#[test]
fn a_machine_without_clock_and_random_numbers_says_so() {
    struct Mute;
    impl Console for Mute {
        fn write(&self, _: Stream, _: &[u8]) -> Result<(), Error> {
            Ok(())
        }
    }
    static BARE: Parts = Parts::new(&Mute);
    let mut guest = Guest::on(&BARE);
    assert_eq!(guest.call("clock_time_get", &[1, 0, 8]), errno(Errno::Notsup));
    assert_eq!(guest.call("clock_res_get", &[1, 8]), errno(Errno::Notsup));
    assert_eq!(guest.call("random_get", &[0, 8]), errno(Errno::Nosys));
    assert_eq!(guest.call("poll_oneoff", &[0, 64, 1, 200]), errno(Errno::Notsup));
}

/// Writes a subscription of preview 1.
fn subscribe(guest: &mut Guest, at: usize, userdata: u8, tag: u8, id: u32, timeout: u64, flags: u8) {
    guest.put(at, &[0; 48]);
    guest.put(at, &[userdata]);
    guest.put(at + 8, &[tag]);
    guest.put_words(at + 16, &[id]);
    guest.put(at + 24, &timeout.to_le_bytes());
    guest.put(at + 40, &[flags]);
}

#[test]
fn waiting_ends_with_the_shortest_span() {
    let mut guest = Guest::new();
    subscribe(&mut guest, 0, 1, 0, 1, 1_000_000, 0);
    subscribe(&mut guest, 48, 2, 0, 1, 20_000, 0);
    subscribe(&mut guest, 96, 3, 0, 0, 30_000, 0);
    assert_eq!(guest.call("poll_oneoff", &[0, 512, 3, 200]), Ok(()));
    assert_eq!((guest.word(200), guest.memory[512], guest.word(520)), (1, 2, 0));
    // A time in the past, on the clock of the date.
    subscribe(&mut guest, 0, 7, 0, 0, 1_600_000_000_000_000_000, 1);
    assert_eq!(guest.call("poll_oneoff", &[0, 512, 2, 200]), Ok(()));
    assert_eq!((guest.word(200), guest.memory[512]), (1, 7));
}

#[test]
fn streams_are_ready_and_bad_subscriptions_are_reported() {
    let mut guest = Guest::new();
    subscribe(&mut guest, 0, 1, 1, 0, 0, 0);
    subscribe(&mut guest, 48, 2, 2, 1, 0, 0);
    subscribe(&mut guest, 96, 3, 1, 9, 0, 0);
    subscribe(&mut guest, 144, 4, 0, 77, 0, 0);
    assert_eq!(guest.call("poll_oneoff", &[0, 512, 4, 400]), Ok(()));
    let found: Vec<_> = (0..4).map(|index| (guest.memory[512 + index * 32], guest.memory[520 + index * 32])).collect();
    assert_eq!(found, [(1, 0), (2, 0), (3, Errno::Badf as u8), (4, Errno::Inval as u8)]);
    assert_eq!(guest.word(400), 4);
    subscribe(&mut guest, 0, 1, 3, 0, 0, 0);
    assert_eq!(guest.call("poll_oneoff", &[0, 512, 1, 400]), errno(Errno::Inval));
}

#[test]
fn poll_checks_all_elements_and_not_the_first_alone() {
    let mut guest = Guest::new();
    subscribe(&mut guest, 0, 1, 1, 0, 0, 0);
    let far = u64::from(u32::MAX);
    for (wanted, happened, count, result, expected) in [
        (0, 512, 0, 200, Errno::Inval),
        (0, 512, far, 200, Errno::Fault),
        // 48 * 0x0555_5556 = 32 modulo 2^32.
        (0, 512, 0x0555_5556, 200, Errno::Fault),
        // 32 * 0x0800_0000 = 0 modulo 2^32.
        (0, 512, 0x0800_0000, 200, Errno::Fault),
        (0, LAST - 62, 2, 200, Errno::Fault),
        (LAST - 94, 0, 2, 200, Errno::Fault),
        (far, 512, 1, 200, Errno::Fault),
        (0, 512, 1, LAST - 2, Errno::Fault),
    ] {
        let outcome = guest.call("poll_oneoff", &[wanted, happened, count, result]);
        assert_eq!(outcome, errno(expected), "{wanted:#x} {happened:#x} {count:#x} {result:#x}");
    }
    // One array over the other stays within memory, and ends.
    subscribe(&mut guest, 48, 2, 1, 0, 0, 0);
    assert_eq!(guest.call("poll_oneoff", &[0, 0, 2, 200]), Ok(()));
}

#[test]
fn the_older_edition_has_wider_subscriptions() {
    let mut guest = Guest::new();
    guest.edition = Edition::Unstable;
    guest.put(0, &[0; 112]);
    guest.put(0, &[5]);
    guest.put_words(24, &[1]);
    guest.put(32, &20_000u64.to_le_bytes());
    guest.put(56, &[6]);
    guest.put(64, &[2]);
    guest.put_words(72, &[1]);
    assert_eq!(guest.call("poll_oneoff", &[0, 512, 2, 200]), Ok(()));
    assert_eq!((guest.word(200), guest.memory[512]), (1, 6));
    assert_eq!(guest.call("poll_oneoff", &[0, 512, 1, 200]), Ok(()));
    assert_eq!((guest.word(200), guest.memory[512]), (1, 5));
}

#[test]
fn the_end_carries_the_status() {
    let mut guest = Guest::new();
    assert_eq!(guest.call("proc_exit", &[7]), Err(Stop::Exit(7)));
    assert_eq!(guest.call("proc_exit", &[0xffff_ffff]), Err(Stop::Exit(-1)));
    assert_eq!(guest.call("proc_raise", &[6]), errno(Errno::Nosys));
    assert_eq!(guest.call("sched_yield", &[]), Ok(()));
}

#[test]
fn without_memory_every_pointer_is_a_fault() {
    let mut guest = Guest::new();
    guest.memory.clear();
    guest.wasi.argument(b"prog").unwrap();
    for (name, words) in [
        ("args_sizes_get", &[0, 0][..]),
        ("args_get", &[0, 0]),
        ("clock_time_get", &[0, 0, 0]),
        ("random_get", &[0, 1]),
        ("fd_write", &[1, 0, 0, 0]),
        ("fd_fdstat_get", &[1, 0]),
        ("poll_oneoff", &[0, 0, 1, 0]),
    ] {
        assert_eq!(guest.call(name, words), errno(Errno::Fault), "{name}");
    }
}
