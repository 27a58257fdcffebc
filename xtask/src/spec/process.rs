//! The suite on a Linux of another architecture: a program of that Linux, run by QEMU's emulation of its processes.
//!
//! The program is linked statically with musl, which Rust brings along, by the linker that Rust brings along: no compiler
//! of C for that machine is needed. Nor is an LLVM: the suite is converted, and compiled, on this host.

use anyhow::{Context, Result, ensure};

use super::{Native, Style, files_only, host_program};
use crate::{debian, qemu, shell};

/// What `--target` calls it.
pub const NAME: &str = "aarch64-linux";

/// What the compiler of native code calls it.
const MACHINE: &str = "aarch64-unknown-linux-gnu";
const RUST_TARGET: &str = "aarch64-unknown-linux-musl";
const EMULATOR: &str = "qemu-aarch64";

/// Sees to it that the emulator and the Rust target are there.
pub fn ensure_installed() -> Result<()> {
    qemu::ensure_rust_target(RUST_TARGET)?;
    if !debian::is_program(EMULATOR) {
        debian::install(&["qemu-user"], &[&[]])?;
    }
    ensure!(debian::is_program(EMULATOR), "{EMULATOR} is missing; on Debian: apt-get install qemu-user");
    Ok(())
}

/// Converts the suite here, and runs and judges it there.
pub fn run(style: &Style, native: &Native, args: &[String]) -> Result<()> {
    ensure!(!native.copied, "--copied is for boards");
    // QEMU 7 remembers every page that there ever was, some 30 MB for the addresses of a guarded memory.
    let guard_pages: Vec<_> = args.iter().filter(|arg| *arg == "--guard-pages").collect();
    let are_files = args.iter().any(|arg| arg == "--file");
    ensure!(guard_pages.is_empty() || are_files, "--guard-pages on {NAME} takes too much memory without --file");
    ensure_installed()?;
    let target_dir = shell::target_dir("Cargo.toml")?;
    let dir = target_dir.join("spec");
    std::fs::create_dir_all(&dir).with_context(|| format!("creating {}", dir.display()))?;
    let suite = dir.join("suite.bin");
    let compile = style.compile_for(MACHINE, native)?;
    let mut convert = host_program(if compile.is_empty() { "" } else { "native" });
    shell::run(convert.args(files_only(args)).args(&compile).arg("--convert").arg(&suite))?;

    // Native code is run there, but not made.
    let features = format!("convert,{}", style.features.replace("native", "run-native"));
    let mut build = shell::cargo();
    build.args(["build", "--quiet", "--release", "--package", "moteur-spec", "--target", RUST_TARGET]);
    build.args(["--no-default-features", "--features", features.trim_end_matches(',')]);
    build.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER", "rust-lld");
    build.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_RUSTFLAGS", "-Clink-self-contained=yes");
    shell::run(&mut build)?;

    let mut emulator = shell::command(EMULATOR);
    emulator.arg(target_dir.join(RUST_TARGET).join("release/moteur-spec"));
    emulator.args(guard_pages).args(args.iter().filter(|arg| *arg == "--verbose"));
    shell::run(emulator.arg("--stream").arg(&suite))
}
