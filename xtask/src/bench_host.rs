//! `cargo xtask bench host`: kernels and programs on this machine, against other interpreters and native; with `--engine
//! native`, our native code against Cranelift's and rustc's.

use anyhow::Result;

use crate::{llvm, shell};

/// Runs the bench in package `moteur-benches`, with wasm3 where there is a C compiler.
pub fn run(args: &[String]) -> Result<()> {
    let mut cargo = shell::cargo();
    cargo.args(["run", "--release", "--package", "moteur-benches"]);
    if args.windows(2).any(|pair| pair == ["--engine", "native"]) {
        llvm::ensure_installed()?;
        cargo.args(["--features", "native"]);
    } else if has_c_compiler() {
        cargo.args(["--features", "wasm3"]);
    } else {
        println!("without wasm3, which needs a C compiler");
    }
    shell::run(cargo.arg("--").args(args))
}

fn has_c_compiler() -> bool {
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    shell::succeeds(shell::command(compiler).arg("--version"))
}
