//! `cargo xtask capi`: C programs of this repository against `libmoteur`, by several compilers, with leaks and wrong
//! accesses told by valgrind and the address sanitizer.

use anyhow::{Result, bail};

use crate::shell;

mod library;
mod modules;
mod programs;

const USAGE: &str = "usage: cargo xtask capi [--long] [--only NAME]";

/// Runs the programs; `--long` with every compiler and checker, without it with one of each.
pub fn run(args: &[String]) -> Result<()> {
    let mut args = args.to_vec();
    let long = shell::take_flag(&mut args, "--long");
    let only = shell::take_value(&mut args, "--only")?;
    if !args.is_empty() {
        bail!(USAGE);
    }
    programs::run(long, only.as_deref())
}
