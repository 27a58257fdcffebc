//! `cargo xtask dispatch`: disassembles the threaded interpreter; every handler must end in a jump.
//!
//! Tail calls on stable Rust rest on an optimiser's habit. Where it fails, a handler calls the next one and the native
//! stack grows with every guest instruction; so the built programs are looked at, for every target.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::firmware::Build;
use crate::qemu::{AN500, AN505, RISCV_VIRT};
use crate::shell;

mod arch;
mod flow;
mod listing;

use arch::Arch;

/// A target, where its program comes from, and how its instructions are read.
struct Subject {
    target: &'static str,
    arch: Arch,
    /// For the disassembler: without it, instructions of the floating-point unit are unknown to it.
    cpu: &'static str,
    image: fn() -> Result<PathBuf>,
}

const SUBJECTS: &[Subject] = &[
    Subject {
        target: "thumbv8m.main-none-eabihf",
        arch: Arch::Thumb,
        cpu: "cortex-m33",
        image: || firmware(&AN505, "thumbv8m.main-none-eabihf"),
    },
    Subject {
        target: "thumbv8m.main-none-eabi",
        arch: Arch::Thumb,
        cpu: "cortex-m33",
        image: || firmware(&AN505, "thumbv8m.main-none-eabi"),
    },
    Subject {
        target: "thumbv7em-none-eabihf",
        arch: Arch::Thumb,
        cpu: "cortex-m7",
        image: || firmware(&AN500, "thumbv7em-none-eabihf"),
    },
    Subject {
        target: "riscv32imac-unknown-none-elf",
        arch: Arch::RiscV,
        cpu: "",
        image: || firmware(&RISCV_VIRT, "riscv32imac-unknown-none-elf"),
    },
    Subject { target: "x86_64-unknown-linux-gnu", arch: Arch::X86_64, cpu: "", image: host },
];

/// The path that every handler's name holds.
const HANDLER: &str = "handler";
const INTERPRETER: &str = "moteur::interp::";

/// Fewer handlers than this means that they weren't recognised.
const HANDLERS_MIN: usize = 100;

/// Checks every target, or those that `--target NAME` gives; `--verbose` prints what is wrong in full.
pub fn run(args: &[String]) -> Result<()> {
    let mut args = args.to_vec();
    let only = shell::take_value(&mut args, "--target")?;
    let is_verbose = shell::take_flag(&mut args, "--verbose");
    ensure!(args.is_empty(), "usage: cargo xtask dispatch [--target NAME] [--verbose]");
    let (mut passed, mut failed) = (0, 0);
    for subject in SUBJECTS.iter().filter(|s| only.as_ref().is_none_or(|only| s.target == only)) {
        match check(subject, is_verbose) {
            Ok(()) => passed += 1,
            Err(error) => {
                println!("{}: {error:#}", subject.target);
                failed += 1;
            }
        }
    }
    println!("{passed} passed, {failed} failed, 0 skipped");
    ensure!(passed + failed > 0, "unknown target");
    ensure!(failed == 0, "handlers call where they should jump");
    Ok(())
}

/// A program for a board that holds the whole threaded interpreter.
fn firmware(board: &crate::qemu::Board, target: &str) -> Result<PathBuf> {
    let mut build = Build::new("demo", board);
    build.target = Some(target);
    build.features = &["threaded"];
    build.image()
}

/// The command line, built for this host.
fn host() -> Result<PathBuf> {
    shell::run(shell::cargo().args(["build", "--quiet", "--release", "--package", "moteur-cli"]))?;
    Ok(shell::target_dir("Cargo.toml")?.join("release/moteur"))
}

fn check(subject: &Subject, is_verbose: bool) -> Result<()> {
    let listing = disassemble(&(subject.image)()?, subject)?;
    let functions = listing::functions(&listing);
    let is_handler = |name: &str| name.contains(INTERPRETER) && name.contains(HANDLER);
    let handlers: Vec<_> = functions.iter().filter(|f| is_handler(f.name)).collect();
    ensure!(handlers.len() >= HANDLERS_MIN, "only {} handlers found", handlers.len());
    let mut problems = 0;
    let mut framed = 0;
    for handler in &handlers {
        let verdict = flow::follow(subject.arch, handler);
        framed += usize::from(verdict.frame_at_once);
        for problem in &verdict.problems {
            problems += 1;
            if is_verbose || problems <= 10 {
                println!("{}: {} at {:#x}: {problem}", subject.target, handler.name, handler.address);
            }
        }
        if is_verbose && !verdict.problems.is_empty() {
            handler.instructions.iter().for_each(|i| println!("    {:#x} {} {}", i.address, i.mnemonic, i.operands));
        }
    }
    println!("{}: {} handlers, {framed} begin with a stack frame", subject.target, handlers.len());
    ensure!(problems == 0, "{problems} problems");
    Ok(())
}

/// The text of `llvm-objdump`, from the toolchain's `llvm-tools` or from the system.
fn disassemble(image: &Path, subject: &Subject) -> Result<String> {
    let mut command = shell::command(objdump()?);
    command.args(["--disassemble", "--demangle", "--no-show-raw-insn"]);
    if subject.arch == Arch::X86_64 {
        command.arg("--x86-asm-syntax=intel");
    }
    if !subject.cpu.is_empty() {
        command.arg(format!("--mcpu={}", subject.cpu));
    }
    shell::output(command.arg(image))
}

fn objdump() -> Result<PathBuf> {
    let libraries = shell::output(shell::command("rustc").args(["--print", "target-libdir"]))?;
    let own = Path::new(libraries.trim()).with_file_name("bin").join("llvm-objdump");
    let candidates = [own, PathBuf::from("llvm-objdump")];
    let works = |path: &PathBuf| shell::succeeds(shell::command(path).arg("--version"));
    let found = candidates.into_iter().find(works);
    found.context("llvm-objdump is missing: rustup component add llvm-tools")
}
