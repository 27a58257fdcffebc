//! Each function by its row, as a guest calls it: good arguments, and the bad ones that a hostile guest would try.

mod arguments;
mod descriptors;
mod exhaustion;
mod files;
mod machine;
mod paths;
mod pointers;
mod poll;
mod random_calls;
mod rights;
mod streams;
mod system;
mod witness;

use std::boxed::Box;
use std::sync::Mutex;
use std::vec::Vec;

use moteur::{Heap, WORDS_MAX};
use moteur_platform::{Clock, Console, Error, Event, Files as _, Open, Parts, Platform, Random, Stream};

use super::call::{Call, Edition};
use super::errno::Errno;
use super::link::{find, functions};
use super::rights::Rights;
use super::state::{Access, Wasi};
use crate::claim::GuestMemory;
use crate::host::{Progress, Stop};
use witness::Witness;

/// Bytes of the guest's memory in these tests.
const MEMORY_BYTES: usize = 4096;
/// An address of which the first byte is the last one there is.
const LAST: u64 = MEMORY_BYTES as u64 - 1;
/// Every right there is.
const ALL: u64 = (1 << 30) - 1;
/// Those that a directory can be opened with: asking for writing says that a file is meant.
const READING: u64 = ALL & !Rights::FD_WRITE.bits();
/// The descriptors that a guest with files begins with: a directory that it may change, and one that it may not.
const ROOT: u64 = 3;
const FIXED: u64 = 4;

/// A machine that remembers what was written, and gives out `input` in pieces of three bytes.
#[derive(Default)]
struct Machine {
    written: Mutex<Vec<(Stream, u8)>>,
    input: Mutex<Vec<u8>>,
    /// How many writes succeed before the other end closes.
    writes_left: Mutex<Option<u32>>,
    /// How often the input is not ready before it is.
    silence: Mutex<u32>,
    /// What was waited for, and for how many nanoseconds.
    waits: Mutex<Vec<(Vec<Event>, u64)>>,
    clock: Ticker,
}

impl Platform for Machine {
    fn console(&self) -> &dyn Console {
        self
    }

    fn clock(&self) -> Option<&dyn Clock> {
        Some(&self.clock)
    }

    fn random(&self) -> Option<&dyn Random> {
        Some(&Fours)
    }

    /// Time passes at once.
    fn wait(&self, events: &[Event], ns: u64) {
        self.waits.lock().unwrap().push((events.to_vec(), ns));
        *self.clock.0.lock().unwrap() += ns;
    }
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

    fn ready(&self) -> bool {
        let mut silence = self.silence.lock().unwrap();
        let ready = *silence == 0;
        *silence = silence.saturating_sub(1);
        ready
    }

    fn is_terminal(&self, stream: Stream) -> bool {
        stream != Stream::Err
    }
}

/// A clock that goes on by 1,000 ns at each look.
struct Ticker(Mutex<u64>);

impl Default for Ticker {
    fn default() -> Self {
        Ticker(Mutex::new(5000))
    }
}

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
    files: &'static Witness,
    edition: Edition,
}

impl Guest {
    /// A guest without directories.
    fn new() -> Guest {
        Guest::in_heap(Heap::system())
    }

    fn in_heap(heap: Heap) -> Guest {
        let machine: &'static Machine = Box::leak(Box::default());
        Guest {
            wasi: Wasi::new(heap, machine),
            memory: std::vec![0xee; MEMORY_BYTES],
            machine,
            files: Box::leak(Box::new(Witness::new())),
            edition: Edition::Preview1,
        }
    }

    /// A guest on a machine that has nothing but a console.
    fn on(platform: &'static dyn Platform) -> Guest {
        Guest { wasi: Wasi::new(Heap::system(), platform), ..Guest::new() }
    }

    /// A guest with two directories of one file system: `/` with a `file` of ten digits and a directory `dir`, and
    /// `/fixed`, read-only, which is that `dir`.
    fn with_files() -> Guest {
        let mut guest = Guest::new();
        let files = guest.files;
        let root = files.root();
        files.create_directory(root, "dir").unwrap();
        for name in ["file", "dir/inner"] {
            let file = files.open(root, name, Open { write: true, create: true, ..Open::default() }).unwrap();
            files.append(file, b"0123456789").unwrap();
            files.close(file);
        }
        let fixed = files.open(root, "dir", Open { read: true, ..Open::default() }).unwrap();
        guest.wasi.directory("/", files, root, Access::ReadWrite).unwrap();
        guest.wasi.directory("/fixed", files, fixed, Access::ReadOnly).unwrap();
        files.forget();
        guest
    }

    /// Calls a function by its name, again and again while it waits; gives the error number, 0 for none.
    fn call(&mut self, name: &str, words: &[u64]) -> Result<u64, Stop> {
        let function = find(name).unwrap();
        assert_eq!(words.len(), function.ty.params.len(), "{name}");
        let mut all = [0; WORDS_MAX];
        all[..words.len()].copy_from_slice(words);
        self.wasi.edition = self.edition;
        let mut progress = Progress::default();
        loop {
            let memory = GuestMemory::new(&mut self.memory);
            let mut call = Call { state: &mut self.wasi, memory, progress };
            match (function.code)(&mut call, &all) {
                Err(Stop::Again) => progress = call.progress,
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

    /// `path_open` below the first directory, with `oflags`, rights for itself and `fdflags`; the name stands at 1024,
    /// the number is written to 1000.
    fn path_open(&mut self, name: &str, open: u64, rights: u64, flags: u64) -> Result<u64, Stop> {
        self.put(1024, name.as_bytes());
        self.call("path_open", &[ROOT, 0, 1024, name.len() as u64, open, rights, ALL, flags, 1000])
    }

    /// Opens something that can be opened, and gives its number.
    fn open(&mut self, name: &str, open: u64, rights: u64) -> u64 {
        assert_eq!(self.path_open(name, open, rights, 0), Ok(0), "{name}");
        u64::from(self.word(1000))
    }

    /// Writes to a descriptor, and gives how many bytes were taken.
    fn write(&mut self, fd: u64, bytes: &[u8]) -> Result<u32, Errno> {
        self.put(1024, bytes);
        self.put_words(1008, &[1024, bytes.len() as u32]);
        let outcome = self.call("fd_write", &[fd, 1008, 1, 1000]);
        outcome_of(outcome).map(|()| self.word(1000))
    }

    /// Reads from a descriptor.
    fn read(&mut self, fd: u64, bytes: usize) -> Result<Vec<u8>, Errno> {
        self.put_words(1008, &[1024, bytes as u32]);
        let outcome = self.call("fd_read", &[fd, 1008, 1, 1000]);
        outcome_of(outcome).map(|()| self.memory[1024..1024 + self.word(1000) as usize].to_vec())
    }
}

fn errno(errno: Errno) -> Result<u64, Stop> {
    Ok(errno as u64)
}

/// Turns a number into the error that it stands for.
fn outcome_of(outcome: Result<u64, Stop>) -> Result<(), Errno> {
    const ALL: [Errno; 8] = [
        Errno::Again,
        Errno::Badf,
        Errno::Fault,
        Errno::Inval,
        Errno::Isdir,
        Errno::Notcapable,
        Errno::Pipe,
        Errno::Nospc,
    ];
    match outcome.unwrap() {
        0 => Ok(()),
        number => Err(ALL.into_iter().find(|errno| *errno as u64 == number).unwrap()),
    }
}
