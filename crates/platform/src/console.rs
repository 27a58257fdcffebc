//! Output and input as bytes: the one device that every machine has.

use core::fmt;

use crate::Error;

/// One of the three streams of a console.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    /// Standard input.
    In,
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// Where output goes and input comes from.
pub trait Console: Sync {
    /// Writes all bytes, and returns once they are on their way. [`Stream::In`] is [`Error::Unsupported`].
    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), Error>;

    /// Reads what there is, waiting for at least one byte; returns how many bytes at the start of `buffer` were read.
    /// Zero is the end of the input (or an empty buffer). A console without input is always at its end.
    fn read(&self, buffer: &mut [u8]) -> Result<usize, Error> {
        let _ = buffer;
        Ok(0)
    }

    /// Whether [`read`](Console::read) would return at once: with bytes, or at the end of the input.
    fn ready(&self) -> bool {
        true
    }

    /// Says whether a person may sit at the other end, so that a guest's library sends each line by itself.
    fn is_terminal(&self, stream: Stream) -> bool {
        let _ = stream;
        true
    }

    /// Sends what is kept back of what was written, on consoles that keep something back.
    fn flush(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// Does something, and flushes the console if that fails: calls of a guest that may trap, for the half line that it left.
/// A console that fails is as good as none.
///
/// ```
/// use moteur_platform::{Console, Lines, Stream, flush_on_error, std::Std};
///
/// static GUEST: Lines<80> = Lines::new(&Std);
/// let call = || -> Result<(), &str> {
///     GUEST.write(Stream::Out, b"dividing by ").map_err(|_| "the console")?;
///     Err("division by zero")
/// };
/// assert!(flush_on_error(&GUEST, call).is_err()); // and `dividing by ` can be read
/// ```
pub fn flush_on_error<R, E>(console: &dyn Console, work: impl FnOnce() -> Result<R, E>) -> Result<R, E> {
    let result = work();
    if result.is_err() {
        let _ = console.flush();
    }
    result
}

/// One stream of a console, for `write!`.
///
/// ```
/// use core::fmt::Write;
/// use moteur_platform::{Platform, Stream, Writer, std::Std};
///
/// let mut out = Writer::new(Std.console(), Stream::Out);
/// writeln!(out, "{} bytes", 42)?;
/// # Ok::<(), core::fmt::Error>(())
/// ```
pub struct Writer<'a> {
    console: &'a dyn Console,
    stream: Stream,
}

impl<'a> Writer<'a> {
    /// Writes to `stream` of `console`.
    pub fn new(console: &'a dyn Console, stream: Stream) -> Writer<'a> {
        Writer { console, stream }
    }
}

impl fmt::Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.console.write(self.stream, text.as_bytes()).map_err(|_| fmt::Error)
    }
}

/// The first line of some bytes, with its end if it has one, and what comes behind. Never empty unless the bytes are.
// The library's iterator over lines indexes, and the compiler does not see that it cannot panic.
pub(crate) fn first_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end.saturating_add(1));
    bytes.split_at_checked(end).unwrap_or((bytes, &[]))
}

/// Fills a buffer from a line that is asked byte by byte: waits for the first byte, then takes what is there.
#[cfg(any(feature = "cortex-m", feature = "riscv"))]
pub(crate) fn read_polled(buffer: &mut [u8], get: impl Fn() -> Option<u8>) -> usize {
    let mut read: usize = 0;
    for place in buffer {
        *place = loop {
            match get() {
                Some(byte) => break byte,
                None if read > 0 => return read,
                None => core::hint::spin_loop(),
            }
        };
        read = read.wrapping_add(1); // At most the buffer's length.
    }
    read
}
