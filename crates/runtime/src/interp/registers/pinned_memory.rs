//! Where the memory's base and length have registers, and the rest of the context is read when it is needed: x86-64, and
//! the match loop, whose registers are local variables of one function.

use crate::interp::ctx::Ctx;
use crate::interp::regs::{Mirror, Regs};
use crate::slot::Slot;

/// Parts of the context in registers.
#[derive(Clone, Copy)]
pub(crate) struct Pinned {
    pub(super) mem_base: *mut u8,
    pub(super) mem_len: usize,
}

impl Pinned {
    /// # Safety
    /// `ctx` is the running store's context.
    #[inline(always)]
    pub unsafe fn of(ctx: *mut Ctx) -> Pinned {
        // SAFETY: the caller's promise.
        unsafe { Pinned { mem_base: (*ctx).mem_base, mem_len: (*ctx).mem_len } }
    }
}

impl Mirror for Regs {
    #[inline(always)]
    fn mem_base(&self) -> *mut u8 {
        self.pinned.mem_base
    }
    #[inline(always)]
    fn mem_len(&self) -> usize {
        self.pinned.mem_len
    }
    #[inline(always)]
    fn codes(&self) -> *const *const u16 {
        // SAFETY: the context outlives running code.
        unsafe { (*self.ctx).codes }
    }
    #[inline(always)]
    fn stack_limit(&self) -> *mut Slot {
        // SAFETY: the context outlives running code.
        unsafe { (*self.ctx).stack_limit }
    }
}
