//! The semihosting instruction of Arm's M profile.

use core::arch::asm;

/// Calls the host.
///
/// # Safety
/// `argument` is what `operation` expects, and memory that it names is valid for what the operation does with it.
pub(super) unsafe fn call(operation: usize, argument: usize) -> usize {
    let result;
    // SAFETY: as the caller promised; the host changes nothing but r0 and that memory.
    unsafe {
        asm!("bkpt 0xab", inlateout("r0") operation => result, in("r1") argument, options(nostack, preserves_flags))
    };
    result
}
