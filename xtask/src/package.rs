//! `cargo xtask package`: every crate that is to be published makes a package that builds by itself.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use anyhow::{Context, Result};

use crate::{llvm, shell};

/// Packages all crates of the workspace that may be published and builds them from their packages.
pub fn run(_args: &[String]) -> Result<()> {
    let metadata = shell::metadata("Cargo.toml")?;
    let packages = metadata["packages"].as_array().context("cargo metadata: packages")?;
    let target = PathBuf::from(metadata["target_directory"].as_str().context("cargo metadata: target_directory")?);
    let mut cargo = shell::cargo();
    cargo.args(["package", "--quiet", "--allow-dirty"]);
    let no_compiler = llvm::ensure_installed().err();
    for package in packages {
        // `publish = false` reads as an empty list of registries.
        let is_private = package["publish"].as_array().is_some_and(Vec::is_empty);
        if let (false, Some(name)) = (is_private, package["name"].as_str()) {
            if let ("moteur-compiler", Some(missing)) = (name, &no_compiler) {
                println!("SKIPPED packaging {name}: {missing:#}");
                continue;
            }
            println!("packaging {name}");
            let version = package["version"].as_str().context("a package without a version")?;
            forget(name, version, &target)?;
            cargo.args(["--package", name]);
        }
    }
    shell::run(&mut cargo)
}

/// Makes cargo unpack and compile a package anew. It goes by name and version, and would take what it has of an earlier state
/// of this checkout, or of another one that was at its place.
fn forget(name: &str, version: &str, target: &Path) -> Result<()> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    // Registries of the network begin with the name of a host; the one that is made for packages has none.
    let registries = home.map(|home| entries(&home.join("registry/src"), "-")).unwrap_or_default();
    for registry in registries {
        remove(&registry.join(format!("{name}-{version}")))?;
    }
    entries(&target.join("debug/.fingerprint"), &format!("{name}-")).iter().try_for_each(|entry| remove(entry))
}

/// What a folder has whose name begins like that; nothing if there is no such folder.
fn entries(folder: &Path, beginning: &str) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).into_iter().flatten().flatten();
    all.filter(|entry| entry.file_name().to_string_lossy().starts_with(beginning)).map(|entry| entry.path()).collect()
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| folder.display().to_string())
        }
        _ => Ok(()),
    }
}
