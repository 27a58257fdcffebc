//! Runs other programs from the root of the repository.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// The root of the repository.
pub fn root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let start = manifest.or_else(|| std::env::current_dir().ok()).unwrap_or_default();
    let is_root = |dir: &&Path| dir.join("crates/wasm").is_dir();
    start.ancestors().find(is_root).unwrap_or(Path::new(".")).to_owned()
}

/// The cargo that runs us, in the root of the repository.
pub fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = command(program);
    // What cargo told us about xtask is no matter of what we build.
    command.env_remove("CARGO_MANIFEST_DIR");
    command
}

/// A program, in the root of the repository.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// The cargo of another toolchain.
pub fn cargo_of(toolchain: &str) -> Command {
    let mut command = command("rustup");
    command.args(["run", toolchain, "cargo"]);
    // Set by the proxy that started us; they would win over the toolchain's own.
    for variable in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "CARGO_MANIFEST_DIR"] {
        command.env_remove(variable);
    }
    command
}

/// The program with its arguments, as one would type it.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

/// Runs a program that must succeed; what it prints goes where ours goes.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("starting `{}`", shown(command)))?;
    ensure!(status.success(), "`{}` failed ({status})", shown(command));
    Ok(())
}

/// Runs a program that must succeed and gives what it wrote to standard output.
pub fn output(command: &mut Command) -> Result<String> {
    command.stderr(Stdio::inherit());
    let output = command.output().with_context(|| format!("starting `{}`", shown(command)))?;
    ensure!(output.status.success(), "`{}` failed ({})", shown(command), output.status);
    String::from_utf8(output.stdout).with_context(|| format!("output of `{}`", shown(command)))
}

/// Whether a program starts and succeeds; prints nothing.
pub fn succeeds(command: &mut Command) -> bool {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}

/// The description that cargo gives of a workspace (the root's or another manifest's), without dependencies.
pub fn metadata(manifest: &str) -> Result<serde_json::Value> {
    let args = ["metadata", "--format-version=1", "--no-deps", "--manifest-path", manifest];
    Ok(serde_json::from_str(&output(cargo().args(args))?)?)
}

/// Where cargo puts what it builds for the workspace of a manifest.
pub fn target_dir(manifest: &str) -> Result<PathBuf> {
    let metadata = metadata(manifest)?;
    let dir = metadata["target_directory"].as_str().context("cargo metadata: target_directory")?;
    Ok(PathBuf::from(dir))
}

/// Takes the value that follows `name` out of a command line.
pub fn take_value(args: &mut Vec<String>, name: &str) -> Result<Option<String>> {
    let Some(at) = args.iter().position(|arg| arg == name) else {
        return Ok(None);
    };
    ensure!(at + 1 < args.len(), "{name} needs a value");
    args.remove(at);
    Ok(Some(args.remove(at)))
}

/// Takes a flag out of a command line.
pub fn take_flag(args: &mut Vec<String>, name: &str) -> bool {
    let before = args.len();
    args.retain(|arg| arg != name);
    args.len() < before
}
