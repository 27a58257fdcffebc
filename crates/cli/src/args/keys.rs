//! The words of `moteur keygen`, `sign` and `inspect`, and what `--trust` takes.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser};

use super::{Command, Usage};
use crate::help;

/// `moteur sign`: which module, with which key, and where the result goes.
#[derive(Debug, PartialEq, Eq)]
pub struct Sign {
    /// The module.
    pub file: PathBuf,
    /// The file with the private key; `-` is the standard input.
    pub key: PathBuf,
    /// Where the result goes; `-` is the standard output. Without it, the module itself is replaced.
    pub out: Option<PathBuf>,
}

/// `moteur inspect`: which module, and whose signatures are verified.
#[derive(Debug, PartialEq, Eq)]
pub struct Inspect {
    /// The module, binary or text.
    pub file: PathBuf,
    /// Keys: files, or hexadecimal digits.
    pub trusted: Vec<OsString>,
}

/// Understands the words after `keygen`.
pub fn parse_keygen(parser: &mut Parser) -> Result<Command, Usage> {
    let mut name = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Print(help::KEYGEN)),
            Arg::Short('o') | Arg::Long("output") => name = Some(PathBuf::from(parser.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    let name = name.unwrap_or_else(|| "moteur".into());
    let is_folder = name.as_os_str().to_string_lossy().ends_with(std::path::is_separator);
    match name.file_name() {
        Some(_) if !is_folder => Ok(Command::Keygen(name)),
        _ => Err(Usage(format!("--output: {name:?} is no name of a file"))),
    }
}

/// Understands the words after `sign`.
pub fn parse_sign(parser: &mut Parser) -> Result<Command, Usage> {
    let (mut file, mut key, mut out) = (None, None, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Print(help::SIGN)),
            Arg::Long("key") if key.is_none() => key = Some(PathBuf::from(parser.value()?)),
            Arg::Long("key") => return Err(Usage("--key: one at a time; sign again for another".into())),
            Arg::Short('o') | Arg::Long("output") => out = Some(PathBuf::from(parser.value()?)),
            Arg::Value(value) if file.is_none() => file = Some(PathBuf::from(value)),
            other => return Err(other.unexpected().into()),
        }
    }
    let file = file.ok_or_else(|| Usage("sign: FILE is missing".into()))?;
    let key = key.ok_or_else(|| Usage("sign: --key is missing: a private key (`moteur keygen` makes one)".into()))?;
    Ok(Command::Sign(Sign { file, key, out }))
}

/// Understands the words after `inspect`.
pub fn parse_inspect(parser: &mut Parser) -> Result<Command, Usage> {
    let (mut file, mut trusted) = (None, Vec::new());
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Print(help::INSPECT)),
            Arg::Long("trust") => trusted.push(parser.value()?),
            Arg::Value(value) if file.is_none() => file = Some(PathBuf::from(value)),
            other => return Err(other.unexpected().into()),
        }
    }
    let file = file.ok_or_else(|| Usage("inspect: FILE is missing".into()))?;
    Ok(Command::Inspect(Inspect { file, trusted }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(
        parse: fn(&mut Parser) -> Result<Command, Usage>,
        words: &'static [&'static str],
    ) -> Result<Command, String> {
        parse(&mut Parser::from_args(words)).map_err(|Usage(text)| text)
    }

    #[test]
    fn options_may_stand_anywhere() {
        let expected = Sign { file: "f".into(), key: "k".into(), out: Some("g".into()) };
        for words in [&["--key", "k", "f", "-o", "g"][..], &["f", "--output=g", "--key=k"]] {
            assert!(matches!(parsed(parse_sign, words), Ok(Command::Sign(sign)) if sign == expected), "{words:?}");
        }
        let expected = Inspect { file: "f".into(), trusted: vec!["k".into(), "l".into()] };
        let found = parsed(parse_inspect, &["--trust", "k", "f", "--trust=l"]);
        assert!(matches!(found, Ok(Command::Inspect(inspect)) if inspect == expected));
        for (words, expected) in [(&[][..], "moteur"), (&["-o", "a/b"], "a/b")] {
            let found = parsed(parse_keygen, words);
            assert!(matches!(found, Ok(Command::Keygen(name)) if *name == *expected), "{words:?}");
        }
    }

    #[test]
    fn every_mistake_is_named() {
        for (parse, words, part) in [
            (parse_sign as fn(&mut Parser) -> _, &["--key", "k"][..], "FILE is missing"),
            (parse_sign, &["f"], "--key is missing"),
            (parse_sign, &["f", "--key", "a", "--key", "b"], "one at a time"),
            (parse_sign, &["f", "g", "--key", "a"], "\"g\""),
            (parse_keygen, &["f"], "\"f\""),
            (parse_keygen, &["-o", ".."], "no name of a file"),
            (parse_keygen, &["-o", "folder/"], "no name of a file"),
            (parse_keygen, &["-o"], "-o"),
            (parse_inspect, &["f", "--trust"], "--trust"),
        ] {
            let text = parsed(parse, words).unwrap_err();
            assert!(text.contains(part), "{words:?}: {text}");
        }
    }
}
