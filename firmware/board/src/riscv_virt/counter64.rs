//! The counter of instructions, in one piece.

use core::arch::asm;

/// Instructions since the start: the counter `minstret`.
pub fn instructions() -> u64 {
    let count;
    // SAFETY: reads the machine's counter, which machine mode may.
    unsafe { asm!("csrr {0}, minstret", out(reg) count, options(nomem, nostack)) };
    count
}
