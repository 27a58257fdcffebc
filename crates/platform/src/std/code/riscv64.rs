//! RISC-V: a process can make its own core fetch instructions anew, and only the system can make the others do so.

use core::arch::asm;

/// Linux's system call `riscv_flush_icache`: start, end, flags (0: on all cores that run this process).
const RISCV_FLUSH_ICACHE: usize = 259;

/// Makes code that was written visible to the fetching of instructions, on all cores.
///
/// # Safety
/// There are so many readable bytes at `start`.
pub unsafe fn publish(start: *const u8, bytes: usize) {
    let start = start.addr();
    // SAFETY: the system call changes no value but that of a0.
    unsafe {
        asm!("ecall", in("a7") RISCV_FLUSH_ICACHE, inlateout("a0") start => _, in("a1") start.saturating_add(bytes),
            in("a2") 0_usize, options(nostack));
    }
}
