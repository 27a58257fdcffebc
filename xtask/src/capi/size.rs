//! `cargo xtask capi --size`: the flash of a small C program on the Cortex-M33: one module, one function of C, one call, all
//! memory from one buffer. It runs there, too.

use std::fs;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::board;
use super::library::{CRATE, archive, folder, include};
use crate::qemu::{self, AN505};
use crate::{shell, size};

const PROGRAM: &str = "tests/c/size/small.c";
/// What such a program needs, and no texts of errors.
const BUILD: [&str; 12] = [
    "rustc",
    "--quiet",
    "--profile",
    "micro",
    "--package",
    "moteur-capi",
    "--crate-type",
    "staticlib",
    "--no-default-features",
    "--features",
    "interpreter,small,wamr",
    "--target",
];
/// Bytes of flash that the C layer's own code may take, as far as symbols tell: what it does now, and half a percent.
const OWN_BYTES_MAX: u64 = 13_900;

/// Builds, measures, and runs the program.
pub fn run() -> Result<()> {
    board::ensure_installed()?;
    shell::run(shell::cargo().args(BUILD).arg(AN505.target))?;
    let library = archive(&shell::target_dir("Cargo.toml")?.join(AN505.target).join("micro"));
    let image = folder("size")?.join("small");
    let mut compile = board::compiler();
    compile.arg("-I").arg(include()).arg(shell::root().join(CRATE).join(PROGRAM)).arg("-o").arg(&image);
    shell::run(compile.arg(&library).args(board::LINK))?;
    let measured = size::measure(&fs::read(&image)?)?;
    println!("a C program with one module: {} bytes of flash ({}, {})", measured.flash, AN505.machine, AN505.target);
    println!("  by crate, as far as symbols tell:");
    let mut crates: Vec<_> = measured.crates.iter().collect();
    crates.sort_by_key(|(_, bytes)| std::cmp::Reverse(**bytes));
    for (name, bytes) in crates {
        println!("  {name:<20} {bytes:>7}");
    }
    let is_own = |name: &str| name.contains("moteur_capi") || name.starts_with("wasm_");
    let own: u64 = measured.symbols.iter().filter(|(_, name)| is_own(name)).map(|(bytes, _)| bytes).sum();
    println!("of the C layer, with what was inlined into it: {own} bytes (at most {OWN_BYTES_MAX})");
    ensure!(own <= OWN_BYTES_MAX, "the C layer has grown");
    ensure!(measured.panics.is_empty(), "panics are reachable: {}", measured.panics.join(", "));
    let run = qemu::run(&AN505, &image, Duration::from_secs(60))?;
    ensure!(run.status == 0, "the program ends with {}:\n{}", run.status, run.output);
    Ok(())
}
