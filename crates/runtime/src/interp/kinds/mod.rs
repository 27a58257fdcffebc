//! What instructions do: one kind for each form of instruction, generic over operators and over where operands are.
//!
//! Both dispatchers run these bodies. Operands are read in the order of registers' lives, results last; see `regs`.

pub(crate) mod call;
pub(crate) mod control;
pub(crate) mod data;
pub(crate) mod memory;
pub(crate) mod numeric;
pub(crate) mod table;

use crate::code::layout::Form;

use super::regs::{Dst, Regs, Src, Step};
use super::value::Acc;

/// A form of instruction.
pub(crate) trait Kind: 'static {
    /// How many operands there are. The kind's documentation lists them in order.
    const FORM: Form;
    /// The accumulator that operand A may be in.
    const A: Acc = Acc::None;
    /// The accumulator that operand B may be in.
    const B: Acc = Acc::None;
    /// The accumulator that the result may go to.
    const D: Acc = Acc::None;
    /// A branch: handlers are chosen by its direction.
    #[allow(dead_code, reason = "not every dispatch asks")]
    const BRANCH: bool = false;
    /// Whether `run` may leave guest code or calls a function of the runtime, so that its handler has a cold block.
    #[allow(dead_code, reason = "not every dispatch asks")]
    const COLD: bool = false;

    /// Executes the instruction at `m.pc`.
    ///
    /// # Safety
    /// L1 to L4 (lowering): the code was made for the current instance's module, `m` is as the driver or the previous
    /// instruction left it, and `A`, `B`, `D` are what the instruction's head stands for.
    unsafe fn run<A: Src, B: Src, D: Dst>(m: &mut Regs) -> Step;
}
