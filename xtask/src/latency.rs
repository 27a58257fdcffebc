//! `cargo xtask firmware --latency`: how long one guest keeps another from running on the emulated Cortex-M33, in
//! instructions, against what `docs/real-time.md` promises. The figures that it judges by stand there and nowhere else.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::firmware::Build;
use crate::qemu::{self, AN505};
use crate::shell;

const DOCUMENT: &str = "docs/real-time.md";
/// What is paid at once, whatever a slice's length: `moteur_wasm::fuel::RUN_UNITS`.
const RUN_UNITS: u64 = 256;

/// What the document promises, in instructions.
#[derive(Debug, PartialEq)]
struct Promise {
    /// For each unit of fuel in a slice, and for each turn besides.
    unit: u64,
    turn: u64,
    /// How late an interrupt may be.
    interrupt: u64,
    /// What happens at once, by name: for each unit of its size.
    once: Vec<(String, u64)>,
}

/// A line of the program's output: what was measured, its size, and the worst delay.
#[derive(Debug, PartialEq)]
struct Measured {
    kind: String,
    name: String,
    size: u64,
    delay: u64,
}

/// Runs the measurement; fails where a delay is longer than promised.
pub fn run(args: &[String]) -> Result<()> {
    ensure!(args.is_empty(), "usage: cargo xtask firmware --latency");
    qemu::ensure_installed(&[AN505])?;
    let text = std::fs::read_to_string(shell::root().join(DOCUMENT)).context(DOCUMENT)?;
    let promise = promise(&text).context(DOCUMENT)?;
    let build = Build { features: &["threaded"], ..Build::new("latency", &AN505) };
    let run = qemu::run(&AN505, &build.image()?, Duration::from_secs(300))?;
    ensure!(run.status == 0, "it exits with {}; it printed:\n{}", run.status, run.output);
    let (mut passed, mut failed) = (0, 0);
    println!("{}: a guest's longest wait for its turn beside another one, in instructions", AN505.machine);
    println!("{:9} {:28} {:>9} {:>10} {:>10}", "", "what", "size", "delay", "allowed");
    for line in run.output.lines().filter(|line| !line.starts_with('#')) {
        let Measured { kind, name, size, delay } = measured(line).with_context(|| line.to_owned())?;
        let allowed = promise.allows(&kind, &name, size)?;
        println!("{kind:9} {name:28} {size:9} {delay:10} {allowed:10}");
        if delay <= allowed {
            passed += 1;
        } else {
            failed += 1;
            println!("FAILED {name} of size {size}: {delay} instructions, where {DOCUMENT} allows {allowed}");
        }
    }
    ensure!(passed + failed > promise.once.len(), "too little was measured:\n{}", run.output);
    println!("{passed} passed, {failed} failed, 0 skipped");
    ensure!(failed == 0, "{failed} delays are longer than promised");
    Ok(())
}

impl Promise {
    /// The longest delay that is allowed.
    fn allows(&self, kind: &str, name: &str, size: u64) -> Result<u64> {
        let slice = |units: u64| units.max(RUN_UNITS) * self.unit + self.turn;
        match kind {
            "hog" => Ok(slice(size)),
            "interrupt" => Ok(self.interrupt),
            "once" => {
                let per = self.once.iter().find(|(known, _)| known == name);
                let (_, per) = per.with_context(|| format!("{DOCUMENT} has no row `{name}`"))?;
                Ok(size * per + slice(RUN_UNITS))
            }
            _ => bail!("unknown measurement `{kind}`"),
        }
    }
}

/// Reads the table of the document: rows that begin with a name in backquotes, and end with a number.
fn promise(text: &str) -> Result<Promise> {
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        let name = line.split('`').nth(1).context("a row without a name")?;
        let cell = line.trim_end_matches(['|', ' ']).rsplit('|').next().unwrap_or_default();
        if let Ok(number) = cell.trim().replace(',', "").parse::<u64>() {
            rows.push((name.to_owned(), number));
        }
    }
    let mut take = |name: &str| -> Result<u64> {
        let at = rows.iter().position(|(row, _)| row == name).with_context(|| format!("no row `{name}`"))?;
        Ok(rows.remove(at).1)
    };
    let (unit, turn, interrupt) = (take("unit")?, take("turn")?, take("interrupt")?);
    ensure!(!rows.is_empty(), "nothing that happens at once");
    Ok(Promise { unit, turn, interrupt, once: rows })
}

/// Reads `hog NAME slice N delay N` and its like.
fn measured(line: &str) -> Result<Measured> {
    let words: Vec<_> = line.split_whitespace().collect();
    match words[..] {
        [kind, name, "slice" | "size", size, "delay" | "late", delay] => {
            Ok(Measured { kind: kind.into(), name: name.into(), size: size.parse()?, delay: delay.parse()? })
        }
        _ => bail!("not a measurement"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
| what | instructions |
|---|---:|
| `unit`: each unit of fuel | 650 |
| `turn`: besides | 2,000 |
| `interrupt`: late | 150 |
| `grow`: for each byte | 1 |
";

    #[test]
    fn the_document_says_what_is_allowed() {
        let promise = promise(TABLE).unwrap();
        assert_eq!(promise.allows("hog", "branch", 1_000).unwrap(), 652_000);
        assert_eq!(promise.allows("hog", "branch", 1).unwrap(), 256 * 650 + 2_000);
        assert_eq!(promise.allows("once", "grow", 100).unwrap(), 256 * 650 + 2_000 + 100);
        assert_eq!(promise.allows("interrupt", "any", 0).unwrap(), 150);
        assert!(promise.allows("once", "shrink", 100).is_err());
        assert!(super::promise("| `unit`: each | 650 |").is_err());
    }

    #[test]
    fn lines_are_read() {
        let read = measured("hog call slice 100 delay 3050").unwrap();
        assert_eq!(read, Measured { kind: "hog".into(), name: "call".into(), size: 100, delay: 3_050 });
        assert!(measured("hog call slice 100").is_err());
        assert!(measured("the measurement stops: out of memory").is_err());
    }
}
