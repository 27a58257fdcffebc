//! The command `moteur`: runs, compiles, trims, signs, sends, validates and inspects WebAssembly modules.
//!
//! | module | does |
//! |---|---|
//! | `args`, `help` | understands the command line; the texts of `--help` |
//! | `load` | reads a file, translates text, and says what is wrong with a module |
//! | `sections`, `locate` | a module as its file shows it; the function that a byte offset belongs to |
//! | `run` | `moteur run`: links, limits, calls |
//! | `compile`, `native` | `moteur compile` and `run --jit`; running native code |
//! | `trim` | `moteur trim` |
//! | `watchdog` | `--timeout` |
//! | `values` | reads arguments and prints results by their types |
//! | `keys`, `sign` | `moteur keygen`, `moteur sign` and whom `--trust` means; `private_file` holds a private key |
//! | `send` | `moteur send`: a module to a device over a line |
//! | `progress` | the bar for whoever waits |
//! | `inspect`, `describe` | `moteur inspect`; types and errors of linking in words |
//! | `failure` | exit statuses |
#![deny(unsafe_code)]

mod args;
#[cfg_attr(not(feature = "llvm"), path = "compile_none.rs")]
mod compile;
mod describe;
mod failure;
mod help;
mod inspect;
mod keys;
mod load;
mod locate;
#[allow(unsafe_code)]
#[cfg_attr(not(unix), path = "native_none.rs")]
mod native;
#[cfg_attr(not(unix), path = "private_file_none.rs")]
mod private_file;
mod progress;
mod run;
mod sections;
mod send;
mod sign;
mod trim;
mod values;
mod watchdog;

use std::io::Write;
use std::process::ExitCode;

use args::Command;
use failure::Failure;

fn main() -> ExitCode {
    match command() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !matches!(failure, Failure::Exit(_)) {
                // Whoever closed the standard error does not want to read it.
                let _ = writeln!(std::io::stderr(), "error: {failure}");
            }
            ExitCode::from(failure.status())
        }
    }
}

fn command() -> Result<(), Failure> {
    match args::parse(std::env::args_os().skip(1))? {
        Command::Print(text) => {
            print(text);
            Ok(())
        }
        Command::Run(options) => run::run(&options),
        Command::Compile(options) => compile::compile(&options),
        Command::Validate(file) => load::validate(&file),
        Command::Inspect(options) => inspect::inspect(&options).map(|text| print(&text)),
        Command::Trim(options) => trim::trim(&options).map(|text| print(&text)),
        Command::Keygen(name) => keys::generate(&name).map(|text| print(&text)),
        Command::Sign(options) => sign::sign(&options).map(|text| print(&text)),
        Command::Send(options) => send::send(&options),
    }
}

/// Prints to the standard output; a reader that went away is no failure of ours.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}
