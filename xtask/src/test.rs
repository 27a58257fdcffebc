//! `cargo xtask test`: everything that must hold, as one command. A step that fails doesn't hide the others.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use crate::{c_for_boards, llvm, qemu, shell, spec};

/// What a step runs.
enum Run {
    /// `cargo` with these arguments.
    Cargo(&'static [&'static str]),
    /// A subcommand of our own.
    Xtask(&'static [&'static str]),
}

struct Step {
    name: &'static str,
    run: Run,
    when: When,
}

impl Step {
    fn is_long(&self) -> bool {
        matches!(self.when, When::Long | When::LongWithLlvm)
    }
}

/// What must be so for a step to run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    /// Only with `--long`.
    Long,
    /// Only with `--long`, and with LLVM.
    LongWithLlvm,
    /// Emulators and targets are installed, or may be.
    Boards,
    /// LLVM is installed, or may be.
    Llvm,
    /// Both of that.
    LlvmAndBoards,
    /// A C compiler, and clang's library.
    C,
    /// LLVM, and what runs programs of an AArch64 Linux.
    LlvmAndLinux,
}

const fn step(name: &'static str, run: Run) -> Step {
    Step { name, run, when: When::Always }
}

const fn long(name: &'static str, run: Run) -> Step {
    Step { name, run, when: When::Long }
}

const fn long_compiled(name: &'static str, run: Run) -> Step {
    Step { name, run, when: When::LongWithLlvm }
}

const fn board(name: &'static str, run: Run) -> Step {
    Step { name, run, when: When::Boards }
}

const fn compiled(name: &'static str, run: Run) -> Step {
    Step { name, run, when: When::Llvm }
}

const fn with_c(name: &'static str, run: Run) -> Step {
    Step { name, run, when: When::C }
}

const fn compiled_for_board(name: &'static str, run: Run) -> Step {
    Step { name, run, when: When::LlvmAndBoards }
}

const fn compiled_for_linux(name: &'static str, run: Run) -> Step {
    Step { name, run, when: When::LlvmAndLinux }
}

const FIRMWARE: &str = "firmware/Cargo.toml";
const ZEPHYR: &str = "zephyr/library/Cargo.toml";
const GUESTS: &str = "guests/moteur-devices/Cargo.toml";
const GUEST_PROGRAMS: &str = "tests/guests/rust/Cargo.toml";

/// The features that need LLVM.
const WITH_LLVM: &str = "moteur-cli/llvm,moteur-spec/native";

/// The only crate that does not build without LLVM.
const COMPILER: &str = "moteur-compiler";

/// In the order in which they run: what fails fast first, what can use another's build after it.
#[rustfmt::skip]
const STEPS: &[Step] = &[
    step("setup", Run::Xtask(&["setup"])),
    step("tidy", Run::Xtask(&["tidy"])),
    step("format", Run::Cargo(&["fmt", "--all", "--check"])),
    step("format firmware", Run::Cargo(&["fmt", "--all", "--check", "--manifest-path", FIRMWARE])),
    step("format Zephyr's library", Run::Cargo(&["fmt", "--check", "--manifest-path", ZEPHYR])),
    step("format guests", Run::Cargo(&["fmt", "--all", "--check", "--manifest-path", GUESTS])),
    step("format guest programs", Run::Cargo(&["fmt", "--check", "--manifest-path", GUEST_PROGRAMS])),
    step("clippy", Run::Cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"])),
    step("profile micro", Run::Cargo(&["clippy", "--quiet", "--package", "moteur", "--no-default-features", "--features", "interpreter", "--", "-D", "warnings"])),
    step("profile native-only", Run::Cargo(&["clippy", "--quiet", "--package", "moteur", "--no-default-features", "--features", "native", "--", "-D", "warnings"])),
    step("profile full", Run::Cargo(&["clippy", "--quiet", "--package", "moteur", "--all-features", "--", "-D", "warnings"])),
    compiled("clippy with LLVM", Run::Cargo(&["clippy", "--quiet", "--package", "moteur-cli", "--package", "moteur-spec", "--features", WITH_LLVM, "--all-targets", "--", "-D", "warnings"])),
    step("tests", Run::Cargo(&["test", "--quiet", "--workspace"])),
    compiled("tests with LLVM", Run::Cargo(&["test", "--quiet", "--package", "moteur-cli", "--package", "moteur-spec", "--features", WITH_LLVM])),
    with_c("tests of littlefs", Run::Cargo(&["test", "--quiet", "--package", "moteur-guest", "--features", "littlefs2", "--test", "files_little", "--test", "files_little_update"])),
    step("tests of ports", Run::Cargo(&["test", "--quiet", "--package", "moteur-platform", "--features", "nrf51,riscv"])),
    compiled("tests of native code alone", Run::Cargo(&["test", "--quiet", "--package", "moteur-spec", "--no-default-features", "--features", "native", "--test", "native_only"])),
    // The examples in the documentation are linked unoptimised, which must not matter to code that is compiled already.
    step("tests, optimised", Run::Cargo(&["test", "--quiet", "--release", "--package", "moteur", "--package", "moteur-cli"])),
    step("documents", Run::Cargo(&["doc", "--quiet", "--workspace", "--no-deps"])),
    step("spec", Run::Xtask(&["spec"])),
    compiled("spec as native code", Run::Xtask(&["spec", "--engine", "native"])),
    compiled("spec as native code with guard pages", Run::Xtask(&["spec", "--engine", "native", "--cpu", "native", "--guard-pages"])),
    board("guests in Rust", Run::Cargo(&["test", "--quiet", "--release", "--package", "moteur-cli", "--test", "rust_guests", "--", "--ignored"])),
    step("guests", Run::Xtask(&["guests"])),
    board("clippy, guests", Run::Cargo(&["clippy", "--quiet", "--manifest-path", GUESTS, "--target", "wasm32-unknown-unknown", "--examples", "--", "-D", "warnings"])),
    board("devices", Run::Xtask(&["devices"])),
    board("firmware", Run::Xtask(&["firmware"])),
    compiled_for_board("memory protection", Run::Xtask(&["firmware", "--mpu"])),
    board("latency", Run::Xtask(&["firmware", "--latency"])),
    board("less memory than a page", Run::Xtask(&["small"])),
    board("updates", Run::Xtask(&["firmware", "--update", "--updates", "30"])),
    board("updates from files", Run::Xtask(&["firmware", "--update", "--files", "--updates", "20"])),
    compiled_for_board("updates with signed native code", Run::Xtask(&["firmware", "--update", "--signed"])),
    board("spec on the board", Run::Xtask(&["spec", "--target", "mps2-an505"])),
    compiled("crossing", Run::Xtask(&["spec", "--crossing", "--engine", "native"])),
    compiled("crossing with guard pages", Run::Xtask(&["spec", "--crossing", "--engine", "native", "--guard-pages"])),
    compiled_for_board("crossing on the board", Run::Xtask(&["spec", "--crossing", "--engine", "native", "--target", "mps2-an505"])),
    compiled_for_board("crossing on RV32", Run::Xtask(&["spec", "--crossing", "--engine", "native", "--target", "riscv32-virt", "--copied"])),
    compiled_for_board("crossing on Armv6-M", Run::Xtask(&["spec", "--crossing", "--engine", "native", "--target", "mps2-an385-v6m"])),
    compiled_for_board("spec as native code on the board", Run::Xtask(&["spec", "--engine", "native", "--target", "mps2-an505"])),
    compiled_for_board("spec as native code on Cortex-M55", Run::Xtask(&["spec", "--engine", "native", "--target", "mps3-an547", "--cpu", "cortex-m55"])),
    compiled_for_board("spec as native code copied to RAM", Run::Xtask(&["spec", "--engine", "native", "--target", "mps2-an500", "--cpu", "cortex-m7", "--copied"])),
    compiled_for_board("spec as native code copied to RAM on RV32", Run::Xtask(&["spec", "--engine", "native", "--target", "riscv32-virt", "--copied", "--file", "call_indirect", "--file", "call", "--file", "f64"])),
    compiled_for_board("spec as native code alone on the board", Run::Xtask(&["spec", "--engine", "native", "--target", "mps2-an505", "--profile", "native-only", "--file", "call_indirect", "--file", "linking", "--file", "start", "--file", "bulk", "--file", "table_grow", "--file", "elem", "--file", "f64"])),
    compiled_for_board("spec as native code on RV32", Run::Xtask(&["spec", "--engine", "native", "--target", "riscv32-virt"])),
    compiled_for_board("spec as native code on RV64", Run::Xtask(&["spec", "--engine", "native", "--target", "riscv64-virt"])),
    compiled_for_board("spec as native code on Armv6-M", Run::Xtask(&["spec", "--engine", "native", "--target", "mps2-an385-v6m"])),
    compiled_for_linux("spec as native code on AArch64", Run::Xtask(&["spec", "--engine", "native", "--target", "aarch64-linux"])),
    compiled_for_linux("guard pages on AArch64", Run::Xtask(&["spec", "--engine", "native", "--target", "aarch64-linux", "--guard-pages", "--file", "memory_trap", "--file", "address"])),
    board("size", Run::Xtask(&["size"])),
    board("bench ram", Run::Xtask(&["bench", "ram"])),
    board("bench m33", Run::Xtask(&["bench", "m33"])),
    compiled_for_board("signed native code on a board", Run::Xtask(&["signed"])),
    compiled_for_board("bench m33 as native code", Run::Xtask(&["bench", "m33", "--engine", "native"])),
    board("dispatch", Run::Xtask(&["dispatch"])),
    // After the firmware, whose step sees to it that targets may be installed.
    step("Zephyr's shim and library", Run::Xtask(&["zephyr", "--check"])),
    step("programs", Run::Xtask(&["programs"])),
    step("C programs", Run::Xtask(&["capi"])),
    step("C headers", Run::Xtask(&["capi", "--symbols"])),
    compiled("C programs as native code", Run::Xtask(&["capi", "--engine", "native"])),
    board("C programs on the board", Run::Xtask(&["capi", "--target", "mps2-an505"])),
    board("size of a C program", Run::Xtask(&["capi", "--size"])),
    step("package", Run::Xtask(&["package"])),
    step("miri", Run::Xtask(&["miri"])),
    long("bench host", Run::Xtask(&["bench", "host"])),
    long_compiled("bench host, native code", Run::Xtask(&["bench", "host", "--engine", "native"])),
    long("two hundred updates", Run::Xtask(&["firmware", "--update"])),
    long("two hundred updates from files", Run::Xtask(&["firmware", "--update", "--files"])),
    long_compiled("programs as native code", Run::Xtask(&["programs", "--engine", "native"])),
    long("fuzz", Run::Xtask(&["fuzz"])),
];

/// Runs the steps. `--long` adds the long ones, `--only NAME` takes one, `--list` names them.
pub fn run(args: &[String]) -> Result<()> {
    let mut args = args.to_vec();
    let with_long = shell::take_flag(&mut args, "--long");
    let only = shell::take_value(&mut args, "--only")?;
    if shell::take_flag(&mut args, "--list") {
        STEPS.iter().for_each(|step| println!("{}{}", step.name, if step.is_long() { " (long)" } else { "" }));
        return Ok(());
    }
    if let Some(unknown) = args.first() {
        bail!("unknown argument `{unknown}`");
    }
    let is_chosen = |step: &&Step| match &only {
        Some(name) => step.name == name,
        None => with_long || !step.is_long(),
    };
    let mut totals = Counts::default();
    let mut table = String::new();
    let mut failures = Vec::new();
    for step in STEPS.iter().filter(is_chosen) {
        println!("\n=== {}", step.name);
        let started = Instant::now();
        let (counts, failure) = carry_out(step);
        let seconds = started.elapsed().as_secs();
        table += &format!("{:31} {seconds:4} s  {counts}\n", step.name);
        totals.add(counts);
        failures.extend(failure.map(|cause| format!("{}: {cause}", step.name)));
    }
    println!("\n=== summary\n{table}");
    for failure in &failures {
        println!("FAILED {failure}");
    }
    ensure!(totals.passed + totals.failed + totals.skipped > 0, "no such step; see --list");
    println!("{totals}");
    if totals.failed > 0 {
        // The counts are the last line; what failed stands above them.
        std::process::exit(1);
    }
    Ok(())
}

/// How many tests, assertions or checks ended in which way.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Counts {
    fn add(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// Adds what a line of a step's output says, if it is one of the three kinds that count.
    fn add_line(&mut self, line: &str) {
        if line.starts_with("SKIPPED ") {
            self.skipped += 1;
        } else if let Some(rest) = line.strip_prefix("test result: ") {
            let list = rest.split_once(". ").map_or("", |(_, list)| list);
            self.add(parse(list, ';').unwrap_or_default());
        } else if let Some(counts) = parse(line, ',') {
            self.add(counts);
        }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// Reads `3 passed, 0 failed, 1 skipped` or libtest's `3 passed; 0 failed; 1 ignored; …`.
fn parse(list: &str, separator: char) -> Option<Counts> {
    let mut counts = Counts::default();
    let mut parts = list.split(separator).map(str::trim);
    for (field, names) in [
        (&mut counts.passed, ["passed", "passed"]),
        (&mut counts.failed, ["failed", "failed"]),
        (&mut counts.skipped, ["skipped", "ignored"]),
    ] {
        let (number, name) = parts.next()?.split_once(' ')?;
        if !names.contains(&name) {
            return None;
        }
        *field = number.parse().ok()?;
    }
    Some(counts)
}

/// Runs a step; gives what it counted (a step that counts nothing is one check) and why it failed.
fn carry_out(step: &Step) -> (Counts, Option<String>) {
    let mut counts = Counts::default();
    let lacking = match step.when {
        When::Boards => qemu::ensure_installed(&qemu::ALL_BOARDS).err(),
        When::Llvm | When::LongWithLlvm => llvm::ensure_installed().err(),
        When::LlvmAndBoards => llvm::ensure_installed().and_then(|()| qemu::ensure_installed(&qemu::ALL_BOARDS)).err(),
        When::LlvmAndLinux => llvm::ensure_installed().and_then(|()| spec::ensure_process_installed()).err(),
        When::C => c_for_boards::ensure_host_installed().err(),
        When::Always | When::Long => None,
    };
    if let Some(missing) = lacking {
        println!("SKIPPED {}: {missing:#}", step.name);
        counts.skipped = 1;
        return (counts, None);
    }
    let result = command(step).and_then(|mut command| follow(&mut command, &mut counts));
    let failure = result.err().map(|error| format!("{error:#}"));
    if failure.is_some() && counts.failed == 0 {
        counts.failed = 1;
    } else if counts == Counts::default() {
        counts.passed = 1;
    }
    (counts, failure)
}

fn command(step: &Step) -> Result<Command> {
    Ok(match step.run {
        Run::Cargo(args) => {
            let mut cargo = shell::cargo();
            // Before a `--`, behind which arguments belong to the tests.
            let (subcommand, rest) = args.split_first().context("a step without arguments")?;
            cargo.arg(subcommand).args((*subcommand == "test").then_some("--no-fail-fast"));
            if rest.contains(&"--workspace") && llvm::ensure_installed().is_err() {
                println!("without {COMPILER}, as there is no LLVM");
                cargo.args(["--exclude", COMPILER]);
            }
            cargo.args(rest);
            cargo.env("RUSTDOCFLAGS", "-D warnings");
            cargo
        }
        Run::Xtask(args) => {
            let mut xtask = shell::command(std::env::current_exe().context("own path")?);
            xtask.args(args);
            xtask
        }
    })
}

/// Runs a command, passes its output on and counts what it says.
fn follow(command: &mut Command, counts: &mut Counts) -> Result<()> {
    let mut child = command.stdout(Stdio::piped()).spawn().context(shell::shown(command))?;
    let stdout = child.stdout.take().context("no pipe")?;
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        counts.add_line(line.trim_end());
    }
    let status = child.wait()?;
    ensure!(status.success(), "`{}` failed ({status})", shell::shown(command));
    ensure!(counts.failed == 0, "{} failed", counts.failed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_from_three_kinds_of_lines() {
        let mut counts = Counts::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
            "  assert_trap    7 passed, 0 failed, 0 skipped",
            "10 passed, 0 failed, 4 skipped",
            "SKIPPED miri: no nightly",
        ] {
            counts.add_line(line);
        }
        assert_eq!(counts, Counts { passed: 14, failed: 2, skipped: 6 });
    }

    #[test]
    fn a_step_that_fails_without_counting_is_one_failure() {
        let failing = step("no such subcommand", Run::Cargo(&["no-such-subcommand"]));
        let (counts, failure) = carry_out(&failing);
        assert_eq!(counts, Counts { failed: 1, ..Counts::default() });
        assert!(failure.is_some());
    }

    #[test]
    fn a_step_that_succeeds_without_counting_is_one_check() {
        let (counts, failure) = carry_out(&step("version", Run::Cargo(&["--version"])));
        assert_eq!(counts, Counts { passed: 1, ..Counts::default() });
        assert_eq!(failure, None);
    }
}
