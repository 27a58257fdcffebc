//! `cargo xtask fuzz`: runs every fuzz target for a while.

use anyhow::{Context, Result, ensure};

use crate::{setup, shell};

/// Runs each target for `--seconds N` (60).
pub fn run(args: &[String]) -> Result<()> {
    let mut args = args.to_vec();
    let seconds = match shell::take_value(&mut args, "--seconds")? {
        Some(text) => text.parse().context("--seconds")?,
        None => 60_u32,
    };
    if !setup::has_nightly() || !shell::succeeds(shell::cargo_of("nightly").args(["fuzz", "--version"])) {
        println!("SKIPPED fuzz: needs a nightly toolchain and `cargo install cargo-fuzz`");
        return Ok(());
    }
    let targets = shell::output(shell::cargo_of("nightly").args(["fuzz", "list"]))?;
    let mut failed = Vec::new();
    for target in targets.lines().map(str::trim).filter(|target| !target.is_empty()) {
        println!("fuzzing {target} for {seconds} s");
        let mut cargo = shell::cargo_of("nightly");
        cargo.args(["fuzz", "run", target, "--", &format!("-max_total_time={seconds}")]);
        if let Err(error) = shell::run(&mut cargo) {
            failed.push(format!("{error:#}"));
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join("; "));
    Ok(())
}
