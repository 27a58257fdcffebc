//! `cargo xtask guests`: builds the programs of `tests/guests` from C and Rust and runs each with the release `moteur` in
//! an empty directory of its own, and once more with the files in RAM that boards have.
//!
//! A program says in its first comment lines how it is to be run; `tests/guests/README.md` has the list. It counts its
//! checks itself: the last line that it prints is `N passed, M failed`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, Result, anyhow, ensure};

use crate::shell;
use crate::wasi_c::{self, WasiC};

const FOLDER: &str = "tests/guests";
const RUST_MANIFEST: &str = "tests/guests/rust/Cargo.toml";
const RUST_TARGET: &str = "wasm32-wasip1";

/// Words for `moteur` before the program's own.
const LIMITS: [&str; 3] = ["run", "--max-memory", "64M"];

/// How long a program may take before it counts as hung.
const PATIENCE: Duration = Duration::from_secs(120);

/// Every program in C is compiled without a C library: it brings what it calls.
const C_FLAGS: [&str; 9] = [
    "--target=wasm32",
    "-std=gnu17",
    "-O1",
    "-ffreestanding",
    "-fno-builtin",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wno-unused-function",
];
const C_LINK_FLAGS: [&str; 3] = ["--target=wasm32", "-nostdlib", "-Wl,--no-entry"];

/// How a program is built and run, and what is due.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
struct Program {
    /// Its folder and file, and the edition if it is not the usual one.
    name: String,
    source: PathBuf,
    /// Options of `moteur run`.
    options: Vec<String>,
    /// What follows the program's name.
    arguments: Vec<String>,
    stdin: String,
    exit: i32,
    /// The first lines that it prints.
    stdout: Vec<String>,
    /// Further flags of the C compiler, and of its linker.
    flags: Vec<String>,
    link_flags: Vec<String>,
    /// Only with the command line itself: files have several names, or functions come from the built-in libc.
    needs_moteur: bool,
    /// Only with the usual name of WASI, not with its forerunner's too.
    is_preview1_only: bool,
}

/// Something that runs programs.
struct Runner {
    /// What is added to the folder's name where counts are printed.
    suffix: &'static str,
    program: PathBuf,
    words: &'static [&'static str],
    /// The options that it knows, if it is not `moteur` itself; and then it has neither links nor the libc.
    known: Option<&'static [&'static str]>,
}

impl Runner {
    fn can_run(&self, program: &Program) -> bool {
        let mut options = program.options.iter().filter(|word| word.starts_with("--"));
        self.known.is_none_or(|known| !program.needs_moteur && options.all(|option| known.contains(&option.as_str())))
    }
}

/// What the checks of one program, or of all, came to.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
}

/// Builds and runs all programs, or those whose name holds one of the words given. `--list` names them.
pub fn run(args: &[String]) -> Result<()> {
    let mut args = args.to_vec();
    let is_list = shell::take_flag(&mut args, "--list");
    let is_chosen = |name: &str| args.is_empty() || args.iter().any(|word| name.contains(word.as_str()));
    let mut in_c = c_programs()?;
    let mut in_rust = rust_programs()?;
    in_c.retain(|program| is_chosen(&program.name));
    in_rust.retain(|program| is_chosen(&program.name));
    ensure!(in_c.len() + in_rust.len() > 0, "no program has such a name; see --list");
    if is_list {
        in_c.iter().chain(&in_rust).for_each(|program| println!("{}", program.name));
        return Ok(());
    }
    let runners = build_runners()?;
    let folder = shell::target_dir("Cargo.toml")?.join("guests");
    let mut skipped = 0;
    let mut jobs: Vec<(Program, PathBuf)> = Vec::new();
    match wasi_c::ensure_installed() {
        Ok(compiler) => jobs.extend(compile_c(&compiler, &in_c, &folder)?),
        Err(missing) => skipped += skip(&in_c, "C", &missing),
    }
    if !in_rust.is_empty() {
        match compile_rust(&in_rust) {
            Ok(compiled) => jobs.extend(compiled),
            Err(missing) if !has_rust_target() => skipped += skip(&in_rust, "Rust", &missing),
            Err(error) => return Err(error),
        }
    }
    let total = run_all(&runners, &jobs, &folder)?;
    println!("{} programs, on {} file systems", jobs.len(), runners.len());
    println!("{} passed, {} failed, {skipped} skipped", total.passed, total.failed);
    ensure!(total.failed == 0, "{} checks failed", total.failed);
    Ok(())
}

fn skip(programs: &[Program], language: &str, missing: &anyhow::Error) -> usize {
    println!("no programs in {language}: {missing:#}");
    programs.len()
}

/// The command line that users have, with the host's files; and the example that has its files in RAM.
fn build_runners() -> Result<[Runner; 2]> {
    shell::run(shell::cargo().args(["build", "--quiet", "--release", "--package", "moteur-cli"]))?;
    let in_ram = ["--package", "moteur-guest", "--example", "in_ram"];
    shell::run(shell::cargo().args(["build", "--quiet", "--release"]).args(in_ram))?;
    let folder = shell::target_dir("Cargo.toml")?.join("release");
    Ok([
        Runner { suffix: "", program: folder.join("moteur"), words: &LIMITS, known: None },
        Runner {
            suffix: ", in RAM",
            program: folder.join("examples/in_ram"),
            words: &[],
            known: Some(&["--dir", "--env"]),
        },
    ])
}

/// All C sources below `tests/guests/c/*/`, those of WASI in both editions.
fn c_programs() -> Result<Vec<Program>> {
    let mut programs = Vec::new();
    for folder in sorted_entries(&shell::root().join(FOLDER).join("c"))? {
        if !folder.is_dir() {
            continue;
        }
        let is_wasi = folder.ends_with("wasi");
        for source in sorted_entries(&folder)?.into_iter().filter(|path| path.extension().is_some_and(|e| e == "c")) {
            let name = format!("c/{}/{}", stem(&folder), stem(&source));
            let Some(program) = read_directives(&source)? else {
                continue;
            };
            let program = Program { name, ..program };
            if is_wasi && !program.is_preview1_only {
                let mut unstable = program.clone();
                unstable.name += " (unstable)";
                unstable.flags.push("-DWASI_UNSTABLE".to_owned());
                programs.push(unstable);
            }
            programs.push(program);
        }
    }
    Ok(programs)
}

fn rust_programs() -> Result<Vec<Program>> {
    let folder = shell::root().join(FOLDER).join("rust/src/bin");
    let mut programs = Vec::new();
    for source in sorted_entries(&folder)? {
        let name = format!("rust/{}", stem(&source));
        programs.extend(read_directives(&source)?.map(|program| Program { name, ..program }));
    }
    Ok(programs)
}

fn sorted_entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn read_directives(source: &Path) -> Result<Option<Program>> {
    let text = fs::read_to_string(source).with_context(|| format!("reading {}", source.display()))?;
    let program = parse_directives(&text).with_context(|| source.display().to_string())?;
    Ok(program.map(|program| Program { source: source.to_owned(), ..program }))
}

/// Reads the directives in the comment that a source begins with. Without `run:` it is not for this command.
fn parse_directives(text: &str) -> Result<Option<Program>> {
    let mut program = Program::default();
    let mut is_runnable = false;
    for line in text.lines().map_while(|line| line.strip_prefix("//")) {
        let Some((name, value)) = line.trim_start_matches('!').trim_start().split_once(':') else {
            continue;
        };
        let (line, value) = (value.strip_prefix(' ').unwrap_or(value), value.trim());
        match name {
            "run" => {
                is_runnable = true;
                let words = words(value)?;
                let mut parts = words.splitn(2, |word| word == "--");
                program.options = parts.next().unwrap_or_default().to_vec();
                program.arguments = parts.next().unwrap_or_default().to_vec();
            }
            "stdin" => program.stdin = value.replace("\\n", "\n"),
            "stdout" => program.stdout.push(line.to_owned()),
            "exit" => program.exit = value.parse().context("exit")?,
            "flags" => program.flags = words(value)?,
            "link" => program.link_flags = words(value)?,
            "needs" => program.needs_moteur = matches!(value, "links" | "libc"),
            "editions" => program.is_preview1_only = value == "preview1",
            _ => {}
        }
    }
    Ok(is_runnable.then_some(program))
}

/// Splits at spaces, but not between quotation marks.
fn words(line: &str) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut is_quoted = false;
    for character in line.chars() {
        match character {
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            ' ' if !is_quoted => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    ensure!(!is_quoted, "a quotation mark without its other: {line}");
    words.extend(word);
    Ok(words)
}

/// Compiles and links programs in two calls each, as [`WasiC`] advises.
fn compile_c(compiler: &WasiC, programs: &[Program], folder: &Path) -> Result<Vec<(Program, PathBuf)>> {
    let mut compiled = Vec::new();
    for program in programs {
        let module = folder.join(format!("{}.wasm", program.name.replace([' ', '(', ')'], "")));
        let object = module.with_extension("o");
        fs::create_dir_all(module.parent().context("a folder")?)?;
        let include = shell::root().join(FOLDER).join("c");
        let mut compile = shell::command(&compiler.clang);
        compile.args(C_FLAGS).arg("-I").arg(include).args(&program.flags);
        shell::run(compile.arg("-c").arg(&program.source).arg("-o").arg(&object))?;
        let mut link = shell::command(&compiler.clang);
        shell::run(link.args(C_LINK_FLAGS).args(&program.link_flags).arg(&object).arg("-o").arg(&module))?;
        compiled.push((program.clone(), module));
    }
    Ok(compiled)
}

fn compile_rust(programs: &[Program]) -> Result<Vec<(Program, PathBuf)>> {
    let mut cargo = shell::cargo();
    cargo.args(["build", "--quiet", "--release", "--target", RUST_TARGET, "--manifest-path", RUST_MANIFEST]);
    shell::run(&mut cargo)?;
    let folder = shell::target_dir(RUST_MANIFEST)?.join(RUST_TARGET).join("release");
    let module = |program: &Program| folder.join(stem(&program.source)).with_extension("wasm");
    Ok(programs.iter().map(|program| (program.clone(), module(program))).collect())
}

fn has_rust_target() -> bool {
    let installed = shell::output(shell::command("rustup").args(["target", "list", "--installed"]));
    installed.is_ok_and(|list| list.lines().any(|line| line.trim() == RUST_TARGET))
}

/// Runs the programs and prints what failed, with a line of counts for each folder.
fn run_all(runners: &[Runner], jobs: &[(Program, PathBuf)], folder: &Path) -> Result<Counts> {
    let mut folders: BTreeMap<String, (usize, Counts)> = BTreeMap::new();
    let runs = runners.iter().flat_map(|runner| jobs.iter().map(move |job| (runner, job)));
    for (runner, (program, module)) in runs.filter(|(runner, (program, _))| runner.can_run(program)) {
        let place = folder.join("run");
        if place.exists() {
            fs::remove_dir_all(&place)?;
        }
        fs::create_dir_all(&place)?;
        let output = run_one(runner, program, module, &place)?;
        let counts = match judge(program, &output) {
            Ok(counts) => counts,
            Err((counts, why)) => {
                println!("FAILED {}{}: {why}", program.name, runner.suffix);
                print_indented(&output.stdout);
                print_indented(&output.stderr);
                counts
            }
        };
        let name = program.name.rsplit_once('/').map_or("", |(name, _)| name);
        let (programs, total) = folders.entry(format!("{name}{}", runner.suffix)).or_default();
        *programs += 1;
        total.passed += counts.passed;
        total.failed += counts.failed;
    }
    let mut total = Counts::default();
    for (name, (programs, counts)) in folders {
        println!(
            "  {name:15} {programs:3} programs, {:5} checks, {} failed",
            counts.passed + counts.failed,
            counts.failed
        );
        total.passed += counts.passed;
        total.failed += counts.failed;
    }
    Ok(total)
}

fn run_one(runner: &Runner, program: &Program, module: &Path, place: &Path) -> Result<Output> {
    let mut words: Vec<OsString> = runner.words.iter().map(OsString::from).collect();
    words.extend(program.options.iter().map(OsString::from));
    words.push(module.into());
    words.push("--".into());
    words.extend(program.arguments.iter().map(OsString::from));
    let mut command = shell::command(&runner.program);
    command.args(words).current_dir(place);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| shell::shown(&command))?;
    let mut stdin = child.stdin.take().context("no pipe")?;
    let input = program.stdin.clone();
    // A program that reads nothing closes its end, which is no failure.
    thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let stdout = read_all(child.stdout.take().context("no pipe")?);
    let stderr = read_all(child.stderr.take().context("no pipe")?);
    let begin = Instant::now();
    let status = loop {
        match child.try_wait()? {
            Some(status) => break status,
            // Its status will say that it was killed.
            None if begin.elapsed() > PATIENCE => child.kill()?,
            None => thread::sleep(Duration::from_millis(1)),
        }
    };
    let joined = |reader: thread::JoinHandle<Vec<u8>>| reader.join().map_err(|_| anyhow!("reading the output failed"));
    Ok(Output { status, stdout: joined(stdout)?, stderr: joined(stderr)? })
}

fn read_all(mut from: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before a failure is still worth showing.
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}

fn print_indented(text: &[u8]) {
    String::from_utf8_lossy(text).lines().for_each(|line| println!("    {line}"));
}

/// What a program's checks came to, or why the program failed. One that was cut short, or says nothing, has failed once
/// more than it says.
fn judge(program: &Program, output: &Output) -> Result<Counts, (Counts, String)> {
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<&str> = text.lines().collect();
    let counts = lines.last().and_then(|line| parse_counts(line)).unwrap_or_default();
    let one_more = Counts { failed: counts.failed + 1, ..counts };
    let status = output.status.code();
    if counts.failed > 0 {
        Err((counts, format!("{} checks", counts.failed)))
    } else if status != Some(program.exit) {
        Err((one_more, format!("ended with {}, not {}", output.status, program.exit)))
    } else if counts == Counts::default() {
        Err((one_more, "no last line `N passed, M failed`".to_owned()))
    } else if let Some(line) = program.stdout.iter().zip(lines).find(|(wanted, line)| wanted != line) {
        Err((one_more, format!("should print {:?}, not {:?}", line.0, line.1)))
    } else {
        Ok(counts)
    }
}

fn parse_counts(line: &str) -> Option<Counts> {
    let (passed, failed) = line.strip_suffix(" failed")?.split_once(" passed, ")?;
    Some(Counts { passed: passed.parse().ok()?, failed: failed.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_stand_in_the_first_comment() {
        let text = "// What it is: a test\n// run: --dir .::/ --env \"A=b c\" -- one \"\"\n// exit: 3\n// stdin: a\\nb\n\n// exit: 4\n";
        let program = parse_directives(text).unwrap().unwrap();
        assert_eq!(program.options, ["--dir", ".::/", "--env", "A=b c"]);
        assert_eq!(program.arguments, ["one", ""]);
        assert_eq!((program.exit, program.stdin.as_str()), (3, "a\nb"));
        assert_eq!(parse_directives("// exit: 3\n").unwrap(), None);
        assert!(parse_directives("// run: \"\n").is_err());
        assert_eq!(parse_directives("//! run:\n").unwrap(), Some(Program::default()));
    }

    #[cfg(unix)]
    #[test]
    fn a_program_has_to_count_and_to_end_as_it_says() {
        use std::os::unix::process::ExitStatusExt;
        let judged = |exit: i32, stdout: &str| {
            let status = std::process::ExitStatus::from_raw(exit << 8);
            let program = Program { exit: 3, stdout: vec!["first".to_owned()], ..Program::default() };
            let output = Output { status, stdout: stdout.into(), stderr: Vec::new() };
            judge(&program, &output).map_err(|(counts, _)| counts)
        };
        assert_eq!(judged(3, "first\n7 passed, 0 failed\n"), Ok(Counts { passed: 7, failed: 0 }));
        assert_eq!(judged(3, "first\n7 passed, 2 failed\n"), Err(Counts { passed: 7, failed: 2 }));
        assert_eq!(judged(0, "first\n7 passed, 0 failed\n"), Err(Counts { passed: 7, failed: 1 }));
        assert_eq!(judged(3, "other\n7 passed, 0 failed\n"), Err(Counts { passed: 7, failed: 1 }));
        assert_eq!(judged(3, "first\n0 passed, 0 failed\n"), Err(Counts { passed: 0, failed: 1 }));
        assert_eq!(judged(3, "first\n"), Err(Counts { passed: 0, failed: 1 }));
    }
}
