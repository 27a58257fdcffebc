//! `cargo xtask miri`: a short set of tests under Miri: pool, store and the match-loop interpreter.

use anyhow::Result;

use crate::{setup, shell};

/// Package, and the tests of it that are short enough for Miri.
const SETS: &[(&str, &[&str])] = &[("moteur-pool", &["--lib", "--tests"]), ("moteur", &["--lib"])];

/// Runs the set, or says that there is no Miri here.
pub fn run(_args: &[String]) -> Result<()> {
    if !setup::has_nightly() || !shell::succeeds(shell::cargo_of("nightly").args(["miri", "--version"])) {
        println!("SKIPPED miri: needs `rustup toolchain install nightly --component miri,rust-src`");
        return Ok(());
    }
    for (package, filters) in SETS {
        let mut cargo = shell::cargo_of("nightly");
        // Tests are chosen per package by a feature-free build: the match loop is what Miri can follow.
        cargo.args(["miri", "test", "--package", package]);
        cargo.args(["--no-default-features", "--features", "std"]).args(*filters);
        shell::run(&mut cargo)?;
    }
    Ok(())
}
