//! Registers of handlers where eight integer arguments travel in registers: RISC-V and AArch64.

use core::mem::transmute;

use crate::interp::ctx::Ctx;
use crate::interp::dispatch::{handler_at, leave};
use crate::interp::kinds::Kind;
use crate::interp::regs::{Dst, Mirror, Regs, Src, Step};
use crate::slot::Slot;

/// Parts of the context in registers.
#[derive(Clone, Copy)]
pub(crate) struct Pinned {
    mem_base: *mut u8,
    mem_len: usize,
    codes: *const *const u16,
    stack_limit: *mut Slot,
}

impl Pinned {
    /// # Safety
    /// `ctx` is the running store's context.
    #[inline(always)]
    pub unsafe fn of(ctx: *mut Ctx) -> Pinned {
        // SAFETY: the caller's promise.
        unsafe {
            Pinned {
                mem_base: (*ctx).mem_base,
                mem_len: (*ctx).mem_len,
                codes: (*ctx).codes,
                stack_limit: (*ctx).stack_limit,
            }
        }
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
        self.pinned.codes
    }
    #[inline(always)]
    fn stack_limit(&self) -> *mut Slot {
        self.pinned.stack_limit
    }
}

/// A handler's signature.
pub(crate) type Handler =
    unsafe extern "C" fn(*const u16, *mut Slot, *mut Ctx, usize, *mut u8, usize, *const *const u16, *mut Slot) -> u32;

/// Runs one instruction and goes on with the next.
///
/// # Safety
/// As for `Kind::run`.
pub(crate) unsafe extern "C" fn handler<K: Kind, A: Src, B: Src, D: Dst>(
    pc: *const u16,
    fp: *mut Slot,
    ctx: *mut Ctx,
    mem_len: usize,
    mem_base: *mut u8,
    acc: usize,
    codes: *const *const u16,
    stack_limit: *mut Slot,
) -> u32 {
    let mut m =
        Regs { pc, fp, ctx, pinned: Pinned { mem_base, mem_len, codes, stack_limit }, acc, f32_acc: 0.0, f64_acc: 0.0 };
    // SAFETY: the caller's promise.
    unsafe {
        match K::run::<A, B, D>(&mut m) {
            Step::Next => jump(m),
            Step::Leave(reason) => leave(m.pc, m.fp, m.ctx, reason.0),
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
    unsafe {
        transmute::<usize, Handler>(next)(
            m.pc,
            m.fp,
            m.ctx,
            m.pinned.mem_len,
            m.pinned.mem_base,
            m.acc,
            m.pinned.codes,
            m.pinned.stack_limit,
        )
    }
}
