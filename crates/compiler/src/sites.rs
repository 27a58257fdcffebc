//! Which operators the calls of the code belong to, for backtraces.
//!
//! Each call is made with a debug location whose line is the operator's offset in the module. LLVM keeps that through
//! inlining, as a chain of locations. Before code is generated each chain is replaced by one location whose line is the
//! chain's number here, and all other instructions lose theirs: then the line table alone tells, in few rows, which chain
//! a call belongs to. Calls are all that counts, because traps are calls too. With guard pages they are not: any
//! instruction may access memory, and end the guest.

use std::collections::HashMap;

use inkwell::context::{AsContextRef, Context};
use inkwell::debug_info::{
    AsDIScope, DICompileUnit, DIFlags, DIFlagsConstants, DISubprogram, DISubroutineType, DWARFEmissionKind,
    DWARFSourceLanguage, DebugInfoBuilder, debug_metadata_version,
};
use inkwell::llvm_sys::LLVMTailCallKind;
use inkwell::llvm_sys::core;
use inkwell::llvm_sys::debuginfo as llvm;
use inkwell::llvm_sys::prelude::{LLVMMetadataRef, LLVMValueRef};
use inkwell::module::{FlagBehavior, Module as Llvm};
use inkwell::values::{AsValueRef, FunctionValue, InstructionOpcode};
use moteur_image::section::{ENTERED, IN_FUNCTION};
use moteur_wasm::{FuncIdx, Global, Module};

/// What the list `traps` has for the places of one chain, innermost first: see `moteur_image::section`.
pub type Site = Vec<u32>;

/// Makes the locations.
pub struct Debug<'c> {
    builder: DebugInfoBuilder<'c>,
    unit: DICompileUnit<'c>,
    ty: DISubroutineType<'c>,
}

impl<'c> Debug<'c> {
    pub fn new(context: &'c Context, module: &Llvm<'c>) -> Debug<'c> {
        let version = context.i32_type().const_int(u64::from(debug_metadata_version()), false);
        module.add_basic_value_flag("Debug Info Version", FlagBehavior::Warning, version);
        let (builder, unit) = module.create_debug_info_builder(
            true,
            DWARFSourceLanguage::C,
            "module.wasm",
            "",
            "moteur",
            true,
            "",
            0,
            "",
            DWARFEmissionKind::LineTablesOnly,
            0,
            false,
            false,
            "",
            "",
        );
        let ty = builder.create_subroutine_type(unit.get_file(), None, &[], DIFlags::ZERO);
        Debug { builder, unit, ty }
    }

    /// Gives a function what its locations refer to. Its own line is nobody's: the code before the first location would
    /// get it.
    pub fn describe(&self, function: FunctionValue<'c>, name: &str) {
        let (scope, file) = (self.unit.as_debug_info_scope(), self.unit.get_file());
        let (builder, ty, flags) = (&self.builder, self.ty, DIFlags::ZERO);
        let described = builder.create_function(scope, name, None, file, 0, ty, false, true, 0, flags, true);
        function.set_subprogram(described);
    }

    /// What comes next is of the operator at this offset.
    pub fn locate(
        &self,
        context: &'c Context,
        builder: &inkwell::builder::Builder<'c>,
        function: FunctionValue<'c>,
        offset: u32,
    ) {
        let Some(scope) = function.get_subprogram() else { return };
        let scope = DISubprogram::as_debug_info_scope(scope);
        builder.set_current_debug_location(self.builder.create_debug_location(context, offset, 0, scope, None));
    }

    /// To be called when all functions are there.
    pub fn finish(&self) {
        self.builder.finalize();
    }
}

/// Replaces locations by numbers, counted from 1: those of calls, and removes all others; or, if any instruction may end
/// the guest, all of them.
pub fn number(
    context: &Context,
    module: &Llvm<'_>,
    wasm: &Module<Global>,
    bytes: &[u8],
    any_may_end: bool,
) -> Vec<Site> {
    let bodies = Bodies::of(wasm, bytes);
    let mut numbers = HashMap::new();
    let mut sites = Vec::new();
    for function in module.get_functions() {
        let Some(scope) = function.get_subprogram() else { continue };
        for instruction in function.get_basic_block_iter().flat_map(|block| block.get_instructions()) {
            let value = instruction.as_value_ref();
            let site = match instruction.get_opcode() {
                InstructionOpcode::Call if is_call_of_code(value) => bodies.site_of(value),
                InstructionOpcode::Call | InstructionOpcode::Phi => None,
                _ if any_may_end => bodies.site_of(value),
                _ => None,
            };
            let number = site.map(|site| {
                *numbers.entry(site).or_insert_with_key(|site| {
                    sites.push(site.clone());
                    sites.len() as u32
                })
            });
            // SAFETY: the instruction and its function are of this context.
            unsafe {
                // A call of a function that could be inlined must have a location: nobody's is line 0.
                let is_call = instruction.get_opcode() == InstructionOpcode::Call;
                let location = match is_call || number.is_some() {
                    true => llvm::LLVMDIBuilderCreateDebugLocation(
                        context.as_ctx_ref(),
                        number.unwrap_or(0),
                        0,
                        scope.as_mut_ptr(),
                        std::ptr::null_mut(),
                    ),
                    false => std::ptr::null_mut(),
                };
                llvm::LLVMInstructionSetDebugLoc(value, location);
            }
        }
    }
    sites
}

/// Whether a call is one in the machine's code too. What LLVM makes of an intrinsic returns in any case.
fn is_call_of_code(call: LLVMValueRef) -> bool {
    // SAFETY: it is a call.
    unsafe {
        core::LLVMIsAIntrinsicInst(call).is_null() && core::LLVMIsAInlineAsm(core::LLVMGetCalledValue(call)).is_null()
    }
}

/// Whether a call may be one of a guest's function in tail position, which became a part of another function. All other calls
/// say that they are none, but those of the functions that end the guest.
fn may_be_inlined_tail_call(instruction: LLVMValueRef) -> bool {
    // SAFETY: names are as long as LLVM says, and live as long as what they name.
    unsafe {
        if core::LLVMIsACallInst(instruction).is_null() || core::LLVMGetTailCallKind(instruction) == NO_TAIL {
            return false;
        }
        let mut len = 0;
        let name = core::LLVMGetValueName2(core::LLVMGetCalledValue(instruction), &mut len);
        !std::slice::from_raw_parts(name.cast::<u8>(), len).starts_with(b"trap")
    }
}

/// The opcodes of `return_call` and `return_call_indirect`.
const TAIL_CALLS: [u8; 2] = [0x12, 0x13];

const NO_TAIL: LLVMTailCallKind = LLVMTailCallKind::LLVMTailCallKindNoTail;

/// Where the functions are in the module.
struct Bodies<'m> {
    bytes: &'m [u8],
    /// Where each begins and ends, by index; ascending.
    ranges: Vec<(u32, std::ops::Range<usize>)>,
}

impl<'m> Bodies<'m> {
    fn of(wasm: &Module<Global>, bytes: &'m [u8]) -> Bodies<'m> {
        let indices = wasm.imported_func_count()..wasm.func_count();
        Bodies { bytes, ranges: indices.filter_map(|index| Some((index, wasm.body(FuncIdx(index))?))).collect() }
    }

    /// Whether the operator at an offset is a tail call.
    fn is_tail_call(&self, offset: u32) -> bool {
        self.bytes.get(offset as usize).is_some_and(|opcode| TAIL_CALLS.contains(opcode))
    }

    /// The function that an offset is in, and whether it is its very beginning, where no operator stands.
    fn function_at(&self, offset: u32) -> Option<(u32, bool)> {
        let offset = offset as usize;
        let at = self.ranges.partition_point(|(_, body)| body.start <= offset).checked_sub(1)?;
        let (index, body) = self.ranges.get(at)?;
        body.contains(&offset).then_some((*index, body.start == offset))
    }

    fn site_of(&self, instruction: LLVMValueRef) -> Option<Site> {
        let mut chain = Vec::new();
        // SAFETY: locations are what LLVM says they are; a chain ends with null.
        unsafe {
            let mut location: LLVMMetadataRef = llvm::LLVMInstructionGetDebugLoc(instruction);
            while !location.is_null() {
                chain.push(llvm::LLVMDILocationGetLine(location));
                location = llvm::LLVMDILocationGetInlinedAt(location);
            }
        }
        let mut site = Site::new();
        let last = chain.len().checked_sub(1)?;
        for (depth, offset) in chain.into_iter().enumerate() {
            let (function, is_beginning) = self.function_at(offset)?;
            // Who made a tail call is active no more, also if it became a part of its caller.
            let is_call = depth > 0 || may_be_inlined_tail_call(instruction);
            if is_call && depth < last && self.is_tail_call(offset) {
                continue;
            }
            match (is_beginning, depth == last) {
                // Whoever called it has not got it yet.
                (true, true) => site.push(ENTERED),
                (true, false) => {}
                (false, true) => site.push(offset),
                (false, false) => site.extend([offset, IN_FUNCTION | function]),
            }
        }
        Some(site)
    }
}
