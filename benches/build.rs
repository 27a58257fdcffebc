//! Compiles the larger programs to WebAssembly, and wasm3 from the C sources that its crate carries.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    programs();
    if env::var_os("CARGO_FEATURE_NATIVE").is_some() {
        for_this_cpu();
    }
    if env::var_os("CARGO_FEATURE_WASM3").is_some() {
        wasm3();
    }
}

/// One module that exports all programs by name.
fn programs() {
    println!("cargo::rerun-if-changed=src/programs");
    rustc("src/programs/wasm.rs", "programs.wasm", &["--target=wasm32-unknown-unknown", "-Cstrip=symbols"]);
}

/// A library of kernels and programs for the CPU of this machine.
fn for_this_cpu() {
    println!("cargo::rerun-if-changed=src/native_root.rs");
    println!("cargo::rerun-if-changed=kernels/src");
    let library = rustc("src/native_root.rs", "this_cpu.so", &["-Ctarget-cpu=native"]);
    println!("cargo::rustc-env=MOTEUR_BENCHES_THIS_CPU={}", library.display());
}

/// Compiles a library at full optimisation; gives where it is.
fn rustc(root: &str, name: &str, options: &[&str]) -> PathBuf {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join(name);
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let status = Command::new(rustc)
        .args(["--edition=2024", "--crate-name=programs", "--crate-type=cdylib"])
        .args(["-Copt-level=3", "-Cpanic=abort", "-Ccodegen-units=1"])
        .args(options)
        .args([root, "-o"])
        .arg(&out)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status();
    match status {
        Ok(status) if status.success() => out,
        Ok(_) => {
            fail("rustc could not compile the programs; `rustup target add wasm32-unknown-unknown` gives the target")
        }
        Err(error) => fail(&format!("rustc does not start: {error}")),
    }
}

/// The files of wasm3 that an interpreter without WASI consists of.
const WASM3: &[&str] =
    &["bind", "code", "compile", "core", "emit", "env", "exec", "info", "module", "optimize", "parse"];

fn wasm3() {
    println!("cargo::rerun-if-changed=wasm3");
    let sources = wasm3_sources();
    let mut build = cc::Build::new();
    build.file("wasm3/call.c").files(WASM3.iter().map(|name| sources.join(format!("m3_{name}.c"))));
    build.include(&sources).define("d_m3LogOutput", "0").define("d_m3Use32BitSlots", "0");
    // As its own build does; in particular calls in tail position become jumps.
    build.opt_level(3).flag_if_supported("-fno-stack-protector").warnings(false);
    build.compile("wasm3");
}

/// Where cargo keeps the sources of `wasm3-sys`, which it downloads for the manifest in `wasm3/`.
fn wasm3_sources() -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version=1", "--manifest-path=wasm3/Cargo.toml"]);
    let text = match command.output() {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        Ok(output) => fail(&format!("wasm3 is not to be had: {}", String::from_utf8_lossy(&output.stderr))),
        Err(error) => fail(&format!("cargo does not start: {error}")),
    };
    let manifests = text.split("\"manifest_path\":\"").filter_map(|rest| rest.split('"').next());
    let is_wasm3 = |path: &&Path| path.parent().is_some_and(|dir| dir.join("wasm3/source/wasm3.h").is_file());
    match manifests.map(Path::new).find(is_wasm3).and_then(Path::parent) {
        Some(dir) => dir.join("wasm3/source"),
        None => fail("wasm3-sys carries no sources"),
    }
}

fn fail(why: &str) -> ! {
    println!("cargo::error={}", why.replace('\n', " "));
    exit(1)
}
