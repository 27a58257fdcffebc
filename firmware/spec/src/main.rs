//! The official test suite on an emulated board: reads `suite.bin` from the host, prints verdicts.
//!
//! `cargo xtask spec --target BOARD` writes that file, runs this and judges what it prints. The executor is the one that
//! the host runs; only the memory and the console are the board's.

#![no_std]
#![no_main]

#[cfg_attr(not(feature = "native"), path = "native_none.rs")]
mod native;

use core::ptr::NonNull;
use core::slice;

use board::{EXTERNAL, println};
use moteur::{Heap, OutOfMemory};
use moteur_platform::semihosting::{File, Mode};
use moteur_spec::board::Printer;
use moteur_spec::exec::{self, Resources};
use moteur_spec::format::{MAGIC, Malformed};

board::main!(main);

/// The front of the memory outside of the chip holds one file of the suite (the largest is 137 KB, with native code
/// 1.5 MB), the rest is the heap.
const FILE_BYTES: usize = 3 << 20;

const STACK_BYTES: usize = 256 << 10;
/// Half of the memory, as a memory that grows may be copied.
const MEMORY_PAGES_MAX: u32 = (EXTERNAL.bytes / 2 / (64 << 10)) as u32;

/// Why the run stops before its end.
enum Stopped {
    /// The host has no `suite.bin`, or it ends early.
    File,
    /// The host's converter speaks another version of the format.
    Format,
    Memory,
    /// Memory for native code was not given back, or none was used.
    CodeMemory,
}

impl From<Malformed> for Stopped {
    fn from(_: Malformed) -> Stopped {
        Stopped::Format
    }
}

impl From<OutOfMemory> for Stopped {
    fn from(_: OutOfMemory) -> Stopped {
        Stopped::Memory
    }
}

fn main() -> u8 {
    let (status, text) = match suite() {
        Ok(()) => return 0,
        Err(Stopped::File) => (2, "suite.bin cannot be read"),
        Err(Stopped::Format) => (3, "suite.bin is of another format"),
        Err(Stopped::Memory) => (4, "the heap is too small"),
        Err(Stopped::CodeMemory) => (5, "memory for code was not used, or not given back"),
    };
    println!("{text}");
    status
}

/// The two parts of the memory outside of the chip. To be called once.
fn memory() -> Result<(&'static mut [u8], Heap), OutOfMemory> {
    let start = core::ptr::with_exposed_provenance_mut::<u8>(EXTERNAL.start);
    // SAFETY: the board has this memory, nothing is linked into it, and `main` calls this once.
    let file = unsafe {
        start.write_bytes(0, FILE_BYTES);
        slice::from_raw_parts_mut(start, FILE_BYTES)
    };
    // SAFETY: as above; it begins where the file's part ends.
    let heap = unsafe {
        let rest = NonNull::new(start.add(FILE_BYTES)).ok_or(OutOfMemory)?;
        Heap::from_raw(rest, EXTERNAL.bytes - FILE_BYTES)?
    };
    Ok((file, heap))
}

fn suite() -> Result<(), Stopped> {
    let (buffer, heap) = memory()?;
    native::start()?;
    let resources = Resources {
        heap,
        stack_bytes: STACK_BYTES,
        memory_pages_max: MEMORY_PAGES_MAX,
        skips_large: true,
        configure: native::configure,
        accept: native::accept,
    };
    let suite = File::open(c"suite.bin", Mode::Read).map_err(|_| Stopped::File)?;
    let mut magic = [0; MAGIC.len()];
    fill(&suite, &mut magic)?;
    if magic != MAGIC {
        return Err(Stopped::Format);
    }
    let mut printer = Printer::new(board::Console);
    let mut length = [0; 4];
    while fill(&suite, &mut length).is_ok() {
        let length = usize::try_from(u32::from_le_bytes(length)).map_err(|_| Stopped::Format)?;
        let commands = buffer.get_mut(..length).ok_or(Stopped::Format)?;
        fill(&suite, commands)?;
        if let Err(broken) = exec::file(&resources, commands, &mut printer) {
            println!("{broken:?}");
            return Err(Stopped::Format);
        }
    }
    // The UART does not fail.
    let _ = printer.finish();
    println!("heap high-water mark {} bytes", heap.stats().peak);
    if native::is_empty() { Ok(()) } else { Err(Stopped::CodeMemory) }
}

/// Fills the buffer from the file, which must not end before.
fn fill(file: &File, buffer: &mut [u8]) -> Result<(), Stopped> {
    let bytes = file.read(buffer).map_err(|_| Stopped::File)?;
    if bytes == buffer.len() { Ok(()) } else { Err(Stopped::File) }
}
