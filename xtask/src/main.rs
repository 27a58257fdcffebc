//! `cargo xtask`: the project's own tools. Each subcommand is one module with a `run`.

use std::process::ExitCode;

use anyhow::{Result, bail};

mod bench_host;
mod bench_m33;
mod bench_ram;
mod boards;
mod budget;
mod c_for_boards;
mod capi;
mod debian;
mod devices;
mod dispatch;
mod firmware;
mod frames;
mod fuzz;
mod guests;
mod kernels;
mod latency;
mod lex;
mod llvm;
mod miri;
mod package;
mod programs;
mod protect;
mod qemu;
mod setup;
mod shell;
mod signed;
mod size;
mod small;
mod spec;
mod test;
mod tidy;
mod update;
mod walkthrough;
mod wasi_c;
mod zephyr;

/// A subcommand: its name, what it does, and what runs it.
struct Subcommand {
    name: &'static str,
    does: &'static str,
    run: fn(&[String]) -> Result<()>,
}

const SUBCOMMANDS: &[Subcommand] = &[
    Subcommand {
        name: "test",
        does: "everything that must hold; --long adds fuzzing, --list shows the steps, --only STEP runs one",
        run: test::run,
    },
    Subcommand {
        name: "spec",
        does: "the official suite, with both dispatch styles or --engine native; --file NAME, --target mps2-an505, --verbose",
        run: spec::run,
    },
    Subcommand {
        name: "programs",
        does: "real programs, run by `moteur run`; --engine native, --only PROGRAM[/CASE], --list, --record what native builds do",
        run: programs::run,
    },
    Subcommand { name: "size", does: "flash of the firmware against its budget", run: size::run },
    Subcommand {
        name: "bench",
        does: "`bench m33` or `bench host`: speed as ratios; `bench ram`: flash, pool and stack per board and program",
        run: bench,
    },
    Subcommand { name: "firmware", does: "build and run the boards' programs", run: firmware::run },
    Subcommand { name: "signed", does: "signed native code on a board", run: signed::run },
    Subcommand { name: "small", does: "a guest with less memory than a page, here and on a board", run: small::run },
    Subcommand { name: "devices", does: "the examples of guests/moteur-devices, in Rust and C", run: devices::run },
    Subcommand { name: "tidy", does: "layering, where unsafe may stand, lengths, links, first lines", run: tidy::run },
    Subcommand {
        name: "dispatch",
        does: "disassemble the threaded interpreter: every handler must end in a jump",
        run: dispatch::run,
    },
    Subcommand {
        name: "guests",
        does: "programs in C and Rust that check WASI; words choose by name, --list",
        run: guests::run,
    },
    Subcommand {
        name: "capi",
        does: "C programs against libmoteur; --long, --only NAME, --engine native, --target mps2-an505, --symbols",
        run: capi::run,
    },
    Subcommand { name: "package", does: "every crate passes `cargo package`", run: package::run },
    Subcommand { name: "miri", does: "a short set of tests under Miri", run: miri::run },
    Subcommand { name: "fuzz", does: "every fuzz target for 60 s; --seconds N", run: fuzz::run },
    Subcommand {
        name: "zephyr",
        does: "the samples of the Zephyr module, with the tree that ZEPHYR_BASE names; --sizes; --check needs no Zephyr",
        run: zephyr::run,
    },
    Subcommand { name: "setup", does: "install what the above need", run: setup::run },
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = args.split_first() else {
        print_usage();
        return ExitCode::from(2);
    };
    let Some(subcommand) = SUBCOMMANDS.iter().find(|subcommand| subcommand.name == name) else {
        eprintln!("unknown subcommand `{name}`");
        print_usage();
        return ExitCode::from(2);
    };
    match (subcommand.run)(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask {name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn print_usage() {
    eprintln!("usage: cargo xtask SUBCOMMAND\n");
    for Subcommand { name, does, .. } in SUBCOMMANDS {
        eprintln!("  {name:10} {does}");
    }
}

fn bench(args: &[String]) -> Result<()> {
    match args.split_first() {
        Some((what, rest)) if what == "m33" => bench_m33::run(rest),
        Some((what, rest)) if what == "host" => bench_host::run(rest),
        Some((what, rest)) if what == "ram" => bench_ram::run(rest),
        _ => bail!("usage: cargo xtask bench m33|host|ram"),
    }
}
