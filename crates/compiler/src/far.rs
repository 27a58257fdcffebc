//! Places that lie far behind one address, near each other: the first of them becomes an address of its own, so that the
//! others are within what an instruction can add. Static data of a guest begins behind its stack, and each access to it
//! would load its offset into a register first.

use std::collections::HashMap;

use inkwell::builder::Builder;
use inkwell::context::Context;
use inkwell::module::Module as Llvm;
use inkwell::values::{BasicValueEnum, FunctionValue, InstructionOpcode, InstructionValue, Operand, PointerValue};
use moteur_image::target::Arch;

use crate::error::Error;

/// How far an instruction reaches, and what all kinds of loads and stores reach, in bytes.
fn reach(arch: Arch) -> Option<(u64, u64)> {
    match arch {
        // Two words, and floats, have eight bits times four.
        Arch::Thumb => Some((4095, 1020)),
        Arch::RiscV32 | Arch::RiscV64 => Some((2047, 2040)),
        // LLVM does it, or offsets are as wide as they need be.
        Arch::AArch64 | Arch::X86_64 => None,
    }
}

/// A place: its instruction, and how far it is behind the address.
type Place<'c> = (u64, InstructionValue<'c>);

/// Brings places nearer in all functions.
pub fn split<'c>(context: &'c Context, llvm: &Llvm<'c>, arch: Arch) -> Result<(), Error> {
    let Some((far, window)) = reach(arch) else { return Ok(()) };
    let builder = context.create_builder();
    for function in llvm.get_functions() {
        // In the order in which they come, so that the code is always the same.
        let mut by_address: Vec<(PointerValue<'c>, Vec<Place<'c>>)> = Vec::new();
        let mut numbers = HashMap::new();
        for instruction in function.get_basic_block_iter().flat_map(|block| block.get_instructions()) {
            let Some((address, distance)) = place(context, instruction).filter(|(_, distance)| *distance > far) else {
                continue;
            };
            let number = *numbers.entry(address).or_insert_with(|| {
                by_address.push((address, Vec::new()));
                by_address.len() - 1
            });
            by_address[number].1.push((distance, instruction));
        }
        for (address, mut places) in by_address {
            places.sort_by_key(|(distance, _)| *distance);
            let mut rest = &places[..];
            while let Some((first, _)) = rest.first() {
                let (near, others) = rest.split_at(rest.partition_point(|(distance, _)| distance - first <= window));
                if near.len() > 1 {
                    bring(context, &builder, function, address, near)?;
                }
                rest = others;
            }
        }
    }
    Ok(())
}

/// The address, and how far behind it a place is that an instruction computes.
fn place<'c>(context: &'c Context, instruction: InstructionValue<'c>) -> Option<(PointerValue<'c>, u64)> {
    if instruction.get_opcode() != InstructionOpcode::GetElementPtr || instruction.get_num_operands() != 2 {
        return None;
    }
    let in_bytes = instruction.get_gep_source_element_type() == Ok(context.i8_type().into());
    match (instruction.get_operand(0)?, instruction.get_operand(1)?) {
        (Operand::Value(BasicValueEnum::PointerValue(address)), Operand::Value(BasicValueEnum::IntValue(distance)))
            if in_bytes =>
        {
            // What is negative is not far behind.
            let distance = distance.get_zero_extended_constant().filter(|distance| *distance <= i32::MAX as u64)?;
            Some((address, distance))
        }
        _ => None,
    }
}

/// Makes the first place an address, and the others what lies behind it.
fn bring<'c>(
    context: &'c Context,
    builder: &Builder<'c>,
    function: FunctionValue<'c>,
    address: PointerValue<'c>,
    places: &[Place<'c>],
) -> Result<(), Error> {
    let Some(((first, _), behind)) = places.first().zip(behind(function, address)) else { return Ok(()) };
    let byte = context.i8_type();
    let distance = |bytes: u64| context.i32_type().const_int(bytes, false);
    builder.position_before(&behind);
    // SAFETY: an address is computed, in code that is generated; nothing is accessed here.
    let near = unsafe { builder.build_gep(byte, address, &[distance(*first)], "")? };
    for (bytes, place) in places {
        builder.position_before(place);
        // SAFETY: as above.
        let new = unsafe { builder.build_gep(byte, near, &[distance(bytes - first)], "")? };
        if let Some(new) = new.as_instruction() {
            place.replace_all_uses_with(&new);
            place.erase_from_basic_block();
        }
    }
    Ok(())
}

/// The first instruction behind the one that gives an address, where another may stand.
fn behind<'c>(function: FunctionValue<'c>, address: PointerValue<'c>) -> Option<InstructionValue<'c>> {
    let mut at = match address.as_instruction() {
        Some(made) => made.get_next_instruction(),
        None => function.get_first_basic_block()?.get_first_instruction(),
    };
    let stays = [InstructionOpcode::Phi, InstructionOpcode::Alloca];
    while let Some(found) = at.filter(|found| stays.contains(&found.get_opcode())) {
        at = found.get_next_instruction();
    }
    at
}
