//! The handler of exceptions: one that happens while a guest's native code is active ends that guest, and the thread goes on
//! where the runtime leaves native code; any other is reported to the embedder, who decides what becomes of the machine.
//!
//! The handler has a stack of its own, so that a guest may have lost its. Source: The RISC-V Instruction Set Manual, Volume II,
//! 3.1 "Machine-Level CSRs": mcause, mepc, mtval, mscratch.

use core::fmt;

use crate::watched::Watched;
use crate::{Decide, FaultCause, FaultFrame, FaultWatch, GuestFault, Resume};

/// What the handler's own stack has: enough to print a report.
pub const STACK_BYTES: usize = 2048;

/// Shows exceptions outside of interrupt handlers to whom they concern.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults;

static WATCHED: Watched = Watched::nobody();

impl FaultWatch for Faults {
    fn watch(&self, guest: *const (), decide: Decide) -> *const () {
        WATCHED.watch(guest, decide)
    }
}

/// An exception. [`Display`](fmt::Display) gives it in words.
///
/// ```
/// use moteur_platform::riscv::faults::ExceptionReport;
///
/// let report = ExceptionReport { cause: 5, pc: 0x8000_0420, value: 0xc000_0000, ra: 0x8000_0100 };
/// assert_eq!(report.to_string(), "load access fault at pc 0x80000420, ra 0x80000100 (mcause 5, mtval 0xc0000000)");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub struct ExceptionReport {
    /// mcause: its number.
    pub cause: usize,
    /// mepc: the instruction.
    pub pc: usize,
    /// mtval: the address, where there is one.
    pub value: usize,
    /// Where the function returns to, if it has not saved that.
    pub ra: usize,
}

/// By number: what the exception is called, and what a guest is told.
const CAUSES: [(&str, FaultCause); 12] = [
    ("instruction address misaligned", FaultCause::Unaligned),
    ("instruction access fault", FaultCause::Execute),
    ("illegal instruction", FaultCause::Instruction),
    ("breakpoint", FaultCause::Instruction),
    ("load address misaligned", FaultCause::Unaligned),
    ("load access fault", FaultCause::Access),
    ("store address misaligned", FaultCause::Unaligned),
    ("store access fault", FaultCause::Access),
    ("environment call", FaultCause::Instruction),
    ("environment call", FaultCause::Instruction),
    ("environment call", FaultCause::Instruction),
    ("environment call", FaultCause::Instruction),
];

impl ExceptionReport {
    /// What a guest is told.
    fn guest_fault(&self) -> GuestFault {
        let cause = CAUSES.get(self.cause).map_or(FaultCause::Unknown, |(_, cause)| *cause);
        let has_address = matches!(cause, FaultCause::Access | FaultCause::Execute | FaultCause::Unaligned);
        GuestFault { cause, pc: Some(self.pc), address: has_address.then_some(self.value) }
    }
}

impl fmt::Display for ExceptionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ExceptionReport { cause, pc, value, ra } = *self;
        let name = CAUSES.get(cause).map_or("exception", |(name, _)| name);
        write!(f, "{name} at pc {pc:#010x}, ra {ra:#010x} (mcause {cause}, mtval {value:#010x})")
    }
}

/// Where to go on, for the code of the handler.
#[doc(hidden)]
#[derive(Default)]
#[repr(C)]
pub struct Next {
    pc: usize,
    arguments: [usize; 3],
    sp: usize,
}

/// What the handler does: decides whose fault it was. Of a guest's, says where to go on.
///
/// # Safety
/// For the code of [`riscv_fault_handlers!`](crate::riscv_fault_handlers) alone, with registers at the exception.
#[doc(hidden)]
pub unsafe fn handle(
    next: &mut Next,
    report: &ExceptionReport,
    sp: usize,
    fp: usize,
    after: fn(&ExceptionReport) -> !,
) {
    let frame = FaultFrame { fp, lr: report.ra };
    let resume = WATCHED.ask(&report.guest_fault(), &frame);
    let Some(Resume { pc, arguments, sp: new }) = resume else { after(report) };
    *next = Next { pc, arguments, sp: new.unwrap_or(sp) };
}

/// The handler's stack.
#[doc(hidden)]
#[repr(C, align(16))]
pub struct Stack(core::cell::UnsafeCell<[u8; STACK_BYTES]>);

impl Stack {
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Stack {
        Stack(core::cell::UnsafeCell::new([0; STACK_BYTES]))
    }
}

// SAFETY: only the handler uses it, which interrupts itself only to report a fault of its own.
unsafe impl Sync for Stack {}

/// The width of a word in the handler's code: `lw` and `sw`, or `ld` and `sd`.
#[doc(hidden)]
#[macro_export]
#[cfg(target_arch = "riscv64")]
macro_rules! riscv_words {
    () => {
        ".macro LDW r, o, b\n ld \\r, 8*\\o(\\b)\n .endm\n .macro STW r, o, b\n sd \\r, 8*\\o(\\b)\n .endm\n .macro REPORT r, b\n addi \\r, \\b, 8*8\n .endm"
    };
}
/// The width of a word in the handler's code: `lw` and `sw`, or `ld` and `sd`.
#[doc(hidden)]
#[macro_export]
#[cfg(not(target_arch = "riscv64"))]
macro_rules! riscv_words {
    () => {
        ".macro LDW r, o, b\n lw \\r, 4*\\o(\\b)\n .endm\n .macro STW r, o, b\n sw \\r, 4*\\o(\\b)\n .endm\n .macro REPORT r, b\n addi \\r, \\b, 8*4\n .endm"
    };
}

/// Makes the entry of traps with the name that `riscv-rt` has for it, and `watch_faults`, which is to be called once at the
/// start. Interrupts go on to `riscv-rt`'s own entry. An exception that is no guest's is given to the function, of type
/// `fn(&ExceptionReport) -> !`: it reports, and halts, resets or exits. `mscratch` is the handler's.
#[macro_export]
macro_rules! riscv_fault_handlers {
    ($after:path) => {
        #[doc(hidden)]
        unsafe extern "C" fn __handle_fault(
            next: &mut $crate::riscv::faults::Next,
            sp: usize,
            fp: usize,
            report: &$crate::riscv::faults::ExceptionReport,
        ) {
            // SAFETY: the code below gives what belongs there.
            unsafe { $crate::riscv::faults::handle(next, report, sp, fp, $after) }
        }

        #[doc(hidden)]
        static __FAULT_STACK: $crate::riscv::faults::Stack = $crate::riscv::faults::Stack::new();

        /// Has exceptions handled from now on.
        pub fn watch_faults() {
            let top = (&raw const __FAULT_STACK).addr() + $crate::riscv::faults::STACK_BYTES;
            // SAFETY: nobody else uses the register.
            unsafe { ::core::arch::asm!("csrw mscratch, {}", in(reg) top, options(nomem, nostack)) };
        }

        // Nothing is stored before there is a stack that may be used. On it lie, from its top down: a scratch word, then a
        // report (cause, pc, value, ra), then where to go on (pc, three arguments, sp).
        ::core::arch::global_asm!(
            $crate::riscv_words!(),
            ".section .trap.start, \"ax\"",
            ".p2align 2",
            ".global _start_trap",
            "_start_trap:",
            "csrrw sp, mscratch, sp",
            // Sixteen words of either width.
            "addi sp, sp, -16*8",
            "STW t0, 15, sp",
            "csrr t0, mcause",
            "bltz t0, 1f",
            "STW t0, 8, sp",
            "csrr t0, mepc",
            "STW t0, 9, sp",
            "csrr t0, mtval",
            "STW t0, 10, sp",
            "STW ra, 11, sp",
            "csrr a1, mscratch",
            // An exception in the handler finds its stack again.
            "addi t0, sp, 16*8",
            "csrw mscratch, t0",
            "mv a2, s0",
            "mv a0, sp",
            "REPORT a3, sp",
            "call {handle}",
            "LDW t0, 0, sp",
            "csrw mepc, t0",
            "LDW a0, 1, sp",
            "LDW a1, 2, sp",
            "LDW a2, 3, sp",
            "LDW sp, 4, sp",
            "mret",
            "1:",
            "LDW t0, 15, sp",
            "addi sp, sp, 16*8",
            "csrrw sp, mscratch, sp",
            "j _default_start_trap",
            ".purgem LDW",
            ".purgem STW",
            ".purgem REPORT",
            handle = sym __handle_fault,
        );
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_have_their_addresses() {
        let report = |cause| ExceptionReport { cause, pc: 0x8000_0420, value: 0xc000_0000, ra: 0 };
        for (number, cause, address) in [
            (1, FaultCause::Execute, Some(0xc000_0000)),
            (2, FaultCause::Instruction, None),
            (5, FaultCause::Access, Some(0xc000_0000)),
            (7, FaultCause::Access, Some(0xc000_0000)),
            (11, FaultCause::Instruction, None),
            (24, FaultCause::Unknown, None),
        ] {
            let fault = GuestFault { cause, pc: Some(0x8000_0420), address };
            assert_eq!(report(number).guest_fault(), fault, "{number}");
        }
    }
}
