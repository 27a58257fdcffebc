//! A module into LLVM's intermediate language: one function for each of the module's, and one entry for each type.

mod calls;
mod control;
mod fuel;
mod function;
mod looks;
mod memory;
mod numeric;
mod passing;
mod tables;
mod tails;

use inkwell::AddressSpace;
use inkwell::GlobalVisibility;
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::basic_block::BasicBlock;
use inkwell::builder::Builder;
use inkwell::context::Context;
use inkwell::llvm_sys::LLVMTailCallKind;
use inkwell::llvm_sys::core::LLVMSetTailCallKind;
use inkwell::module::{Linkage, Module as Llvm};
use inkwell::types::{BasicMetadataTypeEnum, BasicType, BasicTypeEnum, FloatType, FunctionType, IntType, PointerType};
use inkwell::values::{
    AsValueRef, BasicMetadataValueEnum, BasicValue, BasicValueEnum, CallSiteValue, FunctionValue, InstructionValue,
    IntValue, MetadataValue, PointerValue,
};
use moteur_image::context::{Field, Width, helper_offset, helpers_begin};
use moteur_image::helper::Helper;
use moteur_image::target::{Arch, Checks};
use moteur_wasm::validate::Scratch;
use moteur_wasm::{FuncIdx, FuncType, Global, MemIdx, Module, Trap, TypeIdx, ValType};

use crate::Options;
use crate::error::Error;
use crate::plan::{self, ADDRESSES, Chunk, Facts};
use crate::sites::Debug;
use crate::work::Steps;
use tails::{Callee, Tails};

pub use tails::{TailFacts, is_adapter_name};

pub type Result<T = ()> = std::result::Result<T, Error>;

/// The calling convention of all guest functions: calls in tail position do not grow the stack.
pub const TAIL_CONVENTION: u32 = 18;

/// The name of the function with this index.
pub fn function_name(index: u32) -> String {
    format!("f{index}")
}

/// Whether that is the name of a guest's function.
pub fn is_function_name(name: &str) -> bool {
    name.strip_prefix('f').is_some_and(|index| index.parse::<u32>().is_ok())
}

/// The name of the entry for this type.
pub fn entry_name(index: u32) -> String {
    format!("e{index}")
}

/// What is translated: a chunk of a module.
#[derive(Clone, Copy)]
pub struct Source<'m> {
    pub wasm: &'m Module<Global>,
    pub bytes: &'m [u8],
    /// What was found out about the whole module.
    pub facts: &'m Facts,
    pub chunk: &'m Chunk,
}

/// Everything that translating a function needs of its module.
pub struct Unit<'c, 'm> {
    pub context: &'c Context,
    pub llvm: Llvm<'c>,
    pub builder: Builder<'c>,
    pub wasm: &'m Module<Global>,
    pub bytes: &'m [u8],
    pub options: &'m Options,
    pub i1: IntType<'c>,
    pub i8: IntType<'c>,
    pub i16: IntType<'c>,
    pub i32: IntType<'c>,
    pub i64: IntType<'c>,
    pub word: IntType<'c>,
    pub f32: FloatType<'c>,
    pub f64: FloatType<'c>,
    pub ptr: PointerType<'c>,
    pub width: Width,
    /// What may alias what: accesses to guest memory, and to everything else.
    guest_tag: MetadataValue<'c>,
    runtime_tag: MetadataValue<'c>,
    convention: u32,
    pub facts: &'m Facts,
    /// Whether this chunk is the whole module.
    is_whole: bool,
    pub tails: Tails,
    /// If backtraces are exact.
    debug: Option<Debug<'c>>,
}

/// The name of the function that ends the guest with this trap.
pub fn trap_name(trap: Trap) -> String {
    format!("trap{}", trap as u32)
}

/// Translates a chunk of a module.
pub fn translate<'c>(
    context: &'c Context,
    source: &Source<'_>,
    options: &Options,
    steps: &Steps<'_>,
) -> Result<Llvm<'c>> {
    let wasm = source.wasm;
    let mut unit = Unit::new(context, source, options);
    let mut scratch = Scratch::new(&Global);
    if unit.tails == Tails::Jump && !unit.tail_calls_as_c() {
        unit.convention = TAIL_CONVENTION;
    }
    // Their order in the code is that of their declarations.
    for index in source.chunk.functions.clone() {
        let function = unit.declare(index)?;
        if let Some(debug) = &unit.debug {
            debug.describe(function, &function_name(index));
        }
    }
    let entries = if source.chunk.has_entries { 0..wasm.type_count() } else { 0..0 };
    let entries = entries.map(|index| unit.declare_entry(TypeIdx(index))).collect::<Result<Vec<_>>>()?;
    for index in source.chunk.functions.clone().map(FuncIdx) {
        if let Some(function) = unit.function(index)? {
            function::translate(&unit, index, function, &mut scratch)?;
            steps.add(1);
        }
    }
    unit.builder.unset_current_debug_location();
    unit.make_looks()?;
    for (index, entry) in (0..).zip(&entries) {
        unit.write_entry(TypeIdx(index), *entry)?;
    }
    if source.chunk.has_entries {
        unit.make_adapters()?;
    }
    if let Some(debug) = &unit.debug {
        debug.finish();
    }
    unit.llvm.verify().map_err(|text| Error::Llvm(text.to_string()))?;
    Ok(unit.llvm)
}

/// Says what may become of a call in tail position.
pub fn set_tail(call: CallSiteValue<'_>, kind: LLVMTailCallKind) {
    // SAFETY: the call is an instruction of a context that lives.
    unsafe { LLVMSetTailCallKind(call.as_value_ref(), kind) };
}

impl<'c, 'm> Unit<'c, 'm> {
    fn new(context: &'c Context, source: &Source<'m>, options: &'m Options) -> Self {
        let (wasm, width) = (source.wasm, options.machine.arch.width());
        let tag = |name: &str, root: MetadataValue<'c>| {
            let node = context.metadata_node(&[context.metadata_string(name).into(), root.into()]);
            let zero = context.i64_type().const_zero();
            context.metadata_node(&[node.into(), node.into(), zero.into()])
        };
        let root = context.metadata_node(&[context.metadata_string("moteur").into()]);
        let llvm = context.create_module("guest");
        let debug = options.offsets.then(|| Debug::new(context, &llvm));
        Unit {
            context,
            llvm,
            debug,
            builder: context.create_builder(),
            wasm,
            bytes: source.bytes,
            options,
            i1: context.bool_type(),
            i8: context.i8_type(),
            i16: context.i16_type(),
            i32: context.i32_type(),
            i64: context.i64_type(),
            word: if width == Width::W32 { context.i32_type() } else { context.i64_type() },
            f32: context.f32_type(),
            f64: context.f64_type(),
            ptr: context.ptr_type(AddressSpace::default()),
            width,
            guest_tag: tag("guest", root),
            runtime_tag: tag("runtime", root),
            convention: 0,
            facts: source.facts,
            is_whole: *source.chunk == plan::whole(wasm),
            tails: source.facts.tails.form(&options.machine),
        }
    }

    /// The type of a guest's value.
    pub fn ty(&self, ty: ValType) -> Result<BasicTypeEnum<'c>> {
        Ok(match ty {
            ValType::I32 => self.i32.into(),
            ValType::I64 => self.i64.into(),
            ValType::F32 => self.f32.into(),
            ValType::F64 => self.f64.into(),
            ValType::Ref(_) => self.word.into(),
            ValType::V128 => return Err(Error::Unsupported("v128 is not compiled".into())),
        })
    }

    /// The type of a guest's function with this type.
    pub fn function_type(&self, ty: FuncType<'_>) -> Result<FunctionType<'c>> {
        let mut params: Vec<BasicMetadataTypeEnum<'c>> = Vec::new();
        if self.context_is_argument() {
            params.push(self.ptr.into());
        }
        for param in ty.params.iter().take(self.params_passed(ty)) {
            params.push(self.ty(*param)?.into());
        }
        let results = if self.returns_in_area(ty) { &[][..] } else { ty.results };
        let results = results.iter().map(|ty| self.ty(*ty)).collect::<Result<Vec<_>>>()?;
        Ok(match results.as_slice() {
            [] => self.context.void_type().fn_type(&params, false),
            [one] => one.fn_type(&params, false),
            many => self.context.struct_type(many, false).fn_type(&params, false),
        })
    }

    /// The type of a function without parameters and results, but for the context.
    pub fn no_function_type(&self) -> FunctionType<'c> {
        let params = if self.context_is_argument() { vec![self.ptr.into()] } else { Vec::new() };
        self.context.void_type().fn_type(&params, false)
    }

    pub fn context_is_argument(&self) -> bool {
        self.options.machine.context_register().is_none()
    }

    fn declare(&self, index: u32) -> Result<FunctionValue<'c>> {
        let ty = self.type_of(FuncIdx(index))?;
        let linkage = (!self.may_be_called_from_outside(FuncIdx(index))).then_some(Linkage::Internal);
        let function = self.llvm.add_function(&function_name(index), self.function_type(ty)?, linkage);
        function.set_call_conventions(self.convention);
        if self.tails == Tails::Jump && self.tail_calls_as_c() && self.facts.tails.is_maker(FuncIdx(index)) {
            // As a part of its caller, its calls would no longer say whether they are tail calls; LLVM would think that all
            // may be, and make loops of recursions.
            self.mark(function, "noinline");
        }
        if self.tails == Tails::Return {
            // Its address may be taken, and is known when the objects are linked.
            function.as_global_value().set_visibility(GlobalVisibility::Hidden);
        }
        self.decorate(function);
        Ok(function)
    }

    /// Whether anybody but functions of this chunk may call a function. LLVM may change the parameters of others, or leave
    /// them out when they are part of all their callers. But the convention of tail calls is not to be touched, nor an
    /// argument that is the context, which nobody may have used so far.
    fn may_be_called_from_outside(&self, func: FuncIdx) -> bool {
        let may_change = self.is_whole && self.facts.tails.is_empty() && !self.context_is_argument();
        !may_change || self.wasm.start() == Some(func) || self.wasm.is_declared(func) != Some(false)
    }

    /// What every function of ours says about itself.
    pub fn decorate(&self, function: FunctionValue<'c>) {
        let text = |name: &str, value: &str| self.context.create_string_attribute(name, value);
        // A recursion stays one: it ends with a trap where the stack does, and not as a loop that never does.
        for attribute in [text("no-builtins", ""), text("frame-pointer", "all"), text("warn-stack-size", "0")] {
            function.add_attribute(AttributeLoc::Function, attribute);
        }
        // Where calls in tail position are those of C, each of the others says of itself that it is none.
        if !(self.tails == Tails::Jump && self.tail_calls_as_c()) {
            function.add_attribute(AttributeLoc::Function, text("disable-tail-calls", "true"));
        }
        self.mark(function, "nounwind");
        match self.options.optimise {
            crate::Optimise::Size => self.mark(function, "optsize"),
            crate::Optimise::SizeAlone => {
                self.mark(function, "optsize");
                self.mark(function, "minsize");
            }
            _ => {}
        }
    }

    fn mark(&self, function: FunctionValue<'c>, name: &str) {
        function.add_attribute(AttributeLoc::Function, self.attribute(name));
    }

    /// What comes next is of the operator at this offset.
    pub fn locate(&self, function: FunctionValue<'c>, offset: u32) {
        if let Some(debug) = &self.debug {
            debug.locate(self.context, &self.builder, function, offset);
        }
    }

    /// Whether calls in tail position are made in the convention of C: LLVM has no other for RISC-V. It makes jumps of
    /// those whose arguments and results are all in registers.
    pub fn tail_calls_as_c(&self) -> bool {
        matches!(self.options.machine.arch, Arch::RiscV32 | Arch::RiscV64)
    }

    /// Keeps a call where it is: merged with another, it would be of two operators.
    pub fn keep_apart(&self, call: CallSiteValue<'c>) {
        call.add_attribute(AttributeLoc::Function, self.attribute("nomerge"));
    }

    /// Keeps a call from becoming a jump: a recursion ends with a trap where the stack does.
    pub fn keep_as_call(&self, call: CallSiteValue<'c>) {
        set_tail(call, LLVMTailCallKind::LLVMTailCallKindNoTail);
    }

    pub fn attribute(&self, name: &str) -> Attribute {
        self.context.create_enum_attribute(Attribute::get_named_enum_kind_id(name), 0)
    }

    pub fn type_of(&self, func: FuncIdx) -> Result<FuncType<'m>> {
        let ty = self.wasm.func_type_idx(func).and_then(|ty| self.wasm.func_type(ty));
        ty.ok_or_else(|| Error::Llvm("a function has no type".into()))
    }

    pub fn type_at(&self, ty: TypeIdx) -> Result<FuncType<'m>> {
        self.wasm.func_type(ty).ok_or_else(|| Error::Llvm("a type is missing".into()))
    }

    /// A function that the module defines, here or in another chunk.
    pub fn function(&self, func: FuncIdx) -> Result<Option<FunctionValue<'c>>> {
        if self.wasm.body(func).is_none() {
            return Ok(None);
        }
        match self.llvm.get_function(&function_name(func.0)) {
            Some(function) => Ok(Some(function)),
            None => self.declare(func.0).map(Some),
        }
    }

    /// The context's address, at the beginning of `function`.
    pub fn context_of(&self, function: FunctionValue<'c>) -> Result<PointerValue<'c>> {
        let Some(assembly) = self.options.machine.context_register() else {
            let first = function.get_nth_param(0).ok_or_else(|| Error::Llvm("no context".into()))?;
            for attribute in self.context_attributes() {
                function.add_attribute(AttributeLoc::Param(0), attribute);
            }
            return Ok(first.into_pointer_value());
        };
        let call = self.call_to_read(assembly, "=r", self.ptr.into(), false)?;
        for attribute in self.context_attributes() {
            call.add_attribute(AttributeLoc::Return, attribute);
        }
        let value = call.try_as_basic_value().basic().ok_or_else(|| Error::Llvm("no value".into()))?;
        Ok(value.into_pointer_value())
    }

    /// Sees to it that a guest's function is given the context, also if nothing in it needs that: what looks for an interrupt
    /// is put in after LLVM's passes. These would have callers pass anything, or leave the parameter out.
    fn keep_context(&self, ctx: PointerValue<'c>) -> Result {
        if !self.context_is_argument() {
            return Ok(());
        }
        let ty = self.context.void_type().fn_type(&[self.ptr.into()], false);
        let code = self.context.create_inline_asm(ty, String::new(), "r".into(), true, false, None, false);
        let call = self.builder.build_indirect_call(ty, code, &[ctx.into()], "")?;
        // Whatever it does, it touches no memory that anybody else knows: two bits for each of three kinds of places.
        let memory = Attribute::get_named_enum_kind_id("memory");
        call.add_attribute(AttributeLoc::Function, self.context.create_enum_attribute(memory, 0b00_11_00));
        for name in ["nounwind", "willreturn"] {
            call.add_attribute(AttributeLoc::Function, self.attribute(name));
        }
        Ok(())
    }

    /// That the context is there, so that LLVM may read it earlier than the guest's operators do.
    fn context_attributes(&self) -> [Attribute; 2] {
        let bytes = helpers_begin(self.width);
        let kind = |name: &str| Attribute::get_named_enum_kind_id(name);
        let readable = self.context.create_enum_attribute(kind("dereferenceable"), u64::from(bytes));
        [readable, self.context.create_enum_attribute(kind("nonnull"), 0)]
    }

    pub fn read_register(&self, assembly: &str, ty: BasicTypeEnum<'c>) -> Result<BasicValueEnum<'c>> {
        let call = self.call_to_read(assembly, "=r", ty, false)?;
        call.try_as_basic_value().basic().ok_or_else(|| Error::Llvm("no value".into()))
    }

    /// Assembly that gives the same whenever it is asked in a function. LLVM asks once for several that want it, unless it
    /// stays where it is.
    fn call_to_read(
        &self,
        assembly: &str,
        into: &str,
        ty: BasicTypeEnum<'c>,
        stays: bool,
    ) -> Result<CallSiteValue<'c>> {
        let read = ty.fn_type(&[], false);
        let code = self.context.create_inline_asm(read, assembly.into(), into.into(), stays, false, None, false);
        let call = self.builder.build_indirect_call(read, code, &[], "")?;
        if stays {
            return Ok(call);
        }
        // The attribute's value 0 says that no memory is accessed.
        for name in ["memory", "nounwind", "willreturn"] {
            call.add_attribute(AttributeLoc::Function, self.attribute(name));
        }
        Ok(call)
    }

    /// Reads a field of the context that never changes, without having the context's address in another register. What is
    /// read before a loop takes a register in it, if it need not stay where it is.
    pub fn fixed_field(
        &self,
        ctx: PointerValue<'c>,
        field: Field,
        ty: BasicTypeEnum<'c>,
        stays: bool,
    ) -> Result<BasicValueEnum<'c>> {
        let Some((assembly, into)) = self.options.machine.context_load(field.offset(self.width)) else {
            let value = self.load_runtime(ty, ctx, field.offset(self.width))?;
            self.describe_field(value, field)?;
            return Ok(value);
        };
        let call = self.call_to_read(&assembly, into, ty, stays)?;
        call.try_as_basic_value().basic().ok_or_else(|| Error::Llvm("no value".into()))
    }

    /// Reads a field of the context.
    pub fn field(&self, ctx: PointerValue<'c>, field: Field) -> Result<IntValue<'c>> {
        let value = self.load_runtime(self.word.into(), ctx, field.offset(self.width))?;
        self.describe_field(value, field)?;
        Ok(value.into_int_value())
    }

    pub fn field_pointer(&self, ctx: PointerValue<'c>, field: Field) -> Result<PointerValue<'c>> {
        let value = self.load_runtime(self.ptr.into(), ctx, field.offset(self.width))?;
        self.describe_field(value, field)?;
        Ok(value.into_pointer_value())
    }

    /// Tells LLVM what is known of a field that was read. All but the memory's, the fuel and those of tail calls are the same whenever this
    /// instance's code runs: who calls another instance puts them back.
    fn describe_field(&self, value: BasicValueEnum<'c>, field: Field) -> Result {
        let Some(load) = value.as_instruction_value() else { return Ok(()) };
        match field {
            Field::Fuel | Field::TailArea | Field::TailEntry => Ok(()),
            Field::MemoryBase if !self.facts.memory.is_fixed => Ok(()),
            Field::MemoryBytes => match self.memory_range()? {
                Some(range) => self.attach(load, "range", range),
                None => Ok(()),
            },
            _ => self.mark_invariant(load),
        }
    }

    /// Says that a place has the same content for as long as the function runs.
    fn mark_invariant(&self, load: InstructionValue<'c>) -> Result {
        self.attach(load, "invariant.load", self.context.metadata_node(&[]))
    }

    /// How many bytes the memory may have: a limit that is not among them follows behind.
    fn memory_range(&self) -> Result<Option<MetadataValue<'c>>> {
        let Some(ty) = self.wasm.memory_type(MemIdx(0)) else { return Ok(None) };
        // The runtime has no memory of more than half of the addresses.
        let most = if self.width == Width::W32 { ADDRESSES / 2 } else { ADDRESSES + 1 };
        let max = ty.limits.max.and_then(|pages| u32::try_from(pages).ok()).map(|pages| ty.page.bytes_of(pages));
        let behind = max.map_or(most, |max| most.min(max + 1));
        Ok((ty.bytes_min() < behind).then(|| {
            let bounds = [ty.bytes_min(), behind].map(|bound| self.word.const_int(bound, false).into());
            self.context.metadata_node(&bounds)
        }))
    }

    /// Writes a field of the context.
    pub fn set_field(&self, ctx: PointerValue<'c>, field: Field, value: BasicValueEnum<'c>) -> Result {
        let store = self.builder.build_store(self.at(ctx, field.offset(self.width))?, value)?;
        self.tag_runtime(store)
    }

    /// The block that is being written.
    pub fn here(&self) -> Result<BasicBlock<'c>> {
        self.builder.get_insert_block().ok_or_else(|| Error::Llvm("no block".into()))
    }

    /// Reads what belongs to the runtime, `offset` bytes behind `base`.
    pub fn load_runtime(
        &self,
        ty: BasicTypeEnum<'c>,
        base: PointerValue<'c>,
        offset: u32,
    ) -> Result<BasicValueEnum<'c>> {
        let place = self.at(base, offset)?;
        let value = self.builder.build_load(ty, place, "")?;
        self.tag(value, self.runtime_tag)?;
        Ok(value)
    }

    /// Reads an element of a list of addresses, none of which ever changes.
    pub fn load_listed(&self, ty: BasicTypeEnum<'c>, list: PointerValue<'c>, index: u32) -> Result<BasicValueEnum<'c>> {
        let value = self.load_runtime(ty, list, index * self.width.bytes())?;
        if let Some(load) = value.as_instruction_value() {
            self.mark_invariant(load)?;
        }
        Ok(value)
    }

    pub fn at(&self, base: PointerValue<'c>, offset: u32) -> Result<PointerValue<'c>> {
        if offset == 0 {
            return Ok(base);
        }
        let offset = self.word.const_int(u64::from(offset), false);
        // SAFETY: an address is computed, in code that is generated; nothing is accessed here.
        Ok(unsafe { self.builder.build_in_bounds_gep(self.i8, base, &[offset], "")? })
    }

    fn tag(&self, value: BasicValueEnum<'c>, tag: MetadataValue<'c>) -> Result {
        let instruction = match value {
            BasicValueEnum::IntValue(value) => value.as_instruction(),
            BasicValueEnum::FloatValue(value) => value.as_instruction(),
            BasicValueEnum::PointerValue(value) => value.as_instruction(),
            _ => None,
        };
        match instruction {
            Some(instruction) => self.tag_instruction(instruction, tag),
            None => Ok(()),
        }
    }

    /// Says that an instruction accesses the guest's memory, which is apart from the runtime's.
    pub fn tag_guest(&self, instruction: InstructionValue<'c>) -> Result {
        self.tag_instruction(instruction, self.guest_tag)
    }

    /// Says that a store can be seen at once. With guard pages, what ends the guest is an access, and LLVM takes no notice
    /// of that: it would leave out a store if another one follows behind, or do it later.
    pub fn keep_in_order(&self, store: InstructionValue<'c>) -> Result {
        if self.options.checks == Checks::GuardPages {
            store.set_volatile(true).map_err(|text| Error::Llvm(text.to_string()))?;
        }
        Ok(())
    }

    /// Says that an instruction accesses what belongs to the runtime, which is apart from the guest's memory.
    pub fn tag_runtime(&self, instruction: InstructionValue<'c>) -> Result {
        self.tag_instruction(instruction, self.runtime_tag)
    }

    fn tag_instruction(&self, instruction: InstructionValue<'c>, tag: MetadataValue<'c>) -> Result {
        self.attach(instruction, "tbaa", tag)
    }

    fn attach(&self, instruction: InstructionValue<'c>, kind: &str, what: MetadataValue<'c>) -> Result {
        let kind = self.context.get_kind_id(kind);
        instruction.set_metadata(what, kind).map_err(|text| Error::Llvm(text.to_string()))
    }

    /// Calls a helper of the runtime.
    pub fn helper(
        &self,
        ctx: PointerValue<'c>,
        helper: Helper,
        arguments: &[BasicValueEnum<'c>],
        result: Option<BasicTypeEnum<'c>>,
    ) -> Result<Option<BasicValueEnum<'c>>> {
        let mut types: Vec<BasicMetadataTypeEnum<'c>> = vec![self.ptr.into()];
        types.extend(arguments.iter().map(|value| BasicMetadataTypeEnum::from(value.get_type())));
        let mut values: Vec<BasicMetadataValueEnum<'c>> = vec![ctx.into()];
        values.extend(arguments.iter().map(|value| BasicMetadataValueEnum::from(*value)));
        let ty = match result {
            Some(result) => result.fn_type(&types, false),
            None => self.context.void_type().fn_type(&types, false),
        };
        let address = self.load_runtime(self.ptr.into(), ctx, helper_offset(helper, self.width))?;
        let call = self.builder.build_indirect_call(ty, address.into_pointer_value(), &values, "")?;
        self.keep_apart(call);
        self.keep_as_call(call);
        Ok(call.try_as_basic_value().basic())
    }

    /// The function that ends the guest with this trap: one for each, so that a call of it is short.
    pub fn trap_function(&self, trap: Trap) -> Result<FunctionValue<'c>> {
        let name = trap_name(trap);
        if let Some(function) = self.llvm.get_function(&name) {
            return Ok(function);
        }
        self.trap_function_of(&name, &[], Some(trap as u32))
    }

    /// The function that ends the guest with the code that it is given.
    pub fn trap_with_code(&self) -> Result<FunctionValue<'c>> {
        if let Some(function) = self.llvm.get_function("trap") {
            return Ok(function);
        }
        self.trap_function_of("trap", &[self.i32.into()], None)
    }

    fn trap_function_of(
        &self,
        name: &str,
        more: &[BasicMetadataTypeEnum<'c>],
        number: Option<u32>,
    ) -> Result<FunctionValue<'c>> {
        let here = self.builder.get_insert_block();
        let location = self.builder.get_current_debug_location();
        self.builder.unset_current_debug_location();
        let mut params: Vec<BasicMetadataTypeEnum<'c>> = Vec::new();
        if self.context_is_argument() {
            params.push(self.ptr.into());
        }
        params.extend_from_slice(more);
        let ty = self.context.void_type().fn_type(&params, false);
        let function = self.llvm.add_function(name, ty, Some(Linkage::Internal));
        for attribute in ["nounwind", "noinline", "cold"] {
            self.mark(function, attribute);
        }
        let entry = self.context.append_basic_block(function, "");
        self.builder.position_at_end(entry);
        let offset = helper_offset(Helper::Trap, self.width);
        match self.options.machine.jump_with_context(offset, number) {
            Some(assembly) => self.jump(function, assembly)?,
            None => {
                let ctx = self.context_of(function)?;
                let code = match (number, function.get_last_param()) {
                    (None, Some(param)) => param.into_int_value(),
                    _ => self.i32.const_int(number.unwrap_or_default().into(), false),
                };
                let ty = self.context.void_type().fn_type(&[self.ptr.into(), self.i32.into()], false);
                let address = self.load_runtime(self.ptr.into(), ctx, offset)?;
                let values = [ctx.into(), code.into()];
                let call = self.builder.build_indirect_call(ty, address.into_pointer_value(), &values, "")?;
                call.set_tail_call(true);
                self.builder.build_return(None)?;
            }
        }
        if let Some(here) = here {
            self.builder.position_at_end(here);
        }
        if let Some(location) = location {
            self.builder.set_current_debug_location(location);
        }
        Ok(function)
    }

    /// Makes the function nothing but assembly that jumps elsewhere.
    fn jump(&self, function: FunctionValue<'c>, assembly: String) -> Result {
        self.mark(function, "naked");
        let ty = self.context.void_type().fn_type(&[], false);
        let code = self.context.create_inline_asm(ty, assembly, String::new(), true, false, None, false);
        self.builder.build_indirect_call(ty, code, &[], "")?;
        self.builder.build_unreachable()?;
        Ok(())
    }

    /// The entry for a type: `(code, slots)`, which reads the arguments from the words at `slots`, calls `code`, and writes
    /// the results there.
    fn declare_entry(&self, index: TypeIdx) -> Result<FunctionValue<'c>> {
        let mut params: Vec<BasicMetadataTypeEnum<'c>> = Vec::new();
        if self.context_is_argument() {
            params.push(self.ptr.into());
        }
        params.extend([BasicMetadataTypeEnum::from(self.ptr), self.ptr.into()]);
        let entry_type = self.context.void_type().fn_type(&params, false);
        let function = self.llvm.add_function(&entry_name(index.0), entry_type, None);
        self.decorate(function);
        Ok(function)
    }

    fn write_entry(&self, index: TypeIdx, function: FunctionValue<'c>) -> Result {
        let ty = self.type_at(index)?;
        let guest = self.function_type(ty)?;
        let block = self.context.append_basic_block(function, "");
        self.builder.position_at_end(block);
        let params = function.get_params();
        let first = usize::from(self.context_is_argument());
        let (code, slots) = (params[first].into_pointer_value(), params[first + 1].into_pointer_value());
        let ctx = self.context_of(function)?;
        self.make_area(ctx)?;
        let values = self.pass(ctx, ty, &self.load_slots(slots, ty.params)?)?;
        let call = self.builder.build_indirect_call(guest, code, &values, "")?;
        call.set_call_convention(self.convention);
        let results = self.results_at_last(ctx, function, Callee::Type(index), call)?;
        self.store_slots(slots, ty.results, &results)?;
        self.builder.build_return(None)?;
        Ok(())
    }

    /// The results of a call, one by one.
    pub fn results_of(&self, value: Option<BasicValueEnum<'c>>, types: &[ValType]) -> Result<Vec<BasicValueEnum<'c>>> {
        match (types.len(), value) {
            (0, _) => Ok(Vec::new()),
            (1, Some(value)) => Ok(vec![value]),
            (count, Some(value)) => {
                let parts = value.into_struct_value();
                let part = |index| self.builder.build_extract_value(parts, index, "").map_err(Error::from);
                (0..count as u32).map(part).collect()
            }
            _ => Err(Error::Llvm("a call gives no value".into())),
        }
    }

    /// Bytes of the slots that a value takes.
    pub fn slot_bytes(&self, ty: ValType) -> u32 {
        match ty {
            ValType::I64 | ValType::F64 => 8,
            _ => self.width.bytes(),
        }
    }

    /// Writes values to a list of slots; 32 bits in a wide slot are zero-extended.
    pub fn store_slots(&self, slots: PointerValue<'c>, types: &[ValType], values: &[BasicValueEnum<'c>]) -> Result {
        let mut at = 0;
        for (ty, value) in types.iter().zip(values) {
            let place = self.at(slots, at)?;
            let value = match (ty, self.width) {
                (ValType::I32, Width::W64) => {
                    self.builder.build_int_z_extend(value.into_int_value(), self.word, "")?.into()
                }
                (ValType::F32, Width::W64) => {
                    let bits = self.builder.build_bit_cast(*value, self.i32, "")?.into_int_value();
                    self.builder.build_int_z_extend(bits, self.word, "")?.into()
                }
                _ => *value,
            };
            let store = self.builder.build_store(place, value)?;
            store.set_alignment(self.width.bytes()).map_err(|error| Error::Llvm(format!("{error:?}")))?;
            at += self.slot_bytes(*ty);
        }
        Ok(())
    }

    /// Reads values from a list of slots.
    pub fn load_slots(&self, slots: PointerValue<'c>, types: &[ValType]) -> Result<Vec<BasicValueEnum<'c>>> {
        let mut at = 0;
        let mut values = Vec::new();
        for ty in types {
            let value = self.load_runtime(self.ty(*ty)?, slots, at)?;
            if let Some(load) = value.as_instruction_value() {
                load.set_alignment(self.width.bytes()).map_err(|error| Error::Llvm(format!("{error:?}")))?;
            }
            values.push(value);
            at += self.slot_bytes(*ty);
        }
        Ok(values)
    }
}
