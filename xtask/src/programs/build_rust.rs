//! Builds published Rust programs with `cargo install`: the exact version, with the lock file that was published with it.

use std::fs;

use anyhow::{Context, Result, ensure};

use super::Ready;
use super::table::Crate;
use crate::shell;

/// What programs are built for.
pub const TARGET: &str = "wasm32-wasip1";

/// The profiles of packages ask for small and fast programs whatever it costs; here the time to build counts.
const PROFILE: &[(&str, &str)] = &[
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
    ("CARGO_PROFILE_RELEASE_STRIP", "debuginfo"),
];

/// Builds a program, unless it is there; gives where it is.
pub fn build(name: &str, krate: &Crate, is_native: bool) -> Result<Ready> {
    let folder = shell::target_dir("Cargo.toml")?.join("programs");
    let target = if is_native { None } else { Some(TARGET) };
    let installed = folder.join(if is_native { "rust-native" } else { "rust" }).join(name);
    let (stamp_file, stamp) = (installed.join("stamp"), stamp(krate, target)?);
    let binary = installed.join("bin").join(krate.binary);
    if fs::read_to_string(&stamp_file).is_ok_and(|found| found == stamp) && binary.is_file() {
        return Ok(Ready { binary, package: None });
    }
    let mut cargo = shell::cargo();
    cargo.args(["install", "--quiet", "--locked", "--force", krate.package, "--version"]);
    cargo.arg(format!("={}", krate.version)).args(krate.arguments);
    cargo.args(target.map(|target| format!("--target={target}")));
    cargo.arg("--root").arg(&installed);
    cargo.env("CARGO_TARGET_DIR", folder.join("cargo")).envs(PROFILE.iter().copied());
    // Flags meant for our own crates are no matter of these.
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    let output = cargo.output().with_context(|| shell::shown(&cargo))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`{}` failed:\n{said}", shell::shown(&cargo));
    if !is_native {
        // The guest's first argument is the name of its file, and shall be what it is natively.
        fs::rename(binary.with_extension("wasm"), &binary)?;
    }
    fs::write(&stamp_file, stamp)?;
    Ok(Ready { binary, package: None })
}

/// All that decides what is built.
fn stamp(krate: &Crate, target: Option<&str>) -> Result<String> {
    let Crate { package, version, arguments, .. } = krate;
    let rustc = shell::output(shell::command("rustc").arg("-vV"))?;
    Ok(format!("{package} {version} {arguments:?} {target:?}\n{PROFILE:?}\n{rustc}"))
}
