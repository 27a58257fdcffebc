//! `cargo xtask package`: every crate that is to be published makes a package that builds by itself.

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
            cargo.args(["--package", name]);
        }
    }
    shell::run(&mut cargo)
}
