//! The interpreter's registers, and how handlers read operands and write results.
//!
//! An instruction is a head (the handler's address, or a 16-bit token), then its 32-bit operands, then its 16-bit
//! ones; units are 16 bits wide. With 32-bit addresses as heads, instructions are padded to an even number of units, so
//! that heads and 32-bit operands are aligned; elsewhere nothing is.

use moteur_wasm::Trap;

use super::ctx::Ctx;
use super::registers::Pinned;
use super::value::{Acc, Value, hide_number, hide_pc, read_ordered};
use crate::code::layout::{Form, HEAD_UNITS};
use crate::slot::Slot;

/// What the running code holds in machine registers.
#[derive(Clone, Copy)]
pub(crate) struct Regs {
    /// The current instruction.
    pub pc: *const u16,
    /// Slot 0 of the current frame.
    pub fp: *mut Slot,
    pub ctx: *mut Ctx,
    /// Parts of the context that this target keeps in registers.
    pub pinned: Pinned,
    /// The integer accumulator.
    pub acc: usize,
    /// The accumulators of floats. One of them is in use at a time: lowering sees one accumulator.
    ///
    /// FAST: two, because a narrow float in a wide one would have to be widened (`cargo xtask bench host`).
    pub f32_acc: f32,
    /// See `f32_acc`.
    pub f64_acc: f64,
}

/// Parts of the context as the running code sees them: each target keeps its own choice of them in registers, and reads
/// the others from the context.
pub(crate) trait Mirror {
    /// `Ctx::mem_base`.
    fn mem_base(&self) -> *mut u8;
    /// `Ctx::mem_len`.
    fn mem_len(&self) -> usize;
    /// `Ctx::codes`.
    fn codes(&self) -> *const *const u16;
    /// `Ctx::stack_limit`.
    fn stack_limit(&self) -> *mut Slot;
}

/// What follows an instruction.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    /// The instruction at `pc`.
    Next,
    /// The driver: guest code is left.
    Leave(Leave),
    /// What the branch at `pc` leads to.
    #[cfg(dispatch = "matched")]
    Jump,
}

/// Why guest code is left: a number, so that it travels in a register.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leave(pub u32);

impl Leave {
    /// The outermost frame returned.
    pub const DONE: Leave = Leave(0);
    /// The function `exit_data` is called for the first time: lower it, then execute `exit_pc` again.
    pub const LOWER: Leave = Leave(1);
    /// Call the entity `exit_data`, go on at `exit_next`.
    pub const CALL: Leave = Leave(2);
    /// Tail-call the entity `exit_data`; its arguments stand at slot `exit_next`.
    pub const TAIL_CALL: Leave = Leave(3);
    /// Fuel does not suffice for the instruction at `exit_pc`, which takes `exit_data` units.
    pub const OUT_OF_FUEL: Leave = Leave(4);
    /// A function of another instance returned to this one.
    pub const RETURN_ACROSS: Leave = Leave(5);

    /// The call at `exit_pc` could not be made: the stack is at its end, somebody interrupts, or the function is called
    /// for the first time.
    pub const CALL_CHECK: Leave = Leave(6);

    /// The function `exit_data` is native code: call it, and go on behind the instruction.
    pub const NATIVE: Leave = Leave(7);

    /// As `OUT_OF_FUEL`, at the `FuelBy` before a bulk operator, which may be done in pieces.
    pub const OUT_OF_FUEL_BY: Leave = Leave(8);

    const TRAP: u32 = 0x100;

    pub const fn trap(trap: Trap) -> Leave {
        Leave(Leave::TRAP | trap as u32)
    }

    pub const fn as_trap(self) -> Option<Trap> {
        if self.0 & Leave::TRAP != 0 { Trap::from_u8(self.0 as u8) } else { None }
    }
}

impl Step {
    #[inline(always)]
    pub fn trap(trap: Trap) -> Step {
        Step::leave(Leave::trap(trap))
    }

    /// FAST: hides the reason from the optimiser, which otherwise loads all the constants before the match loop's
    /// dispatch (`cargo xtask bench m33`).
    #[inline(always)]
    pub fn leave(leave: Leave) -> Step {
        Step::Leave(Leave(hide_number(leave.0)))
    }
}

impl Regs {
    /// The registers to go on at `pc` in the frame at `fp` with; `acc` is what all accumulators hold, as bits.
    ///
    /// # Safety
    /// `ctx` is the context of the store that is about to run.
    pub unsafe fn new(ctx: *mut Ctx, pc: *const u16, fp: *mut Slot, acc: u64) -> Regs {
        // SAFETY: the caller's promise.
        let pinned = unsafe { Pinned::of(ctx) };
        let (f32_acc, f64_acc) = (f32::from_bits(acc as u32), f64::from_bits(acc));
        Regs { pc, fp, ctx, pinned, acc: acc as usize, f32_acc, f64_acc }
    }

    /// Looks at the current instance's memory again after it may have changed.
    ///
    /// # Safety
    /// `m.ctx` is the running store's context.
    #[inline(always)]
    pub unsafe fn refresh_memory(&mut self) {
        // SAFETY: the caller's promise.
        unsafe {
            (*self.ctx).refresh_memory();
            self.pinned = Pinned::of(self.ctx);
        }
    }

    /// The address of unit `unit` after the head.
    #[inline(always)]
    fn unit(&self, unit: usize) -> *const u16 {
        self.pc.wrapping_add(HEAD_UNITS + unit)
    }

    /// The 16-bit operand at `unit`.
    ///
    /// # Safety
    /// L1 (lowering): the instruction has this operand.
    #[inline(always)]
    pub unsafe fn op16(&self, unit: usize) -> usize {
        // SAFETY: L1; code is aligned to its units.
        usize::from(unsafe { read_ordered(self.unit(unit)) })
    }

    /// The 32-bit operand at `unit`.
    ///
    /// # Safety
    /// As for `op16`.
    #[inline(always)]
    pub unsafe fn op32(&self, unit: usize) -> u32 {
        let at = self.unit(unit).cast::<u32>();
        // SAFETY: L1.
        unsafe { if HEAD_UNITS == 2 { read_ordered(at) } else { at.read_unaligned() } }
    }

    /// The address of the slot that the 16-bit operand at `unit` names.
    ///
    /// # Safety
    /// As for `op16`; L2 (lowering): slots of operands lie inside the frame.
    #[inline(always)]
    pub unsafe fn slot(&self, unit: usize) -> *mut Slot {
        // SAFETY: L1, L2.
        unsafe { self.fp.add(self.op16(unit)) }
    }

    /// Writes a result to the slot that the 16-bit operand at `unit` names, and nowhere else.
    ///
    /// # Safety
    /// As for `slot`.
    #[inline(always)]
    pub unsafe fn put_slot<T: Value>(&mut self, unit: usize, value: T) {
        // SAFETY: the caller's promise.
        unsafe { T::store(self.slot(unit), value.settle()) }
    }

    /// Goes past an instruction of this form.
    #[inline(always)]
    pub fn advance(&mut self, form: Form) {
        self.pc = hide_pc(self.pc.wrapping_add(form.units()));
    }
}

/// Where a source operand is.
pub(crate) trait Src: 'static {
    /// # Safety
    /// As for `Regs::slot`.
    unsafe fn get<T: Value>(m: &Regs, unit: usize) -> T;
}

/// Where a result goes; for branches, which way they go.
pub(crate) trait Dst: 'static {
    /// Whether a branch goes backwards, where the handler knows.
    #[allow(dead_code, reason = "not every dispatch asks")]
    const BACKWARDS: Option<bool>;
    /// # Safety
    /// As for `Regs::slot`.
    unsafe fn put<T: Value>(m: &mut Regs, unit: usize, value: T);
}

/// In the slot that the operand names; a result also in the accumulator of its type.
pub(crate) struct InSlot;
/// In the accumulator of the value's type.
#[allow(dead_code, reason = "not every dispatch asks")]
pub(crate) struct InAcc;
/// In the slot that the operand names; a branch looks which way it goes.
#[cfg_attr(dispatch = "threaded", allow(dead_code))]
pub(crate) struct Plain;

impl Src for InSlot {
    #[inline(always)]
    unsafe fn get<T: Value>(m: &Regs, unit: usize) -> T {
        // SAFETY: the caller's promise.
        unsafe { T::load(m.slot(unit)) }
    }
}

impl Src for InAcc {
    #[inline(always)]
    unsafe fn get<T: Value>(m: &Regs, _: usize) -> T {
        T::from_acc(m)
    }
}

impl Dst for InSlot {
    const BACKWARDS: Option<bool> = Some(false);
    #[inline(always)]
    unsafe fn put<T: Value>(m: &mut Regs, unit: usize, value: T) {
        let value = value.settle();
        // FAST: it costs nothing to leave the value in the accumulator as well, where the next instruction may want it
        // (`cargo xtask bench m33`).
        if !matches!(T::ACC, Acc::None) {
            value.to_acc(m);
        }
        // SAFETY: the caller's promise.
        unsafe { T::store(m.slot(unit), value) }
    }
}

impl Dst for InAcc {
    const BACKWARDS: Option<bool> = Some(true);
    #[inline(always)]
    unsafe fn put<T: Value>(m: &mut Regs, _: usize, value: T) {
        value.to_acc(m);
    }
}

impl Dst for Plain {
    const BACKWARDS: Option<bool> = None;
    #[inline(always)]
    unsafe fn put<T: Value>(m: &mut Regs, unit: usize, value: T) {
        // SAFETY: the caller's promise.
        unsafe { InSlot::put(m, unit, value) }
    }
}
