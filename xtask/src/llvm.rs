//! Finds, or installs, the LLVM that `moteur-compiler` is built with. Everything else needs Rust alone.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{debian, shell};

/// The release that `crates/compiler/Cargo.toml` asks for.
const RELEASE: u32 = 19;

/// The library and what it is linked with.
const PACKAGES: [&str; 4] = ["llvm-19-dev", "libpolly-19-dev", "zlib1g-dev", "libzstd-dev"];

/// Where somebody has an LLVM of their own.
const PREFIX: &str = "LLVM_SYS_191_PREFIX";

/// Sees to it that LLVM is there, and installs it if it is missing and may be. The error says which packages to install.
pub fn ensure_installed() -> Result<()> {
    if !is_there() {
        debian::install(&PACKAGES, &[&[]])?;
    }
    found()
}

/// Whether LLVM is there, without installing anything. The error says which packages to install.
pub fn found() -> Result<()> {
    let packages = PACKAGES.join(" ");
    let advice = format!("elsewhere, set {PREFIX} to where LLVM {RELEASE} is");
    is_there()
        .then_some(())
        .with_context(|| format!("no LLVM {RELEASE}; on Debian: apt-get install {packages}; {advice}"))
}

/// Whether there is a library of that release, with what is needed to link it.
fn is_there() -> bool {
    let ask = |question: &[&str]| {
        let mut config = shell::command(config());
        // What it complains about is part of the answer.
        config.stderr(std::process::Stdio::null());
        let output = config.args(question).output().ok().filter(|output| output.status.success())?;
        String::from_utf8(output.stdout).ok()
    };
    let is_release = ask(&["--version"]).is_some_and(|version| version.starts_with(&format!("{RELEASE}.")));
    let has_headers =
        || ask(&["--includedir"]).is_some_and(|dir| PathBuf::from(dir.trim()).join("llvm-c/Core.h").is_file());
    is_release && has_headers() && ask(&["--link-shared", "--libs"]).is_some()
}

/// The program that knows where LLVM is.
fn config() -> PathBuf {
    match env::var_os(PREFIX) {
        Some(prefix) => PathBuf::from(prefix).join("bin/llvm-config"),
        None => format!("llvm-config-{RELEASE}").into(),
    }
}
