//! Compiles each program of `tests/c/` and runs it under a checker. A program that ends with 0 has passed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::library::{self, CRATE, SYSTEM_LIBRARIES};
use super::modules;
use crate::{debian, llvm, shell};

/// Folders with programs, one for each header.
const FOLDERS: [&str; 2] = ["wamr", "wasm"];

const COMPILE: [&str; 6] = ["-std=c11", "-g", "-O1", "-Wall", "-Wextra", "-Werror"];

/// What watches a program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Checker {
    /// What is wrong ends it with this status; so does a leak.
    Valgrind,
    /// The address sanitizer, which the compiler builds in, and which looks for leaks too.
    Sanitizer,
}

const VALGRIND: [&str; 6] = [
    "valgrind",
    "--quiet",
    "--error-exitcode=99",
    "--leak-check=full",
    "--show-leak-kinds=definite,indirect,possible",
    "--errors-for-leak-kinds=definite,indirect,possible",
];

/// How long a program may run.
const SECONDS_MAX: &str = "60";

/// A way to compile and run.
struct Way {
    compiler: &'static str,
    checker: Checker,
}

const FAST: &[Way] = &[Way { compiler: "gcc", checker: Checker::Sanitizer }];
const ALL: &[Way] = &[
    Way { compiler: "gcc", checker: Checker::Valgrind },
    Way { compiler: "gcc", checker: Checker::Sanitizer },
    Way { compiler: "clang", checker: Checker::Valgrind },
    Way { compiler: "clang", checker: Checker::Sanitizer },
];

/// Runs all programs, or the one of this name; gives how many passed and how many failed.
pub fn run(long: bool, only: Option<&str>, is_native: bool) -> Result<(u32, u32)> {
    if is_native {
        llvm::ensure_installed()?;
    }
    let library = library::archive(&library::build()?);
    let modules = if is_native { modules::native()? } else { modules::interpreted()? };
    let options: &[&str] = if is_native { &["-DMOTEUR_NATIVE"] } else { &[] };
    let ways = possible(if long { ALL } else { FAST })?;
    let (mut passed, mut failed) = (0, 0);
    for program in all()? {
        let name = program.file_stem().and_then(|name| name.to_str()).context("a program's name is not UTF-8")?;
        if only.is_some_and(|only| only != name) {
            continue;
        }
        for way in &ways {
            match attempt(way, options, &program, &modules, &library) {
                Ok(()) => passed += 1,
                Err(error) => {
                    println!("FAILED {name} ({}): {error:#}", way.compiler);
                    failed += 1;
                }
            }
        }
    }
    Ok((passed, failed))
}

/// The ways for which everything is there, or was installed.
fn possible(ways: &'static [Way]) -> Result<Vec<&'static Way>> {
    let missing: Vec<_> = ways.iter().filter(|way| !way.is_possible()).flat_map(Way::packages).collect();
    if !missing.is_empty() {
        debian::install(&missing, &[&[]])?;
    }
    let (there, missing): (Vec<_>, Vec<_>) = ways.iter().partition(|way| way.is_possible());
    for way in &missing {
        println!("SKIPPED {}: on Debian: apt-get install {}", way.compiler, way.packages().join(" "));
    }
    ensure!(!there.is_empty(), "no compiler for C: apt-get install gcc");
    Ok(there)
}

impl Way {
    /// Whether the compiler and what watches its programs are there.
    fn is_possible(&self) -> bool {
        let library = format!("libclang_rt.asan-{}.a", std::env::consts::ARCH);
        debian::is_program(self.compiler)
            && match self.checker {
                Checker::Valgrind => debian::is_program("valgrind"),
                // gcc's comes with it; of clang's, it only knows where it would be.
                Checker::Sanitizer if self.compiler == "clang" => {
                    let ask = format!("-print-file-name={library}");
                    shell::output(shell::command(self.compiler).arg(ask))
                        .is_ok_and(|path| Path::new(path.trim()).is_file())
                }
                Checker::Sanitizer => true,
            }
    }

    /// The packages that it is made of.
    fn packages(&self) -> [&'static str; 3] {
        [self.compiler, "valgrind", "libclang-rt-dev"]
    }
}

/// All programs.
pub fn all() -> Result<Vec<PathBuf>> {
    let mut programs = Vec::new();
    for folder in FOLDERS {
        programs.append(&mut of(folder)?);
    }
    Ok(programs)
}

/// The programs of a folder.
fn of(folder: &str) -> Result<Vec<PathBuf>> {
    let folder = shell::root().join(CRATE).join("tests/c").join(folder);
    let entries = folder.read_dir().with_context(|| format!("{}", folder.display()))?;
    let entries = entries.collect::<Result<Vec<_>, _>>()?;
    let mut programs: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
    programs.retain(|path| path.extension().is_some_and(|extension| extension == "c"));
    programs.sort();
    Ok(programs)
}

fn attempt(way: &Way, options: &[&str], program: &Path, modules: &Path, library: &Path) -> Result<()> {
    let checker = if way.checker == Checker::Sanitizer { "sanitizer" } else { "valgrind" };
    let folder = program.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let executable = library::folder(&format!("{}-{checker}/{folder}", way.compiler))?;
    let executable = executable.join(program.file_stem().unwrap_or_default());
    let mut compile = shell::command(way.compiler);
    compile.args(COMPILE).args(options);
    if way.checker == Checker::Sanitizer {
        compile.args(["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]);
    }
    compile.arg("-I").arg(library::include()).arg("-I").arg(modules);
    compile.arg("-I").arg(modules.join("modules"));
    compile.arg("-I").arg(shell::root().join(CRATE).join("tests/c"));
    compile.arg(program).arg("-o").arg(&executable).arg(library).args(SYSTEM_LIBRARIES);
    shell::run(&mut compile)?;
    // A program that hangs fails like any other.
    let mut run = Command::new("timeout");
    run.arg(SECONDS_MAX);
    if way.checker == Checker::Valgrind {
        run.args(VALGRIND);
    }
    run.arg(&executable);
    let output = run.stdin(Stdio::null()).output().context("starting the program")?;
    let text = [output.stdout, output.stderr].concat();
    ensure!(output.status.success(), "{}\n{}", output.status, String::from_utf8_lossy(&text));
    Ok(())
}
