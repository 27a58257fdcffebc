//! Registers of handlers on Arm with float registers: three integer arguments, so that `r3` and `r12` are left for
//! scratch; the context and its hottest parts travel as bits in float registers, where they cost one move to use.

use core::mem::transmute;

use crate::interp::ctx::Ctx;
use crate::interp::dispatch::{handler_at, leave};
use crate::interp::kinds::Kind;
use crate::interp::regs::{Dst, Mirror, Regs, Src, Step};
use crate::slot::Slot;

/// Parts of the context in registers.
#[derive(Clone, Copy)]
pub(crate) struct Pinned {
    mem_base: f32,
    mem_len: f32,
    codes: f32,
    stack_limit: f32,
    /// FAST: the context once more, for leaving: otherwise a handler that uses the context keeps it in a register to the
    /// end, and has one too few (`cargo xtask bench m33`).
    ctx_again: f32,
}

impl Pinned {
    /// # Safety
    /// `ctx` is the running store's context.
    #[inline(always)]
    pub unsafe fn of(ctx: *mut Ctx) -> Pinned {
        // SAFETY: the caller's promise.
        unsafe {
            Pinned {
                mem_base: bits((*ctx).mem_base),
                mem_len: f32::from_bits((*ctx).mem_len as u32),
                codes: bits((*ctx).codes),
                stack_limit: bits((*ctx).stack_limit),
                ctx_again: bits(ctx),
            }
        }
    }
}

impl Mirror for Regs {
    #[inline(always)]
    fn mem_base(&self) -> *mut u8 {
        self.pinned.mem_base.to_bits() as usize as *mut u8
    }
    #[inline(always)]
    fn mem_len(&self) -> usize {
        self.pinned.mem_len.to_bits() as usize
    }
    #[inline(always)]
    fn codes(&self) -> *const *const u16 {
        self.pinned.codes.to_bits() as usize as *const *const u16
    }
    #[inline(always)]
    fn stack_limit(&self) -> *mut Slot {
        self.pinned.stack_limit.to_bits() as usize as *mut Slot
    }
}

/// A handler's signature.
pub(crate) type Handler = unsafe extern "C" fn(*const u16, *mut Slot, usize, f32, f32, f32, f32, f32, f32, f32) -> u32;

/// Runs one instruction and goes on with the next.
///
/// # Safety
/// As for `Kind::run`.
pub(crate) unsafe extern "C" fn handler<K: Kind, A: Src, B: Src, D: Dst>(
    pc: *const u16,
    fp: *mut Slot,
    acc: usize,
    ctx: f32,
    f32_acc: f32,
    mem_base: f32,
    mem_len: f32,
    codes: f32,
    stack_limit: f32,
    ctx_again: f32,
) -> u32 {
    let ctx = address(ctx);
    let mut m = Regs {
        pc,
        fp,
        ctx,
        pinned: Pinned { mem_base, mem_len, codes, stack_limit, ctx_again },
        acc,
        f32_acc,
        f64_acc: 0.0,
    };
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
                    return settle(leave(m.pc, m.fp, address(ctx_again), 0));
                }
                jump_to(next, m)
            }
            Step::Leave(reason) => settle(leave(m.pc, m.fp, address(ctx_again), reason.0)),
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
            m.acc,
            bits(m.ctx),
            m.f32_acc,
            m.pinned.mem_base,
            m.pinned.mem_len,
            m.pinned.codes,
            m.pinned.stack_limit,
            m.pinned.ctx_again,
        )
    }
}

/// Keeps a call from becoming a tail call.
#[inline(always)]
fn settle(mut value: u32) -> u32 {
    // SAFETY: no instruction at all.
    unsafe { core::arch::asm!("/* {0} */", inout(reg) value, options(nomem, nostack, preserves_flags)) };
    value
}

/// An address as the bits of a float.
#[inline(always)]
fn bits<T>(address: *const T) -> f32 {
    f32::from_bits(address as usize as u32)
}

/// The address whose bits a float holds.
#[inline(always)]
fn address(bits: f32) -> *mut Ctx {
    bits.to_bits() as usize as *mut Ctx
}
