//! What guests pay for what they execute: stated once for interpreter and compiler, so that the same guest leaves the
//! same fuel either way.

use crate::op::Op;

/// Units of a run of operators without branch targets that are taken at once: what is left of a longer one is another
/// run. So this much fuel lets every guest go on, but at an operator that costs more alone.
pub const RUN_UNITS: u32 = 256;

/// Values, bytes or elements that are moved or zeroed for one unit: about what the dearest operators' time moves.
pub const MOVED_PER_UNIT: u32 = 64;

/// What an operator costs that moves so many values: those that a branch brings to its label, or a call to its function.
pub const fn of_operator(op: Op, values: usize) -> u32 {
    match op {
        Op::Nop | Op::Block | Op::End | Op::Else => 0,
        _ => 1 + of_moved(values),
    }
}

/// What it costs to enter a function: its locals, parameters not counted, are zeroed, and its results moved in the end.
pub const fn of_function(locals: usize, results: usize) -> u32 {
    of_moved(locals) + of_moved(results)
}

/// Counts are bounded by `limits`, which is far less than 32 bits hold.
const fn of_moved(values: usize) -> u32 {
    values as u32 / MOVED_PER_UNIT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits;

    #[test]
    fn what_moves_few_values_costs_one() {
        for (op, values, cost) in [
            (Op::I32Add, 0, 1),
            (Op::Nop, 0, 0),
            (Op::End, 1000, 0),
            (Op::Br, 63, 1),
            (Op::Br, 64, 2),
            (Op::Call, 1000, 16),
        ] {
            assert_eq!(of_operator(op, values), cost, "{op:?} {values}");
        }
        assert_eq!(of_function(0, 0), 0);
        assert_eq!(of_function(63, 63), 0);
        assert_eq!(of_function(limits::LOCALS as usize, limits::RESULTS as usize), 781 + 15);
    }
}
