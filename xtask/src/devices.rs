//! `cargo xtask devices`: compiles the guests of `guests/moteur-devices` and runs the tests that need them. Rust compiles its
//! own from a test; C is compiled here, because this is where a compiler is found.

use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, Result, ensure};

use crate::wasi_c::{self, WasiC};
use crate::{qemu, shell};

const GUESTS: &str = "guests/moteur-devices";
const TESTS: [&str; 7] = ["test", "--quiet", "--package", "moteur-guest", "--test", "devices_guests", "--"];
/// No C library is needed, so the target is not WASI; the flags are those of the README and some that find mistakes.
const COMPILE: [&str; 7] = ["--target=wasm32", "-std=c11", "-Os", "-Wall", "-Wextra", "-Werror", "-c"];
const LINK: [&str; 4] = ["--target=wasm32", "-nostdlib", "-Wl,--no-entry", "-Wl,-z,stack-size=4096"];

/// Runs the tests with guests in Rust, and those with guests in C where there is a compiler for it.
pub fn run(args: &[String]) -> Result<()> {
    ensure!(args.is_empty(), "usage: cargo xtask devices");
    qemu::ensure_rust_target("wasm32-unknown-unknown")?;
    shell::run(shell::cargo().args(TESTS).args(["--ignored", "rust_"]))?;
    match wasi_c::ensure_installed() {
        Ok(compiler) => {
            let folder = compile(&compiler)?;
            shell::run(shell::cargo().args(TESTS).args(["--ignored", "c_"]).env("MOTEUR_C_GUESTS", folder))
        }
        Err(missing) => {
            println!("SKIPPED guests in C: {missing:#}");
            Ok(())
        }
    }
}

/// Compiles each C file among the examples; gives the folder of the modules.
fn compile(compiler: &WasiC) -> Result<PathBuf> {
    let guests = shell::root().join(GUESTS);
    let folder = shell::target_dir("Cargo.toml")?.join("devices-c");
    fs::create_dir_all(&folder)?;
    let examples: io::Result<Vec<_>> = guests.join("examples").read_dir()?.collect();
    for source in examples?.into_iter().map(|entry| entry.path()).filter(|path| is_c(path)) {
        let name = source.file_stem().context("a file without a name")?;
        let (object, module) = (folder.join(name).with_extension("o"), folder.join(name).with_extension("wasm"));
        let mut command = shell::command(&compiler.clang);
        shell::run(command.args(COMPILE).arg(&source).arg("-I").arg(guests.join("include")).arg("-o").arg(&object))?;
        shell::run(shell::command(&compiler.clang).args(LINK).arg(&object).arg("-o").arg(&module))?;
    }
    Ok(folder)
}

fn is_c(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "c")
}
