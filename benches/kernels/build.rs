//! Compiles the kernels to WebAssembly with the compiler that builds this crate, so that whoever depends on the crate
//! gets both forms of the same source and nothing generated has to be committed.

use std::env;
use std::path::PathBuf;
use std::process::{Command, exit};

fn main() {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("kernels.wasm");
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let status = Command::new(rustc)
        .args(["--edition=2024", "--crate-name=kernels", "--crate-type=cdylib", "--target=wasm32-unknown-unknown"])
        .args(["-Copt-level=3", "-Cpanic=abort", "-Ccodegen-units=1", "-Cstrip=symbols"])
        // One page is enough for all six; a small stack keeps a board's linear memory small.
        .args(["-Clink-arg=-zstack-size=4096", "-Clink-arg=--initial-memory=65536"])
        .arg("src/wasm.rs")
        .arg("-o")
        .arg(&out)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status();
    match status {
        Ok(status) if status.success() => {}
        Ok(_) => {
            fail("rustc could not compile the kernels; `rustup target add wasm32-unknown-unknown` gives the target")
        }
        Err(error) => fail(&format!("rustc does not start: {error}")),
    }
}

fn fail(why: &str) -> ! {
    println!("cargo::error={why}");
    exit(1)
}
