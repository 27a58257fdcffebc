//! `cargo xtask bench m33`: the six kernels on the emulated Cortex-M33, interpreted or compiled ahead of time, against what
//! Rust makes of the same sources, in instructions.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::firmware::Build;
use crate::qemu::{self, AN505};
use crate::{kernels, shell};

const USAGE: &str =
    "usage: cargo xtask bench m33 [--engine interp|native] [--dispatch threaded|match] [--profile release|micro]";

/// A way to run the kernels, and what it may cost.
struct Way {
    name: &'static str,
    features: &'static [&'static str],
    geomean_max: f64,
    /// No kernel may cost more than so many times its native form.
    ratio_max: f64,
}

const DISPATCHES: [Way; 2] = [
    Way { name: "threaded", features: &["threaded"], geomean_max: 10.5, ratio_max: 18.0 },
    Way { name: "match", features: &[], geomean_max: 12.5, ratio_max: 18.0 },
];

/// Compiled as `moteur compile` does by default: every access is checked, an interrupt and the end of the stack are seen.
const NATIVE: Way = Way { name: "compiled", features: &["native"], geomean_max: 1.3, ratio_max: 1.5 };

/// What the board says where native code runs. Anything else would measure the interpreter.
const NATIVE_RUNS: &str = "native code runs";

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
    let mut args = args.to_vec();
    let engine = shell::take_value(&mut args, "--engine")?;
    let only = shell::take_value(&mut args, "--dispatch")?;
    let profile = shell::take_value(&mut args, "--profile")?;
    ensure!(args.is_empty(), USAGE);
    let ways = match engine.as_deref() {
        None | Some("interp") => &DISPATCHES[..],
        Some("native") => std::slice::from_ref(&NATIVE),
        Some(_) => bail!(USAGE),
    };
    let chosen: Vec<_> = ways.iter().filter(|way| only.as_ref().is_none_or(|name| name == way.name)).collect();
    ensure!(!chosen.is_empty(), USAGE);
    qemu::ensure_installed(&[AN505])?;
    let mut objections = Vec::new();
    for way in chosen {
        objections.extend(bench(way, profile.as_deref().unwrap_or("release"))?);
    }
    ensure!(objections.is_empty(), "over the limit: {}", objections.join("; "));
    Ok(())
}

/// One way: prints its table, returns what is over a limit.
fn bench(way: &Way, profile: &str) -> Result<Vec<String>> {
    let is_compiled = way.name == NATIVE.name;
    let compiled = if is_compiled { Some(kernels::compile(AN505.target)?) } else { None };
    let compiled = compiled.as_ref().map(|file| file.to_str().context("a path that is no text")).transpose()?;
    let environment: Vec<_> = compiled.map(|file| ("MOTEUR_KERNELS", file)).into_iter().collect();
    let mut build = Build::new("bench", &AN505);
    build.profile = profile;
    build.features = way.features;
    build.environment = &environment;
    let run = qemu::run(&AN505, &build.image()?, Duration::from_secs(120))?;
    ensure!(run.status == 0, "the bench exits with {}; it printed:\n{}", run.status, run.output);
    ensure!(!is_compiled || run.output.contains(NATIVE_RUNS), "no native code runs:\n{}", run.output);
    let (rows, others) = parse(&run.output)?;
    ensure!(!rows.is_empty(), "no kernel in\n{}", run.output);
    println!("{}, {}, profile {profile}: instructions", AN505.machine, way.name);
    println!("{:8} {:>10} {:>10} {:>12} {:>7}", "kernel", "native", "first call", way.name, "ratio");
    for row in &rows {
        println!("{:8} {:>10} {:>10} {:>12} {:>7.2}", row.name, row.native, row.first, row.call, row.ratio());
    }
    let geomean = geomean(&rows);
    println!("{:8} {geomean:>50.2}", "geomean");
    others.iter().for_each(|line| println!("{line}"));
    println!();
    let mut objections = Vec::new();
    if geomean > way.geomean_max {
        objections.push(format!("{} geomean {geomean:.2}, allowed {}", way.name, way.geomean_max));
    }
    for row in rows.iter().filter(|row| row.ratio() > way.ratio_max) {
        objections.push(format!("{} {} {:.2}, allowed {}", way.name, row.name, row.ratio(), way.ratio_max));
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
