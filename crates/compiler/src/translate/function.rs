//! One function: the validator's steps, each turned into instructions. Operands are values, locals are variables in
//! memory that LLVM takes into registers.

use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::types::BasicTypeEnum;
use inkwell::values::{
    BasicMetadataValueEnum, BasicValue, BasicValueEnum, FloatValue, FunctionValue, IntValue, PointerValue,
};
use moteur_image::context::Field;
use moteur_wasm::validate::{FuncValidator, Imm, Instr, Scratch};
use moteur_wasm::{FuncIdx, FuncType, Global, GlobalIdx, Op, Trap};

use super::control::Block;
use super::fuel::Run;
use super::{Result, Unit};
use crate::error::Error;

/// A function on its way into LLVM's language.
pub struct Translator<'u, 'c, 'm> {
    pub unit: &'u Unit<'c, 'm>,
    pub function: FunctionValue<'c>,
    pub ctx: PointerValue<'c>,
    /// The function's type.
    pub ty: FuncType<'m>,
    pub stack: Vec<BasicValueEnum<'c>>,
    pub blocks: Vec<Block<'c>>,
    /// Blocks that began in code that is never reached, if this is some.
    pub dead: Option<u32>,
    /// The run of operators whose fuel is taken at once, if that is counted.
    pub run: Option<Run<'c>>,
    locals: Vec<(PointerValue<'c>, BasicTypeEnum<'c>)>,
}

/// Translates one function.
pub fn translate<'c>(
    unit: &Unit<'c, '_>,
    func: FuncIdx,
    function: FunctionValue<'c>,
    scratch: &mut Scratch<Global>,
) -> Result {
    let mut validator = FuncValidator::new(unit.wasm, unit.bytes, func, scratch)?;
    let entry = unit.context.append_basic_block(function, "");
    unit.builder.position_at_end(entry);
    unit.locate(function, unit.wasm.body(func).map_or(0, |body| body.start as u32));
    let ctx = unit.context_of(function)?;
    unit.keep_context(ctx)?;
    let ty = unit.type_of(func)?;
    let mut translator = Translator::new(unit, function, ctx, ty);
    for (value, ty) in unit.params(ctx, ty, function)?.into_iter().zip(ty.params) {
        translator.add_local(unit.ty(*ty)?, Some(value))?;
    }
    let mut index = ty.params.len() as u32;
    while let Some(ty) = validator.local_type(moteur_wasm::LocalIdx(index)) {
        translator.add_local(unit.ty(ty)?, None)?;
        index += 1;
    }
    translator.begin_function(ty)?;
    let mut next = validator.step()?;
    // Fuel is first taken for operators, not for being called.
    if let Some(instr) = &next {
        unit.locate(function, instr.offset);
    }
    translator.begin_first_run(index as usize - ty.params.len())?;
    while let Some(instr) = next {
        translator.step(&instr)?;
        next = validator.step()?;
    }
    translator.end_run()
}

impl<'u, 'c, 'm> Translator<'u, 'c, 'm> {
    pub fn new(unit: &'u Unit<'c, 'm>, function: FunctionValue<'c>, ctx: PointerValue<'c>, ty: FuncType<'m>) -> Self {
        let (stack, blocks, locals) = (Vec::new(), Vec::new(), Vec::new());
        Translator { unit, function, ctx, ty, stack, blocks, dead: None, run: None, locals }
    }

    fn add_local(&mut self, ty: BasicTypeEnum<'c>, value: Option<BasicValueEnum<'c>>) -> Result {
        let place = self.unit.builder.build_alloca(ty, "")?;
        self.unit.builder.build_store(place, value.unwrap_or_else(|| ty.const_zero()))?;
        self.locals.push((place, ty));
        Ok(())
    }

    fn step(&mut self, instr: &Instr) -> Result {
        self.unit.locate(self.function, instr.offset);
        if self.dead.is_some() {
            return self.step_dead(instr);
        }
        self.count_operator(instr)?;
        if self.control(instr)? || self.memory(instr)? || self.table(instr)? || self.call(instr)? {
            return Ok(());
        }
        match (instr.op, instr.imm) {
            (Op::Nop, _) => {}
            (Op::Drop, _) => {
                self.pop()?;
            }
            (Op::Select | Op::SelectT, _) => self.select()?,
            (Op::LocalGet, Imm::Local(local)) => {
                let (place, ty) = self.local(local.0)?;
                let value = self.unit.builder.build_load(ty, place, "")?;
                self.stack.push(value);
            }
            (Op::LocalSet, Imm::Local(local)) => {
                let value = self.pop()?;
                self.unit.builder.build_store(self.local(local.0)?.0, value)?;
            }
            (Op::LocalTee, Imm::Local(local)) => {
                let value = self.pop()?;
                self.unit.builder.build_store(self.local(local.0)?.0, value)?;
                self.stack.push(value);
            }
            (Op::GlobalGet, Imm::Global(global)) => {
                let (place, ty) = self.global(global)?;
                let value = self.unit.load_runtime(ty, place, 0)?;
                self.stack.push(value);
            }
            (Op::GlobalSet, Imm::Global(global)) => {
                let value = self.pop()?;
                let (place, _) = self.global(global)?;
                // The upper half of a value of 32 bits stays zero, as it was made.
                let store = self.unit.builder.build_store(place, value)?;
                self.unit.keep_in_order(store)?;
            }
            (Op::I32Const, Imm::I32(value)) => self.push(self.unit.i32.const_int(u64::from(value), false)),
            (Op::I64Const, Imm::I64(value)) => self.push(self.unit.i64.const_int(value, false)),
            (Op::F32Const, Imm::F32(bits)) => {
                let bits = self.unit.i32.const_int(u64::from(bits), false);
                self.stack.push(self.unit.builder.build_bit_cast(bits, self.unit.f32, "")?);
            }
            (Op::F64Const, Imm::F64(bits)) => {
                let bits = self.unit.i64.const_int(bits, false);
                self.stack.push(self.unit.builder.build_bit_cast(bits, self.unit.f64, "")?);
            }
            _ => self.numeric(instr.op)?,
        }
        Ok(())
    }

    fn local(&self, index: u32) -> Result<(PointerValue<'c>, BasicTypeEnum<'c>)> {
        self.locals.get(index as usize).copied().ok_or_else(|| Error::Llvm("a local is missing".into()))
    }

    fn global(&self, index: GlobalIdx) -> Result<(PointerValue<'c>, BasicTypeEnum<'c>)> {
        let ty = self.unit.wasm.global_type(index).ok_or_else(|| Error::Llvm("a global is missing".into()))?;
        let list = self.unit.field_pointer(self.ctx, Field::Globals)?;
        let place = self.unit.load_listed(self.unit.ptr.into(), list, index.0)?;
        Ok((place.into_pointer_value(), self.unit.ty(ty.value)?))
    }

    fn select(&mut self) -> Result {
        let condition = self.condition()?;
        let (b, a) = (self.pop()?, self.pop()?);
        let value = self.unit.builder.build_select(condition, a, b, "")?;
        self.stack.push(value);
        Ok(())
    }

    pub fn push(&mut self, value: impl BasicValue<'c>) {
        self.stack.push(value.as_basic_value_enum());
    }

    pub fn pop(&mut self) -> Result<BasicValueEnum<'c>> {
        self.stack.pop().ok_or_else(|| Error::Llvm("no operand".into()))
    }

    pub fn pop_int(&mut self) -> Result<IntValue<'c>> {
        Ok(self.pop()?.into_int_value())
    }

    pub fn pop_float(&mut self) -> Result<FloatValue<'c>> {
        Ok(self.pop()?.into_float_value())
    }

    /// The `i32` on top, as a condition.
    pub fn condition(&mut self) -> Result<IntValue<'c>> {
        let value = self.pop_int()?;
        Ok(self.unit.builder.build_int_compare(IntPredicate::NE, value, value.get_type().const_zero(), "")?)
    }

    pub fn here(&self) -> Result<BasicBlock<'c>> {
        self.unit.here()
    }

    pub fn new_block(&self) -> BasicBlock<'c> {
        self.unit.context.append_basic_block(self.function, "")
    }

    /// Ends the guest.
    pub fn trap(&self, trap: Trap) -> Result {
        let function = self.unit.trap_function(trap)?;
        self.call_trap(function, &[])
    }

    fn call_trap(&self, function: FunctionValue<'c>, more: &[BasicValueEnum<'c>]) -> Result {
        let mut values: Vec<BasicMetadataValueEnum<'c>> = Vec::new();
        if self.unit.context_is_argument() {
            values.push(self.ctx.into());
        }
        values.extend(more.iter().map(|value| BasicMetadataValueEnum::from(*value)));
        let call = self.unit.builder.build_call(function, &values, "")?;
        for attribute in ["noreturn", "nomerge"] {
            call.add_attribute(inkwell::attributes::AttributeLoc::Function, self.unit.attribute(attribute));
        }
        self.unit.builder.build_unreachable()?;
        Ok(())
    }

    /// Ends the guest if `condition` holds, which is not expected.
    pub fn trap_if(&self, condition: IntValue<'c>, trap: Trap) -> Result {
        let (bad, good) = (self.new_block(), self.new_block());
        self.unlikely(condition, bad, good)?;
        self.unit.builder.position_at_end(bad);
        self.trap(trap)?;
        self.unit.builder.position_at_end(good);
        Ok(())
    }

    /// Ends the guest with what a helper returned, if that is not zero.
    pub fn trap_with(&self, code: IntValue<'c>) -> Result {
        let (bad, good) = (self.new_block(), self.new_block());
        let failed = self.unit.builder.build_int_compare(IntPredicate::NE, code, code.get_type().const_zero(), "")?;
        self.unlikely(failed, bad, good)?;
        self.unit.builder.position_at_end(bad);
        self.call_trap(self.unit.trap_with_code()?, &[code.into()])?;
        self.unit.builder.position_at_end(good);
        Ok(())
    }

    fn unlikely(&self, condition: IntValue<'c>, bad: BasicBlock<'c>, good: BasicBlock<'c>) -> Result {
        let branch = self.unit.builder.build_conditional_branch(condition, bad, good)?;
        let context = self.unit.context;
        let weights = [1, 2000].map(|weight| context.i32_type().const_int(weight, false).into());
        let name = context.metadata_string("branch_weights").into();
        let node = context.metadata_node(&[name, weights[0], weights[1]]);
        let kind = context.get_kind_id("prof");
        branch.set_metadata(node, kind).map_err(|text| Error::Llvm(text.to_string()))
    }
}
