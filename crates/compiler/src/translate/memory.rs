//! Loads, stores and what else concerns linear memory.
//!
//! An access at `address + offset` of `size` bytes reaches `address + reach`, with `reach = offset + size`. Memory never
//! shrinks, so where `reach` is no more than its declared minimum, `address > bytes - reach` decides, and the
//! subtraction cannot wrap around.
//!
//! With guard pages nothing is compared, as `reach` ends where addresses without memory end. Then an access may end the
//! guest: it is volatile, so that LLVM neither leaves it out nor changes its place among the others. A memory that is
//! counted in bytes is compared all the same, as it need not end where a page of the processor does.

use inkwell::IntPredicate;
use inkwell::types::{BasicTypeEnum, IntType};
use inkwell::values::{BasicValue, BasicValueEnum, IntValue, PointerValue};
use moteur_image::context::{Field, Width};
use moteur_image::helper::Helper;
use moteur_image::target::Checks;
use moteur_wasm::validate::{Imm, Instr, MemArg};
use moteur_wasm::{MemIdx, MemoryType, Op, PageSize, Trap};

use super::Result;
use super::function::Translator;
use crate::error::Error;

impl<'c> Translator<'_, 'c, '_> {
    /// Operators of memory; `false` if it is none.
    pub fn memory(&mut self, instr: &Instr) -> Result<bool> {
        if let Imm::Access(argument) = instr.imm {
            self.access(instr.op, argument)?;
            return Ok(true);
        }
        let i32 = self.unit.i32;
        match (instr.op, instr.imm) {
            (Op::MemorySize, _) => {
                let bytes = self.memory_bytes()?;
                let shift = self.word(self.memory_type()?.page.log2().into());
                let pages = self.unit.builder.build_right_shift(bytes, shift, false, "")?;
                let pages = self.narrow(pages)?;
                self.push(pages);
            }
            (Op::MemoryGrow, _) => {
                let delta = self.pop()?;
                let old = self.unit.helper(self.ctx, Helper::MemoryGrow, &[delta], Some(i32.into()))?;
                self.stack.extend(old);
            }
            (Op::MemoryFill, _) => self.bulk(Helper::MemoryFill, &[], 3)?,
            (Op::MemoryCopy, _) => self.bulk(Helper::MemoryCopy, &[], 3)?,
            (Op::MemoryInit, Imm::MemoryInit { data, .. }) => self.bulk(Helper::MemoryInit, &[data.0], 3)?,
            (Op::DataDrop, Imm::Data(data)) => {
                let data = i32.const_int(u64::from(data.0), false);
                self.unit.helper(self.ctx, Helper::DataDrop, &[data.into()], None)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A helper that takes constants and then operands, and may fail.
    pub fn bulk(&mut self, helper: Helper, constants: &[u32], operands: usize) -> Result {
        let i32 = self.unit.i32;
        let first = self.stack.len().saturating_sub(operands);
        let mut arguments: Vec<BasicValueEnum<'c>> =
            constants.iter().map(|value| i32.const_int(u64::from(*value), false).into()).collect();
        arguments.extend(self.stack.drain(first..));
        if let Some(BasicValueEnum::IntValue(count)) = arguments.last() {
            self.take_for(*count)?;
        }
        let code = self.unit.helper(self.ctx, helper, &arguments, Some(i32.into()))?;
        let code = code.ok_or_else(|| Error::Llvm("a helper gives no code".into()))?;
        self.trap_with(code.into_int_value())
    }

    pub fn word(&self, value: u64) -> IntValue<'c> {
        self.unit.word.const_int(value, false)
    }

    /// A word as an `i32`.
    pub fn narrow(&self, value: IntValue<'c>) -> Result<IntValue<'c>> {
        Ok(match self.unit.width {
            Width::W32 => value,
            Width::W64 => self.unit.builder.build_int_truncate(value, self.unit.i32, "")?,
        })
    }

    /// An `i32` as a word.
    pub fn widen(&self, value: IntValue<'c>) -> Result<IntValue<'c>> {
        Ok(match self.unit.width {
            Width::W32 => value,
            Width::W64 => self.unit.builder.build_int_z_extend(value, self.unit.i64, "")?,
        })
    }

    fn access(&mut self, op: Op, argument: MemArg) -> Result {
        let (access, signed) = self.access_type(op)?;
        let bytes = access_bytes(access, self.unit.ptr);
        let is_store = op.name().contains("store");
        let value = if is_store { Some(self.pop()?) } else { None };
        let address = self.pop_int()?;
        let (place, may_fault) = self.checked(address, argument.offset, bytes)?;
        let builder = &self.unit.builder;
        if let Some(value) = value {
            let value = match (access, value) {
                (BasicTypeEnum::IntType(narrow), BasicValueEnum::IntValue(value))
                    if narrow.get_bit_width() < value.get_type().get_bit_width() =>
                {
                    builder.build_int_truncate(value, narrow, "")?.into()
                }
                _ => value,
            };
            let store = builder.build_store(place, value)?;
            store.set_alignment(1).map_err(|error| Error::Llvm(format!("{error:?}")))?;
            self.unit.keep_in_order(store)?;
            return self.unit.tag_guest(store);
        }
        let value = builder.build_load(access, place, "")?;
        if let Some(load) = value.as_instruction_value() {
            load.set_alignment(1).map_err(|error| Error::Llvm(format!("{error:?}")))?;
            if may_fault {
                load.set_volatile(true).map_err(|text| Error::Llvm(text.to_string()))?;
            }
            self.unit.tag_guest(load)?;
        }
        let value = match (value, result_type(op, self.unit.i32, self.unit.i64)) {
            (BasicValueEnum::IntValue(value), Some(wide))
                if value.get_type().get_bit_width() < wide.get_bit_width() =>
            {
                match signed {
                    true => builder.build_int_s_extend(value, wide, "")?.into(),
                    false => builder.build_int_z_extend(value, wide, "")?.into(),
                }
            }
            _ => value,
        };
        self.stack.push(value);
        Ok(())
    }

    fn memory_type(&self) -> Result<MemoryType> {
        self.unit.wasm.memory_type(MemIdx(0)).ok_or_else(|| Error::Llvm("no memory".into()))
    }

    /// What an operator reads or writes, and whether it is extended with its sign.
    fn access_type(&self, op: Op) -> Result<(BasicTypeEnum<'c>, bool)> {
        use Op::*;
        let unit = self.unit;
        Ok(match op {
            I32Load8S | I64Load8S => (unit.i8.into(), true),
            I32Load8U | I64Load8U | I32Store8 | I64Store8 => (unit.i8.into(), false),
            I32Load16S | I64Load16S => (unit.i16.into(), true),
            I32Load16U | I64Load16U | I32Store16 | I64Store16 => (unit.i16.into(), false),
            I64Load32S => (unit.i32.into(), true),
            I32Load | I64Load32U | I32Store | I64Store32 => (unit.i32.into(), false),
            I64Load | I64Store => (unit.i64.into(), false),
            F32Load | F32Store => (unit.f32.into(), false),
            F64Load | F64Store => (unit.f64.into(), false),
            _ => return Err(Error::Unsupported(format!("{} is not compiled", op.name()))),
        })
    }

    /// How many bytes the memory has now: a number, if it stays the same.
    fn memory_bytes(&self) -> Result<IntValue<'c>> {
        let memory = self.unit.facts.memory;
        match memory.is_fixed {
            true => Ok(self.word(memory.bytes_min)),
            false => self.unit.field(self.ctx, Field::MemoryBytes),
        }
    }

    /// The address of the bytes that are accessed, which are all inside memory; or whether the access may fault.
    fn checked(&self, address: IntValue<'c>, offset: u64, size: u64) -> Result<(PointerValue<'c>, bool)> {
        let unit = self.unit;
        let builder = &unit.builder;
        let ty = self.memory_type()?;
        let min = ty.bytes_min();
        let reach = offset.saturating_add(size);
        let wide = self.widen(address)?;
        let constant = address.get_zero_extended_constant().and_then(|address| address.checked_add(reach));
        let inside = constant.is_some_and(|end| end <= min);
        // The processor guards pages of its own. A memory that is counted in bytes may end inside one.
        let guarded = unit.options.checks == Checks::GuardPages && ty.page == PageSize::Standard;
        if !guarded && !inside {
            let bytes = self.memory_bytes()?;
            let outside = match unit.width {
                Width::W32 if reach > u64::from(u32::MAX) => unit.i1.const_all_ones(),
                _ if reach <= min => {
                    let last = builder.build_int_nuw_sub(bytes, self.word(reach), "")?;
                    builder.build_int_compare(IntPredicate::UGT, wide, last, "")?
                }
                Width::W32 => {
                    let last = builder.build_int_sub(bytes, self.word(reach), "")?;
                    let beyond = builder.build_int_compare(IntPredicate::UGT, wide, last, "")?;
                    let short = builder.build_int_compare(IntPredicate::ULT, bytes, self.word(reach), "")?;
                    builder.build_or(beyond, short, "")?
                }
                Width::W64 => {
                    let end = builder.build_int_add(wide, self.word(reach), "")?;
                    builder.build_int_compare(IntPredicate::UGT, end, bytes, "")?
                }
            };
            self.trap_if(outside, Trap::MemoryOutOfBounds)?;
        }
        let base = unit.field_pointer(self.ctx, Field::MemoryBase)?;
        // SAFETY: an address is computed, in code that is generated; nothing is accessed here.
        let place = unsafe { builder.build_gep(unit.i8, base, &[wide], "")? };
        // SAFETY: as above.
        let place = unsafe { builder.build_gep(unit.i8, place, &[self.word(offset)], "")? };
        Ok((place, guarded && !inside))
    }
}

fn access_bytes<'c>(ty: BasicTypeEnum<'c>, _: inkwell::types::PointerType<'c>) -> u64 {
    match ty {
        BasicTypeEnum::IntType(ty) => u64::from(ty.get_bit_width()) / 8,
        BasicTypeEnum::FloatType(ty) => u64::from(ty.get_bit_width()) / 8,
        _ => 0,
    }
}

fn result_type<'c>(op: Op, i32: IntType<'c>, i64: IntType<'c>) -> Option<IntType<'c>> {
    match op.name().as_bytes().first_chunk() {
        Some(b"i32") => Some(i32),
        Some(b"i64") => Some(i64),
        _ => None,
    }
}
