//! The words of `moteur trim`. Options may stand before and behind FILE: nothing here belongs to a guest.

use std::ffi::OsStr;
use std::path::PathBuf;

use lexopt::{Arg, Parser};

use super::{Command, Usage, bytes};
use crate::help;

/// `moteur trim`: which module, how large its memory shall be, and where the result goes.
#[derive(Debug, PartialEq, Eq)]
pub struct Trim {
    /// The module, binary or text.
    pub file: PathBuf,
    /// Bytes behind data and stack.
    pub heap_bytes: Option<u32>,
    /// Bytes in all; not together with the other.
    pub size_bytes: Option<u32>,
    /// Where the result goes; `-` is the standard output.
    pub out: Option<PathBuf>,
}

/// Understands the words after `trim`.
pub fn parse(parser: &mut Parser) -> Result<Command, Usage> {
    let (mut file, mut out, mut heap_bytes, mut size_bytes) = (None, None, None, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Print(help::TRIM)),
            Arg::Long("heap") => heap_bytes = Some(address("--heap", &parser.value()?)?),
            Arg::Long("size") => size_bytes = Some(address("--size", &parser.value()?)?),
            Arg::Short('o') | Arg::Long("output") => out = Some(PathBuf::from(parser.value()?)),
            Arg::Value(value) if file.is_none() => file = Some(PathBuf::from(value)),
            other => return Err(other.unexpected().into()),
        }
    }
    let file = file.ok_or_else(|| Usage("trim: FILE is missing".into()))?;
    if heap_bytes.is_some() && size_bytes.is_some() {
        return Err(Usage("--heap and --size exclude each other".into()));
    }
    Ok(Command::Trim(Trim { file, heap_bytes, size_bytes, out }))
}

/// A count of bytes that a memory can have.
fn address(option: &str, word: &OsStr) -> Result<u32, Usage> {
    let too_large = |_| Usage(format!("{option}: {word:?} is more than a memory can have (4 GiB)"));
    u32::try_from(bytes(option, word)?).map_err(too_large)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Trim, String> {
        match parse(&mut Parser::from_args(words)) {
            Ok(Command::Trim(trim)) => Ok(trim),
            Ok(command) => panic!("{words:?}: {command:?}"),
            Err(Usage(text)) => Err(text),
        }
    }

    #[test]
    fn options_may_stand_anywhere() {
        let asked = |heap_bytes, size_bytes, out: Option<&str>| {
            Ok(Trim { file: "f".into(), heap_bytes, size_bytes, out: out.map(PathBuf::from) })
        };
        assert_eq!(parsed(&["f"]), asked(None, None, None));
        assert_eq!(parsed(&["--heap", "2K", "f", "-o", "g"]), asked(Some(2048), None, Some("g")));
        assert_eq!(parsed(&["f", "--size=5000", "--output", "-"]), asked(None, Some(5000), Some("-")));
    }

    #[test]
    fn every_mistake_is_named() {
        for (words, part) in [
            (&[][..], "FILE is missing"),
            (&["f", "g"][..], "\"g\""),
            (&["f", "--heap", "much"][..], "--heap: \"much\" is not a size"),
            (&["f", "--size", "4G"][..], "--size: \"4G\" is more than a memory can have"),
            (&["f", "--size", "1", "--heap", "1"][..], "exclude each other"),
            (&["f", "-o"][..], "-o"),
        ] {
            let text = parsed(words).unwrap_err();
            assert!(text.contains(part), "{words:?}: {text}");
        }
    }
}
