//! Runs the suite on this host, or converts it for a board and judges what the board printed.
//!
//! `cargo xtask spec` is the usual way here.

use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use moteur::Heap;
use moteur_spec::board;
use moteur_spec::convert::{self, Converted};
use moteur_spec::exec::{self, Broken, Resources};
use moteur_spec::format::Kind;
use moteur_spec::listed::Listed;
use moteur_spec::report::{Lists, Report};
use moteur_spec::tally::{Place, Sink, Verdict};

const USAGE: &str = "\
usage: moteur-spec [--file NAME]... [--verbose]            run the suite on this host
       moteur-spec [--file NAME]... --convert OUT          write the commands that a board reads
       moteur-spec [--file NAME]... --judge LOG [--verbose]  judge what a board printed
NAME is a file of the suite, such as f32 or tail-call/return_call";

/// The guest's stack on this host: deep enough for the suite, small enough to end its runaway recursion soon.
const STACK_BYTES: usize = 1 << 20;

/// The suite's largest memory that succeeds has far fewer pages; a cap keeps `memory.grow` of 4 GiB from succeeding.
const MEMORY_PAGES_MAX: u32 = 1024;

#[derive(Default)]
struct Options {
    files: Vec<String>,
    verbose: bool,
    convert: Option<String>,
    judge: Option<String>,
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("moteur-spec: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<bool> {
    let options = options(std::env::args().skip(1))?;
    let files = converted(&options.files)?;
    if let Some(path) = &options.convert {
        std::fs::write(path, convert::stream(&files)?).with_context(|| format!("writing {path}"))?;
        return Ok(true);
    }
    let mut report = Report::default();
    match &options.judge {
        Some(path) => {
            let log = std::fs::read(path).with_context(|| format!("reading {path}"))?;
            board::read(&String::from_utf8_lossy(&log), &mut report)?;
        }
        None => files.iter().for_each(|file| on_host(file, &mut report)),
    }
    let mut lists = Lists { expected: Listed::parse(include_str!("../expected.txt"))?, ..Lists::default() };
    if options.judge.is_some() {
        lists.beyond = Listed::parse(include_str!("../beyond-mps2-an505.txt"))?;
    }
    let judged = report.judge(&lists, options.files.is_empty(), options.verbose)?;
    // A runtime without a text parser has no part in these; they are not in the totals.
    let refused: u32 = files.iter().map(|file| file.text_refused).sum();
    println!("  malformed text, refused by the wast crate: {refused}");
    print!("{}", judged.text);
    Ok(judged.good)
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--file" => options.files.push(value()?),
            "--convert" => options.convert = Some(value()?),
            "--judge" => options.judge = Some(value()?),
            "--verbose" => options.verbose = true,
            _ => bail!("unknown argument `{argument}`\n{USAGE}"),
        }
    }
    Ok(options)
}

/// The files asked for, or all.
fn converted(wanted: &[String]) -> Result<Vec<Converted>> {
    let is_wanted = |name: &str| {
        wanted.is_empty()
            || wanted
                .iter()
                .any(|wanted| name == wanted || name.rsplit('/').next() == Some(wanted.trim_end_matches(".wast")))
    };
    let files = convert::files().filter(|test| is_wanted(&convert::name(test)));
    let files = files.map(|test| convert::file(&test)).collect::<Result<Vec<_>>>()?;
    ensure!(!files.is_empty(), "no such file in the suite: {}", wanted.join(", "));
    Ok(files)
}

fn on_host(file: &Converted, report: &mut Report) {
    let resources = Resources {
        heap: Heap::system(),
        stack_bytes: STACK_BYTES,
        memory_pages_max: MEMORY_PAGES_MAX,
        skips_large: false,
    };
    if let Err(broken) = exec::file(&resources, &file.bytes, report) {
        let place = Place { file: &file.name, line: 0, kind: Kind::Reset };
        let cause = match broken {
            Broken::Stream(_) => "the stream is malformed".to_owned(),
            Broken::Runtime(error) => error.to_string(),
        };
        report.record(place, Verdict::Failed(format_args!("{cause}")));
    }
}
