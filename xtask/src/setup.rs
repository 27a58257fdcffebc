//! `cargo xtask setup`: installs what the other subcommands need and says what could not be had.

use anyhow::Result;

use crate::{llvm, qemu, shell, wasi_c};

/// Targets that firmware, guests and size checks are built for.
const TARGETS: &[&str] = &[
    "thumbv8m.main-none-eabihf",
    "thumbv8m.main-none-eabi",
    "thumbv7em-none-eabihf",
    "thumbv6m-none-eabi",
    "riscv32imac-unknown-none-elf",
    "riscv32imc-unknown-none-elf",
    "wasm32-unknown-unknown",
    "wasm32-wasip1",
];

/// Parts of the toolchain: formatting, lints, and the disassembler of `dispatch`.
const COMPONENTS: &[&str] = &["rustfmt", "clippy", "llvm-tools"];

/// Parts of a nightly toolchain, if there is one.
const NIGHTLY_COMPONENTS: &[&str] = &["miri", "rust-src"];

/// Installs what is missing. `--check`, and `MOTEUR_NO_INSTALL=1` in the environment, only tell.
pub fn run(args: &[String]) -> Result<()> {
    let mut args = args.to_vec();
    let is_forbidden = std::env::var_os("MOTEUR_NO_INSTALL").is_some_and(|value| value == "1");
    let installs = !shell::take_flag(&mut args, "--check") && !is_forbidden;
    let mut missing = Vec::new();
    for kind in [Kind::Target, Kind::Component] {
        let wanted = match kind {
            Kind::Target => TARGETS,
            Kind::Component => COMPONENTS,
        };
        missing.extend(ensure_parts(kind, wanted, None, installs));
    }
    if has_nightly() {
        let nightly = Some("nightly");
        missing.extend(ensure_parts(Kind::Component, NIGHTLY_COMPONENTS, nightly, installs));
    } else {
        missing.push("toolchain nightly (for Miri and fuzzing): rustup toolchain install nightly".to_owned());
    }
    if installs && let Err(error) = qemu::ensure_installed(&qemu::ALL_BOARDS) {
        missing.push(format!("{error:#}"));
    }
    let compiler = if installs { wasi_c::ensure_installed().map(|_| ()) } else { wasi_c::found().map(|_| ()) };
    let library = if installs { llvm::ensure_installed() } else { llvm::found() };
    for result in [compiler, wasi_c::ensure_wasm_opt(installs), library] {
        missing.extend(result.err().map(|error| format!("{error:#}")));
    }
    if missing.is_empty() {
        println!("nothing is missing");
    }
    for part in &missing {
        println!("SKIPPED setup: {part}");
    }
    Ok(())
}

/// Whether rustup knows a nightly toolchain.
pub fn has_nightly() -> bool {
    shell::succeeds(shell::cargo_of("nightly").arg("--version"))
}

#[derive(Clone, Copy)]
enum Kind {
    Target,
    Component,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Target => "target",
            Kind::Component => "component",
        }
    }
}

/// Installs what is wanted and not there; gives what is still missing, with the command that would install it.
fn ensure_parts(kind: Kind, wanted: &[&str], toolchain: Option<&str>, installs: bool) -> Vec<String> {
    let toolchain_args: Vec<&str> = toolchain.map_or(vec![], |name| vec!["--toolchain", name]);
    let absent = |installed: &str| -> Vec<String> {
        let is_there = |part: &&str| installed.lines().any(|line| is_part(line, part));
        wanted.iter().filter(|part| !is_there(part)).map(|part| (*part).to_owned()).collect()
    };
    let list = || {
        let mut command = shell::command("rustup");
        let args = [kind.word(), "list", "--installed"];
        shell::output(command.args(args).args(&toolchain_args)).unwrap_or_default()
    };
    let mut lacking = absent(&list());
    if installs && !lacking.is_empty() {
        let mut command = shell::command("rustup");
        let installed = shell::run(command.args([kind.word(), "add"]).args(&toolchain_args).args(&lacking));
        if let Err(error) = installed {
            println!("{error:#}");
        }
        lacking = absent(&list());
    }
    let suffix = toolchain.map_or(String::new(), |name| format!(" --toolchain {name}"));
    let word = kind.word();
    lacking.iter().map(|part| format!("{word} {part}: rustup {word} add {part}{suffix}")).collect()
}

/// Components are listed with the host's name behind theirs: `clippy-x86_64-unknown-linux-gnu`.
fn is_part(line: &str, part: &str) -> bool {
    line.trim().strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::is_part;

    #[test]
    fn a_component_may_carry_the_hosts_name() {
        assert!(is_part("clippy-x86_64-unknown-linux-gnu", "clippy"));
        assert!(is_part("rust-src", "rust-src"));
        assert!(!is_part("rust-src", "rust-s"));
    }
}
