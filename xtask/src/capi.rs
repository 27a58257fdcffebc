//! `cargo xtask capi`: C programs of this repository against `libmoteur`, by several compilers, with leaks and wrong
//! accesses told by valgrind and the address sanitizer.

use std::path::Path;

use anyhow::{Result, bail, ensure};

use crate::shell;

mod board;
mod headers;
mod install;
mod library;
mod modules;
mod programs;
mod size;

const USAGE: &str = "usage: cargo xtask capi [--long] [--only NAME] [--engine native | --target mps2-an505] | --symbols | --size | --install PREFIX";

/// Runs the programs; `--long` with every compiler and checker, without it with one of each. `--engine native` gives the
/// modules native code, which needs LLVM; `--target` runs what can on an emulated board. `--symbols` compares the headers with the
/// library instead; `--install` puts headers and libraries below a folder, which `--long` tries out.
pub fn run(args: &[String]) -> Result<()> {
    let mut args = args.to_vec();
    let long = shell::take_flag(&mut args, "--long");
    let only = shell::take_value(&mut args, "--only")?;
    let engine = shell::take_value(&mut args, "--engine")?;
    let target = shell::take_value(&mut args, "--target")?;
    let is_native = engine.as_deref() == Some("native");
    if args == ["--symbols"] && !long && only.is_none() && engine.is_none() && target.is_none() {
        return headers::symbols();
    }
    if args == ["--size"] {
        return size::run();
    }
    if let [option, prefix] = args.as_slice()
        && option == "--install"
    {
        return install::install(Path::new(prefix));
    }
    if !args.is_empty() || (engine.is_some() && (!is_native || target.is_some())) {
        bail!(USAGE);
    }
    headers::compile()?;
    let (passed, failed) = match target.as_deref() {
        None => programs::run(long, only.as_deref(), is_native)?,
        Some(board::NAME) => board::run(only.as_deref())?,
        Some(_) => bail!(USAGE),
    };
    let passed = if long && only.is_none() && target.is_none() { passed + install::check()? } else { passed };
    println!("{passed} passed, {failed} failed, 0 skipped");
    ensure!(failed == 0, "{failed} programs fail");
    ensure!(passed > 0, "there is no such program");
    Ok(())
}
