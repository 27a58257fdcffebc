//! Leaves out bounds checks that cannot fail: because of what the address is made of ([`crate::ranges`]), or because an
//! address near it was checked before.
//!
//! Memory never shrinks. So whoever passed a check of `address > length - reach` knows for good that `address + reach` is
//! inside. That holds too for what lies up to `reach` behind `address`, such as an element of an array in a frame whose
//! end was checked.

use std::collections::HashMap;

use inkwell::IntPredicate;
use inkwell::context::Context;
use inkwell::module::Module as Llvm;
use inkwell::values::{CallSiteValue, FunctionValue, InstructionOpcode, InstructionValue, IntValue};
use moteur_wasm::Trap;

use crate::flow::Flow;
use crate::plan::Memory;
use crate::ranges::{Ranges, branches, mask, operand};
use crate::translate::trap_name;

/// The passes that have to run before: callers and callees become one, and numbers what they are.
pub const PASSES_BEFORE: &str = "cgscc(inline),globaldce,function(sroa,early-cse<memssa>,instcombine<no-verify-fixpoint>,simplifycfg,loop-simplify)";

/// As many checks of one number are remembered.
const FACTS_MAX: usize = 64;
/// As many additions are looked through for what an address is made of.
const TERMS_MAX: u32 = 8;

/// What a check is known by.
struct Known {
    memory: Memory,
    /// The name of the function that ends the guest if an address is outside.
    trap: String,
    /// The kind of metadata that says in which range a number is that is loaded.
    range_kind: u32,
}

/// A check: the guest ends if `address + reach` is more than the memory has.
struct Check<'c> {
    branch: InstructionValue<'c>,
    /// The block where it has passed.
    passed: usize,
    /// Whether the branch's condition is one for the trap.
    traps_if: bool,
    address: IntValue<'c>,
    reach: u64,
}

/// What an address is made of: `root + offset + spread`, where the last is any number up to `spread`.
struct Sum<'c> {
    /// `None` for 0.
    root: Option<IntValue<'c>>,
    /// Modulo the width of addresses.
    offset: u64,
    spread: u64,
}

/// An address that was checked: `root + offset + reach` is inside.
struct Fact {
    offset: u64,
    reach: u64,
    passed: usize,
}

/// Leaves out what can be left out in all functions.
pub fn prove<'c>(context: &'c Context, llvm: &Llvm<'c>, memory: Memory) {
    let (trap, range_kind) = (trap_name(Trap::MemoryOutOfBounds), context.get_kind_id("range"));
    let known = Known { memory, trap, range_kind };
    for function in llvm.get_functions().filter(|function| function.count_basic_blocks() > 0) {
        prove_in(context, function, &known);
    }
}

fn prove_in<'c>(context: &'c Context, function: FunctionValue<'c>, by: &Known) {
    let flow = Flow::of(function);
    let ranges = Ranges { flow: &flow };
    let mut facts: HashMap<Option<IntValue<'c>>, Vec<Fact>> = HashMap::new();
    for block in 0..flow.blocks.len() {
        let Some(check) = check(&flow, block, by) else { continue };
        let address = unextended(check.address);
        let is_inside = || {
            let upper = ranges.upper(address, block);
            upper.checked_add(check.reach).is_some_and(|end| end <= by.memory.bytes_min)
        };
        let sum = sum(&ranges, address, block, TERMS_MAX);
        let known = facts.entry(sum.root).or_default();
        let is_known = || {
            known.iter().any(|fact| {
                let distance = sum.offset.wrapping_sub(fact.offset) & mask(address);
                let end = distance.checked_add(sum.spread).and_then(|end| end.checked_add(check.reach));
                end.is_some_and(|end| end <= fact.reach) && flow.is_dominated(block, fact.passed)
            })
        };
        if is_inside() || is_known() {
            let passes = context.bool_type().const_int(u64::from(!check.traps_if), false);
            check.branch.set_operand(0, passes);
        } else if sum.spread == 0 && known.len() < FACTS_MAX {
            known.push(Fact { offset: sum.offset, reach: check.reach, passed: check.passed });
        }
    }
}

/// The check at the end of a block, if there is one.
fn check<'c>(flow: &Flow<'c>, block: usize, by: &Known) -> Option<Check<'c>> {
    let branch = flow.blocks[block].get_terminator()?;
    let (holds, fails) = branches(branch)?;
    let ends = |place| ends_with(place, &by.trap);
    let (traps_if, good) = match (ends(holds), ends(fails)) {
        (true, false) => (true, fails),
        (false, true) => (false, holds),
        _ => return None,
    };
    let passed = flow.number(good)?;
    // Otherwise it may be reached without the check.
    if flow.predecessors[passed][..] != [block] {
        return None;
    }
    let compare = operand(branch, 0)?.as_instruction()?;
    let (a, b) = (operand(compare, 0)?, operand(compare, 1)?);
    let (address, last) = match (compare.get_icmp_predicate()?, traps_if) {
        (IntPredicate::UGT, true) | (IntPredicate::ULE, false) => (a, b),
        (IntPredicate::ULT, true) | (IntPredicate::UGE, false) => (b, a),
        _ => return None,
    };
    let reach = reach(last, by)?;
    Some(Check { branch, passed, traps_if, address, reach })
}

/// By how much `last` is less than the memory's length, which is not more than it has at least.
fn reach(last: IntValue<'_>, by: &Known) -> Option<u64> {
    // Where the length never changes, the difference is a number.
    if let Some(last) = last.get_zero_extended_constant() {
        return by.memory.bytes_min.checked_sub(last).filter(|_| by.memory.is_fixed);
    }
    let made = last.as_instruction()?;
    let constant = operand(made, 1)?.get_zero_extended_constant()?;
    let reach = match made.get_opcode() {
        InstructionOpcode::Sub => constant,
        // A subtraction is an addition of what is negative to LLVM.
        InstructionOpcode::Add => constant.wrapping_neg() & mask(last),
        _ => return None,
    };
    let length = operand(made, 0)?.as_instruction()?;
    // Nothing else that is loaded has a range.
    let is_length = length.get_opcode() == InstructionOpcode::Load && length.get_metadata(by.range_kind).is_some();
    (is_length && reach <= by.memory.bytes_min).then_some(reach)
}

/// Whether a block does nothing but call the function of that name, which does not return.
pub fn ends_with(block: inkwell::basic_block::BasicBlock<'_>, name: &str) -> bool {
    let is_call = |found: InstructionValue<'_>| {
        let function = CallSiteValue::try_from(found).ok().and_then(|call| call.get_called_fn_value());
        function.is_some_and(|function| function.get_name().to_bytes() == name.as_bytes())
    };
    let ends = block.get_terminator().is_some_and(|end| end.get_opcode() == InstructionOpcode::Unreachable);
    ends && block
        .get_first_instruction()
        .is_some_and(|first| first.get_opcode() == InstructionOpcode::Call && is_call(first))
}

/// A guest's address, without what makes it as wide as one of the machine.
fn unextended(address: IntValue<'_>) -> IntValue<'_> {
    let made = address.as_instruction().filter(|made| made.get_opcode() == InstructionOpcode::ZExt);
    made.and_then(|made| operand(made, 0)).unwrap_or(address)
}

/// What an address is made of. Only one part of it may be any number.
fn sum<'c>(ranges: &Ranges<'_, 'c>, value: IntValue<'c>, block: usize, terms: u32) -> Sum<'c> {
    let whole = Sum { root: Some(value), offset: 0, spread: 0 };
    if let Some(offset) = value.get_zero_extended_constant() {
        return Sum { root: None, offset, spread: 0 };
    }
    let Some(made) = value.as_instruction().filter(|_| terms > 0) else { return whole };
    let adds = match made.get_opcode() {
        InstructionOpcode::Add => true,
        InstructionOpcode::Or => made.get_disjoint_flag().unwrap_or(false),
        _ => false,
    };
    let (Some(a), Some(b), true) = (operand(made, 0), operand(made, 1), adds) else { return whole };
    if let Some(by) = b.get_zero_extended_constant() {
        let rest = sum(ranges, a, block, terms - 1);
        return Sum { offset: rest.offset.wrapping_add(by) & mask(value), ..rest };
    }
    // The part that is small is what spreads.
    let is_small = |upper: u64| upper <= u64::from(u16::MAX);
    let (root, spread) = match (ranges.upper(a, block), ranges.upper(b, block)) {
        (_, upper) if is_small(upper) => (a, upper),
        (upper, _) if is_small(upper) => (b, upper),
        _ => return whole,
    };
    let rest = sum(ranges, root, block, terms - 1);
    Sum { spread: rest.spread.saturating_add(spread), ..rest }
}
