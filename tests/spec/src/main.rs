//! Runs the suite on this host, or converts it for a board and judges what the board printed.
//!
//! `cargo xtask spec` is the usual way here.

use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail, ensure};
use moteur::pool::Counted;
use moteur::{Config, Heap, Module};
use moteur_spec::board;
use moteur_spec::convert::{self, Converted};
use moteur_spec::crossing;
use moteur_spec::exec::{self, Broken, Resources};
use moteur_spec::format::{Kind, Reader};
use moteur_spec::listed::Listed;
use moteur_spec::report::{Lists, Report};
use moteur_spec::tally::{Place, Sink, Verdict};

#[cfg_attr(not(feature = "native"), path = "compile_none.rs")]
mod compile;
#[cfg_attr(not(feature = "run-native"), path = "native_none.rs")]
mod native;

const USAGE: &str = "\
usage: moteur-spec [--file NAME]... [--verbose]            run the suite on this host
       moteur-spec --native TARGET [--cpu NAME] [--guard-pages] ...  with native code for this machine in each module
       moteur-spec --crossing ...                          our own files, about calls across borders, in all mixtures
       moteur-spec [--file NAME]... --convert OUT          write the commands that a board reads
       moteur-spec --stream IN [--verbose]                 run commands that --convert wrote
       moteur-spec [--file NAME]... --judge LOG [--verbose]  judge what a board printed
NAME is a file of the suite, such as f32 or tail-call/return_call";

/// The guest's stack on this host: deep enough for the suite, small enough to end its runaway recursion soon (which Miri
/// takes a thousand times longer for).
const STACK_BYTES: usize = if cfg!(miri) { 8 << 10 } else { 1 << 20 };

/// The suite's largest memory that succeeds has far fewer pages; a cap keeps `memory.grow` of 4 GiB from succeeding.
const MEMORY_PAGES_MAX: u32 = 1024;

/// Keeps an account, so that what a file of the suite leaves behind is found.
static HEAP: Counted = Counted::new();

#[derive(Default)]
struct Options {
    files: Vec<String>,
    verbose: bool,
    convert: Option<String>,
    judge: Option<String>,
    stream: Option<String>,
    /// The machine whose native code is added to each module.
    native: Option<String>,
    /// Its CPU, if it is not the least that the machine can have.
    cpu: Option<String>,
    /// Our own files instead of the suite's, about calls across borders.
    crossing: bool,
    /// Whether that code relies on guarded memories.
    guard_pages: bool,
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
    let mut report = Report::default();
    if let Some(path) = &options.stream {
        from_stream(&read(path)?, options.guard_pages, &mut report)?;
        return judge(&report, &options, false);
    }
    let files = converted(&options)?;
    if let Some(path) = &options.convert {
        std::fs::write(path, convert::stream(&files)?).with_context(|| format!("writing {path}"))?;
        return Ok(true);
    }
    match &options.judge {
        Some(path) => board::read(&String::from_utf8_lossy(&read(path)?), &mut report)?,
        None => {
            let way = Way { configure: native::configure(options.guard_pages), accept: native::accept };
            files.iter().for_each(|file| on_host(&file.name, &file.bytes, &way, &mut report));
        }
    }
    if !options.crossing {
        // A runtime without a text parser has no part in these; they are not in the totals.
        let refused: u32 = files.iter().map(|file| file.text_refused).sum();
        println!("  malformed text, refused by the wast crate: {refused}");
    }
    let whole = options.files.is_empty() && !options.crossing;
    if whole {
        for (name, directives) in convert::out_of_scope()? {
            report.skip_file(name, directives, "v128 is not supported yet");
        }
    }
    let is_good = judge(&report, &options, whole)?;
    Ok((options.native.is_none() || are_interpreted(&files, &options, whole)?) && is_good)
}

/// Whether modules that native code was added to do the same where nobody runs that.
fn are_interpreted(files: &[Converted], options: &Options, whole: bool) -> Result<bool> {
    println!("the same modules, with their native code, interpreted");
    let mut report = Report::default();
    files.iter().for_each(|file| on_host(&file.name, &file.bytes, &INTERPRETED, &mut report));
    judge(&report, options, whole)
}

fn read(path: &str) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("reading {path}"))
}

/// Prints the report; whether all is well.
fn judge(report: &Report, options: &Options, whole: bool) -> Result<bool> {
    let mut lists = Lists { expected: Listed::parse(include_str!("../expected.txt"))?, ..Lists::default() };
    if options.judge.is_some() {
        lists.beyond = Listed::parse(include_str!("../beyond-boards.txt"))?;
    }
    let judged = report.judge(&lists, whole, options.verbose)?;
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
            "--stream" => options.stream = Some(value()?),
            "--native" => options.native = Some(value()?),
            "--cpu" => options.cpu = Some(value()?),
            "--crossing" => options.crossing = true,
            "--guard-pages" => options.guard_pages = true,
            "--verbose" => options.verbose = true,
            _ => bail!("unknown argument `{argument}`\n{USAGE}"),
        }
    }
    Ok(options)
}

/// The files asked for, or all.
fn converted(options: &Options) -> Result<Vec<Converted>> {
    let wanted = &options.files;
    let compile = compile::compiler(options.native.as_deref(), options.cpu.as_deref(), options.guard_pages)?;
    if options.crossing {
        ensure!(wanted.is_empty(), "--crossing has files of its own");
        return crossing::files(&compile, options.native.is_some());
    }
    let is_wanted = |name: &str| {
        wanted.is_empty()
            || wanted
                .iter()
                .any(|wanted| name == wanted || name.rsplit('/').next() == Some(wanted.trim_end_matches(".wast")))
    };
    let files = convert::files().filter(|test| is_wanted(&convert::name(test)));
    let files = files.map(|test| convert::file(&test, &compile)).collect::<Result<Vec<_>>>()?;
    ensure!(!files.is_empty(), "no such file in the suite: {}", wanted.join(", "));
    Ok(files)
}

/// Runs the files of a stream: what a short test under Miri does, for which the text parser is too slow.
fn from_stream(bytes: &[u8], guard_pages: bool, report: &mut Report) -> Result<()> {
    let broken = |_| anyhow!("the stream is malformed");
    let way = Way { configure: native::configure(guard_pages), accept: native::accept };
    let mut stream = Reader::new(bytes);
    exec::header(&mut stream).map_err(broken)?;
    while !stream.is_empty() {
        let file = stream.module().map_err(broken)?;
        on_host("stream", file, &way, report);
    }
    Ok(())
}

/// How modules are run on this host.
struct Way {
    configure: fn(Config) -> Config,
    accept: fn(&Module, bool) -> bool,
}

/// By the interpreter, whatever native code they bring along.
const INTERPRETED: Way = Way { configure: |config| config, accept: native::accept_interpreted };

fn on_host(name: &str, bytes: &[u8], way: &Way, report: &mut Report) {
    let resources = Resources {
        heap: Heap::counted(&HEAP),
        stack_bytes: STACK_BYTES,
        memory_pages_max: MEMORY_PAGES_MAX,
        skips_large: false,
        configure: way.configure,
        accept: way.accept,
    };
    if let Err(broken) = exec::file(&resources, bytes, report) {
        let place = Place { file: name, line: 0, kind: Kind::Reset };
        let cause = match broken {
            Broken::Stream(_) => "the stream is malformed".to_owned(),
            Broken::Runtime(error) => error.to_string(),
        };
        report.record(place, Verdict::Failed(format_args!("{cause}")));
    }
}
