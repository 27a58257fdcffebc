//! Merges bounds checks: code that reads several fields of a record checks its address once.
//!
//! A check is `address > length - reach`, and leads to a trap or on. Of two checks of one address on a straight way, the
//! second is needless if it reaches no further. If it does, the first is made to reach as far, unless something happens
//! in between that can be seen: the guest would trap before it, where it should trap after.
//!
//! LLVM does the first only where the constants are equal, and the second never, as it does not know that a trap may come
//! a little earlier. It runs before, to make equal addresses one value, and after, to remove what is decided.

use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::builder::Builder;
use inkwell::context::Context;
use inkwell::module::Module as Llvm;
use inkwell::values::{BasicValueEnum, FunctionValue, InstructionOpcode, InstructionValue, IntValue, Operand};
use moteur_wasm::Trap;

use crate::error::Error;
use crate::prove::ends_with;
use crate::translate::trap_name;

/// The passes that have to run before.
pub const PASSES_BEFORE: &str = "function(mem2reg,instsimplify,early-cse<memssa>)";

/// The most checks that are remembered on a way: each further one is compared with all of them.
const CHECKS_MAX: usize = 256;

/// A check on the present way.
struct Check<'c> {
    compare: InstructionValue<'c>,
    address: IntValue<'c>,
    /// None if that is a number, which the reach is as much less than all ones then as it is itself.
    length: Option<IntValue<'c>>,
    reach: u64,
    /// Whether nothing has happened since that can be seen.
    is_fresh: bool,
}

/// Merges what can be merged in all functions.
pub fn merge<'c>(context: &'c Context, llvm: &Llvm<'c>) -> Result<(), Error> {
    let builder = context.create_builder();
    for function in llvm.get_functions() {
        for block in function.get_basic_blocks() {
            // A way begins where not exactly one other block leads to.
            if predecessors(function, block) != 1 {
                along(context, &builder, function, block)?;
            }
        }
    }
    Ok(())
}

/// How many branches lead to a block; 2 stands for more.
fn predecessors(function: FunctionValue<'_>, block: BasicBlock<'_>) -> usize {
    let _ = function;
    let mut count = 0;
    let mut next = block.get_first_use();
    while let Some(found) = next {
        count += 1;
        if count > 1 {
            break;
        }
        next = found.get_next_use();
    }
    count
}

/// Follows a way from block to block, as long as there is only one.
fn along<'c>(
    context: &'c Context,
    builder: &Builder<'c>,
    function: FunctionValue<'c>,
    begin: BasicBlock<'c>,
) -> Result<(), Error> {
    let trap = trap_name(Trap::MemoryOutOfBounds);
    let mut checks: Vec<Check<'c>> = Vec::new();
    let mut at = Some(begin);
    while let Some(block) = at {
        at = None;
        for instruction in block.get_instructions() {
            if has_effect(instruction) {
                checks.iter_mut().for_each(|check| check.is_fresh = false);
            }
        }
        let Some(branch) = block.get_terminator() else { break };
        let targets = targets(branch);
        match targets.as_slice() {
            [only] if predecessors(function, *only) == 1 => at = Some(*only),
            [bad, good] if is_trap(*bad) && predecessors(function, *good) == 1 => {
                at = Some(*good);
                let Some(check) = check(branch).filter(|_| ends_with(*bad, &trap)) else {
                    // Another trap, which must stay the first.
                    checks.iter_mut().for_each(|check| check.is_fresh = false);
                    continue;
                };
                let known =
                    checks.iter_mut().find(|known| known.address == check.address && known.length == check.length);
                match known {
                    Some(known) if known.reach >= check.reach => decide(context, branch),
                    Some(known) if known.is_fresh => {
                        widen(builder, known, check.reach)?;
                        decide(context, branch);
                    }
                    Some(known) => *known = check,
                    None => {
                        // The one that is longest ago is the least likely to be asked for again.
                        if checks.len() >= CHECKS_MAX {
                            checks.remove(0);
                        }
                        checks.push(check);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Where a branch leads to.
fn targets<'c>(branch: InstructionValue<'c>) -> Vec<BasicBlock<'c>> {
    if branch.get_opcode() != InstructionOpcode::Br {
        return Vec::new();
    }
    let blocks = (0..branch.get_num_operands()).filter_map(|index| match branch.get_operand(index)? {
        Operand::Block(block) => Some(block),
        Operand::Value(_) => None,
    });
    let mut blocks: Vec<_> = blocks.collect();
    // LLVM keeps the target for `false` first.
    blocks.reverse();
    blocks
}

/// Whether a block does nothing but end the guest.
fn is_trap(block: BasicBlock<'_>) -> bool {
    block.get_terminator().is_some_and(|end| end.get_opcode() == InstructionOpcode::Unreachable)
}

/// Whether it can be seen that an instruction was executed.
fn has_effect(instruction: InstructionValue<'_>) -> bool {
    match instruction.get_opcode() {
        InstructionOpcode::Store | InstructionOpcode::Call => true,
        InstructionOpcode::Load => instruction.get_volatile().unwrap_or(true),
        _ => false,
    }
}

/// The check that a branch makes, if it is one.
fn check<'c>(branch: InstructionValue<'c>) -> Option<Check<'c>> {
    let compare = int(branch, 0)?.as_instruction()?;
    if compare.get_opcode() != InstructionOpcode::ICmp || compare.get_icmp_predicate()? != IntPredicate::UGT {
        return None;
    }
    let (address, last) = (int(compare, 0)?, int(compare, 1)?);
    if let Some(last) = last.get_zero_extended_constant() {
        return Some(Check { compare, address, length: None, reach: u64::MAX - last, is_fresh: true });
    }
    let last = last.as_instruction()?;
    if last.get_opcode() != InstructionOpcode::Sub && last.get_opcode() != InstructionOpcode::Add {
        return None;
    }
    let (length, reach) = (int(last, 0)?, int(last, 1)?);
    let bits = reach.get_type().get_bit_width();
    let constant = reach.get_zero_extended_constant()?;
    let reach = match last.get_opcode() {
        InstructionOpcode::Sub => constant,
        // A subtraction is an addition of what is negative to LLVM.
        _ => constant.wrapping_neg() & (u64::MAX >> (64 - bits)),
    };
    Some(Check { compare, address, length: Some(length), reach, is_fresh: true })
}

fn int<'c>(instruction: InstructionValue<'c>, operand: u32) -> Option<IntValue<'c>> {
    match instruction.get_operand(operand)? {
        Operand::Value(BasicValueEnum::IntValue(value)) => Some(value),
        _ => None,
    }
}

/// Says that a check passes.
fn decide(context: &Context, branch: InstructionValue<'_>) {
    branch.set_operand(0, context.bool_type().const_zero());
}

/// Lets a check reach further. Others may use its subtraction, so it gets one of its own.
fn widen<'c>(builder: &Builder<'c>, known: &mut Check<'c>, reach: u64) -> Result<(), Error> {
    builder.position_before(&known.compare);
    let ty = known.address.get_type();
    let last = match known.length {
        Some(length) => builder.build_int_nuw_sub(length, ty.const_int(reach, false), "")?,
        None => ty.const_int(u64::MAX - reach, false),
    };
    known.compare.set_operand(1, last);
    known.reach = reach;
    Ok(())
}
