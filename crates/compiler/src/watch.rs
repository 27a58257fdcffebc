//! Where code looks whether it is interrupted, and whether the stack ends: put in after LLVM's passes, so that neither
//! keeps them from changing loops, and as seldom as it takes.
//!
//! - A loop looks for an interrupt each time around, unless it is known to end soon.
//! - A function does so when it is called, unless all it does without looking takes no longer than that.
//! - So no more than [`PATIENCE`] instructions run in between, times the calls that stand in a function one after another.
//! - The stack is looked at before the first call, but not where only functions are called that call nothing, a few deep.
//!
//! What looks is a function that `translate` made, and that LLVM makes part of those that call it.

use std::collections::{BTreeMap, HashMap};

use inkwell::builder::Builder;
use inkwell::context::{AsContextRef, Context};
use inkwell::debug_info::{AsDIScope, DILocation};
use inkwell::llvm_sys::core::{LLVMGetCalledValue, LLVMIsAInlineAsm};
use inkwell::llvm_sys::debuginfo;
use inkwell::llvm_sys::prelude::LLVMMetadataRef;
use inkwell::module::{Linkage, Module as Llvm};
use inkwell::values::{
    AsValueRef, BasicMetadataValueEnum, CallSiteValue, FunctionValue, InstructionOpcode, InstructionValue,
};

use crate::error::Error;
use crate::flow::Flow;
use crate::translate::{is_adapter_name, is_function_name};
use crate::trips::trips;

/// The function that ends the guest if it is interrupted.
pub const POLL: &str = "poll";
/// The same for loops with calls: what it needs is not kept in a register, as each function that is called would save that
/// first.
pub const POLL_BEFORE_CALLS: &str = "poll.before.calls";
/// The function that ends the guest if the stack ends.
pub const PROBE: &str = "probe";

/// The passes that have to run before: a block before each loop, and one that leads back.
pub const PASSES_BEFORE: &str = "function(loop-simplify)";
/// The passes that have to run afterwards.
pub const PASSES_AFTER: &str = "always-inline,globaldce,function(early-cse<memssa>,loop-mssa(licm))";

/// As many instructions of LLVM may run without a look.
pub const PATIENCE: u64 = 1 << 14;

/// As many calls deep may functions go that do not look at the stack.
const UNSEEN_DEPTH_MAX: u32 = 3;

/// Functions by name, with those that each calls without that anybody looks at the stack.
pub type Unseen = BTreeMap<String, Vec<String>>;

/// A guest function.
struct Guest<'c> {
    function: FunctionValue<'c>,
    flow: Flow<'c>,
    calls: Vec<Call<'c>>,
}

impl Guest<'_> {
    /// Whether something is called in the loop that begins with this block.
    fn calls_in_loop(&self, header: usize) -> bool {
        let mut loops = self.flow.loops.iter().filter(|found| found.header == header);
        loops.any(|found| self.calls.iter().any(|call| found.body[call.block]))
    }
}

/// A call, and the block that it stands in.
struct Call<'c> {
    instruction: InstructionValue<'c>,
    block: usize,
    /// The number of the function; others may call anything.
    callee: Option<usize>,
}

/// What was found out of a function whose callees are done.
#[derive(Clone, Default)]
struct Done {
    /// How many instructions it runs without a look.
    cost: u64,
    /// How many calls deep it goes without a look at the stack.
    depth: u32,
}

/// Puts the looks in; gives what remains unseen.
pub fn insert<'c>(context: &'c Context, llvm: &Llvm<'c>) -> Result<Unseen, Error> {
    let find = |name: &str| llvm.get_function(name).ok_or_else(|| Error::Llvm(format!("{name} is missing")));
    let (poll, poll_before_calls, probe) = (find(POLL)?, find(POLL_BEFORE_CALLS)?, find(PROBE)?);
    let guests = guests(llvm);
    let mut done: Vec<Option<Done>> = vec![None; guests.len()];
    let mut unseen = Unseen::new();
    let inserter = Inserter { context, builder: context.create_builder() };
    for number in callees_first(&guests) {
        let Some(guest) = guests.get(number) else { continue };
        let (cost, polls) = polls(guest, &done);
        for block in polls {
            let callee = if guest.calls_in_loop(block) { poll_before_calls } else { poll };
            inserter.at_beginning(guest, block, callee, location_in(guest, block))?;
        }
        let mut depth = 0;
        let seen = |call: &&Call<'c>| match call.callee.and_then(|callee| done[callee].as_ref()) {
            Some(callee) => callee.depth >= UNSEEN_DEPTH_MAX,
            None => true,
        };
        if let Some(first) = guest.calls.iter().find(seen) {
            let gate = guest.calls.iter().filter(seen).map(|call| call.block);
            let gate = gate.reduce(|a, b| guest.flow.common_dominator(a, b)).unwrap_or(0);
            let location = first.instruction.get_debug_location();
            inserter.at_beginning(guest, guest.flow.before_loops(gate), probe, location)?;
        }
        let mut callees = Vec::new();
        for call in guest.calls.iter().filter(|call| !seen(call)) {
            let Some(callee) = call.callee else { continue };
            depth = depth.max(1 + done[callee].as_ref().map_or(0, |callee| callee.depth));
            callees.push(name_of(guests[callee].function));
        }
        unseen.insert(name_of(guest.function), callees);
        done[number] = Some(Done { cost, depth });
    }
    for function in [poll, poll_before_calls, probe] {
        function.set_linkage(Linkage::Internal);
    }
    Ok(unseen)
}

fn name_of(function: FunctionValue<'_>) -> String {
    function.get_name().to_string_lossy().into_owned()
}

/// The guest's functions.
fn guests<'c>(llvm: &Llvm<'c>) -> Vec<Guest<'c>> {
    let is_guest = |function: &FunctionValue<'c>| function.get_name().to_str().is_ok_and(is_function_name);
    // Others are in another chunk.
    let is_here = |function: &FunctionValue<'c>| is_guest(function) && function.count_basic_blocks() > 0;
    let functions: Vec<_> = llvm.get_functions().filter(is_here).collect();
    let numbers: HashMap<_, _> = functions.iter().enumerate().map(|(number, function)| (*function, number)).collect();
    let guest = |function: &FunctionValue<'c>| {
        let flow = Flow::of(*function);
        let calls = flow.blocks.iter().enumerate().flat_map(|(block, place)| {
            let calls = place.get_instructions().filter(|found| found.get_opcode() == InstructionOpcode::Call);
            calls.map(move |instruction| (block, instruction))
        });
        let calls = calls.filter_map(|(block, instruction)| {
            let callee = match callee(instruction)? {
                Callee::Function(function) if is_guest(&function) => numbers.get(&function).copied(),
                Callee::Function(function) if function.get_name().to_str().is_ok_and(is_adapter_name) => None,
                Callee::Function(_) => return None,
                Callee::Anything => None,
            };
            Some(Call { instruction, block, callee })
        });
        let calls = calls.collect();
        Guest { function: *function, flow, calls }
    };
    functions.iter().map(guest).collect()
}

enum Callee<'c> {
    Function(FunctionValue<'c>),
    Anything,
}

/// What a call calls; `None` if that is assembly.
fn callee<'c>(call: InstructionValue<'c>) -> Option<Callee<'c>> {
    // SAFETY: it is a call.
    let is_assembly = unsafe { !LLVMIsAInlineAsm(LLVMGetCalledValue(call.as_value_ref())).is_null() };
    if is_assembly {
        return None;
    }
    let function = CallSiteValue::try_from(call).ok().and_then(|call| call.get_called_fn_value());
    Some(function.map_or(Callee::Anything, Callee::Function))
}

/// An order in which callees come before their callers, as far as there is one: those of recursions follow, and then
/// whoever calls them.
fn callees_first(guests: &[Guest<'_>]) -> Vec<usize> {
    let mut callers = vec![Vec::new(); guests.len()];
    let mut missing = vec![0_usize; guests.len()];
    for (number, guest) in guests.iter().enumerate() {
        for callee in guest.calls.iter().filter_map(|call| call.callee) {
            callers[callee].push(number);
            missing[number] += 1;
        }
    }
    let mut order: Vec<usize> = (0..guests.len()).filter(|number| missing[*number] == 0).collect();
    let mut at = 0;
    while let Some(number) = order.get(at).copied() {
        at += 1;
        for caller in &callers[number] {
            missing[*caller] -= 1;
            if missing[*caller] == 0 {
                order.push(*caller);
            }
        }
    }
    order.extend((0..guests.len()).filter(|number| missing[*number] > 0));
    order
}

/// The blocks that look for an interrupt, and what the function runs without.
fn polls(guest: &Guest<'_>, done: &[Option<Done>]) -> (u64, Vec<usize>) {
    let flow = &guest.flow;
    let mut costs: Vec<u64> = flow.blocks.iter().map(|block| block.get_instructions().count() as u64).collect();
    let mut calls: Vec<u64> = vec![0; costs.len()];
    for call in &guest.calls {
        let callee = call.callee.and_then(|callee| done[callee].as_ref());
        calls[call.block] = calls[call.block].saturating_add(callee.map_or(PATIENCE, |callee| callee.cost));
    }
    let mut headers = Vec::new();
    for found in &flow.loops {
        let body = || (0..costs.len()).filter(|block| found.body[*block]);
        let once = body().fold(0_u64, |sum, block| sum.saturating_add(costs[block]).saturating_add(calls[block]));
        let times = trips(flow, found, PATIENCE / once.max(1));
        for block in body().collect::<Vec<_>>() {
            match times {
                Some(times) => {
                    costs[block] = costs[block].saturating_mul(times);
                    calls[block] = calls[block].saturating_mul(times);
                }
                // Before whatever is called, somebody looks.
                None => calls[block] = 0,
            }
        }
        if times.is_none() {
            headers.push(found.header);
        }
    }
    let cost = costs.iter().chain(&calls).fold(0_u64, |sum, cost| sum.saturating_add(*cost));
    if cost > PATIENCE && !headers.contains(&0) {
        headers.push(0);
    }
    (cost.min(PATIENCE), headers)
}

/// Where the guest is at the beginning of a block.
fn location_in<'c>(guest: &Guest<'c>, block: usize) -> Option<DILocation<'c>> {
    guest.flow.blocks[block].get_instructions().find_map(|instruction| match instruction.get_opcode() {
        InstructionOpcode::Phi => None,
        _ => instruction.get_debug_location(),
    })
}

struct Inserter<'c> {
    context: &'c Context,
    builder: Builder<'c>,
}

impl<'c> Inserter<'c> {
    /// Calls a function at the beginning of a block, behind what has to stand there.
    fn at_beginning(
        &self,
        guest: &Guest<'c>,
        block: usize,
        callee: FunctionValue<'c>,
        location: Option<DILocation<'c>>,
    ) -> Result<(), Error> {
        let block = guest.flow.blocks[block];
        let mut place = block.get_terminator();
        // Room in the frame is taken in one go, at the very beginning.
        for instruction in block.get_instructions() {
            match instruction.get_opcode() {
                InstructionOpcode::Alloca => place = instruction.get_next_instruction(),
                InstructionOpcode::Phi => {}
                _ if place == block.get_terminator() => place = Some(instruction),
                _ => {}
            }
        }
        let place = place.ok_or_else(|| Error::Llvm("a block has no end".into()))?;
        self.builder.position_before(&place);
        let context: Vec<BasicMetadataValueEnum<'c>> = match callee.count_params() {
            0 => Vec::new(),
            _ => guest.function.get_first_param().map(Into::into).into_iter().collect(),
        };
        let call = self.builder.build_call(callee, &context, "")?;
        let call = call.as_value_ref();
        let location = location.map_or_else(|| self.nowhere(guest), |location| location.as_mut_ptr());
        // SAFETY: call and location are of this context.
        unsafe { debuginfo::LLVMInstructionSetDebugLoc(call, location) };
        Ok(())
    }

    /// A location that is no operator's, in a function that has any: there, each call must have one.
    fn nowhere(&self, guest: &Guest<'c>) -> LLVMMetadataRef {
        let Some(scope) = guest.function.get_subprogram() else { return std::ptr::null_mut() };
        let (context, scope) = (self.context.as_ctx_ref(), scope.as_debug_info_scope().as_mut_ptr());
        // SAFETY: the scope is of this context.
        unsafe { debuginfo::LLVMDIBuilderCreateDebugLocation(context, 0, 0, scope, std::ptr::null_mut()) }
    }
}
