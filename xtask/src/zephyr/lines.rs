//! `cargo xtask zephyr --lines`: what a guest prints comes in whole lines, and none is lost, in every mode of Zephyr's log and
//! with minimal libc and picolibc. (Debian's newlib has no locks of one's own, without which Zephyr does not build.)

use anyhow::{Context, Result, bail, ensure};
use regex::Regex;

use super::LIMIT;
use super::board;
use super::build::Build;
use crate::shell;

const BOARD: &str = "mps2/an521/cpu0";
/// Files of `zephyr/tests/lines`.
const CONFIGURATIONS: [&str; 5] = ["none", "minimal", "immediate", "deferred", "picolibc"];
const LINES: usize = 300;

/// Builds and runs all of them.
pub fn run(build: &Build<'_>) -> Result<()> {
    let board = board::find(BOARD)?;
    let application = shell::root().join("zephyr/tests/lines");
    let last = [Regex::new("lines: 0$")?];
    let mut failed = 0;
    for name in CONFIGURATIONS {
        let built = build.folder(&application, board, &[format!("-DEXTRA_CONF_FILE={name}.conf")]);
        let checked = built.and_then(|folder| {
            let output = board.run(&folder, &last, LIMIT)?;
            std::fs::remove_dir_all(&folder)?;
            check(&output)
        });
        match checked.with_context(|| name.to_owned()) {
            Ok(()) => println!("{name:10} {LINES} lines, whole and in order"),
            Err(error) => {
                failed += 1;
                println!("{name:10} FAILED: {error:#}");
            }
        }
    }
    println!("{} passed, {failed} failed, 0 skipped", CONFIGURATIONS.len() - failed);
    ensure!(failed == 0, "{failed} failed");
    Ok(())
}

/// Finds the guest's lines, each by itself.
fn check(output: &str) -> Result<()> {
    let mut next = 1;
    for line in output.lines().filter(|line| line.contains("hundred")) {
        ensure!(line == format!("line {next} of three hundred"), "line {next} is: {line}");
        next += 1;
    }
    if next <= LINES {
        bail!("only {} lines have come", next - 1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{LINES, check};

    #[test]
    fn a_line_that_is_lost_or_torn_is_noticed() {
        let lines: Vec<_> = (1..=LINES).map(|line| format!("line {line} of three hundred\n")).collect();
        assert!(check(&lines.concat()).is_ok());
        assert!(check(&(lines.concat() + "noise\n")).is_ok());
        assert!(check(&lines[1..].concat()).is_err());
        assert!(check(&lines[..LINES - 1].concat()).is_err());
        assert!(check(&lines.concat().replace("line 7 of", "line 7 noise of")).is_err());
    }
}
