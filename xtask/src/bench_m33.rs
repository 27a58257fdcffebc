//! `cargo xtask bench m33`: the six kernels on the emulated Cortex-M33, interpreted against native, in instructions.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::firmware::Build;
use crate::qemu::{self, AN505};

const USAGE: &str = "usage: cargo xtask bench m33 [--dispatch threaded|match] [--profile release|micro]";
/// No kernel may cost more than so many times its native form.
const KERNEL_RATIO_MAX: f64 = 18.0;

/// A dispatch style, and what its geometric mean may be.
struct Dispatch {
    name: &'static str,
    features: &'static [&'static str],
    geomean_max: f64,
}

const DISPATCHES: [Dispatch; 2] = [
    Dispatch { name: "threaded", features: &["threaded"], geomean_max: 10.5 },
    Dispatch { name: "match", features: &[], geomean_max: 12.5 },
];

/// Instructions of one kernel.
#[derive(Debug, PartialEq)]
struct Row {
    name: String,
    native: u64,
    /// The first call, which lowers the functions it reaches.
    first: u64,
    /// A later call.
    call: u64,
}

impl Row {
    fn ratio(&self) -> f64 {
        self.call as f64 / self.native as f64
    }
}

/// Runs the bench; fails when a ratio is over its limit.
pub fn run(args: &[String]) -> Result<()> {
    let (mut only, mut profile) = (None, "release");
    for pair in args.chunks(2) {
        match pair {
            [option, value] if option == "--dispatch" => only = Some(value.as_str()),
            [option, value] if option == "--profile" => profile = value,
            _ => bail!(USAGE),
        }
    }
    let chosen: Vec<_> = DISPATCHES.iter().filter(|dispatch| only.is_none_or(|name| name == dispatch.name)).collect();
    ensure!(!chosen.is_empty(), USAGE);
    qemu::ensure_installed(&[AN505])?;
    let mut objections = Vec::new();
    for dispatch in chosen {
        objections.extend(bench(dispatch, profile)?);
    }
    ensure!(objections.is_empty(), "over the limit: {}", objections.join("; "));
    Ok(())
}

/// One dispatch style: prints its table, returns what is over a limit.
fn bench(dispatch: &Dispatch, profile: &str) -> Result<Vec<String>> {
    let mut build = Build::new("bench", &AN505);
    build.profile = profile;
    build.features = dispatch.features;
    let run = qemu::run(&AN505, &build.image()?, Duration::from_secs(120))?;
    ensure!(run.status == 0, "the bench exits with {}; it printed:\n{}", run.status, run.output);
    let (rows, others) = parse(&run.output)?;
    ensure!(!rows.is_empty(), "no kernel in\n{}", run.output);
    println!("{}, {} dispatch, profile {profile}: instructions", AN505.machine, dispatch.name);
    println!("{:8} {:>10} {:>10} {:>12} {:>7}", "kernel", "native", "first call", "interpreted", "ratio");
    for row in &rows {
        println!("{:8} {:>10} {:>10} {:>12} {:>7.2}", row.name, row.native, row.first, row.call, row.ratio());
    }
    let geomean = geomean(&rows);
    println!("{:8} {geomean:>50.2}", "geomean");
    others.iter().for_each(|line| println!("{line}"));
    println!();
    let mut objections = Vec::new();
    if geomean > dispatch.geomean_max {
        objections.push(format!("{} geomean {geomean:.2}, allowed {}", dispatch.name, dispatch.geomean_max));
    }
    for row in rows.iter().filter(|row| row.ratio() > KERNEL_RATIO_MAX) {
        objections.push(format!("{} {} {:.2}, allowed {KERNEL_RATIO_MAX}", dispatch.name, row.name, row.ratio()));
    }
    Ok(objections)
}

fn geomean(rows: &[Row]) -> f64 {
    (rows.iter().map(|row| row.ratio().ln()).sum::<f64>() / rows.len() as f64).exp()
}

/// Splits the board's output into the kernels' lines and all others.
fn parse(output: &str) -> Result<(Vec<Row>, Vec<&str>)> {
    let (kernels, others): (Vec<&str>, _) = output.lines().partition(|line| line.starts_with("kernel "));
    let rows: Result<_> = kernels.into_iter().map(|line| row(line).with_context(|| line.to_owned())).collect();
    Ok((rows?, others))
}

/// Reads `kernel NAME native N first N call N`.
fn row(line: &str) -> Result<Row> {
    let words: Vec<_> = line.split_whitespace().collect();
    let ["kernel", name, "native", native, "first", first, "call", call] = words[..] else {
        bail!("not a kernel's line");
    };
    Ok(Row { name: name.to_owned(), native: native.parse()?, first: first.parse()?, call: call.parse()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernel_lines_become_rows() {
        let (rows, others) = parse("board x\nkernel fib native 10 first 300 call 80\n").unwrap();
        assert_eq!(rows, [Row { name: "fib".into(), native: 10, first: 300, call: 80 }]);
        assert_eq!(others, ["board x"]);
        assert!(parse("kernel fib native ten first 300 call 80\n").is_err());
    }

    #[test]
    fn the_mean_is_geometric() {
        let row = |call| Row { name: String::new(), native: 1, first: 0, call };
        assert!((geomean(&[row(4), row(9)]) - 6.0).abs() < 1e-9);
    }
}
