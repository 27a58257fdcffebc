//! `cargo xtask miri`: a short set of tests under Miri: the pool, the store, the match-loop interpreter, and what `wasm.h`
//! stands on.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{setup, shell};

/// Files of the suite that run the kinds of code in which pointers are followed, and run shortly: calls of all kinds,
/// memories, tables, references, several instances.
const SUITE: &[&str] = &["bulk", "fac", "forward", "labels", "linking", "ref_func", "start", "switch", "table_get"];

/// Tests of calls as futures: waiting in all ways there are, given up, leaked, nested, and bulk operators in pieces.
const WAITING: &[&str] = &[
    "waiting::host::a_guest_waits",
    "waiting::host::a_host_function_has",
    "waiting::host::asynchronous",
    "waiting::slices::a_call_that_is_dropped",
    "waiting::slices::a_call_that_is_leaked",
    "waiting::bulk::small",
];

/// Runs the set, or says that there is no Miri here.
pub fn run(_args: &[String]) -> Result<()> {
    if !setup::has_nightly() || !shell::succeeds(shell::cargo_of("nightly").args(["miri", "--version"])) {
        println!("SKIPPED miri: needs `rustup toolchain install nightly --component miri,rust-src`");
        return Ok(());
    }
    let features = ["--no-default-features", "--features", "std"];
    shell::run(miri("test").args(["--quiet", "--package", "moteur-pool", "--tests"]).args(features))?;
    let features = ["--no-default-features", "--features", "std,interpreter"];
    // One test looks at each byte of a page, which takes minutes here.
    let skip = ["--", "--skip", "grown_bytes_are_zero"];
    shell::run(miri("test").args(["--quiet", "--package", "moteur", "--lib"]).args(features).args(skip))?;
    // Futures keep the store's address between polls.
    let tests = ["--quiet", "--package", "moteur", "--test", "api"];
    shell::run(miri("test").args(tests).args(features).arg("--").args(WAITING))?;
    let features = ["--no-default-features", "--features", "std,interpreter,wasm-c-api"];
    shell::run(miri("test").args(["--quiet", "--package", "moteur-capi", "--lib"]).args(features))?;
    suite()
}

/// Miri of the nightly toolchain. The runtime keeps pointers in slots of the guest's stack, as numbers.
fn miri(what: &str) -> Command {
    let mut cargo = shell::cargo_of("nightly");
    cargo.args(["miri", what]).env("MIRIFLAGS", "-Zmiri-permissive-provenance -Zmiri-disable-isolation");
    cargo
}

/// Some of the official suite, converted outside Miri, where reading text is faster.
fn suite() -> Result<()> {
    let dir = shell::target_dir("Cargo.toml")?.join("spec");
    std::fs::create_dir_all(&dir).with_context(|| format!("creating {}", dir.display()))?;
    let stream = dir.join("miri.bin");
    let mut convert = shell::cargo();
    convert.args(["run", "--quiet", "--release", "--package", "moteur-spec", "--", "--convert"]).arg(&stream);
    SUITE.iter().for_each(|file| {
        convert.args(["--file", file]);
    });
    shell::run(&mut convert)?;
    let features = ["--no-default-features", "--features", "convert,checks"];
    let mut run = miri("run");
    shell::run(run.args(["--quiet", "--package", "moteur-spec"]).args(features).args(["--", "--stream"]).arg(&stream))
}
