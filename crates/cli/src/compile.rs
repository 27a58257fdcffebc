//! `moteur compile`: adds native code to a module, or shows what stands between. And what `moteur run --jit` does first.

use std::path::{Path, PathBuf};

use moteur_compiler::{Bodies, Checks, Emit, Error, Machine, Optimise, Options};

use crate::args::compile::{self as asked, Compile, Target};
use crate::failure::Failure;
use crate::load::{self, Source};
use crate::progress::Bar;
use crate::sign;

/// Compiles the module in a file as the command line says.
pub fn compile(options: &Compile) -> Result<(), Failure> {
    let source = load::read(&options.file)?;
    let host = [Target::default()];
    let targets = if options.targets.is_empty() { &host[..] } else { &options.targets };
    let machines: Vec<_> = targets.iter().map(|target| settings(target, options)).collect::<Result<_, _>>()?;
    let out = options.out.clone().unwrap_or_else(|| beside(&options.file, options.emit));
    check_place(&out, &options.file, source, options.emit.is_some())?;
    let key = options.sign.as_deref().map(|key| sign::key_for_new_code(&options.file, source, key)).transpose()?;
    let jobs = options.jobs.unwrap_or_else(moteur_compiler::jobs);
    let made = match (options.emit, machines.as_slice()) {
        (Some(what), [machine]) => moteur_compiler::emit(source.bytes, machine, kind(what)),
        _ => {
            let mut bar = Bar::new("compiling {bar:32} {percent:>3} % {elapsed}", options.quiet);
            let bodies = if options.strip_bodies { Bodies::Strip } else { Bodies::Keep };
            moteur_compiler::compile_all(source.bytes, bodies, &machines, jobs, &mut |progress| {
                bar.show(progress.done as u64, progress.total as u64);
            })
        }
    };
    let made = made.map_err(|error| explain(&options.file, source, error))?;
    match key {
        Some(key) => load::write(&out, &sign::signed(&out, &made, &key)?.bytes),
        None => load::write(&out, &made),
    }
}

/// How to compile for a target.
fn settings(target: &Target, options: &Compile) -> Result<Options, Failure> {
    let mut settings = Options::new(machine(target)?);
    settings.optimise = level(options.optimise);
    settings.metering = options.fuel;
    settings.offsets = options.offsets;
    if options.guard_pages {
        settings.checks = Checks::GuardPages;
    }
    Ok(settings)
}

/// Finds out before the work is done whether its result has a place.
fn check_place(out: &Path, file: &Path, source: Source, is_other: bool) -> Result<(), Failure> {
    let real = |path: &Path| path.canonicalize().ok();
    if (source.text || is_other) && real(out).is_some_and(|out| Some(out) == real(file)) {
        return Err(load::refused(out, "the result would take the place of its source"));
    }
    if out.is_dir() {
        return Err(load::refused(out, "is a directory"));
    }
    match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            Err(load::refused(out, format_args!("there is no directory {}", folder.display())))
        }
        _ => Ok(()),
    }
}

/// The module with native code for this machine and no other, which counts fuel if `metering`, and relies on guarded
/// memories if `guard_pages`.
pub fn in_memory(file: &Path, source: Source, metering: bool, guard_pages: bool) -> Result<Source, Failure> {
    let machine = machine(&Target { cpu: Some(Machine::NATIVE.into()), ..Target::default() })?;
    // What the file brings along is not trusted.
    let stripped = moteur_compiler::strip(source.bytes);
    let mut settings = Options::new(machine);
    settings.metering = metering;
    if guard_pages {
        settings.checks = Checks::GuardPages;
    }
    let bytes = moteur_compiler::compile(&stripped, &settings).map_err(|error| explain(file, source, error))?;
    Ok(Source { bytes: bytes.leak(), text: source.text })
}

fn machine(target: &Target) -> Result<Machine, Failure> {
    let cpu = target.cpu.as_deref();
    let made = match &target.triple {
        Some(triple) => Machine::new(triple, cpu),
        None => Machine::host(cpu),
    };
    let made = made.and_then(|machine| machine.with_features(&target.features));
    made.map_err(|error| Failure::Usage(error.to_string()))
}

fn level(level: char) -> Optimise {
    match level {
        '0' => Optimise::None,
        '1' => Optimise::Less,
        '2' => Optimise::Default,
        's' => Optimise::Size,
        'z' => Optimise::SizeAlone,
        _ => Optimise::Speed,
    }
}

fn kind(what: asked::Emit) -> Emit {
    match what {
        asked::Emit::LlvmIr => Emit::LlvmIr,
        asked::Emit::Assembly => Emit::Assembly,
        asked::Emit::Object => Emit::Object,
    }
}

/// Where the result goes if nobody says: `a.wat` becomes `a.native.wasm`, which itself takes further sections.
fn beside(file: &Path, emit: Option<asked::Emit>) -> PathBuf {
    let stem = file.with_extension("");
    let stem = if stem.extension().is_some_and(|last| last == "native") { stem.with_extension("") } else { stem };
    let mut name = stem.into_os_string();
    name.push(match emit {
        None => ".native.wasm",
        Some(asked::Emit::LlvmIr) => ".ll",
        Some(asked::Emit::Assembly) => ".s",
        Some(asked::Emit::Object) => ".o",
    });
    name.into()
}

/// A module that is not valid is explained as `moteur validate` would.
fn explain(file: &Path, source: Source, error: Error) -> Failure {
    match error {
        Error::Module(error) => load::explain(file, source, moteur::Error::Module(error)),
        error => load::refused(file, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_beside_their_sources() {
        let text = |file: &str, emit| beside(Path::new(file), emit).to_str().unwrap().to_owned();
        assert_eq!(text("b/a.wat", None), "b/a.native.wasm");
        assert_eq!(text("a.1.wasm", None), "a.1.native.wasm");
        assert_eq!(text("a.native.wasm", None), "a.native.wasm");
        assert_eq!(text("a.wasm", Some(asked::Emit::Object)), "a.o");
    }
}
