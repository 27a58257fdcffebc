//! Builds `libmoteur` for C programs.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::shell;

/// Where headers, programs and the crate are, from the root.
pub const CRATE: &str = "crates/capi";

/// What Rust's standard library is linked with on Linux.
pub const SYSTEM_LIBRARIES: [&str; 5] = ["-lgcc_s", "-lutil", "-lpthread", "-lm", "-ldl"];

/// A folder below `target` for what is made here.
pub fn folder(name: &str) -> Result<PathBuf> {
    let folder = shell::target_dir("Cargo.toml")?.join("capi").join(name);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The folder with the headers.
pub fn include() -> PathBuf {
    shell::root().join(CRATE).join("include")
}

/// Builds both libraries for this machine, and gives their folder.
pub fn build() -> Result<PathBuf> {
    shell::run(shell::cargo().args(["build", "--quiet", "--release", "--package", "moteur-capi"]))?;
    Ok(shell::target_dir("Cargo.toml")?.join("release"))
}

/// The static library in a folder that cargo built into.
pub fn archive(folder: &Path) -> PathBuf {
    folder.join("libmoteur_capi.a")
}

/// The headers.
pub fn headers() -> Result<Vec<PathBuf>> {
    let entries = include().read_dir()?.collect::<Result<Vec<_>, _>>()?;
    let mut headers: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
    headers.retain(|path| path.extension().is_some_and(|extension| extension == "h"));
    headers.sort();
    Ok(headers)
}
