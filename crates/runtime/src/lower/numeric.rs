//! The numeric operators: which instruction each becomes, and the types of its operands and result.

use moteur_wasm::{Op, ValType, for_each_numeric};

use crate::code::op::Instr;

/// A numeric operator's instruction.
#[derive(Clone, Copy)]
pub(super) struct Numeric {
    pub instr: Instr,
    pub binary: bool,
    pub result: ValType,
}

macro_rules! numeric_table {
    ($(($op:ident, $meaning:ident, $class:ident, [$in:ident $($second:ident)?] -> $out:ident))*) => {
        static TABLE: &[(Op, Numeric)] = &[$((Op::$op, Numeric {
            instr: Instr::$op,
            binary: numeric_table!(@ $($second)?),
            result: ValType::$out,
        })),*];
    };
    (@) => { false };
    (@ $second:ident) => { true };
}
for_each_numeric!(numeric_table);

/// The instruction of a numeric operator, or nothing for the others.
pub(super) fn numeric(op: Op) -> Option<Numeric> {
    // The numeric operators are consecutive: the table's first row says where they begin.
    let first = TABLE.first()?.0 as usize;
    let (found, numeric) = TABLE.get((op as usize).checked_sub(first)?)?;
    debug_assert!(*found == op, "numeric operators are consecutive");
    Some(*numeric)
}
