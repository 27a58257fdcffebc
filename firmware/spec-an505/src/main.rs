//! The official test suite on an emulated Cortex-M33: reads `suite.bin` from the host, prints verdicts.
//!
//! `cargo xtask spec --target mps2-an505` writes that file, runs this and judges what it prints. The executor is the
//! one that the host runs; only the memory and the console are this board's.

#![no_std]
#![no_main]

mod semihosting;

use core::ptr::NonNull;
use core::slice;

use board::println;
use moteur::{Heap, OutOfMemory};
use moteur_spec::board::Printer;
use moteur_spec::exec::{self, Resources};
use moteur_spec::format::{MAGIC, Malformed};

use semihosting::File;

board::main!(main);

/// The board's PSRAM: the suite's modules have memories of several 64 KiB pages, which no on-chip RAM would hold.
const PSRAM: usize = 0x8000_0000;
const PSRAM_BYTES: usize = 16 << 20;
/// The front of it holds one file of the suite (the largest is 137 KB), the rest is the heap.
const FILE_BYTES: usize = 1 << 20;

const STACK_BYTES: usize = 256 << 10;
/// 8 MiB: half of the heap, as a memory that grows may be copied.
const MEMORY_PAGES_MAX: u32 = 128;

/// Why the run stops before its end.
enum Stopped {
    /// The host has no `suite.bin`, or it ends early.
    File,
    /// The host's converter speaks another version of the format.
    Format,
    Memory,
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
    };
    println!("{text}");
    status
}

/// The two parts of the PSRAM. To be called once.
fn memory() -> Result<(&'static mut [u8], Heap), OutOfMemory> {
    let psram = core::ptr::with_exposed_provenance_mut::<u8>(PSRAM);
    // SAFETY: the board has this memory, nothing is linked into it, and `main` calls this once.
    let file = unsafe {
        psram.write_bytes(0, FILE_BYTES);
        slice::from_raw_parts_mut(psram, FILE_BYTES)
    };
    // SAFETY: as above; it begins where the file's part ends.
    let heap = unsafe {
        let start = NonNull::new(psram.add(FILE_BYTES)).ok_or(OutOfMemory)?;
        Heap::from_raw(start, PSRAM_BYTES - FILE_BYTES)?
    };
    Ok((file, heap))
}

fn suite() -> Result<(), Stopped> {
    let (buffer, heap) = memory()?;
    let resources = Resources { heap, stack_bytes: STACK_BYTES, memory_pages_max: MEMORY_PAGES_MAX, skips_large: true };
    let mut suite = File::open(c"suite.bin").ok_or(Stopped::File)?;
    let mut magic = [0; MAGIC.len()];
    suite.read(&mut magic).ok_or(Stopped::File)?;
    if magic != MAGIC {
        return Err(Stopped::Format);
    }
    let mut printer = Printer::new(board::Console);
    let mut length = [0; 4];
    while suite.read(&mut length).is_some() {
        let length = usize::try_from(u32::from_le_bytes(length)).map_err(|_| Stopped::Format)?;
        let commands = buffer.get_mut(..length).ok_or(Stopped::Format)?;
        suite.read(commands).ok_or(Stopped::File)?;
        if let Err(broken) = exec::file(&resources, commands, &mut printer) {
            println!("{broken:?}");
            return Err(Stopped::Format);
        }
    }
    // The UART does not fail.
    let _ = printer.finish();
    println!("heap high-water mark {} bytes", heap.stats().peak);
    Ok(())
}
