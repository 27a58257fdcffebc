//! Registers of x86-64 handlers: six integer arguments and two floats.
//!
//! FAST: the rarely used ones are where shifts and divisions want `rcx` and `rdx` (`cargo xtask bench host`).

use core::mem::transmute;

use super::Pinned;
use crate::interp::ctx::Ctx;
use crate::interp::dispatch::{handler_at, leave};
use crate::interp::kinds::Kind;
use crate::interp::regs::{Dst, Regs, Src, Step};
use crate::slot::Slot;

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
