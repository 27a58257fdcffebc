//! The caches of a Cortex-M, for code that was written to RAM: what is in the cache of data is written back line by line,
//! then the cache of instructions and the branch predictor forget it. A processor without caches (all but Cortex-M7, M55
//! and M85) only fetches anew what it fetched ahead.
//!
//! Source: Armv7-M Architecture Reference Manual, B2.2.7 "Cache and branch predictor maintenance operations" and B3.2.2;
//! Armv8-M Architecture Reference Manual, B2.11 "Caches" and D1.2.

use core::arch::asm;

use crate::register::Register;

/// Which architecture this is: bits 16 to 19 are all set from Armv7-M on. Armv6-M has no caches, nor the registers.
const CPUID: usize = 0xE000_ED00;
/// Which caches there are, three bits for each level.
const CLIDR: usize = 0xE000_ED78;
/// How long lines are: the logarithms of numbers of words, of instructions from bit 0 on, of data from bit 16.
const CTR: usize = 0xE000_ED7C;
/// Has the branch predictor forget everything.
const BPIALL: usize = 0xE000_EF78;
/// Has the cache of instructions forget the line of an address.
const ICIMVAU: usize = 0xE000_EF58;
/// Writes the line of an address back from the cache of data.
const DCCMVAU: usize = 0xE000_EF64;

/// Makes code that was written visible to the fetching of instructions.
///
/// # Safety
/// There are so many readable bytes at `start`, and the processor is in privileged mode.
pub unsafe fn publish(start: *const u8, bytes: usize) {
    if read(CPUID) >> 16 & 15 == 15 && read(CLIDR) & 7 != 0 {
        let sizes = read(CTR);
        write_lines(DCCMVAU, start, bytes, 4 << (sizes >> 16 & 15));
        barriers();
        write_lines(ICIMVAU, start, bytes, 4 << (sizes & 15));
        write(BPIALL, 0);
    }
    barriers();
}

/// Writes the address of each line, of `size` bytes (a power of two), that the bytes are in.
fn write_lines(register: usize, start: *const u8, bytes: usize, size: usize) {
    let start = start.addr();
    (start & !(size - 1)..start.saturating_add(bytes)).step_by(size).for_each(|line| write(register, line as u32));
}

fn read(register: usize) -> u32 {
    // SAFETY: the architecture fixes the address, for privileged mode, which the caller of `publish` promised.
    unsafe { Register::at(register) }.read()
}

fn write(register: usize, value: u32) {
    // SAFETY: as above.
    unsafe { Register::at(register) }.write(value);
}

/// Waits until all of that is done, and fetches anew what was fetched ahead.
pub(super) fn barriers() {
    // SAFETY: barriers change no value. Not `nomem`: what was written before must be.
    unsafe { asm!("dsb", "isb", options(nostack, preserves_flags)) };
}
