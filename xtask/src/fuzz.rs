//! `cargo xtask fuzz`: runs every fuzz target for a while, with the match loop and, where programs run, with tail calls; and
//! native code beside the interpreter, where there is LLVM.
//!
//! The targets are libFuzzer's, built here without `cargo fuzz`: any toolchain can instrument for coverage, and a nightly
//! one adds the address sanitizer. libFuzzer itself is C++ and comes with its crate.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::{llvm, setup, shell};

const USAGE: &str = "usage: cargo xtask fuzz [TARGET] [--seconds N] [--input FILE]";
const MANIFEST: &str = "fuzz/Cargo.toml";

/// Each target with the ways it is built.
const TARGETS: &[(&str, &[Build])] = &[
    ("decode", &[Build::Match]),
    ("validate", &[Build::Match]),
    ("run", &[Build::Match, Build::Threaded]),
    ("limits", &[Build::Match, Build::Threaded]),
    ("native", &[Build::Native]),
];

/// How the interpreter dispatches, and whether it is compared with native code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Build {
    Match,
    Threaded,
    /// The match loop, with the compiler.
    Native,
}

/// As `cargo fuzz` does: coverage with counters and compared values, and `cfg(fuzzing)`.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing";
const SANITIZER: &str = " -Zsanitizer=address";

/// Runs one target or all, each for `--seconds N` (60). `--input FILE` runs a target once, on an input that was kept.
pub fn run(args: &[String]) -> Result<()> {
    let mut args = args.to_vec();
    let seconds = match shell::take_value(&mut args, "--seconds")? {
        Some(text) => text.parse().context("--seconds")?,
        None => 60_u32,
    };
    let input = shell::take_value(&mut args, "--input")?;
    let only = args.pop();
    ensure!(args.is_empty(), USAGE);
    let chosen = |name: &str| only.as_ref().is_none_or(|only| only == name);
    ensure!(TARGETS.iter().any(|(name, _)| chosen(name)), "no such target; {USAGE}");
    if !shell::succeeds(shell::command("c++").arg("--version")) {
        println!("SKIPPED fuzz: needs a C++ compiler for libFuzzer");
        return Ok(());
    }
    let mut failed = Vec::new();
    for way in [Build::Match, Build::Threaded, Build::Native] {
        let targets = TARGETS.iter().filter(|(name, ways)| chosen(name) && ways.contains(&way));
        let targets: Vec<&str> = targets.map(|(name, _)| *name).collect();
        if targets.is_empty() {
            continue;
        }
        if let (Build::Native, Err(missing)) = (way, llvm::found()) {
            println!("SKIPPED fuzz native: {missing:#}");
            continue;
        }
        let programs = build(way)?;
        for target in targets {
            println!("fuzzing {target}, built as {way:?}");
            let fuzzed = match &input {
                Some(input) => reproduce(&programs.join(target), Path::new(input)),
                None => fuzz(&programs.join(target), target, seconds),
            };
            failed.extend(fuzzed.err().map(|error| format!("{target}, built as {way:?}: {error:#}")));
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}

/// Builds all targets that can be built in a way; gives the directory in which they are.
fn build(way: Build) -> Result<PathBuf> {
    let host = host()?;
    let has_nightly = setup::has_nightly();
    let mut cargo = if has_nightly { shell::cargo_of("nightly") } else { shell::cargo() };
    if !has_nightly {
        println!("without the address sanitizer, which needs a nightly toolchain");
    }
    cargo.args(["build", "--quiet", "--release", "--manifest-path", MANIFEST, "--target", &host]);
    let mut flags = COVERAGE.to_owned();
    if way == Build::Native {
        cargo.args(["--features", "native", "--bin", "native"]);
    }
    match way {
        Build::Match | Build::Native if has_nightly => flags += SANITIZER,
        Build::Match | Build::Native => {}
        // With the sanitizer or with assertions, handlers have locals in memory, and calls of them are no jumps.
        Build::Threaded => {
            cargo.args(["--features", "threaded"]).env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "false");
        }
    }
    shell::run(cargo.env("RUSTFLAGS", flags))?;
    Ok(shell::target_dir(MANIFEST)?.join(host).join("release"))
}

/// The machine's name among targets. With it given, build scripts are not instrumented.
fn host() -> Result<String> {
    let text = shell::output(shell::command("rustc").arg("-vV"))?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    Ok(host.to_owned())
}

/// Runs a target for a while. Inputs of interest are kept from run to run.
fn fuzz(program: &Path, target: &str, seconds: u32) -> Result<()> {
    let fuzz = shell::root().join("fuzz");
    let (corpus, artifacts) = (fuzz.join("corpus").join(target), fuzz.join("artifacts").join(target));
    for dir in [&corpus, &artifacts] {
        std::fs::create_dir_all(dir).with_context(|| format!("creating {}", dir.display()))?;
    }
    let mut command = shell::command(program);
    command.arg(&corpus).arg(format!("-artifact_prefix={}/", artifacts.display()));
    command.arg(format!("-max_total_time={seconds}"));
    // A module needs some hundred bytes before it does anything.
    command.args(["-max_len=4096", "-len_control=0", "-timeout=20", "-rss_limit_mb=4096", "-print_final_stats=1"]);
    command.args(["-verbosity=0", "-print_funcs=0"]);
    if shell::run(&mut command).is_err() {
        let newest = newest(&artifacts)?;
        bail!("failed; `cargo xtask fuzz {target} --input {}` runs that input again", newest.display());
    }
    Ok(())
}

/// Runs a target on one input, and says where the module is that was made of it.
fn reproduce(program: &Path, input: &Path) -> Result<()> {
    let module = input.with_extension("wasm");
    println!("the module will be {}", module.display());
    shell::run(shell::command(program).arg(input).env("MOTEUR_FUZZ_MODULE", &module))
}

/// The file that was written last.
fn newest(dir: &Path) -> Result<PathBuf> {
    let mut files: Vec<PathBuf> = dir.read_dir()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort_by_key(|path| path.metadata().and_then(|metadata| metadata.modified()).ok());
    files.pop().context("no input was kept")
}
