//! `cargo xtask firmware`: builds the firmware for every target and runs the programs that show something on the emulated
//! boards.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::boards::Tally;
use crate::qemu::{self, AN385, AN500, AN505, AN547, BOARDS, Board, MICROBIT, RISCV_VIRT, Run};
use crate::{boards, frames, kernels, latency, llvm, protect, shell, update};

/// The features of the program `micro` that make it run native code and nothing else.
pub const NATIVE_ONLY: &[&str] = &["native", "small"];

/// What that program runs: compiled for the board, without bodies. Gives the environment of its build.
pub fn answer() -> Result<(&'static str, PathBuf)> {
    llvm::ensure_installed()?;
    let folder = target_folder();
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let module = workspace().join("micro/modules/answer.wat");
    let compiled = folder.join("answer.wasm");
    let mut moteur = kernels::moteur();
    moteur.arg("compile").arg(module).args(["--target", AN505.target, "--strip-bodies", "-Oz", "-o"]).arg(&compiled);
    shell::run(&mut moteur)?;
    Ok(("MOTEUR_ANSWER", compiled))
}

/// How a program of the firmware workspace is built.
#[derive(Clone, Debug)]
pub struct Build<'a> {
    /// The package, whose binary has the same name.
    pub program: &'a str,
    /// The board to build for.
    pub board: &'a Board,
    /// Another target than the board's own.
    pub target: Option<&'a str>,
    /// A profile of `firmware/Cargo.toml`.
    pub profile: &'a str,
    /// Features besides the board's.
    pub features: &'a [&'a str],
    /// Environment for cargo, such as a setting of the profile.
    pub environment: &'a [(&'a str, &'a str)],
}

impl<'a> Build<'a> {
    /// The program for the board, in the profile `release`.
    pub fn new(program: &'a str, board: &'a Board) -> Self {
        Build { program, board, target: None, profile: "release", features: &[], environment: &[] }
    }

    /// Builds, and returns where the image is.
    pub fn image(&self) -> Result<PathBuf> {
        let target = self.target.unwrap_or(self.board.target);
        qemu::ensure_rust_target(target)?;
        let folder = target_folder();
        let mut features = vec![self.board.feature];
        features.extend_from_slice(self.features);
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args(["build", "--quiet", "--locked", "--package", self.program])
            .args(["--target", target, "--profile", self.profile])
            .args(["--features", &features.join(",")])
            .arg("--target-dir")
            .arg(&folder)
            .envs(self.environment.iter().copied())
            .current_dir(workspace())
            .status()
            .context("cargo does not start")?;
        ensure!(status.success(), "{} does not build for {target}, profile {}", self.program, self.profile);
        Ok(folder.join(target).join(self.profile).join(self.program))
    }
}

/// The folder of the firmware workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("firmware")
}

/// `firmware/target`, or a folder of its own beside where `CARGO_TARGET_DIR` points.
pub fn target_folder() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => PathBuf::from(folder).join("firmware"),
        None => workspace().join("target"),
    }
}

/// A build of a program that runs on an emulated board.
pub struct Case {
    program: &'static str,
    board: &'static Board,
    target: &'static str,
    profile: &'static str,
    features: &'static [&'static str],
}

impl Case {
    /// The program, the board, and how it is built.
    pub fn name(&self) -> String {
        let features = self.features.iter().flat_map(|feature| [", ", feature]).collect::<String>();
        format!("{} on {} ({}, {}{features})", self.program, self.board.machine, self.target, self.profile)
    }

    /// Whether it runs native code.
    pub fn is_native(&self) -> bool {
        self.features == NATIVE
    }
}

/// The builds whose programs say at their end what they took. Not those with an executor: a future that is asked after its end
/// panics and names its file, and how long its path is differs between machines.
pub fn measured() -> impl Iterator<Item = &'static Case> {
    [&DEMO[..], &DEVICES, &CONSOLE, &TINY].into_iter().flatten().filter(|case| case.features != DEFMT)
}

const THREADED: &[&str] = &["threaded"];
const MATCH_LOOP: &[&str] = &[];
const INTERPRETER: &[&str] = &["interpreter"];
/// All output goes by frames, which are decoded before they are compared.
const DEFMT: &[&str] = &["threaded", "defmt"];
/// Without an interpreter.
const NATIVE: &[&str] = &["native"];

/// The demo on each board at full speed and at the smallest size. The M33 runs soft-float code too; tail calls between
/// handlers are not to be had from the compiler on `thumbv6m`.
const DEMO: [Case; 10] = [
    case("demo", &AN505, AN505.target, "release", THREADED),
    case("demo", &AN505, AN505.target, "micro", MATCH_LOOP),
    case("demo", &AN505, "thumbv8m.main-none-eabi", "release", THREADED),
    case("demo", &AN547, AN547.target, "release", THREADED),
    case("demo", &AN500, AN500.target, "release", THREADED),
    case("demo", &AN500, AN500.target, "micro", MATCH_LOOP),
    case("demo", &AN385, AN385.target, "release", MATCH_LOOP),
    case("demo", &AN385, AN385.target, "micro", MATCH_LOOP),
    case("demo", &RISCV_VIRT, RISCV_VIRT.target, "release", THREADED),
    case("demo", &RISCV_VIRT, RISCV_VIRT.target, "micro", MATCH_LOOP),
];

/// The devices of each board.
const DEVICES: [Case; 4] = [
    case("devices", &AN505, AN505.target, "release", THREADED),
    case("devices", &AN500, AN500.target, "release", THREADED),
    case("devices", &AN385, AN385.target, "release", MATCH_LOOP),
    case("devices", &RISCV_VIRT, RISCV_VIRT.target, "release", THREADED),
];

/// What becomes of what guests write.
const CONSOLE: [Case; 4] = [
    case("console", &AN505, AN505.target, "release", THREADED),
    case("console", &AN505, AN505.target, "release", DEFMT),
    case("console", &AN385, AN385.target, "release", MATCH_LOOP),
    case("console", &RISCV_VIRT, RISCV_VIRT.target, "release", THREADED),
];

/// Guests under an executor, which counts time as the emulated M33 and M7 do.
const TASKS: [Case; 2] = [
    case("tasks", &AN505, AN505.target, "release", THREADED),
    case("tasks", &AN500, AN500.target, "release", THREADED),
];

/// The smallest board, whose guest is interpreted or runs as native code.
const TINY: [Case; 4] = [
    case("tiny", &MICROBIT, MICROBIT.target, "release", INTERPRETER),
    case("tiny", &MICROBIT, MICROBIT.target, "micro", INTERPRETER),
    case("tiny", &MICROBIT, MICROBIT.target, "release", NATIVE),
    case("tiny", &MICROBIT, MICROBIT.target, "micro", NATIVE),
];

const fn case(
    program: &'static str,
    board: &'static Board,
    target: &'static str,
    profile: &'static str,
    features: &'static [&'static str],
) -> Case {
    Case { program, board, target, profile, features }
}

/// Builds the programs for every target, runs them on every board, and compares what they print.
pub fn run(args: &[String]) -> Result<()> {
    let (bless, only) = match args {
        [] => (false, None),
        [flag] if flag == "--bless" => (true, None),
        [flag, program] if flag == "--only" => (false, Some(program)),
        [flag, rest @ ..] if flag == "--update" => return update::run(rest),
        [flag, rest @ ..] if flag == "--mpu" => return protect::run(rest),
        [flag, rest @ ..] if flag == "--latency" => return latency::run(rest),
        [flag] if flag == "--boards" => return finish(boards::run()),
        [flag] if flag == "--documents" => return finish(boards::run_documents()),
        _ => bail!(
            "usage: cargo xtask firmware [--bless | --only PROGRAM | --boards | --documents | --latency | --mpu | --update]"
        ),
    };
    qemu::ensure_installed(&BOARDS)?;
    let no_compiler = llvm::ensure_installed().err();
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for cases in [&DEMO[..], &DEVICES, &CONSOLE, &TASKS, &TINY] {
        if bless && let Some(first) = cases.first() {
            fs::write(expected(first), comparable(&start(first)?.output))?;
        }
        for case in cases.iter().filter(|case| only.is_none_or(|name| name == case.program)) {
            if let (NATIVE, Some(missing)) = (case.features, &no_compiler) {
                println!("SKIPPED {} as native code: {missing:#}", case.program);
                skipped += 1;
                continue;
            }
            match check(case) {
                Ok(()) => passed += 1,
                Err(error) => {
                    failed += 1;
                    println!("FAILED {} on {}, {}: {error:#}", case.program, case.board.machine, case.profile);
                }
            }
        }
    }
    if only.is_some() {
        ensure!(passed + failed + skipped > 0, "there is no such program");
        return finish(Tally { passed, failed, skipped });
    }
    match native_only() {
        Ok(()) => passed += 1,
        Err(error) if llvm::found().is_err() => {
            skipped += 1;
            println!("SKIPPED micro, native only: {error:#}");
        }
        Err(error) => {
            failed += 1;
            println!("FAILED micro, native only: {error:#}");
        }
    }
    let boards = boards::run();
    finish(Tally { passed: passed + boards.passed, failed: failed + boards.failed, skipped: skipped + boards.skipped })
}

/// Prints the counts; an error if something failed.
fn finish(Tally { passed, failed, skipped }: Tally) -> Result<()> {
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    ensure!(failed == 0, "the firmware fails on {failed} boards");
    Ok(())
}

/// The smallest firmware with native code alone: its exit status says whether the guest's answer was right.
fn native_only() -> Result<()> {
    let (name, module) = answer()?;
    let module = module.to_str().context("a path that is no text")?;
    let build = Build {
        profile: "micro",
        features: NATIVE_ONLY,
        environment: &[(name, module)],
        ..Build::new("micro", &AN505)
    };
    let run = qemu::run(&AN505, &build.image()?, Duration::from_secs(60))?;
    println!("== micro on {}, native only: exits with {}", AN505.machine, run.status);
    ensure!(run.status == 0, "it exits with {}", run.status);
    Ok(())
}

/// Where it stands what the program should print.
fn expected(case: &Case) -> PathBuf {
    workspace().join(case.program).join("expected.txt")
}

fn check(case: &Case) -> Result<()> {
    let path = expected(case);
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    judge(&start(case)?, &text)
}

fn start(case: &Case) -> Result<Run> {
    let run = execute(case)?.0;
    println!("== {}", case.name());
    println!("{}", run.output.trim_end());
    Ok(run)
}

/// Builds a program and runs it; what it left behind, and its image.
pub fn execute(case: &Case) -> Result<(Run, PathBuf)> {
    let compiled = if case.features == NATIVE { Some(compiled(case)?) } else { None };
    let environment: Vec<_> = compiled.iter().map(|path| ("MOTEUR_GUEST", path.as_str())).collect();
    let build = Build {
        target: Some(case.target),
        profile: case.profile,
        features: case.features,
        environment: &environment,
        ..Build::new(case.program, case.board)
    };
    let image = build.image()?;
    let mut run = qemu::run(case.board, &image, Duration::from_secs(120))?;
    if case.features == DEFMT {
        run.output = frames::decode(&image, &run.output)?;
    }
    Ok((run, image))
}

/// The program's guest with native code for the board: where the file is.
fn compiled(case: &Case) -> Result<String> {
    let guest = workspace().join(case.program).join("modules").join(case.program).with_extension("wat");
    let compiled = shell::target_dir("Cargo.toml")?.join(format!("{}.{}.wasm", case.program, case.target));
    shell::run(kernels::moteur().arg("compile").arg(guest).args(["--target", case.target, "-o"]).arg(&compiled))?;
    compiled.into_os_string().into_string().map_err(|path| anyhow!("{} is not UTF-8", path.display()))
}

/// Whether a program ended well and printed what it should.
pub fn judge(run: &Run, expected: &str) -> Result<()> {
    ensure!(run.status == 0, "it exits with {}", run.status);
    let actual = comparable(&run.output);
    let differs = actual.lines().zip(expected.lines()).find(|(actual, expected)| actual != expected);
    if let Some((actual, expected)) = differs {
        bail!("it prints `{actual}` instead of `{expected}`");
    }
    ensure!(actual == expected, "it prints more or less than it should");
    Ok(())
}

/// What must be the same on every board: all lines but those that begin with `#`, which hold figures.
pub fn comparable(output: &str) -> String {
    output.lines().filter(|line| !line.starts_with('#')).flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_line_and_a_missing_one_are_failures() {
        let run = |output: &str, status| Run { output: output.into(), status };
        assert!(judge(&run("# 1\na\nb\n", 0), "a\nb\n").is_ok());
        assert!(judge(&run("a\nc\n", 0), "a\nb\n").is_err());
        assert!(judge(&run("a\n", 0), "a\nb\n").is_err());
        assert!(judge(&run("a\nb\n", 1), "a\nb\n").is_err());
    }

    #[test]
    fn figures_are_left_out_of_the_comparison() {
        assert_eq!(comparable("a\n# 12 instructions\nb\n"), "a\nb\n");
    }
}
