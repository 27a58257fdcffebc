//! How large a number can be where it is used: from the operators that make it, from the branches on the way there, and
//! from how the loops around it count.
//!
//! LLVM knows more of that about one number. What it does not do is to carry a bound from one counter of a loop to another,
//! and programs that a compiler has made have several: an index that is compared, and addresses that go along with it.

use inkwell::IntPredicate;
use inkwell::values::{
    BasicValueEnum, CallSiteValue, InstructionOpcode, InstructionValue, IntValue, Operand, PhiValue,
};

use crate::flow::{Flow, Loop};

/// As many steps of reasoning are tried for one number.
const DEPTH_MAX: u32 = 12;
/// As many branches are looked at on the way to a block.
const BRANCHES_MAX: usize = 48;

/// The numbers of a function.
pub struct Ranges<'f, 'c> {
    pub flow: &'f Flow<'c>,
}

/// A comparison that was made on the way, and whether it holds.
#[derive(Clone, Copy)]
struct Known<'c> {
    predicate: IntPredicate,
    a: IntValue<'c>,
    b: IntValue<'c>,
}

/// A number of a loop that is another each time around: what it is at first, and what follows.
struct Counter<'f, 'c> {
    within: &'f Loop,
    /// The block that leads into the loop.
    outside: usize,
    latch: usize,
    first: IntValue<'c>,
    next: InstructionValue<'c>,
}

/// By what a counter changes.
#[derive(Clone, Copy, PartialEq)]
enum Step<'c> {
    /// It gets larger by a number.
    Up(u64),
    /// It gets smaller by a number.
    Down(u64),
    /// It gets smaller by a value times a power of two, which is given by its exponent.
    DownBy(IntValue<'c>, u64),
}

impl<'f, 'c> Ranges<'f, 'c> {
    /// The largest that `value` can be in `block`.
    pub fn upper(&self, value: IntValue<'c>, block: usize) -> u64 {
        self.upper_in(value, block, DEPTH_MAX)
    }

    fn upper_in(&self, value: IntValue<'c>, block: usize, depth: u32) -> u64 {
        let all = mask(value);
        if value.get_type().get_bit_width() > 64 {
            return all;
        }
        if let Some(constant) = value.get_zero_extended_constant() {
            return constant;
        }
        let Some(depth) = depth.checked_sub(1) else { return all };
        let made = value.as_instruction().map_or(all, |made| self.upper_made(made, all, block, depth));
        // It may be known from a branch that it is less than something.
        self.known_at(block).filter_map(|known| below(known, value)).fold(made, |least, (limit, or_equal)| {
            let limit = self.upper_in(limit, block, depth.min(3));
            least.min(if or_equal { limit } else { limit.saturating_sub(1) })
        })
    }

    /// The largest that an instruction can give.
    fn upper_made(&self, made: InstructionValue<'c>, all: u64, block: usize, depth: u32) -> u64 {
        let of = |index: u32| match operand(made, index) {
            Some(value) => self.upper_in(value, block, depth),
            None => all,
        };
        let constant = |index: u32| operand(made, index).and_then(|value| value.get_zero_extended_constant());
        let fits = |result: Option<u64>| result.filter(|result| *result <= all).unwrap_or(all);
        match made.get_opcode() {
            InstructionOpcode::And => of(0).min(of(1)),
            InstructionOpcode::Or | InstructionOpcode::Xor => bits_up_to(of(0) | of(1)),
            InstructionOpcode::Add => fits(of(0).checked_add(of(1))),
            InstructionOpcode::Mul => fits(of(0).checked_mul(of(1))),
            InstructionOpcode::Sub if made.get_no_unsigned_wrap_flag().unwrap_or(false) => of(0),
            InstructionOpcode::Shl => match constant(1) {
                Some(by) if by < 64 => fits(of(0).checked_mul(1 << by)),
                _ => all,
            },
            InstructionOpcode::LShr => constant(1).filter(|by| *by < 64).map_or(all, |by| of(0) >> by),
            InstructionOpcode::UDiv => constant(1).filter(|by| *by != 0).map_or_else(|| of(0), |by| of(0) / by),
            InstructionOpcode::URem => of(0).min(of(1).saturating_sub(1)),
            InstructionOpcode::ZExt => of(0),
            InstructionOpcode::Trunc => of(0).min(all),
            InstructionOpcode::Select => of(1).max(of(2)),
            InstructionOpcode::Call => match called(made) {
                Some("llvm.umin") => of(0).min(of(1)),
                Some("llvm.umax") => of(0).max(of(1)),
                _ => all,
            },
            InstructionOpcode::Phi => self.upper_of_phi(made, depth).unwrap_or(all),
            _ => all,
        }
    }

    fn upper_of_phi(&self, made: InstructionValue<'c>, depth: u32) -> Option<u64> {
        if let Some(counter) = self.counter(made) {
            return self.upper_of_counter(made, &counter, depth);
        }
        let place = self.flow.number(made.get_parent()?)?;
        let mut most = 0;
        for (value, from) in PhiValue::try_from(made).ok()?.get_incomings() {
            let (BasicValueEnum::IntValue(value), Some(from)) = (value, self.flow.number(from)) else { return None };
            // What comes from a loop back here may depend on what is asked for.
            if from >= place {
                return None;
            }
            most = most.max(self.upper_in(value, from, depth));
        }
        Some(most)
    }

    fn upper_of_counter(&self, phi: InstructionValue<'c>, counter: &Counter<'f, 'c>, depth: u32) -> Option<u64> {
        let first = || self.upper_in(counter.first, counter.outside, depth);
        match counter.step(phi)? {
            Step::Up(step) => {
                let last = self.times_max(counter.within, depth)?.checked_mul(step)?;
                first().checked_add(last).filter(|last| *last <= mask(counter.first))
            }
            step if self.stays_positive(phi, counter, step) => Some(first()),
            step => self.has_larger_first(phi, counter, step, depth).then(first),
        }
    }

    /// How often the loop goes around at most after the first time, if one of its counters tells.
    fn times_max(&self, within: &Loop, depth: u32) -> Option<u64> {
        let depth = depth.checked_sub(1)?;
        let counters = self.phis(within).filter_map(|phi| Some((phi, self.counter(phi)?)));
        counters.filter_map(|(phi, counter)| self.times_of(phi, &counter, depth)).min()
    }

    /// A counter that goes up by 1 and is less than a bound at first, until it is equal to that bound, or not less any
    /// more: then its last value is less than the bound.
    fn times_of(&self, phi: InstructionValue<'c>, counter: &Counter<'f, 'c>, depth: u32) -> Option<u64> {
        if counter.step(phi) != Some(Step::Up(1)) {
            return None;
        }
        let next = IntValue::try_from(counter.next).ok()?;
        let bound = self.known_on_way_back(counter).find_map(|known| match known.predicate {
            IntPredicate::NE if known.a == next => Some(known.b),
            IntPredicate::NE if known.b == next => Some(known.a),
            IntPredicate::ULT if known.a == next => Some(known.b),
            IntPredicate::UGT if known.b == next => Some(known.a),
            _ => None,
        })?;
        let is_fixed = match bound.as_instruction().map(|made| made.get_parent()) {
            None => true,
            Some(place) => self.flow.number(place?).is_some_and(|place| !counter.within.body[place]),
        };
        let is_less = match (counter.first.get_zero_extended_constant(), bound.get_zero_extended_constant()) {
            (Some(first), Some(bound)) => first < bound,
            _ => self
                .known_at(counter.outside)
                .any(|known| below(known, counter.first).is_some_and(|(limit, or_equal)| limit == bound && !or_equal)),
        };
        (is_fixed && is_less).then(|| self.upper_in(bound, counter.outside, depth).saturating_sub(1))
    }

    /// Whether a counter that goes down by a step is known to be no less than that before: so it never wraps around.
    fn stays_positive(&self, phi: InstructionValue<'c>, counter: &Counter<'f, 'c>, step: Step<'c>) -> bool {
        let Ok(value) = IntValue::try_from(phi) else { return false };
        self.known_on_way_back(counter).any(|known| {
            let (predicate, other) = match (known.a == value, known.b == value) {
                (true, _) => (known.predicate, known.b),
                (_, true) => (swapped(known.predicate), known.a),
                _ => return false,
            };
            match (predicate, step, other.get_zero_extended_constant()) {
                (IntPredicate::UGE, Step::Down(step), Some(least)) => least >= step,
                (IntPredicate::UGT, Step::Down(step), Some(least)) => least >= step - 1,
                (IntPredicate::NE, Step::Down(1), Some(0)) => true,
                (IntPredicate::UGE | IntPredicate::UGT, Step::DownBy(step, 0), _) => other == step,
                _ => false,
            }
        })
    }

    /// Whether a counter goes down along with another that stays positive, by as many times as much as it is as many
    /// times larger at first, or more: then it stays positive too.
    fn has_larger_first(
        &self,
        phi: InstructionValue<'c>,
        counter: &Counter<'f, 'c>,
        step: Step<'c>,
        depth: u32,
    ) -> bool {
        let mut others = self.phis(counter.within).filter(|other| *other != phi);
        others.any(|other| {
            let Some(companion) = self.counter(other) else { return false };
            let Some(its_step) = companion.step(other) else { return false };
            let factor = match (step, its_step) {
                (Step::Down(step), Step::Down(by)) if by != 0 && step % by == 0 => step / by,
                (Step::DownBy(value, exponent), Step::DownBy(by, 0)) if value == by => 1 << exponent,
                _ => return false,
            };
            self.stays_positive(other, &companion, its_step)
                && self.is_larger(counter.first, companion.first, factor, depth)
        })
    }

    /// Whether `large` is `factor * small` or more, and that product fits: if both are counters of one loop that go up,
    /// the first by `factor` times as much as the second.
    fn is_larger(&self, large: IntValue<'c>, small: IntValue<'c>, factor: u64, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let counter = |value: IntValue<'c>| value.as_instruction().and_then(|phi| Some((phi, self.counter(phi)?)));
        let (Some((large_phi, larger)), Some((small_phi, smaller))) = (counter(large), counter(small)) else {
            return false;
        };
        let (Some(Step::Up(by)), Some(Step::Up(less))) = (larger.step(large_phi), smaller.step(small_phi)) else {
            return false;
        };
        let firsts = (larger.first.get_zero_extended_constant(), smaller.first.get_zero_extended_constant());
        let (Some(first), Some(lesser)) = firsts else { return false };
        let Some(times) = self.times_max(larger.within, depth) else { return false };
        // Neither wraps around.
        let fits = |first: u64, step: u64| {
            let last = step.checked_mul(times).and_then(|steps| steps.checked_add(first));
            last.is_some_and(|last| last <= mask(large))
        };
        large_phi.get_parent() == small_phi.get_parent()
            && Some(by) == less.checked_mul(factor)
            && lesser.checked_mul(factor).is_some_and(|lesser| first >= lesser)
            && fits(first, by)
            && fits(lesser, less)
    }

    /// The phis at the beginning of a loop.
    fn phis(&self, within: &Loop) -> impl Iterator<Item = InstructionValue<'c>> + use<'c> {
        let header = self.flow.blocks[within.header];
        header.get_instructions().take_while(|found| found.get_opcode() == InstructionOpcode::Phi)
    }

    /// What a phi is at first and what follows, if it stands at the beginning of a loop with one way in and one way back.
    fn counter(&self, phi: InstructionValue<'c>) -> Option<Counter<'f, 'c>> {
        if phi.get_opcode() != InstructionOpcode::Phi {
            return None;
        }
        let header = self.flow.number(phi.get_parent()?)?;
        let flow: &'f Flow<'c> = self.flow;
        let within = flow.loops.iter().find(|found| found.header == header)?;
        let latch = within.only_latch().filter(|latch| flow.is_dominated(*latch, header))?;
        let incomings: Vec<_> = PhiValue::try_from(phi).ok()?.get_incomings().collect();
        let [(one, from), (other, otherwise)] = incomings[..] else { return None };
        let (first, next, outside) = match (self.flow.number(from)? == latch, self.flow.number(otherwise)? == latch) {
            (false, true) => (one, other, from),
            (true, false) => (other, one, otherwise),
            _ => return None,
        };
        let (BasicValueEnum::IntValue(first), BasicValueEnum::IntValue(next)) = (first, next) else { return None };
        Some(Counter { within, outside: self.flow.number(outside)?, latch, first, next: next.as_instruction()? })
    }

    /// The comparisons that hold in a block, from the branches that all ways to it take.
    fn known_at(&self, block: usize) -> impl Iterator<Item = Known<'c>> + use<'_, 'f, 'c> {
        let mut at = Some(block);
        let blocks = std::iter::from_fn(move || {
            let block = at?;
            at = (block != 0).then(|| self.flow.dominator(block));
            Some(block)
        });
        blocks.take(BRANCHES_MAX).filter_map(|block| match self.flow.predecessors[block][..] {
            [from] => self.known_from(from, block),
            _ => None,
        })
    }

    /// The comparisons that hold when a loop goes around.
    fn known_on_way_back(&self, counter: &Counter<'_, 'c>) -> impl Iterator<Item = Known<'c>> + use<'_, 'f, 'c> {
        self.known_from(counter.latch, counter.within.header).into_iter().chain(self.known_at(counter.latch))
    }

    /// What holds if one block leads to the other.
    fn known_from(&self, from: usize, to: usize) -> Option<Known<'c>> {
        let branch = self.flow.blocks[from].get_terminator()?;
        let (holds, fails) = branches(branch)?;
        let target = self.flow.blocks[to];
        let is_true = match (holds == target, fails == target) {
            (true, false) => true,
            (false, true) => false,
            _ => return None,
        };
        let compare = operand(branch, 0)?.as_instruction()?;
        let predicate = compare.get_icmp_predicate()?;
        let predicate = if is_true { predicate } else { opposite(predicate) };
        Some(Known { predicate, a: operand(compare, 0)?, b: operand(compare, 1)? })
    }
}

impl<'c> Counter<'_, 'c> {
    fn step(&self, phi: InstructionValue<'c>) -> Option<Step<'c>> {
        let (a, b) = (operand(self.next, 0)?, operand(self.next, 1)?);
        if a.as_instruction() != Some(phi) {
            return None;
        }
        match self.next.get_opcode() {
            InstructionOpcode::Add => {
                let by = b.get_zero_extended_constant()?;
                let all = mask(b);
                Some(if by <= all / 2 { Step::Up(by) } else { Step::Down(all - by + 1) })
            }
            InstructionOpcode::Sub => {
                let shifted = b.as_instruction().filter(|made| made.get_opcode() == InstructionOpcode::Shl);
                let parts = shifted.and_then(|made| {
                    let exponent = operand(made, 1)?.get_zero_extended_constant().filter(|exponent| *exponent < 8)?;
                    Some((operand(made, 0)?, exponent))
                });
                Some(parts.map_or(Step::DownBy(b, 0), |(value, exponent)| Step::DownBy(value, exponent)))
            }
            _ => None,
        }
    }
}

/// Where a branch leads to if its condition holds, and if not.
pub fn branches<'c>(
    branch: InstructionValue<'c>,
) -> Option<(inkwell::basic_block::BasicBlock<'c>, inkwell::basic_block::BasicBlock<'c>)> {
    if branch.get_opcode() != InstructionOpcode::Br || branch.get_num_operands() != 3 {
        return None;
    }
    // LLVM keeps the target for `false` first.
    match (branch.get_operand(2)?, branch.get_operand(1)?) {
        (Operand::Block(holds), Operand::Block(fails)) => Some((holds, fails)),
        _ => None,
    }
}

/// An operand that is a number.
pub fn operand<'c>(instruction: InstructionValue<'c>, index: u32) -> Option<IntValue<'c>> {
    match instruction.get_operand(index)? {
        Operand::Value(BasicValueEnum::IntValue(value)) => Some(value),
        _ => None,
    }
}

/// What a value is below, if that is what a comparison says, and whether it may be equal.
fn below<'c>(known: Known<'c>, value: IntValue<'c>) -> Option<(IntValue<'c>, bool)> {
    let (predicate, other) = match (known.a == value, known.b == value) {
        (true, _) => (known.predicate, known.b),
        (_, true) => (swapped(known.predicate), known.a),
        _ => return None,
    };
    match predicate {
        IntPredicate::ULT => Some((other, false)),
        IntPredicate::ULE | IntPredicate::EQ => Some((other, true)),
        _ => None,
    }
}

/// What holds for two numbers in the other order.
fn swapped(predicate: IntPredicate) -> IntPredicate {
    match predicate {
        IntPredicate::EQ | IntPredicate::NE => predicate,
        IntPredicate::UGT => IntPredicate::ULT,
        IntPredicate::UGE => IntPredicate::ULE,
        IntPredicate::ULT => IntPredicate::UGT,
        IntPredicate::ULE => IntPredicate::UGE,
        IntPredicate::SGT => IntPredicate::SLT,
        IntPredicate::SGE => IntPredicate::SLE,
        IntPredicate::SLT => IntPredicate::SGT,
        IntPredicate::SLE => IntPredicate::SGE,
    }
}

/// What holds if something does not.
fn opposite(predicate: IntPredicate) -> IntPredicate {
    match predicate {
        IntPredicate::EQ => IntPredicate::NE,
        IntPredicate::NE => IntPredicate::EQ,
        IntPredicate::UGT => IntPredicate::ULE,
        IntPredicate::UGE => IntPredicate::ULT,
        IntPredicate::ULT => IntPredicate::UGE,
        IntPredicate::ULE => IntPredicate::UGT,
        IntPredicate::SGT => IntPredicate::SLE,
        IntPredicate::SGE => IntPredicate::SLT,
        IntPredicate::SLT => IntPredicate::SGE,
        IntPredicate::SLE => IntPredicate::SGT,
    }
}

/// The largest number of a value's type.
pub fn mask(value: IntValue<'_>) -> u64 {
    u64::MAX >> (64 - value.get_type().get_bit_width().clamp(1, 64))
}

/// The largest number with no more bits.
fn bits_up_to(number: u64) -> u64 {
    u64::MAX.checked_shr(number.leading_zeros()).unwrap_or(0)
}

/// The intrinsic that is called, without its type.
fn called(call: InstructionValue<'_>) -> Option<&'static str> {
    let function = CallSiteValue::try_from(call).ok()?.get_called_fn_value()?;
    let name = function.get_name().to_bytes();
    ["llvm.umin", "llvm.umax"].into_iter().find(|known| name.starts_with(known.as_bytes()))
}
