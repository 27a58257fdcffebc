//! What was asked for on the command line: the words become a [`Command`], or a [`Usage`] error that says which word
//! was not understood. Options stand before FILE; whatever follows FILE belongs to the guest, untouched.

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt};
use moteur_guest::wasi::{Allowed, AllowedError};

use crate::help;

pub mod compile;
pub mod keys;
pub mod send;
pub mod trim;

pub use compile::Compile;
pub use keys::{Inspect, Sign};
pub use send::Send;
pub use trim::Trim;

/// One complete request.
#[derive(Debug)]
pub enum Command {
    /// Print a text to the standard output and end well.
    Print(&'static str),
    /// `moteur run`
    Run(Box<Run>),
    /// `moteur compile`
    Compile(Compile),
    /// `moteur validate`
    Validate(PathBuf),
    /// `moteur inspect`
    Inspect(Inspect),
    /// `moteur trim`
    Trim(Trim),
    /// `moteur keygen`, with the name of the files.
    Keygen(PathBuf),
    /// `moteur sign`
    Sign(Sign),
    /// `moteur send`
    Send(Send),
}

/// `moteur run`: which module, what it is given, and what it may use up.
#[derive(Debug, Default)]
pub struct Run {
    /// The module, binary or text.
    pub file: PathBuf,
    /// The guest's arguments after its own name.
    pub arguments: Vec<OsString>,
    /// The exported function to call instead of `_start`.
    pub invoke: Option<String>,
    /// The guest's environment: nothing of the host's is passed on by itself.
    pub environment: Vec<(OsString, OsString)>,
    /// The directories that the guest gets.
    pub directories: Vec<GivenDirectory>,
    /// Where the guest may connect and send: lines that `Allowed` understands.
    pub connects: Vec<String>,
    /// Where others may reach the guest: lines that `Allowed` understands.
    pub listens: Vec<String>,
    /// Addresses at which the guest gets a socket that listens.
    pub listeners: Vec<SocketAddr>,
    /// Units of fuel; without it, execution is not counted.
    pub fuel: Option<u64>,
    /// The longest time the guest may run.
    pub timeout: Option<Duration>,
    /// Bytes of the guest's call stack.
    pub stack_bytes: Option<usize>,
    /// Bytes that each of the guest's memories may grow to.
    pub memory_bytes_max: Option<u64>,
    /// Lower every function when the module is loaded instead of at its first call.
    pub eager: bool,
    /// Which native code is run.
    pub native: Native,
    /// Keys whose signatures are trusted: files, or hexadecimal digits.
    pub trusted: Vec<OsString>,
    /// Whether native code compares addresses, also where the processor could do that.
    pub explicit_checks: bool,
}

/// Which native code `moteur run` runs.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Native {
    /// None: native sections are ignored.
    #[default]
    Ignored,
    /// What the module brings along.
    Trusted,
    /// What the module brings along, if a key that is trusted has signed it.
    Signed,
    /// What is compiled in memory before the run.
    Compiled,
}

/// A directory of the host that the guest gets.
#[derive(Debug, PartialEq, Eq)]
pub struct GivenDirectory {
    /// Where it is.
    pub host: PathBuf,
    /// The name under which the guest finds it.
    pub guest: String,
    /// Whether the guest may change what is in it.
    pub writable: bool,
}

/// A command line that cannot be understood: exit status 2.
#[derive(Debug)]
pub struct Usage(pub String);

impl From<lexopt::Error> for Usage {
    fn from(error: lexopt::Error) -> Self {
        Usage(error.to_string())
    }
}

/// Understands the words after the program's own name.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Command, Usage> {
    let mut parser = Parser::from_args(words);
    match parser.next()? {
        None => Err(Usage("a command is missing: run, compile, validate, inspect, trim, keygen, sign or send".into())),
        Some(Arg::Short('h') | Arg::Long("help")) => Ok(Command::Print(help::MAIN)),
        Some(Arg::Short('V') | Arg::Long("version")) => Ok(Command::Print(help::VERSION)),
        Some(Arg::Value(command)) => match command.to_str() {
            Some("run") => parse_run(&mut parser),
            Some("compile") => compile::parse(&mut parser),
            Some("validate") => parse_validate(&mut parser),
            Some("inspect") => keys::parse_inspect(&mut parser),
            Some("trim") => trim::parse(&mut parser),
            Some("keygen") => keys::parse_keygen(&mut parser),
            Some("sign") => keys::parse_sign(&mut parser),
            Some("send") => send::parse(&mut parser),
            Some("help") => Ok(Command::Print(help::MAIN)),
            _ => Err(Usage(format!(
                "{command:?} is not a command; there are run, compile, validate, inspect, trim, keygen, sign and send"
            ))),
        },
        Some(argument) => Err(argument.unexpected().into()),
    }
}

fn parse_run(parser: &mut Parser) -> Result<Command, Usage> {
    let mut run = Run::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Print(help::RUN)),
            Arg::Long("invoke") => run.invoke = Some(parser.value()?.string()?),
            Arg::Short('e') | Arg::Long("env") => run.environment.push(variable(&parser.value()?)?),
            Arg::Long("dir") => run.directories.push(directory("--dir", &parser.value()?, true)?),
            Arg::Long("dir-ro") => run.directories.push(directory("--dir-ro", &parser.value()?, false)?),
            Arg::Long("allow-net") => run.connects.push(allowed("--allow-net", &parser.value()?, Allowed::parse)?),
            Arg::Long("allow-listen") => {
                run.listens.push(allowed("--allow-listen", &parser.value()?, Allowed::parse_listen)?);
            }
            Arg::Long("listen") => run.listeners.push(socket_address("--listen", &parser.value()?)?),
            Arg::Long("fuel") => run.fuel = Some(number("--fuel", &parser.value()?)?),
            Arg::Long("timeout") => run.timeout = Some(duration(&parser.value()?)?),
            Arg::Long("stack-size") => {
                let bytes = bytes("--stack-size", &parser.value()?)?;
                let bytes = usize::try_from(bytes)
                    .map_err(|_| Usage(format!("--stack-size: {bytes} bytes do not fit this machine")))?;
                run.stack_bytes = Some(bytes);
            }
            Arg::Long("max-memory") => {
                run.memory_bytes_max = Some(bytes("--max-memory", &parser.value()?)?);
            }
            Arg::Long("eager") => run.eager = true,
            Arg::Long("explicit-checks") => run.explicit_checks = true,
            Arg::Long("native") => choose(&mut run, Native::Trusted)?,
            Arg::Long("trust") => {
                choose(&mut run, Native::Signed)?;
                run.trusted.push(parser.value()?);
            }
            Arg::Long("jit") => choose(&mut run, Native::Compiled)?,
            Arg::Value(file) => {
                run.file = file.into();
                run.arguments = guest_arguments(parser)?;
                return Ok(Command::Run(Box::new(run)));
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Err(Usage("run: FILE is missing".into()))
}

/// Chooses which native code is run, once.
fn choose(run: &mut Run, native: Native) -> Result<(), Usage> {
    if run.native != Native::Ignored && run.native != native {
        return Err(Usage("--native, --trust and --jit exclude each other".into()));
    }
    run.native = native;
    Ok(())
}

/// Everything after FILE, verbatim; a `--` that follows FILE directly is the separator and no argument.
fn guest_arguments(parser: &mut Parser) -> Result<Vec<OsString>, Usage> {
    let mut words: Vec<OsString> = parser.raw_args()?.collect();
    if words.first().is_some_and(|word| word == "--") {
        words.remove(0);
    }
    Ok(words)
}

fn parse_validate(parser: &mut Parser) -> Result<Command, Usage> {
    let mut file = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Print(help::VALIDATE)),
            Arg::Value(value) if file.is_none() => file = Some(PathBuf::from(value)),
            other => return Err(other.unexpected().into()),
        }
    }
    file.map(Command::Validate).ok_or_else(|| Usage("validate: FILE is missing".into()))
}

/// `KEY=VALUE`; a variable without a value is an error rather than a look into the host's environment.
fn variable(word: &OsStr) -> Result<(OsString, OsString), Usage> {
    let text = word.to_str().ok_or_else(|| Usage(format!("--env: {word:?} is not UTF-8")))?;
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.into(), value.into())),
        _ => Err(Usage(format!("--env: expected KEY=VALUE, found {text:?}"))),
    }
}

/// `HOST::GUEST`, or `HOST` for a directory that has the same name on both sides. The last `::` counts.
fn directory(option: &str, word: &OsStr, writable: bool) -> Result<GivenDirectory, Usage> {
    let text = word.to_str().ok_or_else(|| Usage(format!("{option}: {word:?} is not UTF-8")))?;
    let (host, guest) = text.rsplit_once("::").unwrap_or((text, text));
    if host.is_empty() || guest.is_empty() {
        return Err(Usage(format!("{option}: expected HOST or HOST::GUEST, found {text:?}")));
    }
    Ok(GivenDirectory { host: host.into(), guest: guest.into(), writable })
}

/// A line of what a guest may reach, which is good for that direction.
fn allowed<'w>(
    option: &str,
    word: &'w OsStr,
    parse: fn(&'w str) -> Result<Allowed<'w>, AllowedError>,
) -> Result<String, Usage> {
    let text = word.to_str().ok_or_else(|| Usage(format!("{option}: {word:?} is not UTF-8")))?;
    match parse(text) {
        Ok(_) => Ok(text.into()),
        Err(error) => Err(Usage(format!("{option} {text:?}: {error}"))),
    }
}

/// An address of this machine and a port.
fn socket_address(option: &str, word: &OsStr) -> Result<SocketAddr, Usage> {
    let address = word.to_str().and_then(|text| text.parse().ok());
    address.ok_or_else(|| {
        Usage(format!("{option}: {word:?} is not ADDRESS:PORT, such as 127.0.0.1:8080, 0.0.0.0:80 or [::1]:8080"))
    })
}

fn text<'a>(option: &str, word: &'a OsStr) -> Result<&'a str, Usage> {
    word.to_str().ok_or_else(|| Usage(format!("{option}: {word:?} is not a number")))
}

fn number(option: &str, word: &OsStr) -> Result<u64, Usage> {
    let word = text(option, word)?;
    let digits = word.replace('_', "");
    digits.parse().map_err(|_| Usage(format!("{option}: {word:?} is not a number from 0 to 2^64 - 1")))
}

/// A count of bytes: `65536`, `64K`, `16M`, `1G` (powers of 1024; `KB` and `KiB` mean the same).
fn bytes(option: &str, word: &OsStr) -> Result<u64, Usage> {
    let word = text(option, word)?;
    let wrong = || Usage(format!("{option}: {word:?} is not a size such as 65536, 64K or 16M"));
    let digits_end = word.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(word.len());
    let (digits, unit) = word.split_at(digits_end);
    let scale: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err(wrong()),
    };
    let count: u64 = digits.replace('_', "").parse().map_err(|_| wrong())?;
    count.checked_mul(scale).ok_or_else(wrong)
}

/// A span of time: `500ms`, `2s`, `1.5s`, `3m`, `1h`; a bare number means seconds.
fn duration(word: &OsStr) -> Result<Duration, Usage> {
    let word = text("--timeout", word)?;
    let wrong = || Usage(format!("--timeout: {word:?} is not a duration such as 500ms, 2s or 1m"));
    let digits_end = word.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(word.len());
    let (digits, unit) = word.split_at(digits_end);
    let scale = match unit {
        "us" | "µs" => 1e-6,
        "ms" => 1e-3,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(wrong()),
    };
    let count: f64 = digits.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(count * scale).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(words: &[&str]) -> Run {
        match parse(words.iter().map(OsString::from)) {
            Ok(Command::Run(run)) => *run,
            other => panic!("{words:?}: {other:?}"),
        }
    }

    fn refused(words: &[&str]) -> String {
        match parse(words.iter().map(OsString::from)) {
            Err(Usage(text)) => text,
            Ok(command) => panic!("{words:?}: {command:?}"),
        }
    }

    #[test]
    fn words_after_the_file_belong_to_the_guest() {
        let asked = run(&["run", "--fuel=7", "a.wasm", "--fuel", "8", "-x", "--", "y"]);
        assert_eq!(asked.fuel, Some(7));
        assert_eq!(asked.arguments, ["--fuel", "8", "-x", "--", "y"]);
    }

    #[test]
    fn the_first_separator_is_no_argument() {
        assert_eq!(run(&["run", "a.wasm", "--", "--help"]).arguments, ["--help"]);
        assert_eq!(run(&["run", "--", "a.wasm", "--", "--"]).arguments, ["--"]);
    }

    #[test]
    fn several_keys_may_be_trusted() {
        let asked = run(&["run", "--trust", "a.pub", "--trust=b.pub", "f", "--trust", "c"]);
        assert_eq!((asked.native, asked.trusted.len()), (Native::Signed, 2));
        assert_eq!((asked.trusted[0].to_str(), asked.trusted[1].to_str()), (Some("a.pub"), Some("b.pub")));
    }

    #[test]
    fn sizes_and_durations() {
        for (word, expected) in [("0", 0), ("64K", 65_536), ("64KiB", 65_536), ("1_000", 1000), ("2G", 2 << 30)] {
            assert_eq!(run(&["run", "--max-memory", word, "f"]).memory_bytes_max, Some(expected), "{word}");
        }
        for (word, millis) in [("500ms", 500), ("2", 2000), ("1.5s", 1500), ("1m", 60_000), ("0", 0)] {
            let expected = Some(Duration::from_millis(millis));
            assert_eq!(run(&["run", "--timeout", word, "f"]).timeout, expected, "{word}");
        }
    }

    #[test]
    fn directories_have_a_name_on_both_sides() {
        let asked = run(&["run", "--dir", "a", "--dir-ro=/b/c::/", "--dir", "x::y::z", "f"]);
        let given: Vec<_> = asked.directories.iter().map(|directory| (&*directory.guest, directory.writable)).collect();
        assert_eq!(given, [("a", true), ("/", false), ("z", true)]);
        let hosts: Vec<_> = asked.directories.iter().filter_map(|directory| directory.host.to_str()).collect();
        assert_eq!(hosts, ["a", "/b/c", "x::y"]);
    }

    #[test]
    fn what_a_guest_may_reach_is_kept_as_it_stands() {
        let asked = run(&[
            "run",
            "--allow-net",
            "example.org:443",
            "--allow-net=*:*/udp",
            "--listen=[::1]:80",
            "--allow-listen",
            "127.0.0.1:*",
            "f",
        ]);
        assert_eq!(asked.connects, ["example.org:443", "*:*/udp"]);
        assert_eq!(asked.listens, ["127.0.0.1:*"]);
        assert_eq!(asked.listeners, ["[::1]:80".parse::<SocketAddr>().unwrap()]);
    }

    #[test]
    fn every_mistake_is_named() {
        for (words, part) in [
            (&[][..], "command is missing"),
            (&["fly"][..], "\"fly\" is not a command"),
            (&["run"][..], "FILE is missing"),
            (&["run", "--fuel", "many", "f"][..], "--fuel: \"many\""),
            (&["run", "--fuel", "-1", "f"][..], "--fuel"),
            (&["run", "--timeout", "1y", "f"][..], "\"1y\" is not a duration"),
            (&["run", "--timeout", "1e400s", "f"][..], "--timeout"),
            (&["run", "--max-memory", "17179869184G", "f"][..], "--max-memory"),
            (&["run", "--stack-size", "", "f"][..], "--stack-size"),
            (&["run", "--env", "novalue", "f"][..], "KEY=VALUE"),
            (&["run", "--env", "=x", "f"][..], "KEY=VALUE"),
            (&["run", "--dir", "", "f"][..], "--dir: expected HOST"),
            (&["run", "--dir-ro", "::/", "f"][..], "--dir-ro: expected HOST"),
            (&["run", "--dir", "a::", "f"][..], "--dir: expected HOST"),
            (&["run", "--allow-net", "example.org", "f"][..], "--allow-net \"example.org\": there is no port"),
            (&["run", "--allow-net", "10.0.0.1/8:80", "f"][..], "bits behind"),
            (&["run", "--allow-listen", "localhost:80", "f"][..], "--allow-listen \"localhost:80\": a name"),
            (&["run", "--listen", "localhost:80", "f"][..], "--listen: \"localhost:80\" is not ADDRESS:PORT"),
            (&["run", "--invoke"][..], "--invoke"),
            (&["run", "--eager=yes", "f"][..], "--eager"),
            (&["run", "--wings", "f"][..], "--wings"),
            (&["run", "--jit", "--native", "f"][..], "exclude each other"),
            (&["run", "--trust", "k", "--native", "f"][..], "exclude each other"),
            (&["run", "--trust"][..], "--trust"),
            (&["validate"][..], "FILE is missing"),
            (&["validate", "a", "b"][..], "\"b\""),
            (&["inspect", "--fuel"][..], "--fuel"),
        ] {
            let text = refused(words);
            assert!(text.contains(part), "{words:?}: {text}");
        }
    }

    #[test]
    fn help_is_found_everywhere() {
        for words in [
            &["--help"][..],
            &["-h"],
            &["help"],
            &["run", "--help"],
            &["validate", "-h"],
            &["inspect", "--help"],
            &["compile", "f", "-h"],
            &["trim", "f", "-h"],
            &["keygen", "-h"],
            &["sign", "f", "--help"],
            &["send", "f", "--help"],
        ] {
            let command = parse(words.iter().map(OsString::from));
            assert!(matches!(command, Ok(Command::Print(_))), "{words:?}: {command:?}");
        }
    }
}
