//! Calls. A function of this module is called directly; what else there may be, through the runtime, with a list of words.

use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::llvm_sys::LLVMTailCallKind;
use inkwell::values::{BasicValueEnum, PointerValue};
use moteur_image::context::{Field, FuncField};
use moteur_image::helper::Helper;
use moteur_wasm::validate::{Imm, Instr};
use moteur_wasm::{FuncIdx, FuncType, Op, TableIdx, Trap, TypeIdx};

use super::function::Translator;
use super::tails::{Callee, Tails};
use super::{Result, set_tail};
use crate::error::Error;

impl<'c, 'm> Translator<'_, 'c, 'm> {
    /// Calls; `false` if it is none.
    pub fn call(&mut self, instr: &Instr) -> Result<bool> {
        match (instr.op, instr.imm) {
            (Op::Call, Imm::Func(func)) => self.call_function(func, false)?,
            (Op::ReturnCall, Imm::Func(func)) => self.call_function(func, true)?,
            (Op::CallIndirect, Imm::CallIndirect { ty, table }) => self.call_indirect(ty, table, false)?,
            (Op::ReturnCallIndirect, Imm::CallIndirect { ty, table }) => self.call_indirect(ty, table, true)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn call_function(&mut self, func: FuncIdx, tail: bool) -> Result {
        let ty = self.unit.type_of(func)?;
        let arguments = self.arguments(ty);
        if let Some(function) = self.unit.function(func)? {
            let code = function.as_global_value().as_pointer_value();
            return match self.call_native(Callee::Func(func), code, ty, &arguments, tail)? {
                Some(results) => self.after_results(results, false),
                None => Ok(()),
            };
        }
        let list = self.unit.field_pointer(self.ctx, Field::Funcs)?;
        let entity = self.unit.load_listed(self.unit.ptr.into(), list, func.0)?;
        let results = self.call_across(entity.into_pointer_value(), ty, &arguments)?;
        self.after_results(results, tail)
    }

    fn call_indirect(&mut self, index: TypeIdx, table: TableIdx, tail: bool) -> Result {
        let unit = self.unit;
        let builder = &unit.builder;
        let at = self.pop_int()?;
        let place = self.element(table, at, Trap::UndefinedElement)?;
        let entity = unit.load_runtime(unit.ptr.into(), place, 0)?.into_pointer_value();
        let null = builder.build_is_null(entity, "")?;
        self.trap_if(null, Trap::UninitializedElement)?;
        let types = unit.field_pointer(self.ctx, Field::Types)?;
        let wanted = unit.load_runtime(unit.i32.into(), types, index.0 * 4)?.into_int_value();
        let found = unit.load_runtime(unit.i32.into(), entity, FuncField::TypeId.offset(unit.width))?.into_int_value();
        let other = builder.build_int_compare(IntPredicate::NE, found, wanted, "")?;
        self.trap_if(other, Trap::IndirectCallTypeMismatch)?;
        let ty = unit.type_at(index)?;
        let arguments = self.arguments(ty);

        // Native code of this very instance is called where it is; everything else through the runtime.
        let instance = FuncField::Instance.offset(unit.width);
        let instance = unit.load_runtime(unit.word.into(), entity, instance)?.into_int_value();
        let ours = unit.field(self.ctx, Field::Instance)?;
        let is_ours = builder.build_int_compare(IntPredicate::EQ, instance, ours, "")?;
        let (native, across, after) = (self.new_block(), self.new_block(), self.new_block());
        builder.build_conditional_branch(is_ours, native, across)?;

        builder.position_at_end(native);
        let code = unit.load_runtime(unit.ptr.into(), entity, FuncField::Code.offset(unit.width))?.into_pointer_value();
        let mut ways: Vec<(Vec<BasicValueEnum<'c>>, BasicBlock<'c>)> = Vec::new();
        match self.call_native(Callee::Type(index), code, ty, &arguments, tail)? {
            Some(results) => {
                ways.push((results, self.here()?));
                builder.build_unconditional_branch(after)?;
            }
            None => self.dead = None,
        }

        builder.position_at_end(across);
        let results = self.call_across(entity, ty, &arguments)?;
        ways.push((results, self.here()?));
        builder.build_unconditional_branch(after)?;

        builder.position_at_end(after);
        let mut results = Vec::new();
        for (index, ty) in ty.results.iter().enumerate() {
            let phi = builder.build_phi(unit.ty(*ty)?, "")?;
            for (values, from) in &ways {
                let value = values.get(index).ok_or_else(|| Error::Llvm("a result is missing".into()))?;
                phi.add_incoming(&[(value, *from)]);
            }
            results.push(phi.as_basic_value());
        }
        self.after_results(results, tail)
    }

    /// Takes a call's arguments from the operands.
    fn arguments(&mut self, ty: FuncType<'m>) -> Vec<BasicValueEnum<'c>> {
        let first = self.stack.len().saturating_sub(ty.params.len());
        self.stack.split_off(first)
    }

    /// Calls native code of this instance. Gives the results, or nothing if it was a tail call and the function is left.
    fn call_native(
        &mut self,
        callee: Callee,
        code: PointerValue<'c>,
        ty: FuncType<'m>,
        arguments: &[BasicValueEnum<'c>],
        tail: bool,
    ) -> Result<Option<Vec<BasicValueEnum<'c>>>> {
        let unit = self.unit;
        if tail && unit.tails == Tails::Return {
            unit.return_to_call(self.ctx, self.function, callee, code, arguments)?;
            self.dead = Some(0);
            return Ok(None);
        }
        let values = unit.pass(self.ctx, ty, arguments)?;
        let call = unit.builder.build_indirect_call(unit.function_type(ty)?, code, &values, "")?;
        call.set_call_convention(unit.convention);
        unit.keep_apart(call);
        if !tail {
            unit.keep_as_call(call);
            return unit.results_at_last(self.ctx, self.function, callee, call).map(Some);
        }
        // A must would ask for one type of caller and callee in C's convention.
        let is_as_c = unit.tail_calls_as_c();
        let kind =
            if is_as_c { LLVMTailCallKind::LLVMTailCallKindTail } else { LLVMTailCallKind::LLVMTailCallKindMustTail };
        set_tail(call, kind);
        match call.try_as_basic_value().basic() {
            Some(value) => unit.builder.build_return(Some(&value))?,
            None => unit.builder.build_return(None)?,
        };
        self.dead = Some(0);
        Ok(None)
    }

    fn after_results(&mut self, results: Vec<BasicValueEnum<'c>>, tail: bool) -> Result {
        if tail {
            self.return_values(&results)?;
            self.dead = Some(0);
        } else {
            self.stack.extend(results);
        }
        Ok(())
    }

    /// Calls any function through the runtime.
    fn call_across(
        &self,
        entity: PointerValue<'c>,
        ty: FuncType<'m>,
        arguments: &[BasicValueEnum<'c>],
    ) -> Result<Vec<BasicValueEnum<'c>>> {
        let unit = self.unit;
        let bytes = |types: &[moteur_wasm::ValType]| types.iter().map(|ty| unit.slot_bytes(*ty)).sum::<u32>();
        let words = bytes(ty.params).max(bytes(ty.results)).max(1).div_ceil(unit.width.bytes());
        let slots = self.slots(words)?;
        unit.store_slots(slots, ty.params, arguments)?;
        let values = [entity.into(), slots.into()];
        let code = unit.helper(self.ctx, Helper::Call, &values, Some(unit.i32.into()))?;
        let code = code.ok_or_else(|| Error::Llvm("a helper gives no code".into()))?;
        self.trap_with(code.into_int_value())?;
        unit.load_slots(slots, ty.results)
    }

    /// Room for words in the frame: made in the first block, so that a loop does not take it again and again.
    fn slots(&self, words: u32) -> Result<PointerValue<'c>> {
        let here = self.here()?;
        let entry = self.function.get_first_basic_block().ok_or_else(|| Error::Llvm("no block".into()))?;
        let location = self.unit.builder.get_current_debug_location();
        match entry.get_first_instruction() {
            Some(first) => self.unit.builder.position_before(&first),
            None => self.unit.builder.position_at_end(entry),
        }
        let slots = self.unit.builder.build_alloca(self.unit.word.array_type(words), "")?;
        self.unit.builder.position_at_end(here);
        if let Some(location) = location {
            self.unit.builder.set_current_debug_location(location);
        }
        Ok(slots)
    }
}
