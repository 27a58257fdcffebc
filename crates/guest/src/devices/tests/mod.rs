//! Each function by its row, as a guest calls it, on devices that write down what is asked of them.

mod buses;
mod lend;
mod mock;
mod pins;
mod serial;
mod table;

use std::vec::Vec;

use moteur::{Heap, WORDS_MAX};

use super::code::{Call, Code};
use super::table::{Devices, Kind};
use crate::claim::GuestMemory;
use crate::host::{Progress, Stop};

/// Bytes of the guest's memory in these tests.
const MEMORY_BYTES: usize = 4096;
/// The address of the last byte that there is.
const LAST: u64 = MEMORY_BYTES as u64 - 1;
/// What is nowhere in memory: an address, or a length.
const FAR: u64 = u32::MAX as u64;
/// What every access out of bounds ends with.
const OUT: Result<u64, Stop> = Err(Stop::Error(moteur::Error::Trap(moteur::Trap::MemoryOutOfBounds)));

struct Guest {
    devices: Devices,
    memory: Vec<u8>,
}

impl Guest {
    /// A guest whose memory counts up, 0 to 255 and again.
    fn new() -> Guest {
        Guest { devices: Devices::new(Heap::system()), memory: (0..MEMORY_BYTES).map(|at| at as u8).collect() }
    }

    /// Calls a function by its name, once.
    fn try_call(&mut self, progress: &mut Progress, name: &str, words: &[u64]) -> Result<u64, Stop> {
        let function = super::PARTS.iter().copied().flatten().find(|row| row.name == name).unwrap();
        assert_eq!(words.len(), function.ty.params.len(), "{name}");
        let mut all = [0; WORDS_MAX];
        all[..words.len()].copy_from_slice(words);
        let memory = GuestMemory::new(&mut self.memory);
        let mut call = Call { state: &mut self.devices, memory, progress: *progress };
        let outcome = (function.code)(&mut call, &all);
        *progress = call.progress;
        outcome
    }

    /// Calls a function by its name, again and again while it waits.
    fn call(&mut self, name: &str, words: &[u64]) -> Result<u64, Stop> {
        let mut progress = Progress::default();
        loop {
            match self.try_call(&mut progress, name, words) {
                Err(Stop::Again) => {}
                outcome => return outcome,
            }
        }
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.memory[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn try_open(&mut self, kind: Kind, name: &str) -> Result<u64, Stop> {
        self.put(0, name.as_bytes());
        self.call("open", &[kind as u64, 0, name.len() as u64])
    }

    fn open(&mut self, kind: Kind, name: &str) -> u64 {
        let handle = self.try_open(kind, name).unwrap();
        assert!((1..1 << 31).contains(&handle), "{handle:#x}");
        handle
    }
}

/// What the guest sees of a code.
fn code(code: Code) -> Result<u64, Stop> {
    Ok(u64::from((code as i32).cast_unsigned()))
}
