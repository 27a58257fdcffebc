//! Dispatch by tail calls: one function per instruction and per place of its operands, each ending in one jump to the
//! next. An instruction's head is its handler's address.
//!
//! Stable Rust promises no tail calls. They rest on the optimiser, so `cargo xtask dispatch` disassembles every target's
//! handlers, and `build.rs` chooses this file only where they are known to work.

use core::sync::atomic::AtomicU32;

use super::ctx::Ctx;
use super::kinds::Kind;
use super::kinds::call::*;
use super::kinds::control::*;
use super::kinds::data::*;
use super::kinds::memory::*;
use super::kinds::numeric::*;
use super::kinds::table::*;
use super::meaning;
use super::registers::{Handler, handler, jump};
use super::regs::{InAcc, InSlot, Leave, Regs};
use super::value::Acc;
use crate::code::layout::HEAD_UNITS;
use crate::code::op::{Instr, Places, for_each_instr};
use crate::slot::Slot;

/// One handler for each place of the operands: `Places::index` is the index.
type Row = [Handler; Places::COUNT];

/// The handlers of a kind. Places that the kind does not allow hold the plain handler and are never asked for.
const fn row<K: Kind>() -> Row {
    let plain: Handler = handler::<K, InSlot, InSlot, InSlot>;
    let a = !matches!(K::A, Acc::None);
    let b = !matches!(K::B, Acc::None);
    let d = K::BRANCH || !matches!(K::D, Acc::None);
    [
        plain,
        if d { handler::<K, InSlot, InSlot, InAcc> } else { plain },
        if a { handler::<K, InAcc, InSlot, InSlot> } else { plain },
        if a && d { handler::<K, InAcc, InSlot, InAcc> } else { plain },
        if b { handler::<K, InSlot, InAcc, InSlot> } else { plain },
        if b && d { handler::<K, InSlot, InAcc, InAcc> } else { plain },
    ]
}

macro_rules! handlers {
    ($(($name:ident, $kind:ty))*) => { [$(row::<$kind>()),*] };
}
static HANDLERS: [Row; Instr::COUNT] = for_each_instr!(handlers);

/// The units of the head of `instr` with its operands in `places`.
pub(crate) fn head(instr: Instr, places: Places) -> [u16; HEAD_UNITS] {
    let handler = HANDLERS.get(instr as usize).and_then(|row| row.get(places.index()));
    let address = handler.map_or(0, |handler| *handler as usize);
    let mut units = [0; HEAD_UNITS];
    for (i, unit) in units.iter_mut().enumerate() {
        *unit = (address >> (16 * i)) as u16;
    }
    units
}

/// Code that every frame may return to: the distance 0, then one instruction.
#[repr(C)]
pub(crate) struct Landing {
    distance: [u16; HEAD_UNITS],
    head: Handler,
}

impl Landing {
    /// The instruction.
    pub fn pc(&'static self) -> *const u16 {
        (&raw const self.head).cast()
    }
}

/// Leaves the guest.
pub(crate) static DONE: Landing = Landing { distance: [0; HEAD_UNITS], head: handler::<Done, InSlot, InSlot, InSlot> };
/// Leaves an instance.
pub(crate) static RETURN_ACROSS: Landing =
    Landing { distance: [0; HEAD_UNITS], head: handler::<ReturnAcross, InSlot, InSlot, InSlot> };

/// Runs guest code until it is left.
///
/// # Safety
/// `m` is a state that lowering and the driver made.
pub(crate) unsafe fn execute(m: Regs) -> Leave {
    // SAFETY: the caller's promise.
    Leave(unsafe { jump(m) })
}

/// The handler at `pc`, as a number.
///
/// # Safety
/// L1: `pc` points at an instruction.
#[inline(always)]
pub(crate) unsafe fn handler_at(pc: *const u16) -> usize {
    let at = pc.cast::<usize>();
    // SAFETY: L1: the head is a handler's address; where it is as wide as a unit's multiple of two, it is aligned.
    unsafe { if HEAD_UNITS == 2 { at.read_volatile() } else { at.read_unaligned() } }
}

/// Notes where guest code was left.
///
/// # Safety
/// `ctx` is the running store's context.
#[cold]
#[inline(never)]
pub(crate) unsafe extern "C" fn leave(pc: *const u16, fp: *mut Slot, ctx: *mut Ctx, reason: u32) -> u32 {
    let here = 0_u8;
    // SAFETY: the caller's promise.
    unsafe {
        (*ctx).exit_pc = pc;
        (*ctx).exit_fp = fp;
        (*ctx).exit_sp = (&raw const here) as usize;
    }
    reason
}

/// Whether handlers jump to each other in this very program. Where they call, the native stack grows with each
/// instruction of the guest: a program that was linked without optimisation, say, must not run any.
pub(crate) fn handlers_jump() -> bool {
    const BRANCHES: usize = 16;
    const UNITS: usize = Branch::FORM.units();
    /// Branches to the next instruction, by the handler that can leave, then the end.
    #[repr(C, align(8))]
    struct Code([u16; BRANCHES * UNITS + HEAD_UNITS]);

    let mut code = Code([0; BRANCHES * UNITS + HEAD_UNITS]);
    let looping = Places { result_in_acc: true, ..Places::SLOTS };
    let instrs = [(Instr::Br, looping); BRANCHES].into_iter().chain([(Instr::Done, Places::SLOTS)]);
    for (units, (instr, places)) in code.0.chunks_mut(UNITS).zip(instrs) {
        // The offset stands behind the head; the end has none.
        let operands = [2 * UNITS as u16, 0];
        for (unit, value) in units.iter_mut().zip(head(instr, places).into_iter().chain(operands)) {
            *unit = value;
        }
    }
    let interrupt = AtomicU32::new(0);
    let mut ctx = Ctx::new(core::ptr::null_mut(), core::ptr::null_mut(), core::ptr::null());
    ctx.interrupt = &raw const interrupt;
    let mut slot = 0;
    let mut depth = |start: usize| {
        let pc = code.0.as_ptr().wrapping_add(start * UNITS);
        // SAFETY: all instructions lead to the next, the last one leaves.
        unsafe { execute(Regs::new(&raw mut ctx, pc, &raw mut slot, 0)) };
        ctx.exit_sp
    };
    let mut depths = [BRANCHES, 0];
    for start in &mut depths {
        *start = depth(*start);
    }
    depths.first() == depths.last()
}
