//! The semihosting sequence of RISC-V: a breakpoint between two instructions that do nothing, none of them compressed,
//! all in one page.

use core::arch::asm;

/// Calls the host.
///
/// # Safety
/// `argument` is what `operation` expects, and memory that it names is valid for what the operation does with it.
pub(super) unsafe fn call(operation: usize, argument: usize) -> usize {
    let result;
    // SAFETY: as the caller promised; the host changes nothing but a0 and that memory.
    unsafe {
        asm!(
            ".option push",
            ".option norvc",
            ".balign 16",
            "slli zero, zero, 0x1f",
            "ebreak",
            "srai zero, zero, 7",
            ".option pop",
            inlateout("a0") operation => result,
            in("a1") argument,
            options(nostack, preserves_flags),
        )
    };
    result
}
