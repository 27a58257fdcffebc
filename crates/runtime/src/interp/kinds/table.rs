//! The operators of tables and of references to functions.

use super::Kind;
use super::memory::bulk_kind;
use crate::code::layout::Form;
use crate::interp::regs::{Dst, Regs, Src, Step};
use crate::interp::value::{Value, Word};
use crate::store::bulk;

bulk_kind! {
    TableInit, 2, |inst, m, a, b, c| {
        // The items before the first one have to be read, too.
        (*m.ctx).close_slice();
        bulk::table_init(inst, m.op32(0), m.op32(2), a, b, c)
    };
    TableCopy, 2, |inst, m, a, b, c| bulk::table_copy(inst, m.op32(0), m.op32(2), a, b, c);
}

/// `r[dst] = table[r[a]]`. Operands: table32, a, dst.
pub(crate) struct TableGet;

impl Kind for TableGet {
    const FORM: Form = Form::new(1, 2);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2; the instance is the current one.
        unsafe {
            match bulk::table_get(&*(*m.ctx).instance, m.op32(0), A::get(m, 2)) {
                Ok(elem) => m.put_slot(3, elem as Word),
                Err(trap) => return Step::trap(trap),
            }
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// `table[r[a]] = r[b]`. Operands: table32, a, b.
pub(crate) struct TableSet;

impl Kind for TableSet {
    const FORM: Form = Form::new(1, 2);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2; the instance is the current one.
        unsafe {
            let elem = B::get::<Word>(m, 3) as usize;
            if let Err(trap) = bulk::table_set(&*(*m.ctx).instance, m.op32(0), A::get(m, 2), elem) {
                return Step::trap(trap);
            }
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// `r[dst] = size of the table`. Operands: table32, dst.
pub(crate) struct TableSize;

impl Kind for TableSize {
    const FORM: Form = Form::new(1, 1);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2; the instance is the current one.
        unsafe {
            let size = bulk::table_size(&*(*m.ctx).instance, m.op32(0));
            m.put_slot(2, size);
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// `r[dst] = table.grow(r[a], r[b])`: the initial element, then the number of elements. Operands: table32, a, b, dst.
pub(crate) struct TableGrow;

impl Kind for TableGrow {
    const FORM: Form = Form::new(1, 3);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2; the instance is the current one.
        unsafe {
            let elem = A::get::<Word>(m, 2) as usize;
            let old = bulk::table_grow(&*(*m.ctx).instance, m.op32(0), elem, B::get(m, 3));
            (*m.ctx).close_slice();
            m.put_slot(4, old);
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// Fills `r[at + 2]` elements from `r[at]` on with `r[at + 1]`. Operands: table32, at.
pub(crate) struct TableFill;

impl Kind for TableFill {
    const FORM: Form = Form::new(1, 1);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2; the instance is the current one.
        unsafe {
            let at = m.slot(2);
            let elem = Word::load(at.add(1)) as usize;
            let (start, len) = (u32::load(at), u32::load(at.add(2)));
            if let Err(trap) = bulk::table_fill(&*(*m.ctx).instance, m.op32(0), start, elem, len) {
                return Step::trap(trap);
            }
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// Drops an element segment. Operands: elem32.
pub(crate) struct ElemDrop;

impl Kind for ElemDrop {
    const FORM: Form = Form::new(1, 0);
    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1; the instance is the current one, and nothing else looks at its bits now.
        unsafe { bulk::elem_drop(&mut *(*m.ctx).instance, m.op32(0)) }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// `r[dst] = reference to the function`. Operands: func32, dst.
pub(crate) struct RefFunc;

impl Kind for RefFunc {
    const FORM: Form = Form::new(1, 1);
    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2; L4: the function exists.
        unsafe {
            let funcs = (*(*m.ctx).instance).funcs.as_ptr();
            let func = *funcs.add(m.op32(0) as usize);
            m.put_slot(2, func.as_ptr() as usize as Word);
        }
        m.advance(Self::FORM);
        Step::Next
    }
}
