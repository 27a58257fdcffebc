//! Control instructions within a function: branches, traps, metering.
//!
//! A branch's offset counts bytes from the start of the branch: 0 is a branch to itself. Branches backwards or to
//! themselves look at the interrupt flag, so every loop can be stopped.

use core::marker::PhantomData;
use core::sync::atomic::Ordering;

use moteur_wasm::Trap;
use moteur_wasm::fuel::MOVED_PER_UNIT;

use super::Kind;
use crate::code::layout::Form;
use crate::interp::meaning::CompareOp;
use crate::interp::regs::{Dst, Leave, Regs, Src, Step};
use crate::interp::value::{Acc, Value};

/// Whether somebody asked the guest to stop.
///
/// # Safety
/// `m.ctx` is the running store's context.
#[inline(always)]
pub(super) unsafe fn interrupted(m: &Regs) -> bool {
    // SAFETY: the flag lives as long as the store.
    unsafe { (*(*m.ctx).interrupt).load(Ordering::Relaxed) != 0 }
}

/// Takes the branch whose offset is the first operand.
///
/// # Safety
/// L3 (lowering): the offset leads to an instruction of the same function.
#[inline(always)]
unsafe fn jump<D: Dst>(m: &mut Regs) -> Step {
    #[cfg(dispatch = "matched")]
    {
        // One piece of code jumps for all branches.
        let _ = m;
        Step::Jump
    }
    #[cfg(dispatch = "threaded")]
    // SAFETY: L3.
    unsafe {
        // FAST: a handler that knows its direction reads the offset last, when it is needed: one register less.
        if matches!(D::BACKWARDS, Some(true)) && interrupted(m) {
            return Step::trap(Trap::Interrupted);
        }
        m.pc = m.pc.wrapping_byte_offset(m.op32(0) as i32 as isize);
        Step::Next
    }
}

/// Goes by an offset of bytes. Backwards, somebody may have asked the guest to stop.
///
/// # Safety
/// L3 (lowering): the offset leads to an instruction of the same function.
#[inline(always)]
pub(crate) unsafe fn jump_by(m: &mut Regs, offset: i32) -> Step {
    // SAFETY: L3.
    unsafe {
        if offset <= 0 && interrupted(m) {
            return Step::trap(Trap::Interrupted);
        }
    }
    m.pc = m.pc.wrapping_byte_offset(offset as isize);
    Step::Next
}

/// Goes to offset. Operands: offset32.
pub(crate) struct Branch;

impl Kind for Branch {
    const FORM: Form = Form::new(1, 0);
    const BRANCH: bool = true;
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L3.
        unsafe { jump::<D>(m) }
    }
}

/// Goes to offset if `r[a]` is (not) zero. Operands: offset32, a.
pub(crate) struct BranchIf<const NOT_ZERO: bool>;

impl<const NOT_ZERO: bool> Kind for BranchIf<NOT_ZERO> {
    const FORM: Form = Form::new(1, 1);
    const A: Acc = <u32 as Value>::ACC;
    const BRANCH: bool = true;
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1 to L3.
        unsafe {
            if (A::get::<u32>(m, 2) != 0) == NOT_ZERO {
                return jump::<D>(m);
            }
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// Goes to offset if `r[a] op r[b]`. Operands: offset32, a, b.
pub(crate) struct BranchCompare<O>(PhantomData<O>);

impl<O: CompareOp> Kind for BranchCompare<O> {
    const FORM: Form = Form::new(1, 2);
    const A: Acc = O::A::ACC;
    const B: Acc = O::A::ACC;
    const BRANCH: bool = true;
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1 to L3.
        unsafe {
            let a = A::get(m, 2);
            if O::holds(a, B::get(m, 3)) {
                return jump::<D>(m);
            }
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// Goes to offset if `r[a] op imm`. Operands: offset32, imm32, a.
pub(crate) struct BranchCompareImm<O>(PhantomData<O>);

impl<O: CompareOp> Kind for BranchCompareImm<O> {
    const FORM: Form = Form::new(2, 1);
    const A: Acc = O::A::ACC;
    const BRANCH: bool = true;
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1 to L3.
        unsafe {
            let a = A::get(m, 4);
            if O::holds(a, Value::from_imm(m.op32(2))) {
                return jump::<D>(m);
            }
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// Goes to the `r[a]`-th offset of the table behind the instruction, or to the last one. Operands: count32 (without
/// the last one), a; then count + 1 offsets, from the start of the instruction.
pub(crate) struct BranchTable;

impl BranchTable {
    /// Units of the instruction without its table.
    pub const UNITS: usize = BranchTable::FORM.units();
}

impl Kind for BranchTable {
    const FORM: Form = Form::new(1, 1);
    const A: Acc = <u32 as Value>::ACC;
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1 to L3; the index is capped by the table's count.
        unsafe {
            let index = A::get::<u32>(m, 2).min(m.op32(0));
            let offset =
                m.pc.wrapping_add(BranchTable::UNITS).cast::<i32>().wrapping_add(index as usize).read_unaligned();
            jump_by(m, offset)
        }
    }
}

/// Stops the guest. Operands: trap's number32.
pub(crate) struct Stop;

impl Kind for Stop {
    const FORM: Form = Form::new(1, 0);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1.
        Step::leave(Leave(unsafe { m.op32(0) }))
    }
}

/// Takes fuel, or leaves the guest so that it can go on here later. Operands: units32.
pub(crate) struct Fuel;

impl Kind for Fuel {
    const FORM: Form = Form::new(1, 0);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1; `ctx` is the running store's context.
        unsafe { take_fuel(m, m.op32(0), Self::FORM, Leave::OUT_OF_FUEL) }
    }
}

/// Takes fuel and goes past an instruction of this form, or leaves the guest at it.
///
/// # Safety
/// `m.ctx` is the running store's context.
#[inline(always)]
unsafe fn take_fuel(m: &mut Regs, cost: u32, form: Form, otherwise: Leave) -> Step {
    // SAFETY: the caller's promise.
    unsafe {
        match (*m.ctx).fuel.checked_sub(u64::from(cost)) {
            Some(rest) => (*m.ctx).fuel = rest,
            None => {
                (*m.ctx).exit_data = cost as usize;
                return Step::leave(otherwise);
            }
        }
    }
    m.advance(form);
    Step::Next
}

/// Takes a unit of fuel for each [`MOVED_PER_UNIT`] that `r[a]` counts: what the bulk operator behind it costs besides
/// itself. Operands: a, which `Bulk` it is.
pub(crate) struct FuelBy;

impl Kind for FuelBy {
    const FORM: Form = Form::new(0, 2);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2; `ctx` is the running store's context.
        unsafe {
            let cost = u32::load(m.slot(0)) / MOVED_PER_UNIT;
            take_fuel(m, cost, Self::FORM, Leave::OUT_OF_FUEL_BY)
        }
    }
}
