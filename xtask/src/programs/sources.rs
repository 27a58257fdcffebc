//! Fetches the packages that carry C sources: cargo downloads them as it does any dependency, but none is ever built.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::shell;

/// The package whose dependencies are the sources.
const MANIFEST: &str = "tests/programs/c/Cargo.toml";

/// Where each package has been unpacked.
pub struct Packages(BTreeMap<String, PathBuf>);

impl Packages {
    /// Downloads what is missing; the lock file says which versions.
    pub fn fetch() -> Result<Packages> {
        let args = ["metadata", "--quiet", "--locked", "--format-version=1", "--manifest-path", MANIFEST];
        let metadata: serde_json::Value = serde_json::from_str(&shell::output(shell::cargo().args(args))?)?;
        let packages = metadata["packages"].as_array().context("cargo metadata: packages")?;
        let folder = |package: &serde_json::Value| {
            let manifest = Path::new(package["manifest_path"].as_str()?);
            Some((package["name"].as_str()?.to_owned(), manifest.parent()?.to_owned()))
        };
        Ok(Packages(packages.iter().filter_map(folder).collect()))
    }

    /// Where a package is.
    pub fn folder(&self, package: &str) -> Result<&Path> {
        let folder = self.0.get(package).with_context(|| format!("{package} is no dependency in {MANIFEST}"))?;
        Ok(folder)
    }
}
