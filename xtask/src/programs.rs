//! `cargo xtask programs`: real programs, built for WASI from published sources, run by `moteur run`, and what they
//! print, return and write compared with what their native builds did. `tests/programs/README.md` has the table.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::{qemu, shell, wasi_c};

mod build_c;
mod build_rust;
mod case;
mod execute;
mod files;
mod sources;
mod table;

use case::Case;
use execute::Mode;
use table::{Kind, Program};

const USAGE: &str =
    "usage: cargo xtask programs [--only PROGRAM[/CASE]] [--engine native] [--with MOTEUR] [--list] [--record]";

/// Programs are built two at a time, and cases run two at a time.
const WORKERS: usize = 2;

/// Where cases are, from the root.
const CASES: &str = "tests/programs/cases";

/// What a build gives by name: the program, or why there is none.
type Built = BTreeMap<&'static str, Result<Ready, String>>;

/// A program that can be run.
struct Ready {
    binary: PathBuf,
    /// The package with its sources, where cases may take files from. Only C programs have it.
    package: Option<PathBuf>,
}

/// Builds and runs. `--only NAME` takes one program, or one case as `PROGRAM/CASE`; `--list` names the cases; `--with
/// FILE` takes another `moteur` than that of this tree; `--engine native` compiles the programs first. `--record` runs native builds instead and writes down what they
/// did, for a reader to judge before it is committed.
pub fn run(args: &[String]) -> Result<()> {
    let mut args = args.to_vec();
    let only = shell::take_value(&mut args, "--only")?;
    let with = shell::take_value(&mut args, "--with")?.map(PathBuf::from);
    let engine = shell::take_value(&mut args, "--engine")?;
    let lists = shell::take_flag(&mut args, "--list");
    let records = shell::take_flag(&mut args, "--record");
    ensure!(args.is_empty(), USAGE);
    let cases: Vec<Case> = read_cases()?.into_iter().filter(|case| is_chosen(case, only.as_deref())).collect();
    ensure!(!cases.is_empty(), "no such case; {USAGE}");
    if lists {
        cases.iter().for_each(|case| println!("{:32} {}", case.name(), case.does));
        return Ok(());
    }
    let mode = match engine.as_deref() {
        _ if records => Mode::Native,
        None | Some("interp") => Mode::interpreted(with)?,
        Some("native") => Mode::compiled(with)?,
        Some(_) => bail!(USAGE),
    };
    let started = Instant::now();
    let wanted: Vec<&Program> =
        table::PROGRAMS.iter().filter(|program| cases.iter().any(|case| case.program == program.name)).collect();
    let (programs, skipped) = build(&wanted, &mode)?;
    println!("built in {} s", started.elapsed().as_secs());
    let programs = prepare(programs, &mode);
    let started = Instant::now();
    let failed = run_cases(&cases, &programs, &mode);
    let skipped_cases = cases.iter().filter(|case| !programs.contains_key(case.program)).count();
    let passed = cases.len() - skipped_cases - failed;
    println!("ran in {:.1} s", started.elapsed().as_secs_f32());
    skipped.iter().for_each(|reason| println!("skipped {reason}"));
    println!("{passed} passed, {failed} failed, {skipped_cases} skipped");
    ensure!(failed == 0, "{failed} cases failed");
    Ok(())
}

fn is_chosen(case: &Case, only: Option<&str>) -> bool {
    only.is_none_or(|only| only == case.program || only == case.name())
}

/// Every case of every program; a folder that belongs to no program is an error, and so is a program without a case.
fn read_cases() -> Result<Vec<Case>> {
    let folder = shell::root().join(CASES);
    let names: Vec<&str> = table::PROGRAMS.iter().map(|program| program.name).collect();
    for name in files::names(&folder)? {
        ensure!(names.contains(&name.as_str()), "{CASES}/{name} belongs to no program of the table");
    }
    let mut cases = Vec::new();
    for name in names {
        let folder = folder.join(name);
        let found = files::names(&folder).with_context(|| format!("{name} has no case"))?;
        for case in found {
            cases.push(Case::read(name, &folder.join(&case)).with_context(|| format!("{CASES}/{name}/{case}"))?);
        }
    }
    Ok(cases)
}

/// Builds all that is wanted: those in Rust one after another, as cargo uses all processors by itself, and beside them
/// those in C. Gives also what could not be tried for want of a tool.
fn build(wanted: &[&'static Program], mode: &Mode) -> Result<(Built, Vec<String>)> {
    let is_native = matches!(mode, Mode::Native);
    if !is_native {
        qemu::ensure_rust_target(build_rust::TARGET)?;
    }
    let (mut in_rust, mut in_c, mut unwinds) = (Vec::new(), Vec::new(), false);
    for program in wanted {
        match &program.kind {
            Kind::Rust(krate) => in_rust.push((program.name, krate)),
            Kind::C(sources) => {
                unwinds |= sources.unwinds;
                in_c.push((program.name, sources));
            }
        }
    }
    let mut skipped = Vec::new();
    let mut tools = None;
    if !in_c.is_empty() {
        match c_tools(is_native) {
            Ok(found) => tools = Some((found, sources::Packages::fetch()?)),
            Err(missing) => skipped.push(format!("all in C: {missing:#}")),
        }
    }
    if !is_native
        && unwinds
        && let Err(missing) = wasi_c::ensure_wasm_opt(true)
    {
        in_c.retain(|(_, sources)| !sources.unwinds);
        skipped.push(format!("those that unwind: {missing:#}"));
    }
    let built = std::thread::scope(|scope| {
        let rust = scope.spawn(|| {
            let build = |(name, krate)| (name, build_rust::build(name, krate, is_native));
            in_rust.into_iter().map(build).collect::<Vec<_>>()
        });
        let mut built = Vec::new();
        if let Some((tools, packages)) = &tools {
            let build = |(name, sources)| (name, build_c::build(name, sources, tools, packages));
            built.extend(in_c.into_iter().map(build));
        }
        rust.join().map(|rust| built.into_iter().chain(rust).collect::<Vec<_>>())
    });
    let built = built.map_err(|_| anyhow!("building the programs in Rust panicked"))?;
    let said = |result: Result<Ready>| result.map_err(|error| format!("{error:#}"));
    Ok((built.into_iter().map(|(name, result)| (name, said(result))).collect(), skipped))
}

/// What cases run: what was built, or what becomes of that first.
fn prepare(programs: Built, mode: &Mode) -> Built {
    let said = |(name, result): (_, Result<Ready, String>)| {
        let started = Instant::now();
        let result = result.and_then(|ready| mode.prepare(ready).map_err(|error| format!("{error:#}")));
        if matches!(mode, Mode::Compiled { .. }) {
            println!("compiled {name:30} {:5.1} s", started.elapsed().as_secs_f32());
        }
        (name, result)
    };
    programs.into_iter().map(said).collect()
}

fn c_tools(is_native: bool) -> Result<build_c::Tools> {
    if is_native { build_c::Tools::native() } else { wasi_c::ensure_installed().map(build_c::Tools::wasi) }
}

/// Runs the cases of what was built; gives how many failed.
fn run_cases(cases: &[Case], programs: &Built, mode: &Mode) -> usize {
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let printing = Mutex::new(());
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let Some(program) = programs.get(case.program) else { continue };
            let started = Instant::now();
            let result = run_case(case, program, mode);
            let seconds = started.elapsed().as_secs_f32();
            let _turn = printing.lock();
            match result {
                Ok(()) => println!("ok     {:32} {seconds:5.1} s", case.name()),
                Err(error) => {
                    failed.fetch_add(1, Ordering::Relaxed);
                    println!("FAILED {:32} {seconds:5.1} s\n{error:#}\n", case.name());
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(work);
        }
    });
    failed.into_inner()
}

fn run_case(case: &Case, program: &Result<Ready, String>, mode: &Mode) -> Result<()> {
    match program {
        Ok(program) => execute::run(case, program, mode),
        Err(error) => bail!("not built: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_has_cases_that_can_be_read() {
        let cases = read_cases().expect("cases");
        for program in table::PROGRAMS {
            assert!(cases.iter().any(|case| case.program == program.name), "{}", program.name);
        }
    }

    #[test]
    fn one_program_or_one_case_is_chosen() {
        let cases = read_cases().expect("cases");
        let first = cases.first().expect("a case");
        assert!(
            is_chosen(first, None) && is_chosen(first, Some(first.program)) && is_chosen(first, Some(&first.name()))
        );
        assert!(!is_chosen(first, Some("no-such-program")));
    }
}
