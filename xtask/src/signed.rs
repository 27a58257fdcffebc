//! `cargo xtask signed`: a board that trusts one key runs the kernels natively if that key signed them. Otherwise it
//! interprets them, or refuses them if it has no interpreter.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::firmware::Build;
use crate::qemu::{self, AN505};
use crate::{kernels, shell};

/// Compiles and signs the kernels, builds the board's program with the public key, and runs it.
pub fn run(args: &[String]) -> Result<()> {
    ensure!(args.is_empty(), "usage: cargo xtask signed");
    qemu::ensure_installed(&[AN505])?;
    let compiled = kernels::compile(AN505.target)?;
    let key = generate(&compiled.with_file_name("board"))?;
    let (private, signed) = (compiled.with_file_name("board.key"), compiled.with_extension("signed.wasm"));
    shell::run(kernels::moteur().arg("sign").arg(&compiled).arg("--key").arg(private).arg("-o").arg(&signed))?;
    let signed = signed.to_str().context("the path is not UTF-8")?;
    let environment = [("MOTEUR_KERNELS", signed), ("MOTEUR_KEY", key.as_str())];
    for (what, features) in [("with interpreter", &["interpreter"][..]), ("native code alone", &[])] {
        let build = Build { features, environment: &environment, ..Build::new("signed", &AN505) };
        let run = qemu::run(&AN505, &build.image()?, Duration::from_secs(120))?;
        println!("== {what}\n{}", run.output.trim_end());
        ensure!(run.status == 0, "the board's program exits with {}", run.status);
    }
    Ok(())
}

/// Makes a pair of keys in the place of older ones, and gives the public one in hexadecimal.
pub fn generate(name: &Path) -> Result<String> {
    for extension in ["key", "pub"] {
        let old = name.with_extension(extension);
        if old.exists() {
            fs::remove_file(&old).with_context(|| old.display().to_string())?;
        }
    }
    let text = shell::output(kernels::moteur().arg("keygen").arg("-o").arg(name))?;
    Ok(text.lines().last().context("no key")?.to_owned())
}
