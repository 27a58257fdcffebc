//! Drives CMake and Ninja.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::board::{Board, Compiler};
use super::tree::Tree;
use crate::{debian, llvm, shell};

/// Where the caller's choice of a compiler is.
const VARIANT: &str = "ZEPHYR_TOOLCHAIN_VARIANT";

const PROGRAMS: [&str; 4] = ["cmake", "ninja", "dtc", "gperf"];
const PACKAGES: [&str; 9] = [
    "cmake",
    "ninja-build",
    "device-tree-compiler",
    "gperf",
    "gcc-arm-none-eabi",
    "libnewlib-arm-none-eabi",
    "gcc-riscv64-unknown-elf",
    "qemu-system-arm",
    "qemu-system-misc",
];

/// What all builds share.
pub struct Build<'a> {
    tree: &'a Tree,
    /// This tree's `moteur`, which makes guests small and native.
    tool: PathBuf,
    /// Where builds have their folders.
    target: PathBuf,
}

impl<'a> Build<'a> {
    /// Sees to it that programs are there, and builds `moteur`: with its compiler if there is an LLVM.
    pub fn prepare(tree: &'a Tree) -> Result<Build<'a>> {
        if PROGRAMS.iter().any(|program| !debian::is_program(program)) {
            debian::install(&PACKAGES, &[&[]])?;
        }
        for program in PROGRAMS {
            ensure!(
                debian::is_program(program),
                "{program} is missing; on Debian: apt-get install {}",
                PACKAGES.join(" ")
            );
        }
        let mut cargo = shell::cargo();
        cargo.args(["build", "--quiet", "--release", "--package", "moteur-cli"]);
        if llvm::found().is_ok() {
            cargo.args(["--features", "llvm"]);
        }
        shell::run(&mut cargo)?;
        let target = shell::target_dir("Cargo.toml")?;
        Ok(Build { tree, tool: target.join("release/moteur"), target: target.join("zephyr") })
    }

    /// This tree's `moteur`.
    pub fn moteur(&self) -> Command {
        shell::command(&self.tool)
    }

    /// Why nothing can be built for this board here.
    pub fn lacks(&self, board: &Board) -> Option<String> {
        if !self.tree.has_qualifiers && board.old_name.is_none() {
            return Some(format!("Zephyr {} does not have it", self.tree.version));
        }
        if env::var_os(VARIANT).is_some() {
            return None;
        }
        let program = match board.compiler {
            Compiler::Arm => "arm-none-eabi-gcc",
            Compiler::RiscV => "riscv64-unknown-elf-gcc",
            Compiler::Host => "gcc",
        };
        if !debian::is_program(program) {
            return Some(format!("{program} is missing"));
        }
        // The host's compiler makes 32-bit programs only where a package says so, and rustup may not be able to add a target.
        let needs_target = board.name == "native_sim" && !has_rust_target("i686-unknown-linux-gnu");
        needs_target.then(|| "it is a program of 32 bits: rustup target add i686-unknown-linux-gnu".to_owned())
    }

    /// Builds an application, and gives the folder of the build. What it prints is only shown if it fails.
    pub fn folder(&self, application: &Path, board: &Board, arguments: &[String]) -> Result<PathBuf> {
        let name = application.file_name().unwrap_or_default().to_string_lossy();
        let folder = self.target.join(format!("{name}-{}", board.name.replace('/', "_")));
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        let name = if self.tree.has_qualifiers { board.name } else { board.old_name.unwrap_or(board.name) };
        let mut cmake = self.command("cmake", board);
        cmake.args(["-GNinja", "-B"]).arg(&folder).arg("-S").arg(application).arg(format!("-DBOARD={name}"));
        cmake.args(compiler_arguments(board)?).args(arguments);
        quietly(&mut cmake)?;
        quietly(self.command("ninja", board).arg("-C").arg(&folder))?;
        Ok(folder)
    }

    fn command(&self, program: &str, board: &Board) -> Command {
        let mut command = shell::command(program);
        let modules = env::var("ZEPHYR_MODULES").unwrap_or_default();
        let own = shell::root().display().to_string();
        let modules = if modules.is_empty() { own } else { format!("{own};{modules}") };
        command.env("ZEPHYR_MODULES", modules).env("ZEPHYR_BASE", &self.tree.base).env("MOTEUR_TOOL", &self.tool);
        // What belongs to our own build must not reach the one of the library.
        command.env_remove("CARGO_MANIFEST_DIR").env_remove("RUSTUP_TOOLCHAIN");
        if env::var_os(VARIANT).is_none() {
            match board.compiler {
                Compiler::Arm => command.env(VARIANT, "gnuarmemb").env("GNUARMEMB_TOOLCHAIN_PATH", "/usr"),
                Compiler::RiscV => {
                    command.env(VARIANT, "cross-compile").env("CROSS_COMPILE", "/usr/bin/riscv64-unknown-elf-")
                }
                Compiler::Host => command.env(VARIANT, "host"),
            };
        }
        command
    }
}

/// GCC 12 does not find its own library for 32-bit RISC-V when it is told of the extension Zicsr, which Zephyr does: it is
/// asked without, and the folder comes first.
fn compiler_arguments(board: &Board) -> Result<Vec<String>> {
    if board.compiler != Compiler::RiscV || env::var_os(VARIANT).is_some() {
        return Ok(Vec::new());
    }
    let mut gcc = shell::command("riscv64-unknown-elf-gcc");
    let file = shell::output(gcc.args(["-march=rv32imac", "-mabi=ilp32", "-print-libgcc-file-name"]))?;
    let folder = Path::new(file.trim()).parent().context("GCC does not know where its library is")?;
    Ok(vec![format!("-DLIB_INCLUDE_DIR=-L{}", folder.display())])
}

fn has_rust_target(target: &str) -> bool {
    let libraries = shell::output(shell::command("rustc").args(["--print", "target-libdir", "--target", target]));
    libraries.is_ok_and(|folder| Path::new(folder.trim()).is_dir())
}

/// Runs a program; what it printed is part of the error.
fn quietly(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().with_context(|| shell::shown(command))?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let tail: Vec<&str> = text.lines().rev().take(40).collect();
    let tail: Vec<&str> = tail.into_iter().rev().collect();
    ensure!(output.status.success(), "`{}` failed:\n{}", shell::shown(command), tail.join("\n"));
    Ok(())
}
