//! Compiles WebAssembly modules to native code with LLVM, for machines that load it with Moteur.
//!
//! ```text
//! module ──▶ translate: LLVM IR ──▶ emit: object ──▶ link: one blob without relocations ──▶ attach: a custom section
//! ```
//!
//! What the code and the runtime agree on is defined in `moteur-image`; this crate and the runtime never see each other.

mod attach;
mod emit;
mod error;
mod link;
mod machine;
mod merge;
mod sites;
mod translate;

pub use attach::strip;
pub use emit::Emit;
pub use error::Error;
pub use machine::Machine;
pub use moteur_image::target::Checks;

use moteur_image::hash;
use moteur_image::section::{Contents, Fingerprint};
use moteur_wasm::{Global, Module};

/// How hard LLVM tries.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Optimise {
    /// Not at all.
    None,
    /// A little.
    Less,
    /// For speed, within reason.
    Default,
    /// For speed.
    #[default]
    Speed,
    /// For size first.
    Size,
    /// For size alone.
    SizeAlone,
}

/// How to compile.
#[derive(Clone, Debug)]
pub struct Options {
    /// The machine.
    pub machine: Machine,
    /// How hard LLVM tries.
    pub optimise: Optimise,
    /// How accesses are kept inside memory.
    pub checks: Checks,
    /// Whether the code counts fuel, as much as the interpreter does: only such code runs where the engine counts it.
    pub metering: bool,
    /// Whether backtraces say where in a function a call or a trap was, which takes 8 bytes or more in the section for each.
    /// The code is the same, on AArch64 but for the order of some instructions.
    pub offsets: bool,
}

impl Options {
    /// Explicit checks, no metering, all speed, exact backtraces.
    pub fn new(machine: Machine) -> Options {
        Options { machine, optimise: Optimise::Speed, checks: Checks::Explicit, metering: false, offsets: true }
    }
}

/// Compiles a module: gives it back with one more custom section, in which its native code is. Sections of that name for
/// other machines stay.
///
/// # Errors
/// [`Error::Module`] if the module is not valid; [`Error::Unsupported`] if this machine's code cannot express it;
/// [`Error::Llvm`] and [`Error::Link`] if the compiler itself is wrong.
pub fn compile(bytes: &[u8], options: &Options) -> Result<Vec<u8>, Error> {
    supported(options)?;
    let module = Module::new(bytes, &Global)?;
    let object = object(&module, bytes, options)?;
    let blob = link::link(&object, &options.machine)?;
    let contents = Contents {
        fingerprint: Fingerprint {
            abi_version: moteur_image::ABI_VERSION,
            arch: options.machine.arch,
            float_abi: options.machine.float_abi,
            checks: options.checks,
            metering: options.metering,
            context_hash: options.machine.arch.context_hash(),
            features: options.machine.features,
            module_hash: hash::module(bytes),
        },
        frame_bytes_max: object.frame_bytes_max,
        needs: &blob.needs,
        functions: &blob.functions,
        entries: &blob.entries,
        traps: &blob.traps,
        code: &blob.code,
    };
    Ok(attach::attach(bytes, &contents))
}

/// The text of LLVM's intermediate language, after optimisation.
///
/// # Errors
/// As [`compile`].
pub fn llvm_ir(bytes: &[u8], options: &Options) -> Result<String, Error> {
    Ok(String::from_utf8_lossy(&emit(bytes, options, Emit::LlvmIr)?).into_owned())
}

/// What stands between the module and its native code, to be looked at.
///
/// # Errors
/// As [`compile`].
pub fn emit(bytes: &[u8], options: &Options, what: Emit) -> Result<Vec<u8>, Error> {
    supported(options)?;
    let module = Module::new(bytes, &Global)?;
    emit::emit(&module, bytes, options, what)
}

/// Refuses what code cannot do yet.
fn supported(options: &Options) -> Result<(), Error> {
    if options.checks == Checks::GuardPages && !options.machine.catches_faults() {
        let text = format!("no guard pages on {}: its code needs explicit checks", options.machine.triple);
        return Err(Error::Unsupported(text));
    }
    Ok(())
}

fn object(module: &Module<Global>, bytes: &[u8], options: &Options) -> Result<emit::Object, Error> {
    emit::object(module, bytes, options)
}
