//! `cargo xtask package`: every crate that is to be published makes a package that builds by itself.

use std::path::PathBuf;
use std::{env, fs, io};

use anyhow::{Context, Result};

use crate::{llvm, shell};

/// Packages all crates of the workspace that may be published and builds them from their packages.
pub fn run(_args: &[String]) -> Result<()> {
    let metadata = shell::metadata("Cargo.toml")?;
    let packages = metadata["packages"].as_array().context("cargo metadata: packages")?;
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
            forget(name, package["version"].as_str().context("a package without a version")?)?;
            cargo.args(["--package", name]);
        }
    }
    shell::run(&mut cargo)
}

/// Removes what cargo unpacked when this package was made before. It goes by name and version, and would take the old one
/// for the new one where a checkout of another state was at this place.
fn forget(name: &str, version: &str) -> Result<()> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    let Some(Ok(registries)) = home.map(|home| fs::read_dir(home.join("registry/src"))) else {
        return Ok(());
    };
    for registry in registries {
        let registry = registry?;
        // Registries of the network begin with the name of a host; the one that is made for packages has none.
        if registry.file_name().to_string_lossy().starts_with('-') {
            let unpacked = registry.path().join(format!("{name}-{version}"));
            match fs::remove_dir_all(&unpacked) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| unpacked.display().to_string());
                }
                _ => {}
            }
        }
    }
    Ok(())
}
