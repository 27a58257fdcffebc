//! Registers of AArch64, as a handler sees them.

use libc::ucontext_t;

use crate::Resume;

/// The instruction that failed.
pub fn pc(machine: &ucontext_t) -> usize {
    machine.uc_mcontext.pc as usize
}

/// Goes on there. The stack pointer stays unless it is to be another.
pub fn go_on(machine: &mut ucontext_t, next: &Resume) {
    machine.uc_mcontext.pc = next.pc as u64;
    for (register, value) in machine.uc_mcontext.regs.iter_mut().zip(next.arguments) {
        *register = value as u64;
    }
    if let Some(sp) = next.sp {
        machine.uc_mcontext.sp = sp as u64;
    }
}
