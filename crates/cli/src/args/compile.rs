//! The words of `moteur compile`. Options may stand before and behind FILE: nothing here belongs to a guest.

use std::ffi::OsStr;
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
}

/// A machine.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Its name; none means the machine that this runs on.
    pub triple: Option<String>,
    /// Its CPU, if it is not the one that the name promises.
    pub cpu: Option<String>,
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
    let (mut file, mut out, mut emit) = (None, None, None);
    let mut targets: Vec<Target> = Vec::new();
    let mut optimise = '3';
    let (mut fuel, mut guard_pages) = (false, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Print(help::COMPILE)),
            Arg::Long("target") => targets.push(Target { triple: Some(parser.value()?.string()?), cpu: None }),
            Arg::Long("cpu") => {
                let cpu = parser.value()?.string()?;
                match targets.last_mut() {
                    Some(target) if target.cpu.is_none() => target.cpu = Some(cpu),
                    Some(_) => return Err(Usage("--cpu: a --target has one CPU".into())),
                    None => targets.push(Target { triple: None, cpu: Some(cpu) }),
                }
            }
            Arg::Short('O') => optimise = level(&parser.value()?)?,
            Arg::Long("fuel") => fuel = true,
            Arg::Long("guard-pages") => guard_pages = true,
            Arg::Short('o') | Arg::Long("output") => out = Some(PathBuf::from(parser.value()?)),
            Arg::Long("emit") => emit = Some(kind(&parser.value()?)?),
            Arg::Value(value) if file.is_none() => file = Some(PathBuf::from(value)),
            other => return Err(other.unexpected().into()),
        }
    }
    let file = file.ok_or_else(|| Usage("compile: FILE is missing".into()))?;
    if targets.len() > 1 && targets.iter().any(|target| target.triple.is_none()) {
        return Err(Usage("--cpu stands behind the --target that it belongs to".into()));
    }
    if targets.len() > 1 && emit.is_some() {
        return Err(Usage("--emit takes one --target".into()));
    }
    Ok(Command::Compile(Compile { file, targets, optimise, fuel, guard_pages, out, emit }))
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
        let targets = vec![
            Target { triple: Some("a".into()), cpu: None },
            Target { triple: Some("b".into()), cpu: Some("c".into()) },
        ];
        let asked = parsed(&["--target", "a", "f", "--fuel", "-Os", "--target=b", "--cpu", "c", "-o", "g"]).unwrap();
        let out = Some("g".into());
        let expected =
            Compile { file: "f".into(), targets, optimise: 's', fuel: true, guard_pages: false, out, emit: None };
        assert_eq!(asked, expected);
        assert!(parsed(&["--guard-pages", "f"]).unwrap().guard_pages);
        let asked = parsed(&["--cpu", "c", "f", "--emit", "asm"]).unwrap();
        assert_eq!(asked.targets, [Target { triple: None, cpu: Some("c".into()) }]);
        assert_eq!((asked.optimise, asked.emit), ('3', Some(Emit::Assembly)));
    }

    #[test]
    fn every_mistake_is_named() {
        for (words, part) in [
            (&[][..], "FILE is missing"),
            (&["f", "g"][..], "\"g\""),
            (&["f", "-O4"][..], "\"4\" is not a level"),
            (&["f", "--emit", "c"][..], "there are llvm-ir, asm and obj"),
            (&["f", "--cpu", "c", "--target", "a"][..], "--cpu stands behind"),
            (&["f", "--target", "a", "--cpu", "c", "--cpu", "d"][..], "has one CPU"),
            (&["f", "--target", "a", "--target", "b", "--emit", "asm"][..], "one --target"),
            (&["f", "--target"][..], "--target"),
        ] {
            let text = parsed(words).unwrap_err();
            assert!(text.contains(part), "{words:?}: {text}");
        }
    }
}
