//! Dispatch by a loop with one `match` over 16-bit tokens: the smallest, complete on every target, at every optimisation
//! level and under Miri. It knows no accumulators.

use core::mem::transmute;

use super::kinds::Kind;
use super::kinds::call::*;
use super::kinds::control::*;
use super::kinds::data::*;
use super::kinds::memory::*;
use super::kinds::numeric::*;
use super::kinds::table::*;
use super::meaning;
use super::regs::{InSlot, Leave, Plain, Regs, Step};
use crate::code::layout::HEAD_UNITS;
use crate::code::op::{Instr, Places, for_each_instr};

/// The units of the head of `instr`.
pub(crate) fn head(instr: Instr, places: Places) -> [u16; HEAD_UNITS] {
    debug_assert!(places == Places::SLOTS, "there are no accumulators here");
    [instr as u16]
}

/// Code that every frame may return to: the distance 0, then one instruction.
#[repr(C)]
pub(crate) struct Landing {
    distance: u16,
    head: u16,
}

impl Landing {
    /// The instruction.
    pub fn pc(&'static self) -> *const u16 {
        // The unit before the instruction is read too, so the pointer is made from the whole.
        (&raw const *self).cast::<u16>().wrapping_add(1)
    }
}

/// Leaves the guest.
pub(crate) static DONE: Landing = Landing { distance: 0, head: Instr::Done as u16 };
/// Leaves an instance.
pub(crate) static RETURN_ACROSS: Landing = Landing { distance: 0, head: Instr::ReturnAcross as u16 };

macro_rules! match_loop {
    ($(($name:ident, $kind:ty))*) => {
        /// Runs guest code until it is left.
        ///
        /// # Safety
        /// `m` is a state that lowering and the driver made.
        pub(crate) unsafe fn execute(m: Regs) -> Leave {
            // FAST: a copy, because what is passed in memory stays in memory (`cargo xtask bench m33`: 16.8 without).
            let mut m = Regs { ..m };
            let reason = loop {
                // SAFETY: L1: `pc` points at an instruction, whose head is a token of `Instr`.
                let instr = unsafe { transmute::<u16, Instr>(*m.pc) };
                // SAFETY: the caller's promise, kept by each instruction for the next.
                let step = unsafe {
                    match instr {
                        $(Instr::$name => <$kind as Kind>::run::<InSlot, InSlot, Plain>(&mut m),)*
                    }
                };
                let step = match step {
                    Step::Next => continue,
                    // SAFETY: L1, L3: the offset is the first operand of every branch.
                    Step::Jump => unsafe {
                        let offset = m.op32(0) as i32;
                        jump_by(&mut m, offset)
                    },
                    step => step,
                };
                if let Step::Leave(reason) = step {
                    break reason;
                }
            };
            // SAFETY: `ctx` is the running store's context.
            unsafe {
                (*m.ctx).exit_pc = m.pc;
                (*m.ctx).exit_fp = m.fp;
            }
            reason
        }
    };
}
for_each_instr!(match_loop);

/// There are no handlers, so nothing depends on how they were compiled.
pub(crate) const fn handlers_jump() -> bool {
    true
}
