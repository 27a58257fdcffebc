//! Runs a case in a folder of its own and compares what happened with what is expected, or writes it down.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::Ready;
use super::case::{Case, Text};
use super::files::{self, Tree};
use crate::{llvm, shell};

/// How a program is run.
pub enum Mode {
    /// By `moteur run`, which interprets it.
    Interpreted {
        /// The binary `moteur`.
        moteur: PathBuf,
    },
    /// By `moteur run --native`, after `moteur compile`.
    Compiled {
        /// The binary `moteur`.
        moteur: PathBuf,
    },
    /// As a program of this machine, to record what it does.
    Native,
}

/// Whether this machine runs code that compares no address.
const GUARDED: bool = cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")));

/// How long one run may take.
const LIMIT: Duration = Duration::from_secs(120);

/// How long is waited between two looks at whether a run has ended.
const PAUSE: Duration = Duration::from_millis(2);

impl Mode {
    /// With the `moteur` that is given, or else with this tree's, built as users get it.
    pub fn interpreted(moteur: Option<PathBuf>) -> Result<Mode> {
        Ok(Mode::Interpreted { moteur: moteur.map_or_else(|| build(&[]), Ok)? })
    }

    /// With the `moteur` that is given, or else with this tree's and LLVM.
    pub fn compiled(moteur: Option<PathBuf>) -> Result<Mode> {
        llvm::ensure_installed()?;
        Ok(Mode::Compiled { moteur: moteur.map_or_else(|| build(&["--features", "llvm"]), Ok)? })
    }

    /// What a program has to become before cases run it: nothing else, or a module with native code.
    pub fn prepare(&self, program: Ready) -> Result<Ready> {
        let Mode::Compiled { moteur } = self else { return Ok(program) };
        // Of the same name, which guests are told.
        let name = program.binary.file_name().context("a program without a name")?;
        let folder = shell::target_dir("Cargo.toml")?.join("programs/compiled");
        fs::create_dir_all(&folder)?;
        let binary = folder.join(name);
        if is_later(&binary, moteur)? && is_later(&binary, &program.binary)? {
            return Ok(Ready { binary, ..program });
        }
        let mut command = Command::new(moteur);
        command.args(["compile", "--quiet", "--cpu", "native"]).args(GUARDED.then_some("--guard-pages"));
        // A compilation that is broken off leaves none that looks done.
        let made = binary.with_extension("new");
        shell::run(command.arg("--output").arg(&made).arg(&program.binary))?;
        fs::rename(made, &binary)?;
        Ok(Ready { binary, ..program })
    }

    /// The command line: the only place that knows how a program gets its folder, environment and arguments.
    fn command(&self, case: &Case, program: &Path, folder: &Path, arguments: &[String]) -> Result<Command> {
        let mut command = match self {
            Mode::Interpreted { moteur } | Mode::Compiled { moteur } => {
                let mut command = Command::new(moteur);
                command.arg("run").args(matches!(self, Mode::Compiled { .. }).then_some("--native"));
                command.arg("--dir").arg(format!("{}::/", folder.display()));
                command.args(case.environment.iter().map(|(key, value)| format!("--env={key}={value}")));
                command.arg(program);
                command
            }
            Mode::Native => {
                // Found by its name alone, so that its first argument is what a guest gets.
                let name = program.file_name().context("a program without a name")?;
                let mut command = Command::new(name);
                command.env_clear().env("PATH", program.parent().context("a program without a folder")?);
                command.envs(case.environment.iter().cloned()).current_dir(folder);
                command
            }
        };
        command.args(arguments);
        Ok(command)
    }

    fn word(&self) -> &'static str {
        match self {
            Mode::Interpreted { .. } => "interpreted",
            Mode::Compiled { .. } => "compiled",
            Mode::Native => "native",
        }
    }
}

/// This tree's `moteur`, built as users get it.
fn build(features: &[&str]) -> Result<PathBuf> {
    shell::run(shell::cargo().args(["build", "--quiet", "--release", "--package", "moteur-cli"]).args(features))?;
    Ok(shell::target_dir("Cargo.toml")?.join("release").join("moteur"))
}

/// Whether a file is there and was written after another.
fn is_later(file: &Path, other: &Path) -> Result<bool> {
    let Ok(written) = fs::metadata(file) else { return Ok(false) };
    Ok(written.modified()? > fs::metadata(other)?.modified()?)
}

/// What a case's runs did.
struct Outcome {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    statuses: Vec<i32>,
    after: Tree,
}

/// Runs a case; the error says how it differs from what was expected.
pub fn run(case: &Case, program: &Ready, mode: &Mode) -> Result<()> {
    let package = program.package.as_deref();
    let before = case.before(package)?;
    let outcome = carry_out(case, program, mode, &before)?;
    let stderr = String::from_utf8_lossy(&outcome.stderr);
    ensure!(!matches!(mode, Mode::Compiled { .. }) || !stderr.contains(": interpreted, as "), "{}", stderr.trim_end());
    let differences = match mode {
        Mode::Native => record(case, package, &outcome, &before)?,
        Mode::Interpreted { .. } | Mode::Compiled { .. } => compare(case, package, &outcome, before)?,
    };
    if differences.is_empty() {
        return Ok(());
    }
    let shown = if stderr.is_empty() { "nothing".to_owned() } else { format!("\n{}", stderr.trim_end()) };
    bail!("{}standard error: {shown}", differences.concat())
}

/// The folder stays where it is until the next time, for whoever wants to see what a failing case left.
fn carry_out(case: &Case, program: &Ready, mode: &Mode, before: &Tree) -> Result<Outcome> {
    let runs = shell::target_dir("Cargo.toml")?.join("programs/runs").join(mode.word()).join(case.name());
    files::empty(&runs)?;
    let folder = runs.join("folder");
    files::write(&folder, before)?;
    let stdin_file = runs.join("stdin");
    if let Some(stdin) = &case.stdin {
        fs::write(&stdin_file, stdin.read(program.package.as_deref())?)?;
    }
    let mut outcome = Outcome { stdout: Vec::new(), stderr: Vec::new(), statuses: Vec::new(), after: Tree::new() };
    for arguments in &case.runs {
        let mut command = mode.command(case, &program.binary, &folder, arguments)?;
        let (stdout, stderr) = (runs.join("stdout"), runs.join("stderr"));
        command.stdin(if case.stdin.is_some() { File::open(&stdin_file)?.into() } else { Stdio::null() });
        command.stdout(File::create(&stdout)?).stderr(File::create(&stderr)?);
        outcome.statuses.push(status(&mut command)?);
        outcome.stdout.extend(fs::read(&stdout)?);
        outcome.stderr.extend(fs::read(&stderr)?);
    }
    if case.is_digested {
        outcome.stdout = files::digest(&outcome.stdout).into_bytes();
    }
    outcome.after = files::read(&folder)?;
    Ok(outcome)
}

/// The exit status. A program that doesn't end is ended.
fn status(command: &mut Command) -> Result<i32> {
    let mut child = command.spawn().with_context(|| format!("starting {command:?}"))?;
    let deadline = Instant::now() + LIMIT;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code().unwrap_or(-1));
        }
        if Instant::now() > deadline {
            child.kill()?;
            child.wait()?;
            bail!("did not end within {} s", LIMIT.as_secs());
        }
        thread::sleep(PAUSE);
    }
}

/// Every way in which the outcome is not the expected one.
fn compare(case: &Case, package: Option<&Path>, outcome: &Outcome, before: Tree) -> Result<Vec<String>> {
    let mut differences = Vec::new();
    if outcome.statuses != case.statuses {
        differences.push(format!("exit status {:?} instead of {:?}\n", outcome.statuses, case.statuses));
    }
    differences.extend(files::difference("standard output", &case.stdout.read(package)?, &outcome.stdout));
    if let Some(stderr) = &case.stderr {
        differences.extend(files::difference("standard error", &stderr.read(package)?, &outcome.stderr));
    }
    let expected = case.after(before)?;
    for (name, bytes) in &expected {
        match outcome.after.get(name) {
            Some(found) => differences.extend(files::difference(name, bytes, found)),
            None => differences.push(format!("{name} is missing\n")),
        }
    }
    let unexpected = outcome.after.keys().filter(|name| !expected.contains_key(*name));
    differences.extend(unexpected.map(|name| format!("{name} should not be there\n")));
    Ok(differences)
}

/// Writes down what a native run did. What the case states itself must be so: statuses, published texts, what is gone.
fn record(case: &Case, package: Option<&Path>, outcome: &Outcome, before: &Tree) -> Result<Vec<String>> {
    if let Text::Own(path) = &case.stdout {
        fs::write(path, &outcome.stdout)?;
    }
    if let Some(Text::Own(path)) = &case.stderr {
        fs::write(path, &outcome.stderr)?;
    }
    let is_new = |(name, bytes): &(&String, &Vec<u8>)| before.get(*name) != Some(*bytes);
    let new = outcome.after.iter().filter(is_new).map(|(name, bytes)| (name.clone(), bytes.clone()));
    let (new, folder): (Tree, _) = (new.collect(), case.folder.join("after"));
    let is_empty = |name: &&String| {
        name.ends_with('/') && !new.keys().any(|other| other.len() > name.len() && other.starts_with(*name))
    };
    if let Some(name) = new.keys().find(is_empty) {
        bail!("{name} is left empty, and git keeps no empty folder");
    }
    if new.is_empty() && folder.exists() {
        fs::remove_dir_all(&folder)?;
    } else if !new.is_empty() {
        files::empty(&folder)?;
        files::write(&folder, &new)?;
    }
    compare(case, package, outcome, before.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A case of a program without a package, and an outcome that is what it expects.
    fn expected() -> (Case, Tree, Outcome) {
        let folder = shell::root().join("tests/programs/cases/sort/into-a-file");
        let case = Case::read("sort", &folder).expect("a case");
        let before = case.before(None).expect("its files");
        let after = case.after(before.clone()).expect("files it should leave");
        let stdout = case.stdout.read(None).expect("what it prints");
        let outcome = Outcome { stdout, stderr: Vec::new(), statuses: case.statuses.clone(), after };
        (case, before, outcome)
    }

    #[test]
    fn every_way_to_differ_is_found() {
        let (case, before, outcome) = expected();
        assert_eq!(compare(&case, None, &outcome, before.clone()).expect("comparable"), [""; 0]);
        type Change = fn(&mut Outcome);
        let changes: [(&str, Change); 5] = [
            ("exit status [7]", |outcome| outcome.statuses = vec![7]),
            ("standard output", |outcome| outcome.stdout.push(b'x')),
            ("sorted.csv is missing", |outcome| drop(outcome.after.remove("sorted.csv"))),
            ("sorted.csv, from line 1", |outcome| drop(outcome.after.insert("sorted.csv".into(), b"x\n".into()))),
            ("new.txt should not be there", |outcome| drop(outcome.after.insert("new.txt".into(), Vec::new()))),
        ];
        for (said, change) in changes {
            let (_, _, mut outcome) = expected();
            change(&mut outcome);
            let differences = compare(&case, None, &outcome, before.clone()).expect("comparable");
            assert!(differences.concat().starts_with(said), "{said}: {differences:?}");
            assert_eq!(differences.len(), 1, "{said}");
        }
    }

    #[test]
    fn a_program_that_cannot_be_started_is_an_error() {
        assert!(status(&mut Command::new("no-such-program")).is_err());
    }
}
