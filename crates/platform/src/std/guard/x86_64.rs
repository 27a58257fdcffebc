//! Registers of x86-64, as a handler sees them.

use libc::{REG_RDI, REG_RDX, REG_RIP, REG_RSI, ucontext_t};

/// The instruction that failed.
pub fn pc(machine: &ucontext_t) -> usize {
    machine.uc_mcontext.gregs[REG_RIP as usize] as usize
}

/// Goes on at the first, with the others as arguments.
pub fn go_on(machine: &mut ucontext_t, next: [usize; 4]) {
    for (register, value) in [REG_RIP, REG_RDI, REG_RSI, REG_RDX].into_iter().zip(next) {
        machine.uc_mcontext.gregs[register as usize] = value as i64;
    }
}
