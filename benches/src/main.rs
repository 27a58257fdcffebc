//! `cargo xtask bench host`: kernels and programs on this machine, interpreted by moteur, `wasmi` and wasm3, and native.
//! With `--engine native`, compiled by moteur and by Cranelift instead.
//!
//! All engines are measured in one run and in turns, so that a machine that slows down slows all of them; what counts is
//! the median of each. The time is that of the processor, not the clock on the wall. Fails when moteur takes longer than
//! the better of the other interpreters; compiled, when it takes too much longer than what rustc makes of the source.

mod engines;
#[cfg(test)]
mod hardship;
mod programs;
mod table;
mod workloads;

use std::hint::black_box;
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use cpu_time::ThreadTime;

use engines::Engine;
use workloads::Workload;

/// What moteur's geometric mean may be of the better one's: level, with so much for noise between two runs.
const RATIO_MAX: f64 = 1.03;
/// What the geometric mean of moteur's native code may be of rustc's.
#[cfg(feature = "native")]
const NATIVE_RATIO_MAX: f64 = 1.15;
const ROUNDS: usize = 7;
const USAGE: &str = "usage: cargo xtask bench host [--engine native] [--rounds N] [--only NAME]";

fn main() -> ExitCode {
    match bench() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench host: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn bench() -> Result<()> {
    let Settings { load, rounds, only, judge } = parse(std::env::args().skip(1))?;
    let workloads = workloads::all().into_iter();
    let workloads: Vec<Workload> = workloads.filter(|w| only.as_ref().is_none_or(|only| only == w.name)).collect();
    ensure!(!workloads.is_empty(), "no such workload");
    let mut names = Vec::new();
    let mut rows = Vec::new();
    for workload in &workloads {
        let mut engines = load(workload)?;
        names = engines.iter().map(|engine| engine.name).collect();
        rows.push((workload.name, measure(workload, &mut engines, rounds)?));
    }
    table::print(&names, &rows);
    judge(&names, &rows)
}

/// Fails if moteur's native code is too much slower than rustc's.
#[cfg(feature = "native")]
fn verdict_on_code(names: &[&str], rows: &[table::Row]) -> Result<()> {
    let [ratio, of_cranelift, of_this_cpu] =
        ["native", "cranelift", "this CPU"].map(|name| table::geomean(names, rows, "moteur", name));
    println!("native code takes {of_cranelift:.3} of the time of Cranelift's");
    println!(
        "{ratio:.3} of that of rustc's, {of_this_cpu:.3} if that is made for this CPU (allowed {NATIVE_RATIO_MAX})"
    );
    ensure!(ratio.max(of_this_cpu) <= NATIVE_RATIO_MAX, "slower than native, allowed {NATIVE_RATIO_MAX}");
    Ok(())
}

/// Fails if moteur is slower than the better one of the other interpreters.
fn verdict(names: &[&str], rows: &[table::Row]) -> Result<()> {
    let others = names.iter().filter(|name| !["moteur", "native"].contains(name));
    let ratios = others.map(|name| (table::geomean(names, rows, "moteur", name), name));
    let Some((ratio, name)) = ratios.max_by(|(a, _), (b, _)| a.total_cmp(b)) else {
        return Ok(());
    };
    println!("moteur takes {ratio:.3} of the time of {name}, the better one of the others (allowed {RATIO_MAX})");
    ensure!(ratio <= RATIO_MAX, "slower than {name}: {ratio:.3}, allowed {RATIO_MAX}");
    Ok(())
}

/// Runs the workload in each engine in turn, `rounds` times; gives each one's median in milliseconds, which is no number
/// if it cannot run it.
fn measure(workload: &Workload, engines: &mut [Engine], rounds: usize) -> Result<Vec<f64>> {
    let mut times = vec![Vec::new(); engines.len()];
    for round in 0..=rounds {
        for (engine, times) in engines.iter_mut().zip(&mut times) {
            // The first calls are not measured: they lower the functions, and show who can.
            if round == 0 {
                times.extend(try_out(workload, engine)?);
            } else if !times.is_empty() {
                times.push(time(workload, engine)?);
            }
        }
    }
    Ok(times.into_iter().map(|times| median(times.get(1..).unwrap_or(&[]))).collect())
}

/// Whether the engine gives the native result; none if it may refuse the workload and does.
fn try_out(workload: &Workload, engine: &mut Engine) -> Result<Option<f64>> {
    let name = engine.name;
    match (engine.run)(workload.n) {
        Err(error) if engine.may_refuse => {
            println!("{name} cannot run {}: {error:#}", workload.name);
            Ok(None)
        }
        result => {
            let result = result.with_context(|| format!("{name}: {}", workload.name))?;
            let expected = (workload.native)(workload.n);
            ensure!(result == expected, "{name}: {} gives {result}, not {expected}", workload.name);
            Ok(Some(0.0))
        }
    }
}

/// Milliseconds of one measurement.
fn time(workload: &Workload, engine: &mut Engine) -> Result<f64> {
    let started = ThreadTime::now();
    for _ in 0..workload.calls {
        black_box((engine.run)(black_box(workload.n))?);
    }
    Ok(started.elapsed().as_secs_f64() * 1e3)
}

fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Makes the engines for a workload.
type Load = fn(&Workload) -> Result<Vec<Engine<'_>>>;

/// What the command line says.
struct Settings {
    load: Load,
    judge: fn(&[&str], &[table::Row]) -> Result<()>,
    rounds: usize,
    only: Option<String>,
}

fn parse(mut args: impl Iterator<Item = String>) -> Result<Settings> {
    let mut settings = Settings { load: engines::interpreters, judge: verdict, rounds: ROUNDS, only: None };
    while let Some(option) = args.next() {
        let value = args.next().context(USAGE)?;
        match (option.as_str(), value.as_str()) {
            ("--rounds", _) => settings.rounds = value.parse::<usize>().context(USAGE)?.max(1),
            ("--only", _) => settings.only = Some(value),
            #[cfg(feature = "native")]
            ("--engine", "native") => (settings.load, settings.judge) = (engines::compilers, verdict_on_code),
            _ => bail!(USAGE),
        }
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(median(&[5.0, 1.0, 900.0]), 5.0);
    }

    #[test]
    fn slower_than_the_better_one_is_a_failure() {
        let names = ["moteur", "wasmi", "wasm3", "native"];
        let rows = |moteur| [("a", vec![moteur, 2.0, 8.0, 1.0]), ("b", vec![moteur, 8.0, 32.0, 1.0])];
        assert!(verdict(&names, &rows(4.0)).is_ok());
        assert!(verdict(&names, &rows(4.5)).is_err());
    }

    #[test]
    fn every_engine_gives_the_native_result() {
        for mut workload in workloads::all() {
            workload.n = workload.n.div_ceil(100).min(100);
            workload.calls = 1;
            let mut engines = engines::interpreters(&workload).unwrap();
            measure(&workload, &mut engines, 1).unwrap();
            #[cfg(feature = "native")]
            measure(&workload, &mut engines::compilers(&workload).unwrap(), 1).unwrap();
        }
    }
}
