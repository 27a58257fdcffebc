//! `cargo xtask spec`: the official suite on this host, on an emulated board or on an emulated Linux, interpreted with
//! both dispatch styles or as native code.

mod process;

use std::time::Duration;

pub use process::ensure_installed as ensure_process_installed;

use anyhow::{Context, Result, bail, ensure};

use crate::firmware::Build;
use crate::qemu::{self, AN385, AN500, AN505, AN547, Board, RISCV_VIRT, RISCV64_VIRT};
use crate::{llvm, shell};

/// How long the board may take for the whole suite.
const BOARD_LIMIT: Duration = Duration::from_secs(300);

/// A way to build the runtime, and the features of `moteur-spec` (and of the board's program) that choose it.
struct Style {
    name: &'static str,
    features: &'static str,
    /// Whether the board runs it when all styles are asked for.
    on_board: bool,
}

const STYLES: [Style; 4] = [
    Style { name: "threaded", features: "threaded", on_board: true },
    Style { name: "loop", features: "interpreter", on_board: true },
    // The meanings of operators that small machines lack, in less code.
    Style { name: "loop-small", features: "interpreter,small", on_board: true },
    // What the validator and lowering promise is looked at again while the suite runs.
    Style { name: "loop-checked", features: "checks", on_board: false },
];

/// Every module brings native code along, and a module whose native code is not run fails. What crosses into the
/// interpreter finds the usual one there.
const NATIVE: Style = Style { name: "native", features: "interpreter,native,threaded", on_board: true };

/// How native code is made and run.
struct Native {
    /// The CPU that it is compiled for, if it is not the least that the target has.
    cpu: Option<String>,
    /// Whether a board copies it to RAM.
    copied: bool,
}

/// The same without an interpreter and without validation of bodies: what is wrong in bodies is skipped.
const NATIVE_ONLY: Style = Style { name: "native-only", features: "native", on_board: true };

/// What the compiler calls this host.
const HOST_MACHINE: &str = "x86_64-unknown-linux-gnu";

/// A board that runs the suite.
struct Place {
    /// What `--target` calls it.
    name: &'static str,
    board: &'static Board,
    /// What its program is built for, and what its native code is compiled for.
    machine: &'static str,
    /// Whether the interpreter can dispatch by tail calls there.
    is_threaded: bool,
}

const PLACES: [Place; 7] = [
    Place { name: "mps2-an505", board: &AN505, machine: AN505.target, is_threaded: true },
    Place { name: "mps3-an547", board: &AN547, machine: AN547.target, is_threaded: true },
    Place { name: "mps2-an500", board: &AN500, machine: AN500.target, is_threaded: true },
    Place { name: "mps2-an385", board: &AN385, machine: "thumbv7m-none-eabi", is_threaded: true },
    // A Cortex-M3 runs the code of a Cortex-M0, for which no board of QEMU has memory enough.
    Place { name: "mps2-an385-v6m", board: &AN385, machine: AN385.target, is_threaded: false },
    Place { name: "riscv32-virt", board: &RISCV_VIRT, machine: RISCV_VIRT.target, is_threaded: true },
    Place { name: "riscv64-virt", board: &RISCV64_VIRT, machine: RISCV64_VIRT.target, is_threaded: true },
];

/// Runs the suite, or with `--crossing` our own files about calls between native code, the interpreter and the host.
/// `--file NAME` (again and again) chooses files, `--style NAME` one style, `--engine native` compiles all
/// modules first; on Linux, `--guard-pages` does so without checks of addresses, on boards `--copied` has the code copied to
/// RAM instead of running it where it is, and `--cpu NAME` compiles for another CPU than the least that the target has.
pub fn run(args: &[String]) -> Result<()> {
    let mut args = args.to_vec();
    let target = shell::take_value(&mut args, "--target")?;
    let is_process = target.as_deref() == Some(process::NAME);
    let place = target.as_deref().filter(|_| !is_process).map(find_place).transpose()?;
    let engine = shell::take_value(&mut args, "--engine")?;
    let wanted = shell::take_value(&mut args, "--style")?;
    let native =
        Native { cpu: shell::take_value(&mut args, "--cpu")?, copied: shell::take_flag(&mut args, "--copied") };
    let profile = shell::take_value(&mut args, "--profile")?;
    let styles = match (engine.as_deref(), profile.as_deref()) {
        (None | Some("interp"), None) => &STYLES[..],
        (Some("native"), None) => std::slice::from_ref(&NATIVE),
        (Some("native"), Some("native-only")) => std::slice::from_ref(&NATIVE_ONLY),
        (_, Some(profile)) => bail!("no profile `{profile}` of this engine; --engine native has native-only"),
        (Some(other), None) => bail!("unknown engine `{other}`; there are interp and native"),
    };
    let styles = styles.iter().filter(|candidate| match wanted.as_deref() {
        Some(wanted) => candidate.name == wanted,
        None => target.is_none() || candidate.on_board,
    });
    let mut failed = Vec::new();
    let mut count = 0;
    for style in styles {
        println!("spec suite, {}, on {}", style.name, target.as_deref().unwrap_or("host"));
        let result = match place {
            None if is_process => process::run(style, &native, &args),
            None => on_host(style, &native, &args),
            Some(place) if style.name == "threaded" && !place.is_threaded => {
                println!("SKIPPED threaded: {} has no tail calls for it", place.machine);
                Ok(())
            }
            Some(place) => on_board(place, style, &native, &args),
        };
        count += 1;
        if let Err(error) = result {
            failed.push(format!("{}: {error:#}", style.name));
        }
    }
    ensure!(count > 0, "unknown style; there are {}", STYLES.map(|style| style.name).join(", "));
    ensure!(failed.is_empty(), "{}", failed.join("; "));
    Ok(())
}

fn find_place(name: &str) -> Result<&'static Place> {
    let names = || PLACES.map(|place| place.name).join(", ");
    PLACES
        .iter()
        .find(|place| place.name == name)
        .with_context(|| format!("unknown target `{name}`; there are {}, {}", names(), process::NAME))
}

impl Style {
    /// What tells the suite's program to compile every module for a machine, if that is the style.
    fn compile_for<'n>(&self, machine: &'static str, native: &'n Native) -> Result<Vec<&'n str>> {
        if ![NATIVE.name, NATIVE_ONLY.name].contains(&self.name) {
            ensure!(native.cpu.is_none() && !native.copied, "--cpu and --copied are for --engine native");
            return Ok(Vec::new());
        }
        llvm::ensure_installed()?;
        let cpu = native.cpu.iter().flat_map(|cpu| ["--cpu", cpu.as_str()]);
        Ok(["--native", machine].into_iter().chain(cpu).collect())
    }
}

/// The suite's program on this host, built with a style.
fn host_program(features: &str) -> std::process::Command {
    let features = format!("convert,{features}");
    let mut cargo = shell::cargo();
    cargo.args(["run", "--quiet", "--release", "--package", "moteur-spec"]);
    cargo.args(["--no-default-features", "--features", features.trim_end_matches(','), "--"]);
    cargo
}

fn on_host(style: &Style, native: &Native, args: &[String]) -> Result<()> {
    ensure!(!native.copied, "--copied is for boards");
    let compile = style.compile_for(HOST_MACHINE, native)?;
    shell::run(host_program(style.features).args(args).args(&compile))
}

/// Converts the suite to a file that the board reads through semihosting, runs it there, judges what it printed.
fn on_board(place: &Place, style: &Style, native: &Native, args: &[String]) -> Result<()> {
    qemu::ensure_installed(&[*place.board])?;
    let dir = shell::target_dir("Cargo.toml")?.join("spec");
    std::fs::create_dir_all(&dir).with_context(|| format!("creating {}", dir.display()))?;
    let (suite, log) = (dir.join("suite.bin"), dir.join("board.log"));
    let files = files_only(args);
    let compile = style.compile_for(place.machine, native)?;
    // Only the compiler makes a difference to what the converter does.
    let converter = || host_program(if compile.is_empty() { "interpreter" } else { "interpreter,native" });
    shell::run(converter().args(&files).args(&compile).arg("--convert").arg(&suite))?;

    let mut build = Build::new("spec", place.board);
    let features =
        style.features.split(',').filter(|name| !name.is_empty() && (place.is_threaded || *name != "threaded"));
    let features: Vec<&str> = features.chain(native.copied.then_some("copied")).collect();
    build.target = Some(place.machine);
    build.features = &features;
    let image = build.image()?;
    // The board opens `suite.bin` where the emulator stands.
    let before = std::env::current_dir()?;
    std::env::set_current_dir(&dir)?;
    let run = qemu::run(place.board, &image, BOARD_LIMIT);
    std::env::set_current_dir(before)?;
    let run = run?;

    std::fs::write(&log, &run.output).with_context(|| format!("writing {}", log.display()))?;
    ensure!(run.status == 0, "the board stopped with status {}:\n{}", run.status, tail(&run.output));
    shell::run(converter().args(args).arg("--judge").arg(&log))
}

/// The arguments that choose files, as the converter knows no others.
fn files_only(args: &[String]) -> Vec<String> {
    args.iter().filter(|arg| *arg != "--verbose").cloned().collect()
}

/// The last lines of a text.
fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
