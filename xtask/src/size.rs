//! `cargo xtask size`: the flash that the smallest useful firmware takes, by profile, and what each interface adds to it,
//! against the committed budget.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, SectionKind};

use crate::budget::{self, Entry};
use crate::firmware::{self, Build, workspace};
use crate::llvm;
use crate::qemu::{self, AN505};

const USAGE: &str = "usage: cargo xtask size [--save] [--symbols]";
const SHF_ALLOC: u64 = 2;

/// A way to build the size firmware: a name in the budget, a cargo profile, features.
struct Profile {
    name: &'static str,
    cargo: &'static str,
    features: &'static [&'static str],
    /// The profile without the interface that is measured: the difference counts.
    without: Option<&'static str>,
    /// Whether its module has to be compiled first.
    is_native: bool,
    /// Panics that are in the image because no compiler sees that nothing reaches them.
    unreached: &'static [&'static str],
}

/// A profile that is `micro` and one interface.
const fn interface(name: &'static str, features: &'static [&'static str]) -> Profile {
    Profile { name, cargo: "micro", features, without: Some("micro"), is_native: false, unreached: &[] }
}

const PROFILES: [Profile; 11] = [
    Profile {
        name: "micro",
        cargo: "micro",
        features: &["interpreter", "small"],
        without: None,
        is_native: false,
        unreached: &[],
    },
    Profile {
        name: "default",
        cargo: "release",
        features: &["threaded"],
        without: None,
        is_native: false,
        unreached: &[],
    },
    interface("libc", &["interpreter", "small", "libc"]),
    interface("wasi-streams", &["interpreter", "small", "streams"]),
    interface("wasi", &["interpreter", "small", "wasi"]),
    interface("devices", &["interpreter", "small", "devices"]),
    Profile {
        name: NATIVE_ONLY,
        cargo: "micro",
        features: firmware::NATIVE_ONLY,
        without: None,
        is_native: true,
        unreached: &[],
    },
    // What 64-bit floats, and those of 32 bits on a processor without them, add to it.
    Profile {
        name: "native-floats",
        cargo: "micro",
        features: &["native", "small", "floats"],
        without: Some(NATIVE_ONLY),
        is_native: true,
        unreached: &[],
    },
    // What memory protection adds to it, with a stack limit and handlers of faults; and the same with faults of guests as traps.
    Profile {
        name: "protection",
        cargo: "micro",
        features: &["native", "small", "protect"],
        without: Some(NATIVE_ONLY),
        is_native: true,
        unreached: &[],
    },
    Profile {
        name: "guest-faults",
        cargo: "micro",
        features: &["native", "small", "faults"],
        without: Some(NATIVE_ONLY),
        is_native: true,
        unreached: &[],
    },
    // What verifying signatures adds to it.
    Profile {
        name: "signatures",
        cargo: "micro",
        features: &["native", "small", "signatures"],
        without: Some(NATIVE_ONLY),
        is_native: true,
        // `ed25519-compact` indexes tables of eight with halves of digits up to 15, and arrays with the counters of loops
        // whose length is fixed: what is signed has 64 bytes.
        unreached: &["core::panicking::panic_bounds_check", "core::panicking::panic_fmt"],
    },
];

/// Native code alone: no interpreter, no validation of bodies.
const NATIVE_ONLY: &str = "native-only";

/// What a linked image takes.
#[derive(Debug, Default)]
pub struct Size {
    /// Bytes in flash: code, constants, and what initialises variables.
    pub flash: u64,
    sections: Vec<(String, u64)>,
    /// Bytes of each crate's symbols.
    pub crates: BTreeMap<String, u64>,
    /// The largest first.
    pub symbols: Vec<(u64, String)>,
    /// Symbols that only a reachable panic leaves in the image.
    pub panics: Vec<String>,
}

/// Links, measures, prints, and compares with `firmware/size-budget.toml`.
pub fn run(args: &[String]) -> Result<()> {
    let (mut save, mut symbols) = (false, false);
    for arg in args {
        match arg.as_str() {
            "--save" => save = true,
            "--symbols" => symbols = true,
            _ => bail!(USAGE),
        }
    }
    qemu::ensure_rust_target(AN505.target)?;
    let file = workspace().join("size-budget.toml");
    let budget = budgets(budget::read(&file)?);
    let (mut objections, mut measured) = (Vec::new(), Vec::<(&str, u64)>::new());
    let compiled = firmware::answer();
    for profile in &PROFILES {
        let mut build = Build::new("micro", &AN505);
        build.profile = profile.cargo;
        build.features = profile.features;
        let environment = match (&compiled, profile.is_native) {
            (Ok((name, module)), true) => Some((*name, module.to_str().context("a path that is no text")?)),
            (Err(error), true) if llvm::found().is_err() => {
                println!("SKIPPED {}: {error:#}\n", profile.name);
                continue;
            }
            (Err(error), true) => bail!("{}: {error:#}", profile.name),
            (_, false) => None,
        };
        build.environment = environment.as_slice();
        let mut size = measure(&fs::read(build.image()?)?)?;
        if let Some(without) = profile.without {
            let base = measured.iter().find(|(name, _)| *name == without).map_or(0, |(_, flash)| *flash);
            size.flash = size.flash.saturating_sub(base);
        }
        print(profile, &size, symbols);
        size.panics.retain(|name| !profile.unreached.contains(&name.as_str()));
        objections.extend(judge(profile.name, &size, &budget));
        measured.push((profile.name, size.flash));
    }
    if save {
        fs::write(&file, write_budget(&budget, &measured))?;
        return Ok(());
    }
    ensure!(objections.is_empty(), "{}", objections.join("; "));
    Ok(())
}

fn print(profile: &Profile, size: &Size, symbols: bool) {
    let name = profile.name;
    match profile.without {
        None => println!("{name}: {} bytes of flash ({}, {})", size.flash, AN505.machine, AN505.target),
        Some(without) => println!("{name}: {} bytes of flash more than {without}", size.flash),
    }
    for (section, bytes) in &size.sections {
        println!("  {section:<20} {bytes:>7}");
    }
    println!("  by crate, as far as symbols tell:");
    let mut crates: Vec<_> = size.crates.iter().collect();
    crates.sort_by_key(|(_, bytes)| std::cmp::Reverse(**bytes));
    for (name, bytes) in crates {
        println!("  {name:<20} {bytes:>7}");
    }
    if symbols {
        println!("  largest symbols:");
        for (bytes, name) in size.symbols.iter().take(60) {
            println!("  {bytes:>7} {name}");
        }
    }
    for name in &size.panics {
        println!("  reachable panic: {name}");
    }
    println!();
}

/// What the budget has against a size.
fn judge(profile: &str, size: &Size, budget: &[Budget]) -> Vec<String> {
    let Some(entry) = budget.iter().find(|entry| entry.profile == profile) else {
        return vec![format!("{profile} has no budget; cargo xtask size --save makes one")];
    };
    let mut objections = Vec::new();
    if size.flash > entry.allowed() {
        let over = size.flash - entry.allowed();
        objections.push(format!("{profile} takes {} bytes, {over} over its budget", size.flash));
    }
    if !size.panics.is_empty() {
        objections.push(format!("{profile} can reach {}", size.panics.join(", ")));
    }
    objections
}

/// One line of the budget: `micro = { flash = 51200, max = 61440 }`.
#[derive(Debug, PartialEq)]
struct Budget {
    profile: String,
    /// What it took when the budget was saved; a little more is let through, so that unrelated changes pass.
    flash: u64,
    /// What it may never exceed.
    max: Option<u64>,
}

impl Budget {
    /// Half a percent above the saved size, and never above the maximum.
    fn allowed(&self) -> u64 {
        let slack = self.flash + self.flash / 200;
        self.max.map_or(slack, |max| max.min(slack))
    }
}

fn budgets(entries: Vec<Entry>) -> Vec<Budget> {
    let budget = |entry: Entry| Budget {
        flash: entry.figure("flash").unwrap_or_default(),
        max: entry.figure("max"),
        profile: entry.name,
    };
    entries.into_iter().map(budget).collect()
}

fn write_budget(old: &[Budget], measured: &[(&str, u64)]) -> String {
    const COMMENT: &str = "# Bytes of flash of firmware/micro on mps2-an505, by profile; of an interface, what it adds to `micro`.\n\
         # `cargo xtask size` compares; `--save` writes `flash`.\n\
         # A profile may grow by half a percent before it counts as a change, and never above `max`.\n";
    let kept = old.iter().filter(|entry| measured.iter().all(|(profile, _)| *profile != entry.profile));
    let kept: Vec<_> = kept.map(|entry| (entry.profile.as_str(), entry.flash)).collect();
    let entry = |(profile, flash): &(&str, u64)| {
        let max = old.iter().find(|entry| entry.profile == *profile).and_then(|entry| entry.max);
        let figures = [("flash".to_owned(), *flash)].into_iter().chain(max.map(|max| ("max".to_owned(), max)));
        Entry { name: (*profile).to_owned(), figures: figures.collect() }
    };
    let entries: Vec<_> = measured.iter().chain(&kept).map(entry).collect();
    budget::text(COMMENT, &entries)
}

/// Bytes of flash that an image takes.
pub fn flash(image: &Path) -> Result<u64> {
    Ok(measure(&fs::read(image)?)?.flash)
}

/// The bytes of an image that go to flash, section by section.
pub fn flash_sections(image: &[u8]) -> Result<Vec<Vec<u8>>> {
    let file = object::File::parse(image)?;
    let sections = file.sections().filter(is_in_flash);
    sections.map(|section| Ok(section.data()?.to_vec())).collect()
}

fn is_in_flash<'d>(section: &impl ObjectSection<'d>) -> bool {
    let SectionFlags::Elf { sh_flags, .. } = section.flags() else {
        return false;
    };
    let in_ram_only = matches!(section.kind(), SectionKind::UninitializedData | SectionKind::UninitializedTls);
    sh_flags & SHF_ALLOC != 0 && !in_ram_only && section.size() > 0
}

/// Reads sizes from an ELF image.
pub fn measure(image: &[u8]) -> Result<Size> {
    let file = object::File::parse(image)?;
    let mut size = Size::default();
    for section in file.sections().filter(is_in_flash) {
        size.flash += section.size();
        size.sections.push((section.name()?.to_owned(), section.size()));
    }
    for symbol in file.symbols().filter(|symbol| symbol.size() > 0) {
        let Some(section) = symbol.section_index() else {
            continue;
        };
        if file.section_by_index(section)?.kind() == SectionKind::UninitializedData {
            continue;
        }
        let name = format!("{:#}", rustc_demangle::demangle(symbol.name()?));
        *size.crates.entry(crate_of(&name).to_owned()).or_default() += symbol.size();
        if name.starts_with("core::panicking::") || name.ends_with("_failed") {
            size.panics.push(name.clone());
        }
        size.symbols.push((symbol.size(), name));
    }
    size.symbols.sort_by(|a, b| b.cmp(a));
    Ok(size)
}

/// The crate a symbol is from: the first path in its name. What has no path comes from the compiler's own library, from
/// assembly, or is a constant without a name.
fn crate_of(name: &str) -> &str {
    let path = name.trim_start_matches(['<', '&', '*', '[', '(']);
    let path = ["mut ", "const ", "dyn "].iter().fold(path, |path, word| path.trim_start_matches(word));
    match path.split_once("::") {
        Some((first, _)) if first.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => first,
        _ if path.starts_with("__") || path.starts_with("mem") => "compiler_builtins",
        _ => "(others)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_belong_to_crates() {
        assert_eq!(crate_of("moteur_wasm::reader::Reader::byte"), "moteur_wasm");
        assert_eq!(crate_of("<moteur::error::Error as core::fmt::Display>::fmt"), "moteur");
        assert_eq!(crate_of("<&mut moteur_pool::Vec<u8> as core::ops::Deref>::deref"), "moteur_pool");
        assert_eq!(crate_of("__aeabi_dmul"), "compiler_builtins");
        assert_eq!(crate_of("anon.1234.5"), "(others)");
    }

    #[test]
    fn a_budget_survives_saving() {
        let text =
            write_budget(&budgets(budget::parse("micro = { flash = 1, max = 61_440 }").unwrap()), &[("micro", 50_000)]);
        let budget = budgets(budget::parse(&text).unwrap());
        assert_eq!(budget, [Budget { profile: "micro".into(), flash: 50_000, max: Some(61_440) }]);
        assert_eq!(budget[0].allowed(), 50_250);
    }

    #[test]
    fn over_budget_is_an_objection() {
        let budget = [Budget { profile: "micro".into(), flash: 61_400, max: Some(61_440) }];
        let size = |flash| Size { flash, ..Size::default() };
        assert!(judge("micro", &size(61_440), &budget).is_empty());
        assert_eq!(judge("micro", &size(61_441), &budget), ["micro takes 61441 bytes, 1 over its budget"]);
        assert_eq!(judge("default", &size(1), &budget).len(), 1);
        let panics = Size { panics: vec!["core::panicking::panic_fmt".into()], ..size(1) };
        assert_eq!(judge("micro", &panics, &budget), ["micro can reach core::panicking::panic_fmt"]);
    }
}
