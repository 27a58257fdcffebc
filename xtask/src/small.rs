//! `cargo xtask small`: a guest in C whose memory is made smaller than a page of 64 KiB runs on this machine, and on a board
//! in a pool of 8 KB, interpreted and as native code. As it was linked, it does not even start there.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::firmware::{self, Build};
use crate::qemu::{self, AN505};
use crate::{kernels, llvm, shell, wasi_c};

const PROGRAM: &str = "small";
/// No C library is needed, so the target is not WASI.
const COMPILE: [&str; 8] = ["--target=wasm32", "-std=c11", "-Os", "-fno-builtin", "-Wall", "-Wextra", "-Werror", "-c"];
/// The stack comes first: what overflows it traps, and overwrites nothing.
const LINK: [&str; 7] = [
    "--target=wasm32",
    "-nostdlib",
    "-Wl,--no-entry",
    "-Wl,--allow-undefined",
    "-Wl,--export=__heap_base",
    "-Wl,--stack-first",
    "-Wl,-z,stack-size=512",
];
/// Bytes for `malloc`.
const HEAP_BYTES: &str = "1K";

/// Compiles and trims the guest, and runs it everywhere.
pub fn run(args: &[String]) -> Result<()> {
    ensure!(args.is_empty(), "usage: cargo xtask small");
    qemu::ensure_installed(&[AN505])?;
    let clang = match wasi_c::ensure_installed() {
        Ok(compiler) => compiler.clang,
        Err(missing) => {
            println!("SKIPPED guests in less memory than a page: {missing:#}");
            return Ok(());
        }
    };
    let linked = compile(&clang)?;
    let trimmed = linked.with_extension("trimmed.wasm");
    let mut trim = moteur();
    shell::run(trim.args(["trim", "--heap", HEAP_BYTES]).arg(&linked).arg("-o").arg(&trimmed))?;

    let expected = fs::read_to_string(firmware::workspace().join(PROGRAM).join("expected.txt"))?;
    let printed: String = expected.lines().filter(|line| line.starts_with("reading")).flat_map(|l| [l, "\n"]).collect();
    on_host(&mut moteur(), &[], &trimmed, &printed)?;
    on_board("interpreted", &["interpreter"], &trimmed, 0, &expected)?;
    on_board("as it was linked", &["interpreter"], &linked, 2, "the firmware stops: out of memory\n")?;
    if let Err(missing) = llvm::ensure_installed() {
        println!("SKIPPED native code: {missing:#}");
        return Ok(());
    }
    on_host(&mut kernels::moteur(), &["--jit"], &trimmed, &printed)?;
    let native = trimmed.with_extension("native.wasm");
    let mut compile = kernels::moteur();
    shell::run(compile.arg("compile").arg(&trimmed).args(["-Os", "--target", AN505.target, "-o"]).arg(&native))?;
    on_board("native code", &["native"], &native, 0, &expected)
}

/// The `moteur` of this tree, without a compiler.
pub fn moteur() -> std::process::Command {
    let mut moteur = shell::cargo();
    moteur.args(["run", "--quiet", "--release", "--package", "moteur-cli", "--"]);
    moteur
}

/// Compiles and links the guest.
fn compile(clang: &Path) -> Result<PathBuf> {
    let folder = shell::target_dir("Cargo.toml")?.join(PROGRAM);
    fs::create_dir_all(&folder)?;
    let (object, module) = (folder.join("guest.o"), folder.join("guest.wasm"));
    let source = firmware::workspace().join(PROGRAM).join("guest.c");
    shell::run(shell::command(clang).args(COMPILE).arg(source).arg("-o").arg(&object))?;
    shell::run(shell::command(clang).args(LINK).arg(&object).arg("-o").arg(&module))?;
    Ok(module)
}

/// Three readings are printed, and counted.
fn on_host(moteur: &mut std::process::Command, options: &[&str], module: &Path, printed: &str) -> Result<()> {
    let output = shell::output(moteur.arg("run").args(options).args(["--invoke", "run"]).arg(module).arg("3"))?;
    ensure!(output == format!("{printed}3\n"), "`moteur run {}` prints {output:?}", options.join(" "));
    println!("== on this machine {}\n{}", options.join(" "), output.trim_end());
    Ok(())
}

fn on_board(what: &str, features: &[&'static str], module: &Path, status: i32, expected: &str) -> Result<()> {
    let module = module.to_str().context("the path is not UTF-8")?;
    let environment = [("MOTEUR_GUEST", module)];
    let build = Build { features, environment: &environment, profile: "micro", ..Build::new(PROGRAM, &AN505) };
    let run = qemu::run(&AN505, &build.image()?, Duration::from_secs(120))?;
    println!("== {what}\n{}", run.output.trim_end());
    ensure!(run.status == status, "the board's program exits with {}", run.status);
    ensure!(firmware::comparable(&run.output) == expected, "it does not print what it should");
    Ok(())
}
