//! Links like every program here, and builds the guests: the examples of `guests/moteur-devices`.

#[path = "../link.rs"]
mod link;

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

const GUESTS: &str = "../../guests/moteur-devices";
const TARGET: &str = "wasm32-unknown-unknown";

fn main() {
    link::main();
    for path in ["src", "examples", "Cargo.toml", "Cargo.lock", ".cargo/config.toml"] {
        println!("cargo::rerun-if-changed={GUESTS}/{path}");
    }
    if let Err(why) = guests() {
        println!("cargo::error=the guests: {why}");
    }
}

/// Builds with the configuration that the folder of the guests brings, so from there, and into a folder of our own.
fn guests() -> Result<(), Box<dyn std::error::Error>> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    let target = out.join("guests");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--locked", "--release", "--examples", "--target", TARGET, "--target-dir"])
        .arg(&target)
        .current_dir(Path::new(GUESTS))
        // These belong to the firmware.
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTFLAGS")
        .status()?;
    if !status.success() {
        return Err(format!("cargo could not build them; `rustup target add {TARGET}` gives the target").into());
    }
    for name in ["blink.wasm", "modem.wasm", "thermometer.wasm"] {
        std::fs::copy(target.join(TARGET).join("release/examples").join(name), out.join(name))?;
    }
    Ok(())
}
