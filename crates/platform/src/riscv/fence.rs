//! RISC-V: what a core has written, it sees in its own instructions after `fence.i`.
//!
//! Source: "The RISC-V Instruction Set Manual", volume I, chapter "Zifencei".

use core::arch::asm;

/// Makes code that was written visible to the fetching of instructions by this core. Where there are several, each that
/// will run the code has to call this.
///
/// # Safety
/// The processor has the extension Zifencei, without which this is an illegal instruction.
pub unsafe fn publish(_: *const u8, _: usize) {
    // SAFETY: it changes no value. Not `nomem`: what was written before must be. LLVM does not know which targets of
    // Rust have the extension.
    unsafe { asm!(".option push", ".option arch, +zifencei", "fence.i", ".option pop", options(nostack)) };
}
