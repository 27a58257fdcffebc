//! The programs on an emulated Cortex-M33: with picolibc, semihosting, and all memory from one static pool. Those that need
//! threads stay at home.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::library::{CRATE, archive, folder, include};
use super::{modules, programs};
use crate::qemu::{self, AN505};
use crate::{debian, shell};

/// What `--target` takes.
pub const NAME: &str = "mps2-an505";

const COMPILER: &str = "arm-none-eabi-gcc";
const PACKAGES: [&str; 3] = ["gcc-arm-none-eabi", "libnewlib-arm-none-eabi", "picolibc-arm-none-eabi"];

/// The processor, and a C library that starts from reset and prints through the debugger.
const MACHINE: [&str; 7] = [
    "-mcpu=cortex-m33",
    "-mthumb",
    "-mfloat-abi=hard",
    "-mfpu=fpv5-sp-d16",
    "--specs=picolibc.specs",
    "--oslib=semihost",
    "--crt0=hosted",
];
const COMPILE: [&str; 6] = ["-std=c11", "-Os", "-Wall", "-Wextra", "-Werror", "-DMOTEUR_POOL_BYTES=0x140000"];
/// Code and data as the board has them: SSRAM1 of 4 MiB, SSRAM2 and 3 of 2 MiB each. The library's own assembly lacks the
/// note that its stack is not executed, of which nothing here makes use.
pub const LINK: [&str; 8] = [
    "-Tpicolibc.ld",
    "-Wl,--gc-sections",
    "-Wl,--no-warn-execstack",
    "-Wl,--defsym=__flash=0x10000000",
    "-Wl,--defsym=__flash_size=0x400000",
    "-Wl,--defsym=__ram=0x38000000",
    "-Wl,--defsym=__ram_size=0x200000",
    "-Wl,--defsym=__stack_size=0x8000",
];
/// The library, small.
const BUILD: [&str; 9] = [
    "build",
    "--quiet",
    "--release",
    "--package",
    "moteur-capi",
    "--no-default-features",
    "--features",
    "interpreter,small,metering,multi-module,references,texts,libc,wamr,wasm-c-api",
    "--target",
];
/// What needs more than the board has: threads, files, pipes.
const SKIPPED: [&str; 4] = ["interrupt", "threads", "wasi", "printed"];
const LIMIT: Duration = Duration::from_secs(120);

/// Runs the programs on the board; gives how many passed and how many failed.
pub fn run(only: Option<&str>) -> Result<(u32, u32)> {
    ensure_installed()?;
    shell::run(shell::cargo().args(BUILD).arg(AN505.target))?;
    let library = archive(&shell::target_dir("Cargo.toml")?.join(AN505.target).join("release"));
    let modules = modules::interpreted()?;
    let (mut passed, mut failed) = (0, 0);
    for program in programs::all()? {
        let name = program.file_stem().and_then(|name| name.to_str()).context("a program's name is not UTF-8")?;
        if SKIPPED.contains(&name) || only.is_some_and(|only| only != name) {
            continue;
        }
        match attempt(&program, &modules, &library) {
            Ok(()) => passed += 1,
            Err(error) => {
                println!("FAILED {name} ({NAME}): {error:#}");
                failed += 1;
            }
        }
    }
    Ok((passed, failed))
}

/// Sees to it that the compiler, its C library and the board are there.
pub fn ensure_installed() -> Result<()> {
    if !debian::is_program(COMPILER) || !has_library() {
        debian::install(&PACKAGES, &[&[]])?;
    }
    ensure!(has_library(), "no C library for the Cortex-M33; on Debian: apt-get install {}", PACKAGES.join(" "));
    qemu::ensure_installed(&[AN505])?;
    qemu::ensure_rust_target(AN505.target)
}

/// The compiler, told what it compiles for.
pub fn compiler() -> Command {
    let mut compiler = shell::command(COMPILER);
    compiler.args(MACHINE).args(COMPILE);
    compiler
}

/// Whether there are the compiler and its C library.
fn has_library() -> bool {
    debian::is_program(COMPILER)
        && shell::output(shell::command(COMPILER).arg("-print-file-name=picolibc.specs"))
            .is_ok_and(|path| Path::new(path.trim()).is_file())
}

fn attempt(program: &Path, modules: &Path, library: &Path) -> Result<()> {
    let image: PathBuf = folder(NAME)?.join(program.file_stem().unwrap_or_default());
    let mut compile = compiler();
    compile.arg("-I").arg(include()).arg("-I").arg(modules);
    compile.arg("-I").arg(shell::root().join(CRATE).join("tests/c"));
    shell::run(compile.arg(program).arg("-o").arg(&image).arg(library).args(LINK))?;
    let run = qemu::run(&AN505, &image, LIMIT)?;
    if run.status != 0 {
        bail!("status {}\n{}", run.status, run.output);
    }
    Ok(())
}
