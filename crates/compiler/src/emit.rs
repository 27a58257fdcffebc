//! LLVM's part: optimises, and makes an object or text.

use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_void};
use std::sync::Once;

use inkwell::context::{AsContextRef, Context};
use inkwell::llvm_sys::core::{LLVMContextSetDiagnosticHandler, LLVMDisposeMessage, LLVMGetDiagInfoDescription};
use inkwell::llvm_sys::prelude::LLVMDiagnosticInfoRef;
use inkwell::llvm_sys::target_machine as llvm;
use inkwell::module::Module as Llvm;
use inkwell::passes::PassBuilderOptions;
use inkwell::targets::{FileType, InitializationConfig, Target, TargetMachine, TargetTriple};
use moteur_image::target::{Arch, Checks};

use crate::error::Error;
use crate::far;
use crate::merge;
use crate::prove;
use crate::sites::{self, Site};
use crate::translate::{Source, translate};
use crate::watch::{self, Unseen};
use crate::work::Steps;
use crate::{Machine, Optimise, Options};

/// An object file in memory.
pub struct Object {
    pub bytes: Vec<u8>,
    /// Bytes of the largest frame of a function in it.
    pub frame_bytes_max: u32,
    /// By number, from 1: what the lines of the object's line table mean.
    pub sites: Vec<Site>,
}

/// Makes the object of a chunk.
pub fn object(source: &Source<'_>, options: &Options, steps: &Steps<'_>) -> Result<Object, Error> {
    let context = Context::create();
    let mut frames = Frames { bytes: BTreeMap::new(), steps, steps_left: source.chunk.functions.len() };
    frames.listen(&context);
    let Optimised { llvm, machine, unseen } = optimised(&context, source, options, steps)?;
    let any_may_end = options.checks == Checks::GuardPages;
    let sites = if options.offsets {
        sites::number(&context, &llvm, source.wasm, source.bytes, any_may_end)
    } else {
        Vec::new()
    };
    let buffer =
        machine.write_to_memory_buffer(&llvm, FileType::Object).map_err(|text| Error::Llvm(text.to_string()))?;
    steps.add(frames.steps_left);
    Ok(Object { bytes: buffer.as_slice().to_vec(), frame_bytes_max: frames.deepest(&unseen), sites })
}

/// What stands between a module and its native code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Emit {
    /// The text of LLVM's intermediate language, after optimisation.
    LlvmIr,
    /// The text of the machine's assembly.
    Assembly,
    /// An object file, before it is linked.
    Object,
}

/// Gives what was asked for.
pub fn emit(source: &Source<'_>, options: &Options, what: Emit, steps: &Steps<'_>) -> Result<Vec<u8>, Error> {
    if what == Emit::Object {
        return Ok(object(source, options, steps)?.bytes);
    }
    let context = Context::create();
    let mut frames = Frames { bytes: BTreeMap::new(), steps, steps_left: source.chunk.functions.len() };
    frames.listen(&context);
    // Locations would stand between the lines, and change nothing.
    let options = &Options { offsets: false, ..options.clone() };
    let Optimised { llvm, machine, .. } = optimised(&context, source, options, steps)?;
    if what == Emit::LlvmIr {
        return Ok(llvm.print_to_string().to_bytes().to_vec());
    }
    let text = machine.write_to_memory_buffer(&llvm, FileType::Assembly);
    Ok(text.map_err(|text| Error::Llvm(text.to_string()))?.as_slice().to_vec())
}

/// What code is made of, and what makes it.
struct Optimised<'c> {
    llvm: Llvm<'c>,
    machine: TargetMachine,
    unseen: Unseen,
}

fn optimised<'c>(
    context: &'c Context,
    source: &Source<'_>,
    options: &Options,
    steps: &Steps<'_>,
) -> Result<Optimised<'c>, Error> {
    let machine = target_machine(&options.machine, options.optimise)?;
    let llvm = translate(context, source, options, steps)?;
    llvm.set_triple(&machine.get_triple());
    llvm.set_data_layout(&machine.get_target_data().get_data_layout());
    let passes = match options.optimise {
        Optimise::None => "default<O0>",
        Optimise::Less => "default<O1>",
        Optimise::Default => "default<O2>",
        Optimise::Speed => "default<O3>",
        Optimise::Size => "default<Os>",
        Optimise::SizeAlone => "default<Oz>",
    };
    let settings = PassBuilderOptions::create();
    settings.set_loop_vectorization(false);
    settings.set_loop_slp_vectorization(false);
    // A microcontroller's flash is worth more than an unrolled loop; and LLVM thinks that soft float is cheap.
    settings.set_loop_unrolling(!matches!(options.machine.arch, Arch::Thumb | Arch::RiscV32));
    if options.optimise != Optimise::None {
        run(&llvm, merge::PASSES_BEFORE, &machine, PassBuilderOptions::create())?;
        merge::merge(context, &llvm)?;
        run(&llvm, prove::PASSES_BEFORE, &machine, PassBuilderOptions::create())?;
        prove::prove(context, &llvm, source.facts.memory);
    }
    run(&llvm, passes, &machine, settings)?;
    run(&llvm, watch::PASSES_BEFORE, &machine, PassBuilderOptions::create())?;
    let unseen = watch::insert(context, &llvm)?;
    run(&llvm, watch::PASSES_AFTER, &machine, PassBuilderOptions::create())?;
    if options.optimise != Optimise::None {
        far::split(context, &llvm, options.machine.arch)?;
    }
    Ok(Optimised { llvm, machine, unseen })
}

fn run(llvm: &Llvm<'_>, passes: &str, machine: &TargetMachine, settings: PassBuilderOptions) -> Result<(), Error> {
    llvm.run_passes(passes, machine, settings).map_err(|text| Error::Llvm(text.to_string()))
}

/// The code generator. Its settings are more than inkwell offers: a code model, an ABI.
fn target_machine(machine: &Machine, optimise: Optimise) -> Result<TargetMachine, Error> {
    static READY: Once = Once::new();
    READY.call_once(|| {
        let all = InitializationConfig::default();
        Target::initialize_arm(&all);
        Target::initialize_aarch64(&all);
        Target::initialize_riscv(&all);
        Target::initialize_x86(&all);
    });
    let text = |text: &str| CString::new(text).map_err(|_| Error::Machine(format!("{text:?} has a zero byte")));
    // `thumbv7m-none-eabi` names no vendor; LLVM would take `eabi` for an operating system.
    let triple = TargetMachine::normalize_triple(&TargetTriple::create(machine.llvm_triple()));
    let triple = text(&triple.as_str().to_string_lossy())?;
    let (cpu, features) = (text(&machine.cpu)?, text(&machine.llvm_features)?);
    let abi = match machine.arch {
        Arch::RiscV32 => Some(c"ilp32"),
        Arch::RiscV64 => Some(c"lp64d"),
        _ => None,
    };
    let level = match optimise {
        Optimise::None => llvm::LLVMCodeGenOptLevel::LLVMCodeGenLevelNone,
        Optimise::Less => llvm::LLVMCodeGenOptLevel::LLVMCodeGenLevelLess,
        Optimise::Speed => llvm::LLVMCodeGenOptLevel::LLVMCodeGenLevelAggressive,
        _ => llvm::LLVMCodeGenOptLevel::LLVMCodeGenLevelDefault,
    };
    let model = match machine.arch {
        // Everything lies within a megabyte: no page of addresses has to be computed.
        Arch::AArch64 => llvm::LLVMCodeModel::LLVMCodeModelTiny,
        Arch::RiscV32 | Arch::RiscV64 => llvm::LLVMCodeModel::LLVMCodeModelMedium,
        _ => llvm::LLVMCodeModel::LLVMCodeModelSmall,
    };
    // SAFETY: all texts end with a zero byte and outlive the calls; the options are freed once; a target machine that is
    // not null belongs to whoever asked for it.
    unsafe {
        let mut target = std::ptr::null_mut();
        let mut message = std::ptr::null_mut();
        if llvm::LLVMGetTargetFromTriple(triple.as_ptr(), &mut target, &mut message) != 0 {
            let text = CStr::from_ptr(message).to_string_lossy().into_owned();
            LLVMDisposeMessage(message);
            return Err(Error::Llvm(text));
        }
        let options = llvm::LLVMCreateTargetMachineOptions();
        llvm::LLVMTargetMachineOptionsSetCPU(options, cpu.as_ptr());
        llvm::LLVMTargetMachineOptionsSetFeatures(options, features.as_ptr());
        if let Some(abi) = abi {
            llvm::LLVMTargetMachineOptionsSetABI(options, abi.as_ptr());
        }
        llvm::LLVMTargetMachineOptionsSetCodeGenOptLevel(options, level);
        llvm::LLVMTargetMachineOptionsSetRelocMode(options, llvm::LLVMRelocMode::LLVMRelocPIC);
        llvm::LLVMTargetMachineOptionsSetCodeModel(options, model);
        let found = llvm::LLVMCreateTargetMachineWithOptions(target, triple.as_ptr(), options);
        llvm::LLVMDisposeTargetMachineOptions(options);
        if found.is_null() {
            return Err(Error::Machine(format!("LLVM knows no machine {} {}", machine.triple, machine.cpu)));
        }
        Ok(TargetMachine::new(found))
    }
}

/// Listens to what LLVM says about frames: that is the only way to learn their sizes. It says it when it is done with a
/// function, which is a step.
struct Frames<'s> {
    /// Bytes by function.
    bytes: BTreeMap<String, u32>,
    steps: &'s Steps<'s>,
    steps_left: usize,
}

impl Frames<'_> {
    fn listen(&mut self, context: &Context) {
        let this = (&raw mut *self).cast::<c_void>();
        // SAFETY: the caller keeps `self` where it is for as long as the context is used.
        unsafe { LLVMContextSetDiagnosticHandler(context.as_ctx_ref(), Some(hear), this) };
    }

    /// Takes note of "stack frame size (16) exceeds limit (0) in function 'f1'".
    fn note(&mut self, said: &str) -> Option<()> {
        let (_, rest) = said.split_once("stack frame size (")?;
        let (bytes, rest) = rest.split_once(')')?;
        let (_, name) = rest.split_once("function '")?;
        let name = name.split('\'').next()?;
        self.bytes.insert(name.to_owned(), bytes.parse().ok()?);
        if self.steps_left > 0 {
            self.steps_left -= 1;
            self.steps.add(1);
        }
        Some(())
    }

    /// The most bytes that frames take below the one of whoever looked at the stack.
    fn deepest(&self, unseen: &Unseen) -> u32 {
        let of = |name: &str| self.bytes.get(name).copied().unwrap_or(0);
        let below = |name: &str| self.bytes_below(name, unseen);
        self.bytes.keys().map(|name| of(name).saturating_add(below(name))).max().unwrap_or(0)
    }

    /// Functions that do not look call only a few deep: see `watch`.
    fn bytes_below(&self, name: &str, unseen: &Unseen) -> u32 {
        let callees = unseen.get(name).into_iter().flatten();
        let bytes = |callee: &String| {
            let own = self.bytes.get(callee).copied().unwrap_or(0);
            own.saturating_add(self.bytes_below(callee, unseen))
        };
        callees.map(bytes).max().unwrap_or(0)
    }
}

extern "C" fn hear(info: LLVMDiagnosticInfoRef, frames: *mut c_void) {
    // SAFETY: LLVM gives a valid diagnostic, and what `listen` gave it.
    unsafe {
        let text = LLVMGetDiagInfoDescription(info);
        let said = CStr::from_ptr(text).to_string_lossy();
        let frames = &mut *frames.cast::<Frames<'_>>();
        let _ = frames.note(&said);
        LLVMDisposeMessage(text);
    }
}
