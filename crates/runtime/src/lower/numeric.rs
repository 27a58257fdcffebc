//! The numeric operators: which instruction each becomes, and the types of its operands and result.

use moteur_wasm::{Op, for_each_numeric};

use super::stack::Class;
use crate::code::op::Instr;

/// A numeric operator's instruction.
#[derive(Clone, Copy)]
pub(super) struct Numeric {
    pub instr: Instr,
    pub binary: bool,
    pub result: Class,
}

macro_rules! numeric_table {
    ($(($op:ident, $meaning:ident, $class:ident, [$in:ident $($second:ident)?] -> $out:ident))*) => {
        const OPS: &[Op] = &[$(Op::$op),*];
        static TABLE: [Numeric; OPS.len()] = [$(Numeric {
            instr: Instr::$op,
            binary: numeric_table!(@ $($second)?),
            result: Class::$out,
        }),*];
    };
    (@) => { false };
    (@ $second:ident) => { true };
}
for_each_numeric!(numeric_table);

const _: () = assert_consecutive(OPS);

/// Tables by operator hold no operators: these stand in the order of their numbers.
pub(super) const fn assert_consecutive(ops: &[Op]) {
    let mut at = 0;
    while at < ops.len() {
        assert!(ops[at] as usize == ops[0] as usize + at);
        at += 1;
    }
}

/// The instruction of a numeric operator, or nothing for the others.
pub(super) fn numeric(op: Op) -> Option<Numeric> {
    TABLE.get((op as usize).wrapping_sub(const { OPS[0] as usize })).copied()
}
