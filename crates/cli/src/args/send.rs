//! The words of `moteur send`. Options may stand before and behind FILE: nothing here belongs to a guest.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt};

use super::{Command, Usage, duration, number};
use crate::help;

/// Bits per second that most boards' firmware starts with.
const BAUD: u32 = 115_200;
/// How long a device may take to ask for a module: to start, and a few of its calls, one a second.
const TIMEOUT: Duration = Duration::from_secs(15);

/// `moteur send`: which module, and where to.
#[derive(Debug, PartialEq, Eq)]
pub struct Send {
    /// The module, binary or text.
    pub file: PathBuf,
    /// Where the device is.
    pub port: Port,
    /// Bits per second of a serial port.
    pub baud: u32,
    /// How long to wait for the device's first call.
    pub timeout: Duration,
    /// Whether no progress is shown.
    pub quiet: bool,
}

/// Where a device is.
#[derive(Debug, PartialEq, Eq)]
pub enum Port {
    /// At the standard input and output.
    Standard,
    /// At `HOST:PORT`.
    Tcp(String),
    /// A serial port, a pseudo terminal or a local socket.
    Path(PathBuf),
}

/// Understands the words after `send`.
pub fn parse(parser: &mut Parser) -> Result<Command, Usage> {
    let (mut file, mut port, mut baud, mut timeout, mut quiet) = (None, None, BAUD, TIMEOUT, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Print(help::SEND)),
            Arg::Short('p') | Arg::Long("port") => port = Some(self::port(&parser.value()?)?),
            Arg::Short('b') | Arg::Long("baud") => baud = self::baud(&parser.value()?)?,
            Arg::Long("timeout") => timeout = duration(&parser.value()?)?,
            Arg::Short('q') | Arg::Long("quiet") => quiet = true,
            Arg::Value(value) if file.is_none() => file = Some(PathBuf::from(value)),
            other => return Err(other.unexpected().into()),
        }
    }
    let file = file.ok_or_else(|| Usage("send: FILE is missing".into()))?;
    let port = port.ok_or_else(|| Usage("send: --port is missing, such as --port /dev/ttyACM0".into()))?;
    Ok(Command::Send(Send { file, port, baud, timeout, quiet }))
}

fn port(word: &OsStr) -> Result<Port, Usage> {
    if word == "-" {
        return Ok(Port::Standard);
    }
    let Some(address) = word.to_str().and_then(|text| text.strip_prefix("tcp:")) else {
        return Ok(Port::Path(word.into()));
    };
    let is_address =
        address.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if is_address {
        Ok(Port::Tcp(address.into()))
    } else {
        Err(Usage(format!("--port: {word:?} is not tcp:HOST:PORT")))
    }
}

fn baud(word: &OsStr) -> Result<u32, Usage> {
    let bits = number("--baud", word)?;
    match u32::try_from(bits) {
        Ok(bits @ 1..) => Ok(bits),
        _ => Err(Usage(format!("--baud: {:?} is no speed of a serial port", word.to_owned().string()?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Send, String> {
        match parse(&mut Parser::from_args(words)) {
            Ok(Command::Send(send)) => Ok(send),
            Ok(command) => panic!("{words:?}: {command:?}"),
            Err(Usage(text)) => Err(text),
        }
    }

    #[test]
    fn options_may_stand_anywhere() {
        let send = |port, baud, seconds, quiet| {
            Ok(Send { file: "f".into(), port, baud, timeout: Duration::from_secs(seconds), quiet })
        };
        let path = |path: &str| Port::Path(path.into());
        assert_eq!(parsed(&["f", "--port", "/dev/ttyACM0"]), send(path("/dev/ttyACM0"), 115_200, 15, false));
        assert_eq!(parsed(&["-p", "COM3", "-b", "9600", "f", "-q"]), send(path("COM3"), 9600, 15, true));
        assert_eq!(parsed(&["--port=-", "f", "--timeout=2"]), send(Port::Standard, 115_200, 2, false));
        let tcp = Port::Tcp("[::1]:4444".into());
        assert_eq!(parsed(&["f", "--baud", "921_600", "-p", "tcp:[::1]:4444"]), send(tcp, 921_600, 15, false));
    }

    #[test]
    fn every_mistake_is_named() {
        for (words, part) in [
            (&["-p", "x"][..], "FILE is missing"),
            (&["f"][..], "--port is missing"),
            (&["f", "g", "-p", "x"][..], "\"g\""),
            (&["f", "-p", "tcp:host"][..], "is not tcp:HOST:PORT"),
            (&["f", "-p", "tcp::1"][..], "is not tcp:HOST:PORT"),
            (&["f", "-p", "x", "--baud", "fast"][..], "--baud: \"fast\""),
            (&["f", "-p", "x", "--baud", "0"][..], "--baud: \"0\" is no speed"),
            (&["f", "-p", "x", "--timeout", "soon"][..], "--timeout"),
            (&["f", "-p", "x", "--speed", "1"][..], "--speed"),
        ] {
            let text = parsed(words).unwrap_err();
            assert!(text.contains(part), "{words:?}: {text}");
        }
    }
}
