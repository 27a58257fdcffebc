//! Numeric operators. Each arm says in LLVM's language what the function of the operator's row in `moteur_wasm::num` says
//! in Rust.

use inkwell::intrinsics::Intrinsic;
use inkwell::llvm_sys::core::LLVMIsAConstantFP;
use inkwell::types::{BasicType, FloatType, IntType};
use inkwell::values::{AsValueRef, BasicValueEnum, FloatValue, InstructionOpcode, IntValue};
use inkwell::{FloatPredicate, IntPredicate};
use moteur_image::target::Arch;
use moteur_wasm::{Op, Trap};

use super::Result;
use super::function::Translator;
use crate::error::Error;

impl<'c> Translator<'_, 'c, '_> {
    /// Any numeric operator.
    pub fn numeric(&mut self, op: Op) -> Result {
        if let Some(predicate) = int_comparison(op) {
            let (b, a) = (self.pop_int()?, self.pop_int()?);
            let value = self.unit.builder.build_int_compare(predicate, a, b, "")?;
            return self.push_bool(value);
        }
        if let Some(predicate) = float_comparison(op) {
            let (b, a) = (self.pop_float()?, self.pop_float()?);
            let value = self.unit.builder.build_float_compare(predicate, a, b, "")?;
            return self.push_bool(value);
        }
        if self.int_binary(op)? || self.int_unary(op)? || self.float(op)? || self.conversion(op)? {
            return Ok(());
        }
        Err(Error::Unsupported(format!("{} is not compiled", op.name())))
    }

    fn push_bool(&mut self, value: IntValue<'c>) -> Result {
        let value = self.unit.builder.build_int_z_extend(value, self.unit.i32, "")?;
        self.push(value);
        Ok(())
    }

    fn int_binary(&mut self, op: Op) -> Result<bool> {
        use Op::*;
        let is_binary = matches!(
            op,
            I32Add
                | I32Sub
                | I32Mul
                | I32DivS
                | I32DivU
                | I32RemS
                | I32RemU
                | I32And
                | I32Or
                | I32Xor
                | I32Shl
                | I32ShrS
                | I32ShrU
                | I32Rotl
                | I32Rotr
                | I64Add
                | I64Sub
                | I64Mul
                | I64DivS
                | I64DivU
                | I64RemS
                | I64RemU
                | I64And
                | I64Or
                | I64Xor
                | I64Shl
                | I64ShrS
                | I64ShrU
                | I64Rotl
                | I64Rotr
        );
        if !is_binary {
            return Ok(false);
        }
        let (b, a) = (self.pop_int()?, self.pop_int()?);
        let ty = a.get_type();
        let builder = &self.unit.builder;
        let value = match op {
            I32Add | I64Add => builder.build_int_add(a, b, "")?,
            I32Sub | I64Sub => builder.build_int_sub(a, b, "")?,
            I32Mul | I64Mul => builder.build_int_mul(a, b, "")?,
            I32And | I64And => builder.build_and(a, b, "")?,
            I32Or | I64Or => builder.build_or(a, b, "")?,
            I32Xor | I64Xor => builder.build_xor(a, b, "")?,
            I32Shl | I64Shl => builder.build_left_shift(a, self.distance(b)?, "")?,
            I32ShrS | I64ShrS => builder.build_right_shift(a, self.distance(b)?, true, "")?,
            I32ShrU | I64ShrU => builder.build_right_shift(a, self.distance(b)?, false, "")?,
            I32Rotl | I64Rotl => self.intrinsic("llvm.fshl", ty, &[a, a, b])?,
            I32Rotr | I64Rotr => self.intrinsic("llvm.fshr", ty, &[a, a, b])?,
            I32DivU | I64DivU => {
                self.trap_if_zero(b)?;
                builder.build_int_unsigned_div(a, b, "")?
            }
            I32RemU | I64RemU => {
                self.trap_if_zero(b)?;
                builder.build_int_unsigned_rem(a, b, "")?
            }
            I32DivS | I64DivS => {
                self.trap_if_zero(b)?;
                let lowest = ty.const_int(1 << (ty.get_bit_width() - 1), false);
                let is_lowest = builder.build_int_compare(IntPredicate::EQ, a, lowest, "")?;
                let by_minus_one = builder.build_int_compare(IntPredicate::EQ, b, ty.const_all_ones(), "")?;
                self.trap_if(builder.build_and(is_lowest, by_minus_one, "")?, Trap::IntegerOverflow)?;
                builder.build_int_signed_div(a, b, "")?
            }
            _ => {
                // The remainder by -1 is 0, also where the quotient would not fit: that of 1 is the same.
                self.trap_if_zero(b)?;
                let by_minus_one = builder.build_int_compare(IntPredicate::EQ, b, ty.const_all_ones(), "")?;
                let one = ty.const_int(1, false);
                let by = builder.build_select(by_minus_one, one, b, "")?.into_int_value();
                builder.build_int_signed_rem(a, by, "")?
            }
        };
        self.push(value);
        Ok(true)
    }

    /// A shift's distance, modulo the width.
    fn distance(&self, b: IntValue<'c>) -> Result<IntValue<'c>> {
        let mask = b.get_type().const_int(u64::from(b.get_type().get_bit_width() - 1), false);
        Ok(self.unit.builder.build_and(b, mask, "")?)
    }

    fn trap_if_zero(&self, b: IntValue<'c>) -> Result {
        let zero = self.unit.builder.build_int_compare(IntPredicate::EQ, b, b.get_type().const_zero(), "")?;
        self.trap_if(zero, Trap::IntegerDivideByZero)
    }

    fn intrinsic(&self, name: &str, ty: IntType<'c>, arguments: &[IntValue<'c>]) -> Result<IntValue<'c>> {
        let arguments: Vec<_> = arguments.iter().map(|value| BasicValueEnum::from(*value)).collect();
        Ok(self.call_intrinsic(name, ty.into(), &arguments)?.into_int_value())
    }

    fn float_intrinsic(&self, name: &str, arguments: &[FloatValue<'c>]) -> Result<FloatValue<'c>> {
        let ty = arguments.first().map_or(self.unit.f32, |value| value.get_type());
        let arguments: Vec<_> = arguments.iter().map(|value| BasicValueEnum::from(*value)).collect();
        Ok(self.call_intrinsic(name, ty.into(), &arguments)?.into_float_value())
    }

    fn call_intrinsic(
        &self,
        name: &str,
        ty: inkwell::types::BasicTypeEnum<'c>,
        arguments: &[BasicValueEnum<'c>],
    ) -> Result<BasicValueEnum<'c>> {
        let missing = || Error::Llvm(format!("{name} is missing"));
        let intrinsic = Intrinsic::find(name).ok_or_else(missing)?;
        let function = intrinsic.get_declaration(&self.unit.llvm, &[ty]).ok_or_else(missing)?;
        let arguments: Vec<_> = arguments.iter().map(|value| (*value).into()).collect();
        let call = self.unit.builder.build_call(function, &arguments, "")?;
        call.try_as_basic_value().basic().ok_or_else(missing)
    }

    fn int_unary(&mut self, op: Op) -> Result<bool> {
        use Op::*;
        let unit = self.unit;
        let no = unit.i1.const_zero();
        match op {
            I32Eqz | I64Eqz => {
                let a = self.pop_int()?;
                let zero = unit.builder.build_int_compare(IntPredicate::EQ, a, a.get_type().const_zero(), "")?;
                self.push_bool(zero)?;
            }
            I32Clz | I64Clz | I32Ctz | I64Ctz => {
                let a = self.pop_int()?;
                let name = if matches!(op, I32Clz | I64Clz) { "llvm.ctlz" } else { "llvm.cttz" };
                let value = self.intrinsic(name, a.get_type(), &[a, no])?;
                self.push(value);
            }
            I32Popcnt | I64Popcnt => {
                let a = self.pop_int()?;
                let value = self.intrinsic("llvm.ctpop", a.get_type(), &[a])?;
                self.push(value);
            }
            I32Extend8S | I64Extend8S => self.extend_low(unit.i8)?,
            I32Extend16S | I64Extend16S => self.extend_low(unit.i16)?,
            I64Extend32S => self.extend_low(unit.i32)?,
            I32WrapI64 => {
                let a = self.pop_int()?;
                self.push(unit.builder.build_int_truncate(a, unit.i32, "")?);
            }
            I64ExtendI32S => {
                let a = self.pop_int()?;
                self.push(unit.builder.build_int_s_extend(a, unit.i64, "")?);
            }
            I64ExtendI32U => {
                let a = self.pop_int()?;
                self.push(unit.builder.build_int_z_extend(a, unit.i64, "")?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn extend_low(&mut self, low: IntType<'c>) -> Result {
        let a = self.pop_int()?;
        let part = self.unit.builder.build_int_truncate(a, low, "")?;
        self.push(self.unit.builder.build_int_s_extend(part, a.get_type(), "")?);
        Ok(())
    }

    fn float(&mut self, op: Op) -> Result<bool> {
        use Op::*;
        let unit = self.unit;
        let unary = match op {
            F32Abs | F64Abs => Some("llvm.fabs"),
            F32Ceil | F64Ceil => Some("llvm.ceil"),
            F32Floor | F64Floor => Some("llvm.floor"),
            F32Trunc | F64Trunc => Some("llvm.trunc"),
            F32Nearest | F64Nearest => Some("llvm.roundeven"),
            F32Sqrt | F64Sqrt => Some("llvm.sqrt"),
            _ => None,
        };
        if let Some(name) = unary {
            let a = self.pop_float()?;
            let value = self.float_intrinsic(name, &[a])?;
            let value = if matches!(name, "llvm.fabs" | "llvm.sqrt") { value } else { self.quiet(a, value)? };
            self.push(value);
            return Ok(true);
        }
        if matches!(op, F32Neg | F64Neg) {
            let a = self.pop_float()?;
            self.push(unit.builder.build_float_neg(a, "")?);
            return Ok(true);
        }
        let is_binary = matches!(
            op,
            F32Add
                | F32Sub
                | F32Mul
                | F32Div
                | F32Min
                | F32Max
                | F32Copysign
                | F64Add
                | F64Sub
                | F64Mul
                | F64Div
                | F64Min
                | F64Max
                | F64Copysign
        );
        if !is_binary {
            return Ok(false);
        }
        let (b, a) = (self.pop_float()?, self.pop_float()?);
        let (a, b) = (self.hide_identity(a)?, self.hide_identity(b)?);
        let value = match op {
            F32Add | F64Add => unit.builder.build_float_add(a, b, "")?,
            F32Sub | F64Sub => unit.builder.build_float_sub(a, b, "")?,
            F32Mul | F64Mul => unit.builder.build_float_mul(a, b, "")?,
            F32Div | F64Div => unit.builder.build_float_div(a, b, "")?,
            F32Copysign | F64Copysign => self.float_intrinsic("llvm.copysign", &[a, b])?,
            F32Min | F64Min => self.extreme(a, b, FloatPredicate::OLT, true)?,
            _ => self.extreme(a, b, FloatPredicate::OGT, false)?,
        };
        self.push(value);
        Ok(true)
    }

    /// SPEC: a rounding makes a signalling NaN quiet. LLVM's code for RISC-V, which has no instruction for roundings,
    /// leaves what is too large for an integer as it is, and NaN with it.
    fn quiet(&self, a: FloatValue<'c>, rounded: FloatValue<'c>) -> Result<FloatValue<'c>> {
        if self.unit.options.machine.arch != Arch::RiscV64 {
            return Ok(rounded);
        }
        let builder = &self.unit.builder;
        let is_nan = builder.build_float_compare(FloatPredicate::UNO, a, a, "")?;
        let quiet = builder.build_float_add(a, a, "")?;
        Ok(builder.build_select(is_nan, quiet, rounded, "")?.into_float_value())
    }

    /// SPEC: an operation makes a signalling NaN quiet, also one with 0 or 1, which LLVM would drop. So it must not know
    /// these numbers.
    fn hide_identity(&self, a: FloatValue<'c>) -> Result<FloatValue<'c>> {
        // SAFETY: it is a value. Behind a trap that is certain there are constants without a number, which must not be asked.
        let is_number = unsafe { !LLVMIsAConstantFP(a.as_value_ref()).is_null() };
        let constant = if is_number { a.get_constant() } else { None };
        match constant {
            Some((number, _)) if number == 0.0 || number.abs() == 1.0 => self.hide(a),
            _ => Ok(a),
        }
    }

    /// The same number, of which LLVM knows nothing.
    fn hide(&self, a: FloatValue<'c>) -> Result<FloatValue<'c>> {
        let unit = self.unit;
        let builder = &unit.builder;
        let register = match unit.options.machine.arch {
            Arch::X86_64 => Some("=x,0"),
            Arch::AArch64 => Some("=w,0"),
            // Some have none for floats, or not for all.
            Arch::Thumb | Arch::RiscV32 | Arch::RiscV64 => None,
        };
        if let Some(constraints) = register {
            return Ok(self.pass_on(a.into(), constraints)?.into_float_value());
        }
        let hidden = |word: IntValue<'c>| Ok::<_, Error>(self.pass_on(word.into(), "=r,0")?.into_int_value());
        let value = if a.get_type() == unit.f32 {
            builder.build_bit_cast(hidden(builder.build_bit_cast(a, unit.i32, "")?.into_int_value())?, unit.f32, "")?
        } else {
            let bits = builder.build_bit_cast(a, unit.i64, "")?.into_int_value();
            let by = unit.i64.const_int(32, false);
            let high = builder.build_int_truncate(builder.build_right_shift(bits, by, false, "")?, unit.i32, "")?;
            let high = builder.build_int_z_extend(hidden(high)?, unit.i64, "")?;
            let low = builder.build_and(bits, unit.i64.const_int(u64::from(u32::MAX), false), "")?;
            let bits = builder.build_or(builder.build_left_shift(high, by, "")?, low, "")?;
            builder.build_bit_cast(bits, unit.f64, "")?
        };
        Ok(value.into_float_value())
    }

    /// Assembly that does nothing but have the value in a register.
    fn pass_on(&self, value: BasicValueEnum<'c>, constraints: &str) -> Result<BasicValueEnum<'c>> {
        let unit = self.unit;
        let ty = value.get_type().fn_type(&[value.get_type().into()], false);
        let nothing = unit.context.create_inline_asm(ty, String::new(), constraints.into(), false, false, None, false);
        let call = unit.builder.build_indirect_call(ty, nothing, &[value.into()], "")?;
        call.try_as_basic_value().basic().ok_or_else(|| Error::Llvm("no value".into()))
    }

    /// The smaller or the greater: a NaN if one is there, and of zeros the negative one is the smaller.
    fn extreme(&self, a: FloatValue<'c>, b: FloatValue<'c>, wins: FloatPredicate, min: bool) -> Result<FloatValue<'c>> {
        let unit = self.unit;
        let builder = &unit.builder;
        let bits = if a.get_type() == unit.f32 { unit.i32 } else { unit.i64 };
        let of = |value: FloatValue<'c>| Ok::<_, Error>(builder.build_bit_cast(value, bits, "")?.into_int_value());
        let both = if min { builder.build_or(of(a)?, of(b)?, "")? } else { builder.build_and(of(a)?, of(b)?, "")? };
        let both = builder.build_bit_cast(both, a.get_type(), "")?;
        let a_wins = builder.build_float_compare(wins, a, b, "")?;
        let winner = builder.build_select(a_wins, a, b, "")?;
        let equal = builder.build_float_compare(FloatPredicate::OEQ, a, b, "")?;
        let ordered = builder.build_select(equal, both, winner, "")?;
        let unordered = builder.build_float_compare(FloatPredicate::UNO, a, b, "")?;
        let nan = builder.build_float_add(a, b, "")?;
        Ok(builder.build_select(unordered, nan.into(), ordered, "")?.into_float_value())
    }

    fn conversion(&mut self, op: Op) -> Result<bool> {
        use Op::*;
        let unit = self.unit;
        let builder = &unit.builder;
        if let Some((signed, to)) = truncation(op) {
            let to = if to == 32 { unit.i32 } else { unit.i64 };
            let a = self.pop_float()?;
            let saturates = matches!(
                op,
                I32TruncSatF32S
                    | I32TruncSatF32U
                    | I32TruncSatF64S
                    | I32TruncSatF64U
                    | I64TruncSatF32S
                    | I64TruncSatF32U
                    | I64TruncSatF64S
                    | I64TruncSatF64U
            );
            let value =
                if saturates { self.truncate_saturating(a, to, signed)? } else { self.truncate(a, to, signed)? };
            self.push(value);
            return Ok(true);
        }
        match op {
            F32ConvertI32S | F32ConvertI64S => {
                let a = self.pop_int()?;
                self.push(builder.build_signed_int_to_float(a, unit.f32, "")?);
            }
            F32ConvertI32U | F32ConvertI64U => {
                let a = self.pop_int()?;
                self.push(builder.build_unsigned_int_to_float(a, unit.f32, "")?);
            }
            F64ConvertI32S | F64ConvertI64S => {
                let a = self.pop_int()?;
                self.push(builder.build_signed_int_to_float(a, unit.f64, "")?);
            }
            F64ConvertI32U | F64ConvertI64U => {
                let a = self.pop_int()?;
                self.push(builder.build_unsigned_int_to_float(a, unit.f64, "")?);
            }
            F32DemoteF64 => {
                let a = self.pop_float()?;
                // The way there and back is not nothing: it makes a NaN quiet.
                let promoted = a.as_instruction().is_some_and(|from| from.get_opcode() == InstructionOpcode::FPExt);
                let a = if promoted { self.hide(a)? } else { a };
                self.push(builder.build_float_trunc(a, unit.f32, "")?);
            }
            F64PromoteF32 => {
                let a = self.pop_float()?;
                self.push(builder.build_float_ext(a, unit.f64, "")?);
            }
            I32ReinterpretF32 => self.reinterpret(unit.i32.into())?,
            I64ReinterpretF64 => self.reinterpret(unit.i64.into())?,
            F32ReinterpretI32 => self.reinterpret(unit.f32.into())?,
            F64ReinterpretI64 => self.reinterpret(unit.f64.into())?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn reinterpret(&mut self, to: inkwell::types::BasicTypeEnum<'c>) -> Result {
        let a = self.pop()?;
        let value = self.unit.builder.build_bit_cast(a, to, "")?;
        self.stack.push(value);
        Ok(())
    }

    /// Truncates, and ends the guest for a NaN and for what does not fit.
    fn truncate(&self, a: FloatValue<'c>, to: IntType<'c>, signed: bool) -> Result<IntValue<'c>> {
        let builder = &self.unit.builder;
        let nan = builder.build_float_compare(FloatPredicate::UNO, a, a, "")?;
        self.trap_if(nan, Trap::BadConversionToInteger)?;
        let fits = self.fits(a, to, signed)?;
        self.trap_if(builder.build_not(fits, "")?, Trap::IntegerOverflow)?;
        self.convert(a, to, signed)
    }

    /// Truncates; what does not fit becomes the nearest that does, and NaN becomes 0.
    fn truncate_saturating(&self, a: FloatValue<'c>, to: IntType<'c>, signed: bool) -> Result<IntValue<'c>> {
        let builder = &self.unit.builder;
        let bits = to.get_bit_width();
        let ones = to.const_all_ones();
        let (low, high) = match signed {
            true => {
                let lowest = 1 << (bits - 1);
                (to.const_int(lowest, false), to.const_int(lowest - 1, false))
            }
            false => (to.const_zero(), ones),
        };
        let fits = self.fits(a, to, signed)?;
        // Only a number that fits may be converted; any other takes this one's place.
        let zero = a.get_type().const_zero();
        let number = builder.build_select(fits, a, zero, "")?.into_float_value();
        let converted = self.convert(number, to, signed)?;
        let positive = builder.build_float_compare(FloatPredicate::OGT, a, zero, "")?;
        let bound = builder.build_select(positive, high, low, "")?.into_int_value();
        let nan = builder.build_float_compare(FloatPredicate::UNO, a, a, "")?;
        let bound = builder.build_select(nan, to.const_zero(), bound, "")?.into_int_value();
        Ok(builder.build_select(fits, converted, bound, "")?.into_int_value())
    }

    fn convert(&self, a: FloatValue<'c>, to: IntType<'c>, signed: bool) -> Result<IntValue<'c>> {
        Ok(match signed {
            true => self.unit.builder.build_float_to_signed_int(a, to, "")?,
            false => self.unit.builder.build_float_to_unsigned_int(a, to, "")?,
        })
    }

    /// Whether a number, truncated, is in the integer's range. A NaN is not.
    fn fits(&self, a: FloatValue<'c>, to: IntType<'c>, signed: bool) -> Result<IntValue<'c>> {
        let builder = &self.unit.builder;
        let ty: FloatType<'c> = a.get_type();
        let bits = to.get_bit_width();
        let power = |exponent: u32| 2f64.powi(exponent as i32);
        // Every power of two is exact in both types. Where one below the lowest integer is a number too, that is the
        // first that does not fit; elsewhere the lowest integer is the last that does.
        let (low, low_fits, high) = match signed {
            true if bits == 32 && ty == self.unit.f64 => (-power(31) - 1.0, false, power(31)),
            true => (-power(bits - 1), true, power(bits - 1)),
            false => (-1.0, false, power(bits)),
        };
        let low_predicate = if low_fits { FloatPredicate::OGE } else { FloatPredicate::OGT };
        let above = builder.build_float_compare(low_predicate, a, ty.const_float(low), "")?;
        let below = builder.build_float_compare(FloatPredicate::OLT, a, ty.const_float(high), "")?;
        Ok(builder.build_and(above, below, "")?)
    }
}

fn int_comparison(op: Op) -> Option<IntPredicate> {
    use Op::*;
    Some(match op {
        I32Eq | I64Eq => IntPredicate::EQ,
        I32Ne | I64Ne => IntPredicate::NE,
        I32LtS | I64LtS => IntPredicate::SLT,
        I32LtU | I64LtU => IntPredicate::ULT,
        I32GtS | I64GtS => IntPredicate::SGT,
        I32GtU | I64GtU => IntPredicate::UGT,
        I32LeS | I64LeS => IntPredicate::SLE,
        I32LeU | I64LeU => IntPredicate::ULE,
        I32GeS | I64GeS => IntPredicate::SGE,
        I32GeU | I64GeU => IntPredicate::UGE,
        _ => return None,
    })
}

fn float_comparison(op: Op) -> Option<FloatPredicate> {
    use Op::*;
    Some(match op {
        F32Eq | F64Eq => FloatPredicate::OEQ,
        F32Ne | F64Ne => FloatPredicate::UNE,
        F32Lt | F64Lt => FloatPredicate::OLT,
        F32Gt | F64Gt => FloatPredicate::OGT,
        F32Le | F64Le => FloatPredicate::OLE,
        F32Ge | F64Ge => FloatPredicate::OGE,
        _ => return None,
    })
}

/// Whether the result is signed, and its bits.
fn truncation(op: Op) -> Option<(bool, u32)> {
    use Op::*;
    Some(match op {
        I32TruncF32S | I32TruncF64S | I32TruncSatF32S | I32TruncSatF64S => (true, 32),
        I32TruncF32U | I32TruncF64U | I32TruncSatF32U | I32TruncSatF64U => (false, 32),
        I64TruncF32S | I64TruncF64S | I64TruncSatF32S | I64TruncSatF64S => (true, 64),
        I64TruncF32U | I64TruncF64U | I64TruncSatF32U | I64TruncSatF64U => (false, 64),
        _ => return None,
    })
}
