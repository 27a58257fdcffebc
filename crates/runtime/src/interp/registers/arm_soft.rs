//! Registers of handlers on Arm without float registers: four arguments travel in registers, and a fourth would leave too
//! few for scratch.

use core::mem::transmute;

use crate::interp::ctx::Ctx;
use crate::interp::dispatch::{handler_at, leave};
use crate::interp::kinds::Kind;
use crate::interp::regs::{Dst, Mirror, Regs, Src, Step};
use crate::slot::Slot;

/// Nothing: every register is taken.
#[derive(Clone, Copy)]
pub(crate) struct Pinned;

impl Pinned {
    /// # Safety
    /// `ctx` is the running store's context.
    #[inline(always)]
    pub unsafe fn of(_: *mut Ctx) -> Pinned {
        Pinned
    }
}

impl Mirror for Regs {
    #[inline(always)]
    fn mem_base(&self) -> *mut u8 {
        // SAFETY: the context outlives running code.
        unsafe { (*self.ctx).mem_base }
    }
    #[inline(always)]
    fn mem_len(&self) -> usize {
        // SAFETY: the context outlives running code.
        unsafe { (*self.ctx).mem_len }
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

/// A handler's signature.
pub(crate) type Handler = unsafe extern "C" fn(*const u16, *mut Slot, *mut Ctx) -> u32;

/// Runs one instruction and goes on with the next.
///
/// # Safety
/// As for `Kind::run`.
pub(crate) unsafe extern "C" fn handler<K: Kind, A: Src, B: Src, D: Dst>(
    pc: *const u16,
    fp: *mut Slot,
    ctx: *mut Ctx,
) -> u32 {
    let mut m = Regs { pc, fp, ctx, pinned: Pinned, acc: 0, f32_acc: 0.0, f64_acc: 0.0 };
    // A forward branch never leaves.
    let cold = K::COLD && !(K::BRANCH && matches!(D::BACKWARDS, Some(false)));
    // SAFETY: the caller's promise.
    unsafe {
        match K::run::<A, B, D>(&mut m) {
            Step::Next => {
                let next = handler_at(m.pc);
                // FAST: a cold block with a call lets LLVM sink the frame that every Thumb target forces into it; a null
                // handler never happens (`cargo xtask bench m33`: 12.0 against 10.3).
                if !cold && next == 0 {
                    return settle(leave(m.pc, m.fp, m.ctx, 0));
                }
                jump_to(next, m)
            }
            Step::Leave(reason) => settle(leave(m.pc, m.fp, m.ctx, reason.0)),
        }
    }
}

/// Goes on at `m.pc`.
///
/// # Safety
/// As for `Kind::run`.
#[inline(always)]
pub(crate) unsafe fn jump(m: Regs) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { jump_to(handler_at(m.pc), m) }
}

/// Goes on at `m.pc`, whose handler is `next`.
///
/// # Safety
/// As for `Kind::run`; L1: the head is a handler's address.
#[inline(always)]
unsafe fn jump_to(next: usize, m: Regs) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { transmute::<usize, Handler>(next)(m.pc, m.fp, m.ctx) }
}

/// Keeps a call from becoming a tail call.
#[inline(always)]
fn settle(mut value: u32) -> u32 {
    // SAFETY: no instruction at all.
    unsafe { core::arch::asm!("/* {0} */", inout(reg) value, options(nomem, nostack, preserves_flags)) };
    value
}
