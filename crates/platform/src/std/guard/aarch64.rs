//! Registers of AArch64, as a handler sees them.

use libc::ucontext_t;

/// The instruction that failed.
pub fn pc(machine: &ucontext_t) -> usize {
    machine.uc_mcontext.pc as usize
}

/// Goes on at the first, with the others as arguments.
pub fn go_on(machine: &mut ucontext_t, next: [usize; 4]) {
    let [pc, arguments @ ..] = next;
    machine.uc_mcontext.pc = pc as u64;
    for (register, value) in machine.uc_mcontext.regs.iter_mut().zip(arguments) {
        *register = value as u64;
    }
}
