//! The kernels of the benches as a module with native code, made by the `moteur` of this tree.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::{llvm, shell};

/// Compiles the kernels for a target, with what `moteur compile` does by default; gives where the file is.
pub fn compile(target: &str) -> Result<PathBuf> {
    llvm::ensure_installed()?;
    let module = module()?;
    let compiled = module.with_file_name(format!("kernels.{target}.wasm"));
    shell::run(moteur().arg("compile").arg(&module).args(["--target", target, "-o"]).arg(&compiled))?;
    Ok(compiled)
}

/// The `moteur` of this tree, with a compiler.
pub fn moteur() -> Command {
    let mut moteur = shell::cargo();
    moteur.args(["run", "--quiet", "--release", "--package", "moteur-cli", "--features", "llvm", "--"]);
    moteur
}

/// Where that program is, for build scripts that start it themselves.
pub fn moteur_program() -> Result<PathBuf> {
    shell::run(shell::cargo().args([
        "build",
        "--quiet",
        "--release",
        "--package",
        "moteur-cli",
        "--features",
        "llvm",
    ]))?;
    Ok(shell::target_dir("Cargo.toml")?.join("release").join(format!("moteur{}", std::env::consts::EXE_SUFFIX)))
}

/// The kernels as WebAssembly, where the build script of their crate leaves them.
fn module() -> Result<PathBuf> {
    let mut build = shell::cargo();
    build.args(["build", "--quiet", "--release", "--package", "moteur-kernels", "--message-format=json"]);
    build.stderr(Stdio::inherit());
    let messages = shell::output(&mut build)?;
    let file = found(&messages).context("cargo does not say where the kernels are built")?.join("kernels.wasm");
    ensure!(file.is_file(), "{} is missing", file.display());
    Ok(file)
}

/// The folder of the kernels' build script, out of cargo's messages: one JSON object a line.
fn found(messages: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let mut scripts = messages.filter(|message| message["reason"] == "build-script-executed");
    let script =
        scripts.find(|message| message["package_id"].as_str().is_some_and(|id| id.contains("moteur-kernels")))?;
    script["out_dir"].as_str().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_script_of_the_kernels_is_told_from_others() {
        let message = |package: &str, dir: &str| {
            format!(
                r#"{{"reason":"build-script-executed","package_id":"path+file:///x/{package}#0.1.0","out_dir":"{dir}"}}"#
            )
        };
        let messages = format!("{}\nnoise\n{}\n", message("other", "a"), message("moteur-kernels", "b"));
        assert_eq!(found(&messages), Some(PathBuf::from("b")));
        assert_eq!(found(&message("other", "a")), None);
    }
}
