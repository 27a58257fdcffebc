//! Finds, or installs, what compiles C to WebAssembly with WASI: clang, its linker, its builtins and `wasi-libc`.
//!
//! They come as separate packages whose versions need not fit, so a candidate counts only when it has compiled and
//! linked a program. Of the machine's own headers, none may be seen: they describe another C library.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, ensure};

use crate::{debian, shell};

/// Releases of LLVM that are looked for, the first that works wins; 19 is the one that is installed where none does.
const RELEASES: std::ops::RangeInclusive<u32> = 14..=22;
const RELEASE: u32 = 19;

/// The name of Binaryen's program.
pub const WASM_OPT: &str = "wasm-opt";

/// Where Debian puts the headers of `wasi-libc`.
const HEADERS: &str = "/usr/include/wasm32-wasi";

/// A C compiler for WASI. Compile and link in two calls, and give `-O` to the first alone: told to optimise when it
/// links, clang runs `wasm-opt` if that happens to be installed, and the same source gives another module.
#[derive(Clone, Debug)]
pub struct WasiC {
    /// The compiler.
    pub clang: PathBuf,
    /// What it has to be told in every call, compiling or linking: the target and where its C library is.
    pub flags: Vec<OsString>,
}

impl WasiC {
    /// A call of the compiler that has been told its target.
    pub fn command(&self) -> Command {
        let mut command = shell::command(&self.clang);
        command.args(&self.flags);
        command
    }
}

/// The compiler, installed if it is missing and may be. The error says which packages to install.
pub fn ensure_installed() -> Result<WasiC> {
    if let Some(found) = find() {
        return Ok(found);
    }
    debian::install(&packages().each_ref().map(String::as_str), &[&[]])?;
    if let Some(found) = find() {
        return Ok(found);
    }
    // A distribution without that release has another, which goes by no number.
    debian::install(&["clang", "lld", "libclang-rt-dev-wasm32", "wasi-libc"], &[&[]])?;
    found()
}

/// The compiler, without installing anything. The error says which packages to install.
pub fn found() -> Result<WasiC> {
    let packages = packages().join(" ");
    let advice = "elsewhere, set WASI_SDK_PATH to a wasi-sdk";
    find().with_context(|| format!("no C compiler for WASI; on Debian: apt-get install {packages}; {advice}"))
}

/// Sees to it that Binaryen's `wasm-opt` is there, for programs whose calls have to be unwound.
pub fn ensure_wasm_opt(installs: bool) -> Result<()> {
    if installs && !debian::is_program(WASM_OPT) {
        debian::install(&["binaryen"], &[&[]])?;
    }
    ensure!(debian::is_program(WASM_OPT), "{WASM_OPT} is missing; on Debian: apt-get install binaryen");
    Ok(())
}

fn packages() -> [String; 4] {
    let clang = format!("clang-{RELEASE}");
    [clang, format!("lld-{RELEASE}"), format!("libclang-rt-{RELEASE}-dev-wasm32"), "wasi-libc".to_owned()]
}

/// The compiler, if there is one that works: the wasi-sdk that `WASI_SDK_PATH` names, or the system's.
fn find() -> Option<WasiC> {
    if let Some(sdk) = env::var_os("WASI_SDK_PATH") {
        let sdk = PathBuf::from(sdk);
        let mut sysroot = OsString::from("--sysroot=");
        sysroot.push(sdk.join("share/wasi-sysroot"));
        let clang = sdk.join("bin/clang");
        return Some(WasiC { clang, flags: vec!["--target=wasm32-wasi".into(), sysroot] }).filter(works);
    }
    let flags = ["--target=wasm32-wasi", "-nostdlibinc", "-isystem", HEADERS];
    let preferred = std::iter::once(RELEASE).chain(RELEASES.rev().filter(|release| *release != RELEASE));
    let mut names = preferred.map(|release| format!("clang-{release}")).chain(std::iter::once("clang".to_owned()));
    names.find_map(|name| {
        let found = WasiC { clang: PathBuf::from(&name), flags: flags.map(Into::into).into() };
        (debian::is_program(&name) && works(&found)).then_some(found)
    })
}

/// Whether it compiles and links a program that needs the C library and the builtins.
fn works(compiler: &WasiC) -> bool {
    try_out(compiler).unwrap_or(false)
}

fn try_out(compiler: &WasiC) -> Result<bool> {
    const PROGRAM: &str =
        "#include <stdio.h>\nint main(int n, char **a) { printf(\"%Lf\", (long double)n / 3); return 0; }\n";
    let folder = shell::target_dir("Cargo.toml")?.join("wasi-c").join(std::process::id().to_string());
    fs::create_dir_all(&folder)?;
    let (source, module) = (folder.join("try.c"), folder.join("try.wasm"));
    fs::write(&source, PROGRAM)?;
    let linked = shell::succeeds(compiler.command().arg(&source).arg("-o").arg(&module));
    let is_module = fs::read(&module).is_ok_and(|bytes| bytes.starts_with(b"\0asm"));
    fs::remove_dir_all(&folder)?;
    Ok(linked && is_module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_compiles_nothing_is_no_compiler() {
        assert!(!works(&WasiC { clang: "true".into(), flags: Vec::new() }));
        assert!(!works(&WasiC { clang: "no-such-program".into(), flags: Vec::new() }));
    }
}
