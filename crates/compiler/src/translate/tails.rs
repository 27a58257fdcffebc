//! Tail calls. Where LLVM has them they are jumps: see `calls`, and `passing` for what makes that possible.
//!
//! Thumb of Armv6-M has none. There, who makes one returns instead, and leaves in the context that it wants something called:
//! the address of a *bounce* for the callee's type, which takes the function and its arguments from the area.
//!
//! ```text
//! caller:  call f ──▶ f: area = [g, arguments...]; context.tail_entry = bounce; return
//!          if context.tail_entry is not 0:
//!              call again ──▶ until it stays 0: take it, call bounce ──▶ call g, which may do as f did
//! ```
//!
//! Only calls of functions that may make tail calls look whether something is to be called. Bounces and loops stand behind the
//! entries, so that who walks the frames passes over them.

use std::collections::{BTreeSet, HashMap};

use inkwell::types::BasicTypeEnum;
use inkwell::values::{BasicValueEnum, CallSiteValue, FunctionValue, PointerValue};
use inkwell::{GlobalVisibility, IntPredicate};
use moteur_image::context::Field;
use moteur_wasm::{FuncIdx, FuncType, Global, Module, TypeIdx};

use super::{Result, Unit};
use crate::Machine;
use crate::error::Error;
use crate::watch::{POLL, PROBE};

/// How the names of the functions begin that make tail calls for others.
const AGAIN: &str = "again";
const BOUNCE: &str = "bounce";

/// Whether a function of this name may call any of the guest's.
pub fn is_adapter_name(name: &str) -> bool {
    [AGAIN, BOUNCE].iter().any(|begin| name.starts_with(begin))
}

/// How tail calls are made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tails {
    /// There are none.
    None,
    /// As jumps.
    Jump,
    /// By whoever made the last call that was none.
    Return,
}

/// Which tail calls a module has.
#[derive(Clone, Debug, Default)]
pub struct TailFacts {
    /// The functions that make some.
    makers: BTreeSet<u32>,
    /// The types of such functions, and the types of what they call; each by the first index that it has.
    maker_types: BTreeSet<u32>,
    callee_types: BTreeSet<u32>,
    /// For each type its first index, and the first index of a type with the same results.
    first: Vec<(u32, u32)>,
}

impl TailFacts {
    /// Puts together what was seen: which functions make tail calls, and of which types.
    pub fn new(wasm: &Module<Global>, makers: BTreeSet<u32>, callee_types: &BTreeSet<u32>) -> TailFacts {
        if makers.is_empty() {
            return TailFacts::default();
        }
        let (mut types, mut results) = (HashMap::new(), HashMap::new());
        let first = (0..wasm.type_count()).map(|index| match wasm.func_type(TypeIdx(index)) {
            Some(ty) => (*types.entry(ty).or_insert(index), *results.entry(ty.results).or_insert(index)),
            None => (index, index),
        });
        let mut facts = TailFacts { first: first.collect(), ..TailFacts::default() };
        let types = makers.iter().filter_map(|func| wasm.func_type_idx(FuncIdx(*func)));
        facts.maker_types = types.map(|ty| facts.first_of_type(ty)).collect();
        facts.callee_types = callee_types.iter().map(|ty| facts.first_of_type(TypeIdx(*ty))).collect();
        facts.makers = makers;
        facts
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.makers.is_empty()
    }

    /// Whether a function makes some.
    pub fn is_maker(&self, func: FuncIdx) -> bool {
        self.makers.contains(&func.0)
    }

    /// How they are made for a machine.
    pub fn form(&self, machine: &Machine) -> Tails {
        match machine.tail_calls {
            _ if self.is_empty() => Tails::None,
            true => Tails::Jump,
            false => Tails::Return,
        }
    }

    fn first_of_type(&self, index: TypeIdx) -> u32 {
        self.first.get(index.0 as usize).map_or(index.0, |(first, _)| *first)
    }

    fn first_of_results(&self, index: TypeIdx) -> u32 {
        self.first.get(index.0 as usize).map_or(index.0, |(_, first)| *first)
    }
}

/// What is called: one function, or any of a type.
#[derive(Clone, Copy)]
pub enum Callee {
    Func(FuncIdx),
    Type(TypeIdx),
}

/// The type of the calls of bounces and loops, but for the results.
pub const NOTHING: FuncType<'static> = FuncType { params: &[], results: &[] };

impl<'c, 'm> Unit<'c, 'm> {
    fn type_idx_of(&self, callee: Callee) -> Result<TypeIdx> {
        match callee {
            Callee::Type(ty) => Ok(ty),
            Callee::Func(func) => {
                self.wasm.func_type_idx(func).ok_or_else(|| Error::Llvm("a function has no type".into()))
            }
        }
    }

    /// The results of a call. If the callee returned because it made a tail call, that is made first.
    pub fn results_at_last(
        &self,
        ctx: PointerValue<'c>,
        function: FunctionValue<'c>,
        callee: Callee,
        call: CallSiteValue<'c>,
    ) -> Result<Vec<BasicValueEnum<'c>>> {
        let index = self.type_idx_of(callee)?;
        let ty = self.type_at(index)?;
        let may_want_more = match callee {
            Callee::Func(func) => self.facts.tails.is_maker(func),
            Callee::Type(ty) => self.facts.tails.maker_types.contains(&self.facts.tails.first_of_type(ty)),
        };
        if self.tails != Tails::Return || !may_want_more {
            return self.results(ctx, ty, call);
        }
        let here = self.here()?;
        let (more, done) =
            (self.context.append_basic_block(function, ""), self.context.append_basic_block(function, ""));
        let wanted = self.field(ctx, Field::TailEntry)?;
        let is_wanted = self.builder.build_int_compare(IntPredicate::NE, wanted, self.word.const_zero(), "")?;
        self.builder.build_conditional_branch(is_wanted, more, done)?;
        self.builder.position_at_end(more);
        let again = self.again(self.facts.tails.first_of_results(index))?;
        let last = self.builder.build_call(again, &self.pass(ctx, NOTHING, &[])?, "")?;
        self.keep_apart(last);
        self.keep_as_call(last);
        self.builder.build_unconditional_branch(done)?;
        self.builder.position_at_end(done);
        let (Some(first), Some(last)) = (call.try_as_basic_value().basic(), last.try_as_basic_value().basic()) else {
            return self.results(ctx, ty, call);
        };
        let phi = self.builder.build_phi(first.get_type(), "")?;
        phi.add_incoming(&[(&first, here), (&last, more)]);
        self.results_of(Some(phi.as_basic_value()), ty.results)
    }

    /// Leaves a function with a tail call that somebody else makes. Nothing is returned.
    pub fn return_to_call(
        &self,
        ctx: PointerValue<'c>,
        function: FunctionValue<'c>,
        callee: Callee,
        code: PointerValue<'c>,
        arguments: &[BasicValueEnum<'c>],
    ) -> Result {
        let index = self.type_idx_of(callee)?;
        let area = self.area(ctx)?;
        let store = self.builder.build_store(area, code)?;
        self.tag_runtime(store)?;
        self.store_slots(self.at(area, self.width.bytes())?, self.type_at(index)?.params, arguments)?;
        let bounce = self.bounce(self.facts.tails.first_of_type(index))?;
        self.set_field(ctx, Field::TailEntry, bounce.as_global_value().as_pointer_value().into())?;
        match function.get_type().get_return_type() {
            None => self.builder.build_return(None)?,
            Some(BasicTypeEnum::StructType(ty)) => self.builder.build_return(Some(&ty.get_undef()))?,
            Some(BasicTypeEnum::IntType(ty)) => self.builder.build_return(Some(&ty.get_undef()))?,
            Some(BasicTypeEnum::FloatType(ty)) => self.builder.build_return(Some(&ty.get_undef()))?,
            Some(_) => return Err(Error::Llvm("a result has no type of a guest's".into())),
        };
        Ok(())
    }

    /// The function that calls what is wanted until nothing more is, for results of this type.
    fn again(&self, results: u32) -> Result<FunctionValue<'c>> {
        let ty = self.type_at(TypeIdx(results))?;
        self.adapter(&format!("{AGAIN}{results}"), ty)
    }

    /// The function that calls the one in the area, of this type, with the arguments behind it.
    fn bounce(&self, index: u32) -> Result<FunctionValue<'c>> {
        let ty = self.type_at(TypeIdx(index))?;
        self.adapter(&format!("{BOUNCE}{index}"), ty)
    }

    /// A function without parameters, with the results of a type.
    fn adapter(&self, name: &str, ty: FuncType<'_>) -> Result<FunctionValue<'c>> {
        if let Some(function) = self.llvm.get_function(name) {
            return Ok(function);
        }
        let function = self.llvm.add_function(name, self.function_type(FuncType { params: &[], ..ty })?, None);
        // Its address is taken, and is known when the objects are linked.
        function.as_global_value().set_visibility(GlobalVisibility::Hidden);
        self.decorate(function);
        Ok(function)
    }

    /// Writes all that other functions may need of the above.
    pub fn make_adapters(&self) -> Result {
        if self.tails != Tails::Return {
            return Ok(());
        }
        let tails = &self.facts.tails;
        for index in tails.maker_types.iter().map(|index| tails.first_of_results(TypeIdx(*index))) {
            let function = self.again(index)?;
            if function.count_basic_blocks() == 0 {
                self.write_again(function, self.type_at(TypeIdx(index))?)?;
            }
        }
        tails
            .callee_types
            .iter()
            .try_for_each(|index| self.write_bounce(self.bounce(*index)?, self.type_at(TypeIdx(*index))?))
    }

    fn write_again(&self, function: FunctionValue<'c>, ty: FuncType<'_>) -> Result {
        let [entry, next, done] = [(); 3].map(|()| self.context.append_basic_block(function, ""));
        self.builder.position_at_end(entry);
        let ctx = self.context_of(function)?;
        self.builder.build_unconditional_branch(next)?;
        self.builder.position_at_end(next);
        // This goes on for as long as the guest wants.
        self.look(POLL, ctx)?;
        let bounce = self.field_pointer(ctx, Field::TailEntry)?;
        self.set_field(ctx, Field::TailEntry, self.word.const_zero().into())?;
        let values = self.pass(ctx, NOTHING, &[])?;
        let ty = self.function_type(FuncType { params: &[], ..ty })?;
        let call = self.builder.build_indirect_call(ty, bounce, &values, "")?;
        let wanted = self.field(ctx, Field::TailEntry)?;
        let is_wanted = self.builder.build_int_compare(IntPredicate::NE, wanted, self.word.const_zero(), "")?;
        self.builder.build_conditional_branch(is_wanted, next, done)?;
        self.builder.position_at_end(done);
        self.give_back(call)
    }

    fn write_bounce(&self, function: FunctionValue<'c>, ty: FuncType<'_>) -> Result {
        let entry = self.context.append_basic_block(function, "");
        self.builder.position_at_end(entry);
        let ctx = self.context_of(function)?;
        self.look(PROBE, ctx)?;
        let area = self.area(ctx)?;
        let code = self.load_runtime(self.ptr.into(), area, 0)?.into_pointer_value();
        let arguments = self.load_slots(self.at(area, self.width.bytes())?, ty.params)?;
        let values = self.pass(ctx, ty, &arguments)?;
        let call = self.builder.build_indirect_call(self.function_type(ty)?, code, &values, "")?;
        self.give_back(call)
    }

    fn give_back(&self, call: CallSiteValue<'c>) -> Result {
        match call.try_as_basic_value().basic() {
            Some(value) => self.builder.build_return(Some(&value))?,
            None => self.builder.build_return(None)?,
        };
        Ok(())
    }
}
