//! Puts the memory map of the chosen board where the linker finds it as `memory.x`.

use std::path::{Path, PathBuf};
use std::{env, fs};

const BOARDS: [&str; 6] = ["an505", "an547", "an500", "an385", "microbit", "riscv-virt"];

fn main() {
    println!("cargo::rerun-if-changed=memory");
    let chosen: Vec<_> = BOARDS.into_iter().filter(|board| env::var_os(feature(board)).is_some()).collect();
    let [board] = chosen.as_slice() else {
        println!("cargo::error=choose one board by its feature, of {BOARDS:?}; chosen: {chosen:?}");
        return;
    };
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let map = Path::new("memory").join(format!("{board}.x"));
    if let Err(error) = fs::copy(&map, out.join("memory.x")) {
        println!("cargo::error={}: {error}", map.display());
    }
    // No interrupt has a name here, so the names have no defaults either.
    if let Err(error) = fs::write(out.join("device.x"), "") {
        println!("cargo::error=device.x: {error}");
    }
    println!("cargo::rustc-link-search={}", out.display());
}

fn feature(board: &str) -> String {
    format!("CARGO_FEATURE_{}", board.to_uppercase().replace('-', "_"))
}
