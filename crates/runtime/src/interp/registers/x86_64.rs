//! Registers of x86-64 handlers: six integer arguments and two floats.
//!
//! FAST: the rarely used ones are where shifts and divisions want `rcx` and `rdx` (`cargo xtask bench host`).

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

/// A handler's signature.
pub(crate) type Handler =
    unsafe extern "sysv64" fn(*const u16, *mut Slot, *mut Ctx, usize, *mut u8, usize, f32, f64) -> u32;

/// Runs one instruction and goes on with the next.
///
/// # Safety
/// As for `Kind::run`.
pub(crate) unsafe extern "sysv64" fn handler<K: Kind, A: Src, B: Src, D: Dst>(
    pc: *const u16,
    fp: *mut Slot,
    ctx: *mut Ctx,
    mem_len: usize,
    mem_base: *mut u8,
    acc: usize,
    f32_acc: f32,
    f64_acc: f64,
) -> u32 {
    let mut m = Regs { pc, fp, ctx, pinned: Pinned { mem_base, mem_len }, acc, f32_acc, f64_acc };
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
            m.f32_acc,
            m.f64_acc,
        )
    }
}
