//! `cargo xtask zephyr --sizes`: what the sample `simple` costs on the emulated Cortex-M33, beside WAMR's figures for the same
//! program on the same board.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use regex::Regex;

use super::board;
use super::build::Build;
use crate::shell;

const BOARD: &str = "mps2/an521/cpu0";

/// A way to build, and what it may take.
struct Variant {
    name: &'static str,
    /// Files of options beside `prj.conf`.
    options: &'static [&'static str],
    limits: Figures,
    /// WAMR's figures for the variant that does the same.
    rival: &'static str,
    theirs: Figures,
}

/// Bytes, and thousands of instructions.
#[derive(Clone, Copy, Debug)]
struct Figures {
    text: u64,
    pool: u64,
    init: u64,
    load: u64,
    instantiate: u64,
    run: u64,
}

/// WAMR 2.4 on Zephyr 3.7.1 in QEMU, `-Os`, its own sample of this name: its best of classic and fast in each column, as is what
/// it must be below. Its ahead-of-time runtime has no figure for the smallest pool, so its high-water mark stands there.
const WAMR: Figures = Figures { text: 59_783, pool: 24_256, init: 572, load: 54, instantiate: 97, run: 68 };
const WAMR_AOT: Figures = Figures { text: 49_319, pool: 35_944, init: 657, load: 174, instantiate: 98, run: 65 };

/// What is asked for; for `load`, that of WAMR's fast interpreter.
const LIMITS: Figures = Figures { text: 59_783, pool: 20 * 1024, init: 572, load: 100, instantiate: 97, run: 68 };

const VARIANTS: &[Variant] = &[
    Variant {
        name: "interpreted",
        options: &["small.conf"],
        limits: LIMITS,
        rival: "WAMR, classic or fast",
        theirs: WAMR,
    },
    Variant {
        name: "interpreted, errors in words",
        options: &[],
        limits: Figures { text: 64_423, ..LIMITS },
        rival: "WAMR, classic or fast",
        theirs: WAMR,
    },
    Variant {
        name: "native code alone",
        options: &["native.conf", "small.conf"],
        limits: Figures { text: 49_319, load: 174, ..LIMITS },
        rival: "WAMR, ahead of time",
        theirs: WAMR_AOT,
    },
];

/// Builds, runs, prints, and fails beyond a limit.
pub fn run(build: &Build<'_>) -> Result<()> {
    let application = shell::root().join("zephyr/tests/sizes");
    let board = board::find(BOARD)?;
    println!("{:30} {:>7} {:>7} {:>6} {:>6} {:>6} {:>6}", "", "text", "pool", "init", "load", "inst.", "run");
    let last = [Regex::new("^pool: ")?];
    let mut objections = Vec::new();
    for variant in VARIANTS {
        let files: Vec<_> = variant.options.iter().map(|file| application.join(file).display().to_string()).collect();
        let folder = build.folder(&application, board, &[format!("-DEXTRA_CONF_FILE={}", files.join(";"))])?;
        let output = board.run(&folder, &last, Duration::from_secs(120))?;
        let figures = Figures {
            text: text_of(&folder)?,
            pool: figure(&output, "pool")?,
            init: thousands(&output, "init")?,
            load: thousands(&output, "load")?,
            instantiate: thousands(&output, "instantiate")?,
            run: thousands(&output, "run")?,
        };
        print(variant.name, &figures);
        print(variant.rival, &variant.theirs);
        println!("  high-water mark {}, thread's stack {}", figure(&output, "peak")?, figure(&output, "stack")?);
        objections.extend(judge(variant, &figures));
        std::fs::remove_dir_all(&folder)?;
    }
    ensure!(objections.is_empty(), "{}", objections.join("; "));
    Ok(())
}

fn print(name: &str, figures: &Figures) {
    let Figures { text, pool, init, load, instantiate, run } = figures;
    println!("{name:30} {text:>7} {pool:>7} {init:>6} {load:>6} {instantiate:>6} {run:>6}");
}

fn judge(variant: &Variant, figures: &Figures) -> Vec<String> {
    let pairs = [
        ("text", figures.text, variant.limits.text),
        ("pool", figures.pool, variant.limits.pool),
        ("init", figures.init, variant.limits.init),
        ("load", figures.load, variant.limits.load),
        ("instantiate", figures.instantiate, variant.limits.instantiate),
        ("run", figures.run, variant.limits.run),
    ];
    let beyond = pairs.iter().filter(|(_, figure, limit)| figure >= limit);
    beyond.map(|(what, figure, limit)| format!("{}: {what} is {figure}, not below {limit}", variant.name)).collect()
}

/// The figure that a line of the application gives.
fn figure(output: &str, name: &str) -> Result<u64> {
    let value = output.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    value.and_then(|value| value.trim().parse().ok()).with_context(|| format!("no figure `{name}` in:\n{output}"))
}

fn thousands(output: &str, name: &str) -> Result<u64> {
    Ok(figure(output, name)?.div_ceil(1000))
}

/// Bytes of code that the linker's map gives to the library and the shim.
fn text_of(folder: &Path) -> Result<u64> {
    let map = std::fs::read_to_string(folder.join("zephyr/zephyr.map"))?;
    let bytes = code_bytes(&map);
    ensure!(bytes > 0, "the linker's map does not name the library");
    Ok(bytes)
}

/// Output sections begin lines; what they are made of follows, each with address, size and file.
fn code_bytes(map: &str) -> u64 {
    let start = map.find("Linker script and memory map").unwrap_or(0);
    let (mut bytes, mut is_text) = (0, false);
    for line in map.get(start..).unwrap_or_default().lines() {
        if line.starts_with(|first: char| !first.is_whitespace()) {
            is_text = matches!(line.split_whitespace().next(), Some("text" | ".text"));
        }
        let mut words = line.split_whitespace().rev();
        let (Some(file), Some(size)) = (words.next(), words.next()) else { continue };
        if is_text && file.contains("libmoteur") {
            bytes += size.strip_prefix("0x").and_then(|size| u64::from_str_radix(size, 16).ok()).unwrap_or(0);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_says_what_the_library_takes() {
        let map = "Archive member included\nlibmoteur_zephyr.a(x.o)\nLinker script and memory map\n\
                   text            0x10000000   0x100\n .text.a        0x10000000       0x20 libmoteur_zephyr.a(x.o)\n\
                   \x20.text.b\n                0x10000020       0x10 libmoteur.a(shim.c.obj)\n .text.c 0x1 0x40 libkernel.a(k.o)\n\
                   rodata          0x10000100   0x100\n .rodata.a      0x10000100       0x80 libmoteur_zephyr.a(x.o)\n";
        assert_eq!(code_bytes(map), 0x30);
    }

    #[test]
    fn figures_are_read_and_judged() {
        assert_eq!(figure("a: 1\npool: 1234\n", "pool").unwrap(), 1234);
        assert!(figure("pool 3", "pool").is_err());
        assert_eq!(
            judge(
                &VARIANTS[0],
                &Figures { load: 100, ..Figures { text: 1, pool: 1, init: 1, load: 1, instantiate: 1, run: 1 } }
            )
            .len(),
            1
        );
    }
}
