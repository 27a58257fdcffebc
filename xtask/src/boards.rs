//! The boards of `firmware/boards`, each with its maker's HAL: all are built, and those that the emulator there knows are run
//! in it, from the vector table to what the guest prints. And the documents that show how.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, anyhow, ensure};

use crate::firmware;
use crate::qemu::{self, AN505, Run};
use crate::{debian, kernels, llvm, shell, walkthrough};

/// A board of a vendor.
struct Board {
    /// Its folder, its package and its program.
    name: &'static str,
    target: &'static str,
    /// Whether the emulator knows it.
    is_emulated: bool,
}

const BOARDS: [Board; 4] = [
    Board { name: "nucleo-h563zi", target: "thumbv8m.main-none-eabihf", is_emulated: true },
    Board { name: "nrf52840", target: "thumbv7em-none-eabihf", is_emulated: true },
    Board { name: "rp2350", target: "thumbv8m.main-none-eabihf", is_emulated: true },
    Board { name: "esp32c3", target: "riscv32imc-unknown-none-elf", is_emulated: false },
];

/// Further arguments for a board's build.
const INTERPRETED: &[&str] = &[];
const NATIVE: &[&str] = &["--no-default-features", "--features", "native"];

/// How many boards ended in which way.
#[derive(Default)]
pub struct Tally {
    /// As they should.
    pub passed: usize,
    /// Otherwise.
    pub failed: usize,
    /// Not tried.
    pub skipped: usize,
}

impl Tally {
    fn add(&mut self, what: &str, result: Result<()>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(error) => {
                self.failed += 1;
                println!("FAILED {what}: {error:#}");
            }
        }
    }

    fn skip(&mut self, what: &str, why: &anyhow::Error) {
        self.skipped += 1;
        println!("SKIPPED {what}: {why:#}");
    }
}

/// Builds every board and runs those that can be.
pub fn run() -> Tally {
    let mut tally = Tally::default();
    let python = emulator();
    if let Ok(python) = &python {
        tally.add("the emulator's own tests", shell::run(&mut unit_tests(python)));
    }
    tally.add("format of the guest", format(&folder().join("sample/guest")));
    for board in &BOARDS {
        tally.add(&format!("format of {}", board.name), format(&folder().join(board.name)));
        tally.add(board.name, check(board, INTERPRETED, &python));
    }
    for board in BOARDS.iter().filter(|board| board.is_emulated) {
        let what = format!("{} with native code", board.name);
        match llvm::ensure_installed() {
            Ok(()) => tally.add(&what, check(board, NATIVE, &python)),
            Err(missing) => tally.skip(&what, &missing),
        }
    }
    if let Err(missing) = &python {
        tally.skip("running the boards", missing);
    }
    documents(&mut tally, &python);
    tally
}

/// Documents that are followed to the letter.
const DOCUMENTS: [&str; 2] = ["docs/bare-metal.md", "docs/porting.md"];

/// Follows only the documents.
pub fn run_documents() -> Tally {
    let mut tally = Tally::default();
    documents(&mut tally, &emulator());
    tally
}

fn documents(tally: &mut Tally, python: &Result<PathBuf>) {
    for document in DOCUMENTS {
        let ready = python.as_ref().map_err(|missing| anyhow!("{missing:#}"));
        let ready = ready.and_then(|python| qemu::ensure_installed(&[AN505]).map(|()| python));
        match ready {
            Ok(python) => {
                println!("== {document}, to the letter");
                tally.add(document, walkthrough::follow(document, python.parent().unwrap_or(Path::new(""))));
            }
            Err(missing) => tally.skip(document, &missing),
        }
    }
}

/// Builds, and runs it where there is what to run it in.
fn check(board: &Board, features: &[&str], python: &Result<PathBuf>) -> Result<()> {
    let image = build(board, features)?;
    let size = fs::metadata(&image)?.len();
    println!("== {} {}: built, {size} bytes with what debuggers read", board.name, features.join(" "));
    let (Ok(python), true) = (python, board.is_emulated) else {
        return Ok(());
    };
    let mut emulate = shell::command(python);
    emulate.arg(folder().join("emulator/emulate.py")).arg(board.name).arg(&image);
    let output = emulate.stderr(Stdio::inherit()).output().context("the emulator does not start")?;
    let run = Run {
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        status: output.status.code().unwrap_or(-1),
    };
    println!("{}", run.output.trim_end());
    let expected = fs::read_to_string(folder().join("sample/expected.txt"))?;
    firmware::judge(&run, &expected)
}

/// Checks a workspace, and our own crates that it depends on.
fn format(workspace: &Path) -> Result<()> {
    shell::run(shell::cargo().args(["fmt", "--all", "--check"]).current_dir(workspace))
}

fn folder() -> PathBuf {
    firmware::workspace().join("boards")
}

/// Builds in the board's folder, as a user would, and gives where the image is.
fn build(board: &Board, features: &[&str]) -> Result<PathBuf> {
    qemu::ensure_rust_target(board.target)?;
    // What the boards have in common is built once.
    let target = firmware::target_folder().join("boards");
    let mut cargo = shell::cargo();
    cargo.args(["build", "--quiet", "--locked", "--release", "--target-dir"]).arg(&target).args(features);
    if features == NATIVE {
        cargo.env("MOTEUR", kernels::moteur_program()?);
    }
    shell::run(cargo.current_dir(folder().join(board.name)))?;
    Ok(target.join(board.target).join("release").join(board.name))
}

fn unit_tests(python: &Path) -> Command {
    let mut command = shell::command(python);
    command.args(["-B", "-m", "unittest", "--quiet"]).current_dir(folder().join("emulator"));
    command
}

/// A Python that has what the emulator needs, in a folder of its own that is made where that is allowed.
fn emulator() -> Result<PathBuf> {
    let asks = |python: &Path| shell::succeeds(Command::new(python).args(["-c", "import unicorn"]));
    let home = firmware::target_folder().join("emulator");
    let own = home.join("bin/python");
    if asks(&own) {
        return Ok(own);
    }
    let python = env::var_os("PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from);
    if !debian::may_install() {
        ensure!(asks(&python), "no Python with the package `unicorn`: pip install unicorn");
        return Ok(python);
    }
    let make = || shell::succeeds(Command::new(&python).args(["-m", "venv", "--clear"]).arg(&home));
    if !make() {
        debian::install(&["python3", "python3-venv"], &[&[]])?;
        ensure!(make(), "no Python that makes a `venv`; on Debian: apt-get install python3-venv");
    }
    let mut pip = Command::new(&own);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--only-binary=:all:",
        "--requirement",
    ]);
    shell::run(pip.arg(folder().join("emulator/requirements.txt")))?;
    ensure!(asks(&own), "pip installed `unicorn`, and it cannot be imported");
    Ok(own)
}
