//! Calls and returns.
//!
//! A frame, from low to high addresses; `fp` points at slot 0:
//!
//! ```text
//!   | parameters, later results | link | locals | temporaries ... | arguments of a call = the callee's slot 0 ...
//! ```
//!
//! The first part is as long as the longer of parameters and results. Arguments are built where the callee's frame
//! begins, so a call moves nothing. The link is the address of the instruction after the call; the unit before it is the
//! distance from the caller's frame to the callee's, so the return needs nothing else.

use core::marker::PhantomData;
use core::ptr::NonNull;

use moteur_wasm::Trap;

use super::Kind;
use super::control::interrupted;
use super::data::move_slots;
use crate::code::layout::Form;
use crate::interp::ctx::Ctx;
use crate::interp::regs::{Dst, Leave, Mirror, Regs, Src, Step};
use crate::interp::value::{Acc, Value, read_ordered, settle_ptr};
use crate::slot::Slot;
use crate::store::entity::FuncEntity;

/// Goes on in the frame at `fp` of the function whose code is `code`; `link` is stored at slot `link_slot`.
///
/// # Safety
/// L5: the arguments stand in the frame, and `link` follows an instruction that ends with the frames' distance.
#[inline(always)]
unsafe fn enter(m: &mut Regs, code: *const u16, fp: *mut Slot, link_slot: usize, link: *const u16) -> Step {
    // SAFETY: the frame lies below the stack's limit, which leaves room for every small frame.
    unsafe { fp.add(link_slot).write(link as Slot) };
    m.fp = fp;
    m.pc = code;
    Step::Next
}

/// The code of function `func` of the current instance, or how to get it.
///
/// # Safety
/// L4: `func` is a function that the current instance's module defines.
#[inline(always)]
unsafe fn code_of(m: &Regs, func: usize) -> Result<*const u16, Leave> {
    // SAFETY: L4.
    unsafe {
        let code = *m.codes().wrapping_add(func);
        if code.is_null() {
            (*m.ctx).exit_data = func;
            return Err(Leave::LOWER);
        }
        Ok(code)
    }
}

/// Checks that a callee's frame may begin at `fp`, and that nobody wants the guest to stop.
///
/// # Safety
/// `m` belongs to a running store.
#[inline(always)]
unsafe fn may_enter(m: &Regs, fp: *mut Slot) -> Result<(), Leave> {
    // SAFETY: the caller's promise.
    unsafe {
        if fp > m.stack_limit() {
            return Err(Leave::trap(Trap::StackOverflow));
        }
        if interrupted(m) {
            return Err(Leave::trap(Trap::Interrupted));
        }
    }
    Ok(())
}

/// The function behind element `index` of table `table`, if its type is `type_id`.
///
/// # Safety
/// L4: the table exists.
#[inline(always)]
unsafe fn resolve(m: &Regs, table: usize, index: u32, type_id: u32) -> Result<NonNull<FuncEntity>, Trap> {
    // SAFETY: L4; elements of function tables are null or addresses of entities of the same store.
    unsafe {
        let table = (*(*(*m.ctx).instance).tables.as_ptr().add(table)).as_ref();
        if index as usize >= table.elems.len() {
            return Err(Trap::UndefinedElement);
        }
        let elem = *table.elems.as_ptr().add(index as usize);
        let Some(func) = NonNull::new(elem as *mut FuncEntity) else {
            return Err(Trap::UninitializedElement);
        };
        if func.as_ref().type_id != type_id {
            return Err(Trap::IndirectCallTypeMismatch);
        }
        Ok(func)
    }
}

/// Leaves the guest for a call that the driver makes.
///
/// # Safety
/// `m` belongs to a running store.
#[inline(always)]
unsafe fn leave_for(m: &mut Regs, leave: Leave, func: NonNull<FuncEntity>, next: usize) -> Step {
    // SAFETY: the caller's promise.
    unsafe {
        (*m.ctx).exit_data = func.as_ptr() as usize;
        (*m.ctx).exit_next = next;
    }
    Step::leave(leave)
}

macro_rules! check {
    ($e:expr) => {
        match $e {
            Ok(value) => value,
            Err(leave) => return Step::leave(leave),
        }
    };
}

/// Calls a function that the module defines. Operands: func32, link slot, distance.
///
/// FAST: one reason to leave, which the driver looks into: the hot path needs no register for it.
pub(crate) struct Call;

impl Kind for Call {
    const FORM: Form = Form::new(1, 2);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1 to L5.
        unsafe {
            if interrupted(m) {
                return Step::leave(Leave::CALL_CHECK);
            }
            let code = *m.codes().wrapping_add(m.op32(0) as usize);
            if code.is_null() {
                return Step::leave(Leave::CALL_CHECK);
            }
            // Accumulators are free at calls: this register holds the code meanwhile.
            m.acc = code as usize;
            let fp = m.slot(3);
            if fp > m.stack_limit() {
                return Step::leave(Leave::CALL_CHECK);
            }
            let link_slot = m.op16(2);
            let link = m.pc.wrapping_add(Self::FORM.units());
            enter(m, code, fp, link_slot, link)
        }
    }
}

impl Call {
    /// Why the call at `pc`, in the frame at `fp`, was left, or the function that must be lowered.
    ///
    /// # Safety
    /// Guest code was left at a call.
    pub unsafe fn check(ctx: *mut Ctx, pc: *const u16, fp: *mut Slot) -> Result<u32, Trap> {
        // SAFETY: L1.
        unsafe {
            let m = Regs::new(ctx, pc, fp, 0);
            match may_enter(&m, m.slot(3)) {
                Ok(()) => Ok(m.op32(0)),
                Err(leave) => Err(leave.as_trap().unwrap_or(Trap::StackOverflow)),
            }
        }
    }
}

/// Calls an imported function. Operands: func32, link slot, distance.
pub(crate) struct CallImport;

impl Kind for CallImport {
    const FORM: Form = Form::new(1, 2);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1 to L5.
        unsafe {
            let func = *(*(*m.ctx).instance).funcs.as_ptr().add(m.op32(0) as usize);
            let next = m.pc.wrapping_add(Self::FORM.units()) as usize;
            leave_for(m, Leave::CALL, func, next)
        }
    }
}

/// Calls the function behind a table's element. Operands: type id32, a (index), table, link slot, distance.
pub(crate) struct CallIndirect;

impl Kind for CallIndirect {
    const FORM: Form = Form::new(1, 4);
    const A: Acc = <u32 as Value>::ACC;
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1 to L5.
        unsafe {
            let index = A::get(m, 2);
            let func = check!(resolve(m, m.op16(3), index, m.op32(0)).map_err(Leave::trap));
            let link = m.pc.wrapping_add(Self::FORM.units());
            let FuncEntity { index, instance, .. } = *func.as_ptr();
            if instance != NonNull::new((*m.ctx).instance) {
                return leave_for(m, Leave::CALL, func, link as usize);
            }
            let code = check!(code_of(m, index as usize));
            let fp = m.slot(5);
            check!(may_enter(m, fp));
            let link_slot = m.op16(4);
            enter(m, code, fp, link_slot, link)
        }
    }
}

/// Replaces the frame by one of a function that the module defines. Operands: func32, arguments' slot, arguments' slots,
/// own link slot, callee's link slot.
pub(crate) struct ReturnCall;

impl Kind for ReturnCall {
    const FORM: Form = Form::new(1, 4);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1 to L5.
        unsafe {
            let code = check!(code_of(m, m.op32(0) as usize));
            check!(may_enter(m, m.fp));
            replace_frame(m, code, 2)
        }
    }
}

/// Moves the arguments to the frame's start and enters it. Operands from `unit` on: arguments' slot, arguments' slots,
/// own link slot, callee's link slot.
///
/// # Safety
/// L1 to L5.
#[inline(always)]
unsafe fn replace_frame(m: &mut Regs, code: *const u16, unit: usize) -> Step {
    // SAFETY: the caller's promise; arguments are temporaries, so they lie above both frames' parameters or move down.
    unsafe {
        let link = *m.slot(unit + 2) as *const u16;
        let link_slot = m.op16(unit + 3);
        move_slots(m.slot(unit), m.fp, m.op16(unit + 1));
        enter(m, code, m.fp, link_slot, link)
    }
}

/// Both halves of `exit_next` at a tail call that the driver makes: the arguments' slot, and the own link slot.
pub(crate) const fn tail_next(args_slot: usize, link_slot: usize) -> usize {
    args_slot | link_slot << 16
}

/// Tail-calls an imported function. Operands: func32, arguments' slot, own link slot.
pub(crate) struct ReturnCallImport;

impl Kind for ReturnCallImport {
    const FORM: Form = Form::new(1, 2);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1 to L5.
        unsafe {
            let func = *(*(*m.ctx).instance).funcs.as_ptr().add(m.op32(0) as usize);
            let next = tail_next(m.op16(2), m.op16(3));
            leave_for(m, Leave::TAIL_CALL, func, next)
        }
    }
}

/// Tail-calls the function behind a table's element. Operands: type id32, a (index), table, arguments' slot, arguments'
/// slots, own link slot, callee's link slot.
pub(crate) struct ReturnCallIndirect;

impl Kind for ReturnCallIndirect {
    const FORM: Form = Form::new(1, 6);
    const A: Acc = <u32 as Value>::ACC;
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1 to L5.
        unsafe {
            let index = A::get(m, 2);
            let func = check!(resolve(m, m.op16(3), index, m.op32(0)).map_err(Leave::trap));
            let FuncEntity { index, instance, .. } = *func.as_ptr();
            if instance != NonNull::new((*m.ctx).instance) {
                let next = tail_next(m.op16(4), m.op16(6));
                return leave_for(m, Leave::TAIL_CALL, func, next);
            }
            let code = check!(code_of(m, index as usize));
            check!(may_enter(m, m.fp));
            replace_frame(m, code, 4)
        }
    }
}

/// Goes back to where the link at `link_slot` says.
///
/// # Safety
/// L5.
#[inline(always)]
unsafe fn leave_frame(m: &mut Regs, link_slot: usize) -> Step {
    // SAFETY: L5: the unit before the link is the distance between the frames.
    unsafe {
        let link = *m.fp.add(link_slot) as *const u16;
        m.fp = settle_ptr(m.fp.sub(usize::from(read_ordered(link.sub(1)))));
        m.pc = link;
    }
    Step::Next
}

/// Returns without a result. Operands: link slot.
pub(crate) struct Return;

impl Kind for Return {
    const FORM: Form = Form::new(0, 1);
    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L5.
        unsafe { leave_frame(m, m.op16(0)) }
    }
}

/// Returns `r[a]`, in slot 0 and in the accumulator of its type. Operands: a, link slot.
pub(crate) struct ReturnValue<T>(PhantomData<T>);

impl<T: Value> Kind for ReturnValue<T> {
    const FORM: Form = Form::new(0, 2);
    const A: Acc = T::ACC;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2, L5.
        unsafe {
            let value = A::get::<T>(m, 0);
            value.to_acc(m);
            T::store(m.fp, value);
            leave_frame(m, m.op16(1))
        }
    }
}

/// Returns `count` slots from `r[a]` on. Operands: count32, a, link slot.
pub(crate) struct ReturnSlots;

impl Kind for ReturnSlots {
    const FORM: Form = Form::new(1, 2);
    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2, L5; results are shorter than what lies below the link.
        unsafe {
            move_slots(m.slot(2), m.fp, m.op32(0) as usize);
            leave_frame(m, m.op16(3))
        }
    }
}

/// Sets the locals that are not parameters to zero. Operands: first slot, slots.
pub(crate) struct ZeroLocals;

impl Kind for ZeroLocals {
    const FORM: Form = Form::new(0, 2);
    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1, L2. Volatile: no call of `memset`, which costs a frame.
        unsafe {
            let first = m.slot(0);
            let count = m.op16(1);
            for i in 0..count {
                first.add(i).write_volatile(0);
            }
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// Checks that a frame larger than the red zone fits. Operands: slots32.
pub(crate) struct CheckFrame;

impl Kind for CheckFrame {
    const FORM: Form = Form::new(1, 0);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1; `ctx` is the running store's context.
        unsafe {
            let free = ((*m.ctx).stack_end as usize).saturating_sub(m.fp as usize) / size_of::<Slot>();
            if free < m.op32(0) as usize {
                return Step::trap(Trap::StackOverflow);
            }
        }
        m.advance(Self::FORM);
        Step::Next
    }
}

/// Calls the native code of the function whose frame this is. Operands: func32.
pub(crate) struct CallNative;

impl Kind for CallNative {
    const FORM: Form = Form::new(1, 0);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step {
        // SAFETY: L1; `ctx` is the running store's context.
        unsafe { (*m.ctx).exit_data = m.op32(0) as usize };
        Step::leave(Leave::NATIVE)
    }
}

/// Where the outermost frame returns to: leaves the guest.
pub(crate) struct Done;

impl Kind for Done {
    const FORM: Form = Form::new(0, 0);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(_: &mut Regs) -> Step {
        Step::leave(Leave::DONE)
    }
}

/// Where a frame returns to that was called from another instance.
pub(crate) struct ReturnAcross;

impl Kind for ReturnAcross {
    const FORM: Form = Form::new(0, 0);
    const COLD: bool = true;

    #[inline(always)]
    unsafe fn run<A: Src, B: Src, D: Dst>(_: &mut Regs) -> Step {
        Step::leave(Leave::RETURN_ACROSS)
    }
}
