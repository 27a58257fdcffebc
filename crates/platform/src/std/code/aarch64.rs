//! AArch64: what was written leaves the cache of data line by line, then the cache of instructions forgets those lines.
//!
//! Source: "Arm Architecture Reference Manual for A-profile", B2.4.4, "Concurrent modification and execution of
//! instructions"; Linux lets a process read the sizes of lines and use these operations.

use core::arch::asm;

/// Makes code that was written visible to the fetching of instructions, on all cores.
///
/// # Safety
/// There are so many readable bytes at `start`.
pub unsafe fn publish(start: *const u8, bytes: usize) {
    let sizes: usize;
    // SAFETY: reads a register that says how long lines are.
    unsafe { asm!("mrs {0}, ctr_el0", out(reg) sizes, options(nomem, nostack, preserves_flags)) };
    // Each field is the logarithm of a number of words of four bytes.
    let (data, instructions) = (4 << (sizes >> 16 & 15), 4 << (sizes & 15));
    for line in lines(start, bytes, data) {
        // SAFETY: writes a line of the cache back, which changes no value; it is of the caller's bytes.
        unsafe { asm!("dc cvau, {0}", in(reg) line, options(nostack, preserves_flags)) };
    }
    // SAFETY: waits until that is done everywhere.
    unsafe { asm!("dsb ish", options(nostack, preserves_flags)) };
    for line in lines(start, bytes, instructions) {
        // SAFETY: drops a line from the cache of instructions, which changes no value.
        unsafe { asm!("ic ivau, {0}", in(reg) line, options(nostack, preserves_flags)) };
    }
    // SAFETY: waits until that is done everywhere, and fetches anew what was fetched ahead here.
    unsafe { asm!("dsb ish", "isb", options(nostack, preserves_flags)) };
}

/// The addresses of the lines, each of `size` bytes (a power of two), that the bytes are in.
fn lines(start: *const u8, bytes: usize, size: usize) -> impl Iterator<Item = usize> {
    let start = start.addr();
    (start & !(size - 1)..start.saturating_add(bytes)).step_by(size)
}
