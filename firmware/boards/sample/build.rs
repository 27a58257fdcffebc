//! Builds the guest, makes its memory as small as what it needs, and compiles it where native code is wanted.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use moteur_wasm::Global;
use moteur_wasm::trim::{Size, trim};

const GUEST: &str = "guest";
const TARGET: &str = "wasm32-unknown-unknown";

fn main() {
    println!("cargo::rerun-if-changed={GUEST}/src");
    println!("cargo::rerun-if-changed={GUEST}/Cargo.toml");
    println!("cargo::rerun-if-changed={GUEST}/Cargo.lock");
    println!("cargo::rerun-if-changed={GUEST}/.cargo/config.toml");
    println!("cargo::rerun-if-env-changed=MOTEUR");
    if let Err(why) = guest() {
        println!("cargo::error=the guest: {why}");
    }
}

/// Leaves `guest.wasm` in the output folder.
fn guest() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    let mut module = Vec::new();
    let linked = fs::read(build(&out.join(GUEST))?)?;
    trim(&linked, Size::Heap(0), &Global, &mut |piece| module.extend_from_slice(piece))?;
    let file = out.join("guest.wasm");
    fs::write(&file, module)?;
    if env::var_os("CARGO_FEATURE_NATIVE").is_some() { compile(&file) } else { Ok(()) }
}

/// Builds with the configuration that the guest's folder brings, so from there, and into a folder of our own.
fn build(target: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--locked", "--release", "--target", TARGET, "--target-dir"])
        .arg(target)
        .current_dir(GUEST)
        // These belong to the firmware.
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTFLAGS")
        .status()?;
    if !status.success() {
        return Err(format!("cargo could not build it; `rustup target add {TARGET}` gives the target").into());
    }
    Ok(target.join(TARGET).join("release/sample_guest.wasm"))
}

/// Adds native code for the firmware's target to the module.
fn compile(file: &Path) -> Result<(), Box<dyn Error>> {
    let moteur = env::var_os("MOTEUR").unwrap_or_else(|| "moteur".into());
    let target = env::var("TARGET")?;
    let native = file.with_extension("native.wasm");
    let status =
        Command::new(&moteur).arg("compile").arg(file).args(["--target", &target, "-Os", "-o"]).arg(&native).status();
    let status = status.map_err(|why| {
        format!("`{}` does not start ({why}); it is the command line of Moteur, built with LLVM", moteur.display())
    })?;
    if !status.success() {
        return Err("`moteur compile` failed".into());
    }
    Ok(fs::rename(native, file)?)
}
