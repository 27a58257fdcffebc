//! How often a loop goes around, where numbers alone decide that.

use inkwell::IntPredicate;
use inkwell::values::{BasicValueEnum, InstructionOpcode, IntValue, PhiValue};

use crate::flow::{Flow, Loop};
use crate::ranges::{branches, operand};

/// How often the loop goes around at most, if that is known and no more than `max`. It may be left earlier.
///
/// The loop is followed step by step, which is simpler than to get every kind of wrapping around right, and takes no more
/// than `max` steps.
pub fn trips(flow: &Flow<'_>, of: &Loop, max: u64) -> Option<u64> {
    let latch = of.only_latch()?;
    let end = flow.blocks[latch].get_terminator()?;
    let header = flow.blocks[of.header];
    let (goes_on, other) = branches(end)?;
    let goes_on_if = match (goes_on == header, other == header) {
        (true, false) => true,
        (false, true) => false,
        _ => return None,
    };
    let condition = operand(end, 0)?.as_instruction().filter(|found| found.get_opcode() == InstructionOpcode::ICmp)?;
    let predicate = condition.get_icmp_predicate()?;
    let (tested, bound) = (operand(condition, 0)?, operand(condition, 1)?.get_zero_extended_constant()?);
    let counter = counter(flow, of, tested)?;
    let bits = tested.get_type().get_bit_width();
    let mut value = counter.first;
    for times in 1..=max {
        let next = value.wrapping_add(counter.step) & mask(bits);
        let tested = if counter.is_tested_after_step { next } else { value };
        if holds(predicate, tested, bound, bits)? != goes_on_if {
            return Some(times);
        }
        value = next;
    }
    None
}

/// A number that changes by the same each time around.
struct Counter {
    first: u64,
    step: u64,
    /// Whether what is tested is the number for the next time.
    is_tested_after_step: bool,
}

fn counter(flow: &Flow<'_>, of: &Loop, tested: IntValue<'_>) -> Option<Counter> {
    let tested = tested.as_instruction()?;
    let is_tested_after_step = tested.get_opcode() != InstructionOpcode::Phi;
    let phi = if is_tested_after_step { operand(tested, 0)?.as_instruction()? } else { tested };
    if phi.get_opcode() != InstructionOpcode::Phi || phi.get_parent()? != flow.blocks[of.header] {
        return None;
    }
    let (mut first, mut next) = (None, None);
    for (value, from) in PhiValue::try_from(phi).ok()?.get_incomings() {
        let BasicValueEnum::IntValue(value) = value else { return None };
        let is_inside = of.latches.iter().any(|latch| flow.blocks[*latch] == from);
        let place = if is_inside { &mut next } else { &mut first };
        if place.replace(value).is_some_and(|other| other != value) {
            return None;
        }
    }
    let next = next?.as_instruction().filter(|next| next.get_opcode() == InstructionOpcode::Add)?;
    if operand(next, 0)?.as_instruction()? != phi || (is_tested_after_step && next != tested) {
        return None;
    }
    let step = operand(next, 1)?.get_zero_extended_constant()?;
    Some(Counter { first: first?.get_zero_extended_constant()?, step, is_tested_after_step })
}

fn mask(bits: u32) -> u64 {
    u64::MAX >> (64 - bits.clamp(1, 64))
}

/// Whether a comparison of two numbers of so many bits holds.
fn holds(predicate: IntPredicate, a: u64, b: u64, bits: u32) -> Option<bool> {
    if bits > 64 {
        return None;
    }
    let signed = |value: u64| ((value << (64 - bits)) as i64) >> (64 - bits);
    let (x, y) = (signed(a), signed(b));
    Some(match predicate {
        IntPredicate::EQ => a == b,
        IntPredicate::NE => a != b,
        IntPredicate::UGT => a > b,
        IntPredicate::UGE => a >= b,
        IntPredicate::ULT => a < b,
        IntPredicate::ULE => a <= b,
        IntPredicate::SGT => x > y,
        IntPredicate::SGE => x >= y,
        IntPredicate::SLT => x < y,
        IntPredicate::SLE => x <= y,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_those_of_so_many_bits() {
        assert_eq!(holds(IntPredicate::SLT, 0xFF, 0, 8), Some(true));
        assert_eq!(holds(IntPredicate::ULT, 0xFF, 0, 8), Some(false));
        assert_eq!(holds(IntPredicate::SGE, 0x7F, 0, 8), Some(true));
        assert_eq!(holds(IntPredicate::SLT, u64::MAX, 0, 64), Some(true));
        assert_eq!(holds(IntPredicate::EQ, 0, 0, 65), None);
    }
}
