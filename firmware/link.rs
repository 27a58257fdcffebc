//! The build script of every program here: it links with the script of `cortex-m-rt` or `riscv-rt`, which includes the
//! board's `memory.x`, and translates `modules/*.wat` to WebAssembly beside the program. A build script rather than
//! `rustflags` in a configuration, so that `RUSTFLAGS` in the environment cannot undo it.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The build script; programs with one of their own call it from there.
pub fn main() {
    println!("cargo::rerun-if-changed=../link.rs");
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=--nmagic");
    // Functions of the same code stand once.
    println!("cargo::rustc-link-arg-bins=--icf=all");
    println!("cargo::rerun-if-changed=modules");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let files = fs::read_dir("modules").into_iter().flatten().flatten().map(|entry| entry.path());
    for file in files.filter(|file| file.extension().is_some_and(|extension| extension == "wat")) {
        if let Err(why) = translate(&file, &out) {
            println!("cargo::error={}: {why}", file.display());
        }
    }
}

fn translate(file: &Path, out: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let wasm = wat::parse_file(file)?;
    let name = file.with_extension("wasm");
    fs::write(out.join(name.file_name().ok_or("no file name")?), wasm)?;
    Ok(())
}
