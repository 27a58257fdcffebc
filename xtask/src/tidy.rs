//! `cargo xtask tidy`: what the house style asks for and a machine can check. Each rule has a test that breaks it.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::lex::{self, Token};
use crate::shell;

mod layers;
mod lengths;
mod lines;
mod links;
mod unsafe_places;

/// A text file of the repository.
pub struct File {
    /// From the root, with `/` between names.
    pub path: String,
    /// What it says.
    pub text: String,
}

impl File {
    fn is(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|own| own == extension)
    }

    /// The tokens of a Rust file; none of others.
    fn tokens(&self) -> Vec<Token<'_>> {
        if self.is("rs") { lex::tokens(&self.text) } else { Vec::new() }
    }
}

/// A package and those it depends on, tests and build scripts aside.
pub struct Package {
    /// Its name.
    pub name: String,
    /// Names of what it depends on.
    pub dependencies: Vec<String>,
    /// Names of its features.
    pub features: Vec<String>,
}

/// What the rules look at.
pub struct Tree {
    /// Every text file.
    pub files: Vec<File>,
    /// Every package of the workspaces.
    pub packages: Vec<Package>,
    /// Every path, directories and binary files too: what a link may lead to.
    pub paths: Vec<String>,
}

/// A rule: what it is called, and the problems it finds, each with its place.
type Rule = (&'static str, fn(&Tree) -> Vec<String>);

const RULES: &[Rule] = &[
    ("dependencies point down", layers::dependencies),
    ("at most ten features", layers::features),
    ("unsafe where it is listed", unsafe_places::check),
    ("unsafe places hold unsafe", unsafe_places::stale),
    ("length of files", lengths::files),
    ("length of functions", lengths::functions),
    ("links lead somewhere", links::check),
    ("first lines say what a file is for", lines::first),
    ("what is left to do has an issue", lines::left_to_do),
    ("no paths of one machine", lines::machine_paths),
];

/// Checks the whole repository.
pub fn run(_args: &[String]) -> Result<()> {
    let tree = read_tree()?;
    ensure!(tree.files.len() > 20, "this is not the whole tree");
    let (mut passed, mut failed) = (0, 0);
    for (name, rule) in RULES {
        let problems = rule(&tree);
        for problem in &problems {
            println!("{name}: {problem}");
        }
        if problems.is_empty() { passed += 1 } else { failed += 1 }
    }
    println!("{passed} passed, {failed} failed, 0 skipped");
    ensure!(failed == 0, "{failed} rules are broken");
    Ok(())
}

fn read_tree() -> Result<Tree> {
    let root = shell::root();
    let mut tree = Tree { files: Vec::new(), packages: Vec::new(), paths: Vec::new() };
    walk(&root, "", &mut tree)?;
    tree.files.sort_by(|a, b| a.path.cmp(&b.path));
    for manifest in ["Cargo.toml", "firmware/Cargo.toml", "fuzz/Cargo.toml", "zephyr/library/Cargo.toml"] {
        if root.join(manifest).is_file() {
            tree.packages.extend(packages(&shell::metadata(manifest)?)?);
        }
    }
    Ok(tree)
}

/// Reads a directory, except what is built or fetched.
fn walk(root: &Path, dir: &str, tree: &mut Tree) -> Result<()> {
    let entries = root.join(dir).read_dir().with_context(|| format!("reading {dir}"))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if dir.is_empty() { name.clone() } else { format!("{dir}/{name}") };
        let is_built = matches!(name.as_str(), "target" | ".git" | "corpus" | "artifacts" | "coverage");
        if is_built {
            continue;
        }
        tree.paths.push(path.clone());
        if entry.file_type()?.is_dir() {
            walk(root, &path, tree)?;
        } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
            tree.files.push(File { path, text });
        }
    }
    Ok(())
}

fn packages(metadata: &serde_json::Value) -> Result<Vec<Package>> {
    let packages = metadata["packages"].as_array().context("cargo metadata: packages")?;
    packages.iter().map(package).collect()
}

fn package(metadata: &serde_json::Value) -> Result<Package> {
    let name = metadata["name"].as_str().context("cargo metadata: name")?.to_owned();
    let dependencies = metadata["dependencies"].as_array().context("cargo metadata: dependencies")?;
    // Tests and build scripts may use what they like: no user of the crate builds with it.
    let normal = dependencies.iter().filter(|dependency| dependency["kind"].is_null());
    let dependencies = normal.filter_map(|dependency| dependency["name"].as_str()).map(str::to_owned);
    let features = metadata["features"].as_object().context("cargo metadata: features")?;
    Ok(Package { name, dependencies: dependencies.collect(), features: features.keys().cloned().collect() })
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A tree of one file.
    pub fn tree_of(path: &str, text: &str) -> Tree {
        let file = File { path: path.to_owned(), text: text.to_owned() };
        Tree { paths: vec![file.path.clone()], files: vec![file], packages: Vec::new() }
    }

    /// A tree of one package.
    pub fn tree_of_package(name: &str, dependencies: &[&str], features: &[&str]) -> Tree {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let package = Package { name: name.to_owned(), dependencies: owned(dependencies), features: owned(features) };
        Tree { files: Vec::new(), packages: vec![package], paths: Vec::new() }
    }
}
