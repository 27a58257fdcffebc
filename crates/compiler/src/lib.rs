//! Compiles WebAssembly modules to native code with LLVM, for machines that load it with Moteur.
//!
//! ```text
//! module ──▶ translate: LLVM IR ──▶ emit: object ──▶ link: one blob without relocations ──▶ attach: a custom section
//! ```
//!
//! What the code and the runtime agree on is defined in `moteur-image`; this crate and the runtime never see each other.

mod attach;
mod bodies;
mod emit;
mod error;
mod far;
mod flow;
mod link;
mod machine;
mod merge;
mod plan;
mod prove;
mod ranges;
mod sites;
mod translate;
mod trips;
mod watch;
mod work;

pub use attach::strip;
pub use bodies::Bodies;
pub use emit::Emit;
pub use error::Error;
pub use machine::Machine;
pub use moteur_image::target::Checks;
pub use work::{Progress, jobs};

use std::num::NonZeroUsize;
use std::sync::Arc;

use link::Wanted;
use moteur_image::hash;
use moteur_image::section::{Contents, Fingerprint};
use moteur_wasm::{Global, Module};
use plan::{Chunk, Facts};
use translate::Source;
use work::Failure;

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
    compile_all(bytes, Bodies::Keep, std::slice::from_ref(options), jobs(), &mut |_| ())
}

/// Compiles a module for several machines: one section for each, in this order. At most `jobs` threads do it, and hold a part
/// of a module each; how many they are changes nothing in what comes out. `progress` is told, on this thread, how far it is.
///
/// With [`Bodies::Strip`], sections that the module has for other machines are left out: they belong to the module with its
/// bodies.
///
/// # Errors
/// As [`compile`].
pub fn compile_all(
    bytes: &[u8],
    bodies: Bodies,
    machines: &[Options],
    jobs: NonZeroUsize,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<u8>, Error> {
    machines.iter().try_for_each(supported)?;
    let input = Arc::new(Input::read(bytes)?);
    let chunks = Arc::new(plan::chunks(&input.wasm));
    let wanted = input.wanted();
    // Each function is translated, and then emitted.
    let steps = 2 * wanted.functions.len() * machines.len();
    let count = chunks.len();
    let tasks = (input.clone(), chunks.clone(), machines.to_vec());
    let objects = work::all(count * machines.len(), jobs, steps, progress, move |index, steps| {
        let (input, chunks, machines) = &tasks;
        let (Some(chunk), Some(options)) = (chunks.get(index % count), machines.get(index / count)) else {
            return Err(Error::Llvm("no such chunk".into()));
        };
        emit::object(&input.source(chunk), options, steps)
    });
    let objects = objects.map_err(|failure| match failure {
        Failure::Error(error) => error,
        Failure::Fatal(index, text) => gave_up(&input, chunks.get(index % count), machines.get(index / count), &text),
    })?;
    let mut out = match bodies {
        Bodies::Keep => bytes.to_vec(),
        Bodies::Strip => bodies::strip(&input.wasm, bytes),
    };
    let module_hash = hash::module(&out);
    for (options, objects) in machines.iter().zip(objects.chunks(count)) {
        let blob = link::link(objects, &wanted, &options.machine)?;
        let contents = Contents {
            fingerprint: Fingerprint {
                abi_version: moteur_image::ABI_VERSION,
                arch: options.machine.arch,
                float_abi: options.machine.float_abi,
                checks: options.checks,
                metering: options.metering,
                context_hash: options.machine.arch.context_hash(),
                features: options.machine.features,
                module_hash,
            },
            frame_bytes_max: objects.iter().map(|object| object.frame_bytes_max).max().unwrap_or(0),
            needs: &blob.needs,
            functions: &blob.functions,
            entries: &blob.entries,
            traps: &blob.traps,
            code: &blob.code,
        };
        out = attach::attach(&out, &contents);
    }
    Ok(out)
}

/// A module, and what all its chunks have to know.
struct Input {
    bytes: Vec<u8>,
    wasm: Module<Global>,
    facts: Facts,
}

impl Input {
    fn read(bytes: &[u8]) -> Result<Input, Error> {
        let wasm = Module::new(bytes, &Global)?;
        if wasm.is_stripped() {
            let text = "its function bodies were taken out: compile the module that it was made from";
            return Err(Error::Unsupported(text.into()));
        }
        let facts = Facts::of(&wasm, bytes)?;
        Ok(Input { bytes: bytes.to_vec(), wasm, facts })
    }

    fn source<'m>(&'m self, chunk: &'m Chunk) -> Source<'m> {
        Source { wasm: &self.wasm, bytes: &self.bytes, facts: &self.facts, chunk }
    }

    fn wanted(&self) -> Wanted {
        Wanted { functions: plan::whole(&self.wasm).functions, types: self.wasm.type_count() }
    }
}

/// LLVM gave up on a chunk. It does not say where; which function it was is found by trying each alone.
fn gave_up(input: &Arc<Input>, chunk: Option<&Chunk>, options: Option<&Options>, text: &str) -> Error {
    let (Some(chunk), Some(options)) = (chunk, options) else { return Error::Llvm(text.into()) };
    let first = chunk.functions.start;
    let (tried, options) = (input.clone(), options.clone());
    let alone = work::all(chunk.functions.len(), NonZeroUsize::MIN, 0, &mut |_| (), move |index, steps| {
        let index = first + index as u32;
        let chunk = Chunk { functions: index..index + 1, has_entries: false };
        emit::object(&tried.source(&chunk), &options, steps).map(drop)
    });
    match alone {
        Err(Failure::Fatal(index, text)) => Error::Llvm(format!("{text}, in function {}", first + index as u32)),
        _ => Error::Llvm(text.into()),
    }
}

/// The text of LLVM's intermediate language, after optimisation.
///
/// # Errors
/// As [`compile`].
pub fn llvm_ir(bytes: &[u8], options: &Options) -> Result<String, Error> {
    Ok(String::from_utf8_lossy(&emit(bytes, options, Emit::LlvmIr)?).into_owned())
}

/// What stands between the module and its native code, to be looked at. All of it is one piece: [`compile`] cuts a large
/// module, and inlines functions within the pieces only.
///
/// # Errors
/// As [`compile`].
pub fn emit(bytes: &[u8], options: &Options, what: Emit) -> Result<Vec<u8>, Error> {
    supported(options)?;
    let input = Arc::new(Input::read(bytes)?);
    let whole = plan::whole(&input.wasm);
    let (shared, chunk, asked) = (input.clone(), whole.clone(), options.clone());
    let made = work::all(1, NonZeroUsize::MIN, 0, &mut |_| (), move |_, steps| {
        emit::emit(&shared.source(&chunk), &asked, what, steps)
    });
    match made {
        Ok(mut pieces) => pieces.pop().ok_or_else(|| Error::Llvm("nothing was emitted".into())),
        Err(Failure::Error(error)) => Err(error),
        Err(Failure::Fatal(_, text)) => Err(gave_up(&input, Some(&whole), Some(options), &text)),
    }
}

/// Refuses what code cannot do yet.
fn supported(options: &Options) -> Result<(), Error> {
    if options.checks == Checks::GuardPages && !options.machine.catches_faults() {
        let text = format!("no guard pages on {}: its code needs explicit checks", options.machine.triple);
        return Err(Error::Unsupported(text));
    }
    Ok(())
}
