//! Registers of x86-64, as a handler sees them.

use libc::{REG_RDI, REG_RDX, REG_RIP, REG_RSI, REG_RSP, ucontext_t};

use crate::Resume;

/// The instruction that failed.
pub fn pc(machine: &ucontext_t) -> usize {
    machine.uc_mcontext.gregs[REG_RIP as usize] as usize
}

/// Goes on there. The stack pointer stays unless it is to be another.
pub fn go_on(machine: &mut ucontext_t, next: &Resume) {
    let [rdi, rsi, rdx] = next.arguments;
    let set = [(REG_RIP, next.pc), (REG_RDI, rdi), (REG_RSI, rsi), (REG_RDX, rdx)];
    for (register, value) in set.into_iter().chain(next.sp.map(|sp| (REG_RSP, sp))) {
        machine.uc_mcontext.gregs[register as usize] = value as i64;
    }
}
