//! `cargo xtask bench ram`: what each program takes on each board, of flash, of the pool and of the stack, against the committed
//! budget. Programs say at their end what they took at most; the stack was painted before.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::budget::{self, Entry};
use crate::firmware::{self, workspace};
use crate::{llvm, qemu, shell, size, small};

const USAGE: &str = "usage: cargo xtask bench ram [--save] [--only PROGRAM]";
const COMMENT: &str = "# Bytes of flash, pool and stack that programs take on boards at most; flash is the whole image.\n\
     # `cargo xtask bench ram` compares; `--save` writes. Each may grow by three percent before it counts as a change.\n";
/// What `moteur inspect` says of two guests is compared with what the board says in a line that begins so, after they were
/// instantiated; the last is the guest's stack there.
const PREDICTED: [(&str, &str, &str, u64); 2] = [
    (
        "demo on mps2-an505 (thumbv8m.main-none-eabihf, release, threaded)",
        "demo/modules/blink.wat",
        "# heap in use ",
        8 * 1024,
    ),
    ("tiny on microbit (thumbv6m-none-eabi, release, interpreter)", "tiny/modules/tiny.wat", "# pool in use: ", 1280),
];
/// What the line begins with by which a program says what it took.
const MARK: &str = "# at most used: ";
/// The figures of a program.
const FIGURES: [&str; 3] = ["flash", "pool", "stack"];
/// By so many parts in a hundred, each may grow.
const SLACK: u64 = 3;

/// Runs everything that can be run here, prints a table, and compares.
pub fn run(args: &[String]) -> Result<()> {
    let mut args = args.to_vec();
    let save = shell::take_flag(&mut args, "--save");
    let only = shell::take_value(&mut args, "--only")?;
    ensure!(args.is_empty(), USAGE);
    qemu::ensure_installed(&qemu::BOARDS)?;
    let is_chosen = |name: &str| only.as_ref().is_none_or(|only| name.starts_with(only.as_str()));
    let (mut measured, mut skipped) = (Vec::new(), 0);
    for case in firmware::measured().filter(|case| is_chosen(&case.name())) {
        if case.is_native()
            && let Err(missing) = llvm::ensure_installed()
        {
            println!("SKIPPED {}: {missing:#}", case.name());
            skipped += 1;
            continue;
        }
        let (run, image) = firmware::execute(case).with_context(|| case.name())?;
        measured.push(entry(case.name(), &run.output, &image).with_context(|| case.name())?);
        for (_, guest, mark, stack) in PREDICTED.iter().filter(|(name, ..)| *name == case.name()) {
            compare(guest, &run.output, mark, *stack).with_context(|| case.name())?;
        }
    }
    ensure!(!measured.is_empty(), "nothing can be measured");
    print(&measured);
    let file = workspace().join("ram-budget.toml");
    let budget = budget::read(&file)?;
    if save {
        return Ok(fs::write(&file, budget::text(COMMENT, &merged(budget, measured)))?);
    }
    let objections: Vec<_> = measured.iter().flat_map(|entry| judge(entry, &budget)).collect();
    println!(
        "{} passed, {} failed, {skipped} skipped",
        measured.len().saturating_sub(objections.len()),
        objections.len()
    );
    ensure!(objections.is_empty(), "{}", objections.join("; "));
    Ok(())
}

/// The figures of a program that has run.
fn entry(name: String, output: &str, image: &Path) -> Result<Entry> {
    let mut figures = vec![("flash".to_owned(), size::flash(image)?)];
    figures.extend(usage(output).with_context(|| format!("it does not say what it took:\n{output}"))?);
    let path = foreign_path(&fs::read(image)?, &shell::root());
    ensure!(
        path.is_none(),
        "its image holds a path of this machine, {}: a panic can be reached there",
        path.unwrap_or_default()
    );
    Ok(Entry { name, figures })
}

/// Reads `# at most used: pool 1 of 2 bytes, stack 3 of 4 bytes`, of which the stack may be missing.
fn usage(output: &str) -> Result<Vec<(String, u64)>> {
    let line = output.lines().find_map(|line| line.strip_prefix(MARK)).context("no line of that kind")?;
    let part = |part: &str| match part.split_whitespace().collect::<Vec<_>>()[..] {
        [what, used, "of", _, "bytes"] => Ok((what.to_owned(), used.parse()?)),
        _ => bail!("`{part}` is no figure"),
    };
    line.split(", ").map(part).collect()
}

/// Whether a board took what `moteur inspect` foresees: memory and stack to the byte, and of the rest, which are tables full
/// of addresses, between a third of what they take on a 64-bit machine and all of it.
fn compare(guest: &str, output: &str, mark: &str, stack_bytes: u64) -> Result<()> {
    let guest = workspace().join(guest);
    let text = shell::output(small::moteur().arg("inspect").arg(&guest))?;
    let row = |name: &str| -> Result<u64> {
        let row = text.lines().rev().find_map(|line| line.trim_start().strip_prefix(name));
        let bytes =
            row.and_then(|row| row.split_whitespace().next()).with_context(|| format!("no {name} in\n{text}"))?;
        Ok(bytes.parse()?)
    };
    let tables = row("engine")? + row("module")? + row("store")? + row("instance")?;
    let fixed = row("memory")? + stack_bytes;
    let found =
        output.lines().find_map(|line| line.strip_prefix(mark)).context("the board does not say what it took")?;
    let found: u64 = found.split_whitespace().next().unwrap_or_default().parse()?;
    let range = fixed + tables / 3..=fixed + tables;
    let name = guest.file_name().unwrap_or_default().to_string_lossy();
    println!(
        "{name}: `moteur inspect` foresees {} to {} bytes of pool, the board took {found}",
        range.start(),
        range.end()
    );
    ensure!(range.contains(&found), "that is not what `moteur inspect` foresees");
    Ok(())
}

/// A path into this tree in the parts of an image that go to flash. Its length would make the figures this machine's own; and
/// what names a source file at run time is a panic.
fn foreign_path(image: &[u8], root: &Path) -> Option<String> {
    let sections = size::flash_sections(image).ok()?;
    let root = root.to_str()?.as_bytes().to_owned();
    let find = |bytes: &[u8]| {
        let at = bytes.windows(root.len()).position(|window| window == root)?;
        let path: Vec<_> = bytes.get(at..)?.iter().copied().take_while(|byte| byte.is_ascii_graphic()).collect();
        Some(String::from_utf8_lossy(&path).into_owned())
    };
    sections.iter().find_map(|section| find(section))
}

fn print(measured: &[Entry]) {
    let width = measured.iter().map(|entry| entry.name.len()).max().unwrap_or_default();
    println!("{:width$} {:>8} {:>8} {:>8}", "bytes", "flash", "pool", "stack");
    for entry in measured {
        let figures = FIGURES.map(|name| entry.figure(name).map_or("-".to_owned(), |bytes| bytes.to_string()));
        let [flash, pool, stack] = figures;
        println!("{:width$} {flash:>8} {pool:>8} {stack:>8}", entry.name);
    }
}

/// What was measured in the place of what stood there; what could not be measured here stays.
fn merged(old: Vec<Entry>, measured: Vec<Entry>) -> Vec<Entry> {
    let mut entries = old;
    for new in measured {
        match entries.iter_mut().find(|entry| entry.name == new.name) {
            Some(entry) => *entry = new,
            None => entries.push(new),
        }
    }
    entries
}

/// What the budget has against an entry.
fn judge(entry: &Entry, budget: &[Entry]) -> Option<String> {
    let Some(allowed) = budget.iter().find(|allowed| allowed.name == entry.name) else {
        return Some(format!("{} has no budget; cargo xtask bench ram --save makes one", entry.name));
    };
    let over = FIGURES.iter().filter_map(|name| {
        let (found, saved) = (entry.figure(name)?, allowed.figure(name)?);
        (found > saved + saved * SLACK / 100).then(|| format!("{found} bytes of {name}, saved were {saved}"))
    });
    let over: Vec<_> = over.collect();
    (!over.is_empty()).then(|| format!("{} takes {}", entry.name, over.join(" and ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(pool: u64) -> Entry {
        Entry { name: "demo on a board".into(), figures: vec![("pool".into(), pool)] }
    }

    #[test]
    fn what_a_program_says_is_read() {
        let both = usage("a\n# at most used: pool 10 of 20 bytes, stack 30 of 40 bytes\nb\n").unwrap();
        assert_eq!(both, [("pool".to_owned(), 10), ("stack".to_owned(), 30)]);
        assert_eq!(usage("# at most used: pool 10 of 20 bytes\n").unwrap(), both[..1]);
        assert!(usage("pool 10 of 20 bytes").is_err());
        assert!(usage("# at most used: pool ten of 20 bytes").is_err());
    }

    #[test]
    fn more_than_the_slack_is_an_objection() {
        assert_eq!(judge(&entry(1_030), &[entry(1_000)]), None);
        let objection = judge(&entry(1_031), &[entry(1_000)]).unwrap();
        assert_eq!(objection, "demo on a board takes 1031 bytes of pool, saved were 1000");
        assert!(judge(&entry(1), &[]).unwrap().contains("has no budget"));
    }

    #[test]
    fn saving_keeps_what_was_not_measured() {
        let other = Entry { name: "other".into(), figures: vec![] };
        assert_eq!(merged(vec![entry(1), other.clone()], vec![entry(2)]), [entry(2), other]);
    }
}
