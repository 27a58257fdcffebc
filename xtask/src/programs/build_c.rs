//! Builds programs in C, file by file, with clang for WASI or the machine's own compiler.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::sources::Packages;
use super::table::Sources;
use super::{Ready, files};
use crate::wasi_c::{self, WasiC};
use crate::{debian, shell};

/// Our own sources and headers, from the root.
const OWN: &str = "tests/programs/c";

/// What WASI lacks and its C library only pretends, and what it lacks altogether (`posix.h`).
const WASI_FLAGS: &[&str] = &[
    "-D_WASI_EMULATED_SIGNAL",
    "-D_WASI_EMULATED_PROCESS_CLOCKS",
    "-D_WASI_EMULATED_GETPID",
    "-D_WASI_EMULATED_MMAN",
    "-Iposix",
    "-include",
    "posix/posix.h",
];

const WASI_LIBRARIES: &[&str] = &[
    "-lwasi-emulated-signal",
    "-lwasi-emulated-process-clocks",
    "-lwasi-emulated-getpid",
    "-lwasi-emulated-mman",
    "-lc-printscan-long-double",
    "-Wl,-z,stack-size=1048576",
    "-Wl,-s",
];

/// A compiler, and whether it compiles for WASI.
pub struct Tools {
    compiler: PathBuf,
    flags: Vec<OsString>,
    is_native: bool,
}

impl Tools {
    /// The compiler for WASI.
    pub fn wasi(found: WasiC) -> Tools {
        Tools { compiler: found.clang, flags: found.flags, is_native: false }
    }

    /// The machine's own.
    pub fn native() -> Result<Tools> {
        ensure!(debian::is_program("cc"), "no C compiler; on Debian: apt-get install gcc");
        Ok(Tools { compiler: "cc".into(), flags: Vec::new(), is_native: true })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.compiler);
        command.current_dir(shell::root().join(OWN)).args(&self.flags);
        command
    }
}

/// Builds a program, unless it is there; gives where it is.
pub fn build(name: &str, sources: &Sources, tools: &Tools, packages: &Packages) -> Result<Ready> {
    let package = packages.folder(sources.package)?;
    let kind = if tools.is_native { "c-native" } else { "c" };
    let folder = shell::target_dir("Cargo.toml")?.join("programs").join(kind).join(name);
    let made = folder.join("made");
    let mut compile = tools.command();
    compile.args(["-O1", "-w"]).args(if tools.is_native { &[] } else { WASI_FLAGS });
    compile.args(sources.flags).arg("-I").arg(&made);
    compile.args(sources.headers.iter().map(|headers| format!("-I{}", package.join(headers).display())));
    let binary = folder.join(name);
    let (stamp_file, stamp) = (folder.join("stamp"), stamp(name, &compile, sources, package)?);
    let ready = Ready { binary: binary.clone(), package: Some(package.to_owned()) };
    if fs::read_to_string(&stamp_file).is_ok_and(|found| found == stamp) && binary.is_file() {
        return Ok(ready);
    }
    files::empty(&folder)?;
    if let Some((text, included_as)) = sources.string {
        let (text, string) = (fs::read_to_string(package.join(text))?, made.join(included_as));
        fs::create_dir_all(string.parent().context("a name without a folder")?)?;
        fs::write(string, c_string(&text))?;
    }
    let mut objects = Vec::new();
    for source in source_files(sources, package)? {
        let object = folder.join(source.file_stem().context("a source without a name")?).with_extension("o");
        ensure!(!objects.contains(&object), "two sources are called {}", source.display());
        call(copy(&compile).arg("-c").arg(&source).arg("-o").arg(&object))?;
        objects.push(object);
    }
    // No `-O` here: clang would run `wasm-opt` on its own account.
    let libraries = if tools.is_native { &[] } else { WASI_LIBRARIES };
    call(tools.command().args(&objects).args(libraries).arg("-lm").arg("-o").arg(&binary))?;
    if sources.unwinds && !tools.is_native {
        asyncify(&binary)?;
    }
    fs::write(&stamp_file, stamp)?;
    Ok(ready)
}

/// All that decides what is built: the commands, and those files of ours that the program sees.
fn stamp(name: &str, compile: &Command, sources: &Sources, package: &Path) -> Result<String> {
    let Sources { files, own_files, string, unwinds, .. } = sources;
    let version = shell::output(Command::new(compile.get_program()).arg("--version"))?;
    let mut stamp = format!("{}{compile:?}\n{}\n", version, package.display());
    stamp += &format!("{files:?} {own_files:?} {string:?} {unwinds} {WASI_LIBRARIES:?}\n");
    for folder in ["posix", name] {
        for (file, bytes) in files::read(&shell::root().join(OWN).join(folder))? {
            stamp += &format!("{file}\n{}\n", String::from_utf8_lossy(&bytes));
        }
    }
    Ok(stamp)
}

/// The sources by their paths, with `*.c` resolved.
fn source_files(sources: &Sources, package: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for pattern in sources.files.iter().filter(|pattern| !pattern.starts_with('!')) {
        let Some(folder) = pattern.strip_suffix("*.c") else {
            found.push(package.join(pattern));
            continue;
        };
        let is_left_out = |name: &str| sources.files.iter().any(|pattern| pattern.strip_prefix('!') == Some(name));
        let names = files::names(&package.join(folder))?.into_iter();
        let names = names.filter(|name| name.ends_with(".c") && !is_left_out(name));
        found.extend(names.map(|name| package.join(folder).join(name)));
    }
    let own = shell::root().join(OWN);
    found.extend(sources.own_files.iter().map(|file| own.join(file)));
    Ok(found)
}

/// A text as C's string literal, a line for each of its lines.
fn c_string(text: &str) -> String {
    let line = |line: &str| format!("\"{}\\n\"\n", line.replace('\\', "\\\\").replace('"', "\\\""));
    text.lines().map(line).collect()
}

/// Lets the module's calls be unwound: Binaryen makes every function return at once when `start_unwind` was called.
fn asyncify(module: &Path) -> Result<()> {
    // All features, as clang uses more than Binaryen takes for granted, and neither goes beyond what we run.
    let mut command = Command::new(wasi_c::WASM_OPT);
    call(command.args(["--all-features", "--asyncify", "-O1"]).arg(module).arg("-o").arg(module))
}

fn copy(command: &Command) -> Command {
    let mut copy = Command::new(command.get_program());
    copy.args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        copy.current_dir(folder);
    }
    copy
}

/// Runs a command that must succeed; what it said is part of the error.
fn call(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("starting `{}`", shell::shown(command)))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`{}` failed:\n{said}", shell::shown(command));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::c_string;

    #[test]
    fn a_text_becomes_a_string_literal() {
        assert_eq!(c_string("a \"b\"\n\\c\n"), "\"a \\\"b\\\"\\n\"\n\"\\\\c\\n\"\n");
    }
}
