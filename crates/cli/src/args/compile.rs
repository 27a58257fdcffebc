//! The words of `moteur compile`. Options may stand before and behind FILE: nothing here belongs to a guest.

use std::ffi::OsStr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

use super::{Command, Usage};
use crate::help;

/// `moteur compile`: which module, for which machines, and where the result goes.
#[derive(Debug, PartialEq, Eq)]
pub struct Compile {
    /// The module, binary or text.
    pub file: PathBuf,
    /// The machines. None means the one that this runs on.
    pub targets: Vec<Target>,
    /// How hard the compiler tries: `0` to `3`, `s` or `z`.
    pub optimise: char,
    /// Whether the code counts fuel.
    pub fuel: bool,
    /// Whether memories are guarded, so that the code checks no address.
    pub guard_pages: bool,
    /// Where the result goes; `-` is the standard output.
    pub out: Option<PathBuf>,
    /// What to print instead of native code in a module.
    pub emit: Option<Emit>,
    /// Whether backtraces say where in a function they were.
    pub offsets: bool,
    /// Whether function bodies are taken out, for devices that run native code alone.
    pub strip_bodies: bool,
    /// How many threads compile; none means as many as there are cores.
    pub jobs: Option<NonZeroUsize>,
    /// The file with the private key that signs the code; `-` is the standard input.
    pub sign: Option<PathBuf>,
    /// Whether nothing is shown while it takes long.
    pub quiet: bool,
}

/// A machine.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Its name; none means the machine that this runs on.
    pub triple: Option<String>,
    /// Its CPU, if it is not the one that the name promises.
    pub cpu: Option<String>,
    /// Features of the CPU besides, and some that it does not have: `+a,-b`.
    pub features: String,
}

/// What stands between a module and its native code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emit {
    /// LLVM's intermediate language.
    LlvmIr,
    /// Assembly.
    Assembly,
    /// An object file.
    Object,
}

/// Understands the words after `compile`.
pub fn parse(parser: &mut Parser) -> Result<Command, Usage> {
    let (mut file, mut out, mut emit, mut sign) = (None, None, None, None);
    let mut targets: Vec<Target> = Vec::new();
    let mut optimise = '3';
    let (mut fuel, mut guard_pages, mut offsets, mut quiet) = (false, false, true, false);
    let (mut jobs, mut strip_bodies) = (None, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Print(help::COMPILE)),
            Arg::Long("target") => {
                targets.push(Target { triple: Some(parser.value()?.string()?), ..Target::default() });
            }
            Arg::Long("cpu") => {
                let cpu = parser.value()?.string()?;
                if last(&mut targets).cpu.replace(cpu).is_some() {
                    return Err(Usage("--cpu: a --target has one CPU".into()));
                }
            }
            Arg::Long("features") => {
                let list = &parser.value()?.string()?;
                let features = &mut last(&mut targets).features;
                if !features.is_empty() {
                    features.push(',');
                }
                features.push_str(list);
            }
            Arg::Short('O') => optimise = level(&parser.value()?)?,
            Arg::Long("fuel") => fuel = true,
            Arg::Long("guard-pages") => guard_pages = true,
            Arg::Long("no-offsets") => offsets = false,
            Arg::Long("strip-bodies") => strip_bodies = true,
            Arg::Short('o') | Arg::Long("output") => out = Some(PathBuf::from(parser.value()?)),
            Arg::Long("emit") => emit = Some(kind(&parser.value()?)?),
            Arg::Long("sign") => sign = Some(PathBuf::from(parser.value()?)),
            Arg::Short('j') | Arg::Long("jobs") => jobs = Some(count(&parser.value()?)?),
            Arg::Short('q') | Arg::Long("quiet") => quiet = true,
            Arg::Value(value) if file.is_none() => file = Some(PathBuf::from(value)),
            other => return Err(other.unexpected().into()),
        }
    }
    let file = file.ok_or_else(|| Usage("compile: FILE is missing".into()))?;
    if targets.len() > 1 && targets.iter().any(|target| target.triple.is_none()) {
        return Err(Usage("--cpu and --features stand behind the --target that they belong to".into()));
    }
    if targets.len() > 1 && emit.is_some() {
        return Err(Usage("--emit takes one --target".into()));
    }
    if sign.is_some() && emit.is_some() {
        return Err(Usage("--emit writes nothing that could be signed".into()));
    }
    if strip_bodies && emit.is_some() {
        return Err(Usage("--emit writes no module whose bodies could be taken out".into()));
    }
    Ok(Command::Compile(Compile {
        file,
        targets,
        optimise,
        fuel,
        guard_pages,
        out,
        emit,
        offsets,
        strip_bodies,
        jobs,
        sign,
        quiet,
    }))
}

/// The target that was named last, or this machine if none was.
fn last(targets: &mut Vec<Target>) -> &mut Target {
    if targets.is_empty() {
        targets.push(Target::default());
    }
    let at = targets.len() - 1;
    &mut targets[at]
}

fn count(word: &OsStr) -> Result<NonZeroUsize, Usage> {
    let number = word.to_str().and_then(|word| word.parse().ok());
    number.ok_or_else(|| Usage(format!("--jobs: {word:?} is not a number of threads")))
}

fn level(word: &OsStr) -> Result<char, Usage> {
    match word.to_str() {
        Some("0") => Ok('0'),
        Some("1") => Ok('1'),
        Some("2") => Ok('2'),
        Some("3") => Ok('3'),
        Some("s") => Ok('s'),
        Some("z") => Ok('z'),
        _ => Err(Usage(format!("-O: {word:?} is not a level; there are 0, 1, 2, 3, s and z"))),
    }
}

fn kind(word: &OsStr) -> Result<Emit, Usage> {
    match word.to_str() {
        Some("llvm-ir") => Ok(Emit::LlvmIr),
        Some("asm") => Ok(Emit::Assembly),
        Some("obj") => Ok(Emit::Object),
        _ => Err(Usage(format!("--emit: {word:?} is unknown; there are llvm-ir, asm and obj"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Compile, String> {
        match parse(&mut Parser::from_args(words)) {
            Ok(Command::Compile(compile)) => Ok(compile),
            Ok(command) => panic!("{words:?}: {command:?}"),
            Err(Usage(text)) => Err(text),
        }
    }

    #[test]
    fn options_may_stand_anywhere() {
        let target = |triple: Option<&str>, cpu: Option<&str>, features: &str| Target {
            triple: triple.map(Into::into),
            cpu: cpu.map(Into::into),
            features: features.into(),
        };
        let words = "--target a --features +x f --fuel -Os --target=b --cpu c --features -y --features=+z,-q -o g -j 3 -q --sign k";
        let expected = Compile {
            file: "f".into(),
            targets: vec![target(Some("a"), None, "+x"), target(Some("b"), Some("c"), "-y,+z,-q")],
            optimise: 's',
            fuel: true,
            guard_pages: false,
            out: Some("g".into()),
            emit: None,
            offsets: true,
            strip_bodies: false,
            jobs: NonZeroUsize::new(3),
            sign: Some("k".into()),
            quiet: true,
        };
        assert_eq!(parsed(&words.split(' ').collect::<Vec<_>>()).unwrap(), expected);
        let asked = parsed(&["--guard-pages", "f", "--no-offsets", "--strip-bodies"]).unwrap();
        assert!(asked.guard_pages && !asked.offsets && asked.strip_bodies);
        let asked = parsed(&["--cpu", "c", "f", "--emit", "asm"]).unwrap();
        assert_eq!(asked.targets, [target(None, Some("c"), "")]);
        assert_eq!((asked.optimise, asked.emit), ('3', Some(Emit::Assembly)));
    }

    #[test]
    fn every_mistake_is_named() {
        for (words, part) in [
            (&[][..], "FILE is missing"),
            (&["f", "g"][..], "\"g\""),
            (&["f", "-O4"][..], "\"4\" is not a level"),
            (&["f", "--emit", "c"][..], "there are llvm-ir, asm and obj"),
            (&["f", "--cpu", "c", "--target", "a"][..], "stand behind"),
            (&["f", "--features", "+c", "--target", "a"][..], "stand behind"),
            (&["f", "--sign", "k", "--emit", "asm"][..], "nothing that could be signed"),
            (&["f", "--strip-bodies", "--emit", "asm"][..], "no module whose bodies"),
            (&["f", "-j0"][..], "\"0\" is not a number of threads"),
            (&["f", "--target", "a", "--cpu", "c", "--cpu", "d"][..], "has one CPU"),
            (&["f", "--target", "a", "--target", "b", "--emit", "asm"][..], "one --target"),
            (&["f", "--target"][..], "--target"),
        ] {
            let text = parsed(words).unwrap_err();
            assert!(text.contains(part), "{words:?}: {text}");
        }
    }
}
