//! `cargo xtask zephyr`: builds the samples of the Zephyr module for every board that they name, and runs those that can be
//! emulated, with the Zephyr tree that `ZEPHYR_BASE` names.
//!
//! The tree, its modules (`ZEPHYR_MODULES`), the Python that its scripts want and the C compilers are the caller's. Where no
//! `ZEPHYR_TOOLCHAIN_VARIANT` is chosen, the distribution's compilers are taken: `board` says which.

mod board;
mod build;
mod check;
mod faults;
mod lines;
mod sample;
mod shell_sample;
mod sizes;
mod talk;
mod tree;

use std::time::Duration;

use anyhow::{Result, bail, ensure};

use crate::shell;
use board::Board;
use build::Build;
use sample::Sample;
use tree::Tree;

const USAGE: &str = "usage: cargo xtask zephyr [--sample NAME]... [--board NAME]... [--sizes] [--faults] [--lines] [--check] [--keep] [--skip-missing]";

/// How long a sample may take until it has printed everything.
const LIMIT: Duration = Duration::from_secs(60);

/// Builds and runs. `--check` needs no Zephyr: it compiles the shim against our own stubs of its headers, and the library for
/// every target.
pub fn run(args: &[String]) -> Result<()> {
    let mut args = args.to_vec();
    let skips = shell::take_flag(&mut args, "--skip-missing");
    let keeps = shell::take_flag(&mut args, "--keep");
    let is_check = shell::take_flag(&mut args, "--check");
    let is_sizes = shell::take_flag(&mut args, "--sizes");
    let is_faults = shell::take_flag(&mut args, "--faults");
    let is_lines = shell::take_flag(&mut args, "--lines");
    let samples = take_values(&mut args, "--sample")?;
    let boards = take_values(&mut args, "--board")?;
    ensure!(args.is_empty(), USAGE);
    if is_check {
        return check::run();
    }
    let tree = match Tree::find() {
        Ok(tree) => tree,
        Err(missing) if skips => {
            println!("SKIPPED zephyr: {missing:#}");
            return Ok(());
        }
        Err(missing) => return Err(missing),
    };
    println!("Zephyr {} at {}", tree.version, tree.base.display());
    let build = Build::prepare(&tree)?;
    if is_sizes {
        return sizes::run(&build);
    }
    if is_faults {
        return faults::run(&build);
    }
    if is_lines {
        return lines::run(&build);
    }
    all(&build, &samples, &boards, keeps)
}

fn take_values(args: &mut Vec<String>, name: &str) -> Result<Vec<String>> {
    let mut values = Vec::new();
    while let Some(value) = shell::take_value(args, name)? {
        values.push(value);
    }
    Ok(values)
}

/// Every sample on every board that it names, or what was asked for of that.
fn all(build: &Build<'_>, samples: &[String], boards: &[String], keeps: bool) -> Result<()> {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for sample in sample::all()? {
        if !samples.is_empty() && !samples.contains(&sample.name) {
            continue;
        }
        for name in &sample.boards {
            if !boards.is_empty() && !boards.contains(name) {
                continue;
            }
            let board = board::find(name)?;
            match one(build, &sample, board, keeps) {
                Ok(Outcome::Done(what)) => {
                    println!("{:10} {name:24} {what}", sample.name);
                    passed += 1;
                }
                Ok(Outcome::Skipped(why)) => {
                    println!("SKIPPED {} on {name}: {why}", sample.name);
                    skipped += 1;
                }
                Err(error) => {
                    println!("{:10} {name:24} FAILED: {error:#}", sample.name);
                    failed += 1;
                }
            }
        }
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    if passed + failed + skipped == 0 {
        bail!("no such sample or board");
    }
    ensure!(failed == 0, "{failed} failed");
    Ok(())
}

enum Outcome {
    /// What was done.
    Done(String),
    /// Why nothing was.
    Skipped(String),
}

fn one(build: &Build<'_>, sample: &Sample, board: &Board, keeps: bool) -> Result<Outcome> {
    if let Some(why) = build.lacks(board) {
        return Ok(Outcome::Skipped(why));
    }
    let folder = build.folder(&sample.folder, board, &[])?;
    let done = if board.emulator.is_some() && sample.name == "shell" {
        shell_sample::run(board, &folder)?
    } else if board.emulator.is_some() {
        let output = board.run(&folder, &sample.expected, LIMIT)?;
        format!("runs; last line: {}", output.lines().last().unwrap_or_default())
    } else {
        "builds".to_owned()
    };
    if !keeps {
        std::fs::remove_dir_all(&folder)?;
    }
    Ok(Outcome::Done(done))
}
