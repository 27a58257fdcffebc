//! `cargo xtask spec`: the official suite on this host with both dispatch styles, or on an emulated board.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::firmware::Build;
use crate::qemu::{self, AN505};
use crate::shell;

/// How long the board may take for the whole suite.
const BOARD_LIMIT: Duration = Duration::from_secs(300);

/// A dispatch style and the features of `moteur-spec` (and of the board's program) that choose it.
struct Style {
    name: &'static str,
    features: &'static str,
}

const STYLES: [Style; 4] = [
    Style { name: "threaded", features: "threaded" },
    Style { name: "loop", features: "" },
    // What the validator and lowering promise is looked at again while the suite runs.
    Style { name: "loop-checked", features: "checks" },
    // The arithmetic and the forms of instructions of the smallest firmware.
    Style { name: "loop-small", features: "small" },
];

/// Runs the suite. `--file NAME` (again and again) chooses files, `--style NAME` one style.
pub fn run(args: &[String]) -> Result<()> {
    let mut args = args.to_vec();
    let target = shell::take_value(&mut args, "--target")?;
    let style = shell::take_value(&mut args, "--style")?;
    let styles = STYLES.iter().filter(|candidate| style.as_deref().is_none_or(|wanted| candidate.name == wanted));
    let mut failed = Vec::new();
    let mut count = 0;
    for style in styles {
        println!("spec suite, {} dispatch, on {}", style.name, target.as_deref().unwrap_or("host"));
        let result = match target.as_deref() {
            None => on_host(style, &args),
            Some("mps2-an505") => on_board(style, &args),
            Some(other) => bail!("unknown target `{other}`; there is mps2-an505"),
        };
        count += 1;
        if let Err(error) = result {
            failed.push(format!("{}: {error:#}", style.name));
        }
    }
    ensure!(count > 0, "unknown style; there are {}", STYLES.map(|style| style.name).join(", "));
    ensure!(failed.is_empty(), "{}", failed.join("; "));
    Ok(())
}

/// The suite's program on this host, built with a style.
fn host_program(features: &str) -> std::process::Command {
    let features = format!("convert,{features}");
    let mut cargo = shell::cargo();
    cargo.args(["run", "--quiet", "--release", "--package", "moteur-spec"]);
    cargo.args(["--no-default-features", "--features", features.trim_end_matches(','), "--"]);
    cargo
}

fn on_host(style: &Style, args: &[String]) -> Result<()> {
    shell::run(host_program(style.features).args(args))
}

/// Converts the suite to a file that the board reads through semihosting, runs it there, judges what it printed.
fn on_board(style: &Style, args: &[String]) -> Result<()> {
    qemu::ensure_installed(&[AN505])?;
    let dir = shell::target_dir("Cargo.toml")?.join("spec");
    std::fs::create_dir_all(&dir).with_context(|| format!("creating {}", dir.display()))?;
    let (suite, log) = (dir.join("suite.bin"), dir.join("board.log"));
    let files = files_only(args);
    shell::run(host_program("").args(&files).arg("--convert").arg(&suite))?;

    let mut build = Build::new("spec-an505", &AN505);
    let features: Vec<&str> = style.features.split(',').filter(|f| !f.is_empty()).collect();
    build.features = &features;
    let image = build.image()?;
    // The board opens `suite.bin` where the emulator stands.
    let before = std::env::current_dir()?;
    std::env::set_current_dir(&dir)?;
    let run = qemu::run(&AN505, &image, BOARD_LIMIT);
    std::env::set_current_dir(before)?;
    let run = run?;

    std::fs::write(&log, &run.output).with_context(|| format!("writing {}", log.display()))?;
    ensure!(run.status == 0, "the board stopped with status {}:\n{}", run.status, tail(&run.output));
    shell::run(host_program("").args(args).arg("--judge").arg(&log))
}

/// The arguments that choose files, as the converter knows no others.
fn files_only(args: &[String]) -> Vec<String> {
    args.iter().filter(|arg| *arg != "--verbose").cloned().collect()
}

/// The last lines of a text.
fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
