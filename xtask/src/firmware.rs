//! `cargo xtask firmware`: builds the firmware for every target and runs the demo on the emulated boards.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};

use crate::qemu::{self, AN385, AN500, AN505, BOARDS, Board, RISCV_VIRT};

/// How a program of the firmware workspace is built.
#[derive(Clone, Debug)]
pub struct Build<'a> {
    /// The package, whose binary has the same name.
    pub program: &'a str,
    /// The board to build for.
    pub board: &'a Board,
    /// Another target than the board's own.
    pub target: Option<&'a str>,
    /// A profile of `firmware/Cargo.toml`.
    pub profile: &'a str,
    /// Features besides the board's.
    pub features: &'a [&'a str],
    /// Environment for cargo, such as a setting of the profile.
    pub environment: &'a [(&'a str, &'a str)],
}

impl<'a> Build<'a> {
    /// The program for the board, in the profile `release`.
    pub fn new(program: &'a str, board: &'a Board) -> Self {
        Build {
            program,
            board,
            target: None,
            profile: "release",
            features: &[],
            environment: &[],
        }
    }

    /// Builds, and returns where the image is.
    pub fn image(&self) -> Result<PathBuf> {
        let target = self.target.unwrap_or(self.board.target);
        qemu::ensure_rust_target(target)?;
        let folder = target_folder();
        let mut features = vec![self.board.feature];
        features.extend_from_slice(self.features);
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args(["build", "--quiet", "--locked", "--package", self.program])
            .args(["--target", target, "--profile", self.profile])
            .args(["--features", &features.join(",")])
            .arg("--target-dir")
            .arg(&folder)
            .envs(self.environment.iter().copied())
            .current_dir(workspace())
            .status()
            .context("cargo does not start")?;
        ensure!(
            status.success(),
            "{} does not build for {target}, profile {}",
            self.program,
            self.profile
        );
        Ok(folder.join(target).join(self.profile).join(self.program))
    }
}

/// The folder of the firmware workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("firmware")
}

/// `firmware/target`, or a folder of its own beside where `CARGO_TARGET_DIR` points.
fn target_folder() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => PathBuf::from(folder).join("firmware"),
        None => workspace().join("target"),
    }
}

/// Builds the demo for every target, runs it on every board, and compares what it prints.
pub fn run(args: &[String]) -> Result<()> {
    let bless = match args {
        [] => false,
        [flag] if flag == "--bless" => true,
        _ => bail!("usage: cargo xtask firmware [--bless]"),
    };
    qemu::ensure_installed(&BOARDS)?;
    // No board of ours has a core without floating point of these two kinds; that they link is what is checked.
    for (board, target) in [
        (&AN505, "thumbv8m.main-none-eabi"),
        (&AN500, "thumbv7em-none-eabi"),
    ] {
        let mut build = Build::new("demo", board);
        build.target = Some(target);
        build.image()?;
        println!("demo builds for {target}");
    }
    for board in [&AN505, &AN500, &AN385, &RISCV_VIRT] {
        for profile in ["release", "micro"] {
            demo(board, profile, bless)?;
        }
    }
    Ok(())
}

fn demo(board: &Board, profile: &str, bless: bool) -> Result<()> {
    let mut build = Build::new("demo", board);
    build.profile = profile;
    if profile == "release" && board.target != AN385.target {
        build.features = &["threaded"];
    }
    let run = qemu::run(board, &build.image()?, Duration::from_secs(120))?;
    println!(
        "== {} ({}, {profile})\n{}",
        board.machine,
        board.target,
        run.output.trim_end()
    );
    ensure!(
        run.status == 0,
        "the demo exits with {} on {}",
        run.status,
        board.machine
    );
    let expected = workspace().join("demo/expected.txt");
    let actual = comparable(&run.output);
    if bless {
        fs::write(&expected, &actual)?;
    }
    let text = fs::read_to_string(&expected).with_context(|| expected.display().to_string())?;
    ensure!(
        text == actual,
        "the demo on {} printed\n{actual}instead of\n{text}",
        board.machine
    );
    Ok(())
}

/// What must be the same on every board: all lines but those that begin with `#`, which hold figures.
fn comparable(output: &str) -> String {
    output
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| [line, "\n"])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_left_out_of_the_comparison() {
        assert_eq!(comparable("a\n# 12 instructions\nb\n"), "a\nb\n");
    }
}
