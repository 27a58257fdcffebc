//! Moving values: copies, constants, globals, selection.

use core::marker::PhantomData;

use super::Kind;
use crate::code::layout::Form;
use crate::interp::regs::{Dst, Regs, Src, Step};
use crate::interp::value::{Acc, Value};
use crate::slot::Slot;

/// `r[dst] = r[a]`. Leaves accumulators alone. Operands: a, dst.
pub(crate) struct Copy<T>(PhantomData<T>);

impl<T: Value> Kind for Copy<T> {
    const FORM: Form = Form::new(0, 2);
    const A: Acc = T::ACC;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2.
        unsafe {
            let value = A::get::<T>(m, 0);
            m.put_slot(1, value);
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// `r[dst ..] = r[a ..]`, `count` slots; the destination may overlap what lies behind it. Operands: count32, a, dst.
pub(crate) struct CopySlots;

impl Kind for CopySlots {
    const FORM: Form = Form::new(1, 2);
    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2; both ranges lie inside the frame.
        unsafe { move_slots(m.slot(2), m.slot(3), m.op32(0) as usize) }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// Moves slots, first to last, so that a move downwards may overlap.
///
/// # Safety
/// Both ranges are valid.
#[inline(always)]
pub(super) unsafe fn move_slots(from: *const Slot, to: *mut Slot, count: usize) {
    for i in 0..count {
        // SAFETY: the caller's promise. Volatile: no call of `memmove`, which costs a frame.
        unsafe { to.add(i).write_volatile(from.add(i).read_volatile()) }
    }
}

/// `r[dst] = imm`. Leaves accumulators alone. Operands: imm32, dst.
pub(crate) struct Const32;

impl Kind for Const32 {
    const FORM: Form = Form::new(1, 1);
    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2.
        unsafe { m.put_slot(2, m.op32(0)) }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// `r[dst] = imm`, 64 bits wide. Operands: low32, high32, dst.
pub(crate) struct Const64;

impl Kind for Const64 {
    const FORM: Form = Form::new(2, 1);
    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2.
        unsafe {
            let value = u64::from(m.op32(0)) | u64::from(m.op32(2)) << 32;
            m.put_slot(4, value);
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// `r[dst] = global`. Operands: global32, dst.
pub(crate) struct GlobalGet<T>(PhantomData<T>);

impl<T: Value> Kind for GlobalGet<T> {
    const FORM: Form = Form::new(1, 1);
    const D: Acc = T::ACC;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2; L4: the global exists.
        unsafe {
            let global = *(*m.ctx).globals.add(m.op32(0) as usize);
            D::put(m, 2, T::load(global.as_ptr().cast()));
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// `global = r[a]`. Operands: global32, a.
pub(crate) struct GlobalSet<T>(PhantomData<T>);

impl<T: Value> Kind for GlobalSet<T> {
    const FORM: Form = Form::new(1, 1);
    const A: Acc = T::ACC;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2; L4: the global exists. A narrow value leaves the upper half of its 64 bits zero.
        unsafe {
            let value = A::get::<T>(m, 2);
            let global = *(*m.ctx).globals.add(m.op32(0) as usize);
            T::store(global.as_ptr().cast(), value);
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// `r[dst] = r[c] != 0 ? r[x] : r[y]`. Operands: c, x, y, dst.
pub(crate) struct Select<T>(PhantomData<T>);

impl<T: Value> Kind for Select<T> {
    const FORM: Form = Form::new(0, 4);
    const A: Acc = <u32 as Value>::ACC;
    const D: Acc = T::ACC;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2.
        unsafe {
            // FAST: on x86-64 both are read, and neither waits for the condition to know its address
            // (`cargo xtask bench host`, f32). Elsewhere one read less counts more.
            let value = if cfg!(target_arch = "x86_64") {
                let (x, y) = (T::load(m.slot(1)), T::load(m.slot(2)));
                if A::get::<u32>(m, 0) != 0 { x } else { y }
            } else {
                T::load(m.slot(if A::get::<u32>(m, 0) != 0 { 1 } else { 2 }))
            };
            D::put(m, 3, value);
        }
        m.advance(Self::FORM);
        Step::Next
    }
}
