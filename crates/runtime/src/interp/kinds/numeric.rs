//! Numeric instructions: `r[dst] = op(r[a])`, `r[dst] = op(r[a], r[b])`, `r[dst] = op(r[a], imm)`.

use core::marker::PhantomData;

use super::Kind;
use crate::code::layout::Form;
use crate::interp::meaning::{BinaryOp, UnaryOp};
use crate::interp::regs::{Dst, Regs, Src, Step};
use crate::interp::value::{Acc, Value};

/// `r[dst] = op(r[a])`. Operands: a, dst.
pub(crate) struct Unary<O>(PhantomData<O>);

impl<O: UnaryOp> Kind for Unary<O> {
    const FORM: Form = Form::new(0, 2);
    const A: Acc = O::A::ACC;
    const D: Acc = O::R::ACC;
    const COLD: bool = O::TRAPS;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2.
        unsafe {
            match O::eval(A::get(m, 0)) {
                Ok(value) => D::put(m, 1, value),
                Err(trap) => return Step::trap(trap),
            }
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// `r[dst] = op(r[a], r[b])`. Operands: a, b, dst.
pub(crate) struct Binary<O>(PhantomData<O>);

impl<O: BinaryOp> Kind for Binary<O> {
    const FORM: Form = Form::new(0, 3);
    const A: Acc = O::A::ACC;
    const B: Acc = O::A::ACC;
    const D: Acc = O::R::ACC;
    const COLD: bool = O::TRAPS;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2.
        unsafe {
            let a = A::get(m, 0);
            match O::eval(a, B::get(m, 1)) {
                Ok(value) => D::put(m, 2, value),
                Err(trap) => return Step::trap(trap),
            }
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// `r[dst] = op(r[a], imm)`. Operands: imm32, a, dst.
pub(crate) struct BinaryImm<O>(PhantomData<O>);

impl<O: BinaryOp> Kind for BinaryImm<O> {
    const FORM: Form = Form::new(1, 2);
    const A: Acc = O::A::ACC;
    const D: Acc = O::R::ACC;
    const COLD: bool = O::TRAPS;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2.
        unsafe {
            let a = A::get(m, 2);
            match O::eval(a, Value::from_imm(m.op32(0))) {
                Ok(value) => D::put(m, 3, value),
                Err(trap) => return Step::trap(trap),
            }
        }
        m.advance(Self::FORM);
        Step::Next
    }
}
