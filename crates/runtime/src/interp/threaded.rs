//! Dispatch by tail calls: one function per instruction and per place of its operands, each ending in one jump to the
//! next. An instruction's head is its handler's address.
//!
//! Stable Rust promises no tail calls. They rest on the optimiser, so `cargo xtask dispatch` disassembles every target's
//! handlers, and `build.rs` chooses this file only where they are known to work.

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
