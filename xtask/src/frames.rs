//! Decodes what a firmware logs with `defmt`.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use crate::shell;

/// What a firmware printed, with each frame in words.
pub fn decode(image: &Path, output: &str) -> Result<String> {
    ensure!(output.contains("defmt "), "it logs nothing with defmt:\n{output}");
    let mut decoder = shell::cargo();
    decoder.args(["run", "--quiet", "--package", "moteur-frames", "--"]).arg(image);
    let mut child = decoder.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    // What is decoded is far less than a pipe holds.
    child.stdin.take().context("no pipe")?.write_all(output.as_bytes())?;
    let decoded = child.wait_with_output()?;
    ensure!(decoded.status.success(), "the frames cannot be decoded:\n{output}");
    Ok(String::from_utf8(decoded.stdout)?)
}
