//! Output by whole lines: what several guests, or the two streams of one, write in turns does not get mixed within a line.

use core::array;
use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use crate::console::first_line;
use crate::{Console, Error, Stream};

/// Gives a console whole lines, each in one call, and keeps the rest of each stream until its line ends: up to `BYTES` of it.
///
/// What is left of a line goes out when the line ends, when it is longer than `BYTES`, before input is read, on
/// [`flush`](Console::flush), and when this is dropped. The guest library flushes when a guest exits and when its world is
/// dropped. A trap is seen by who called the guest: [`flush_on_error`](crate::flush_on_error) takes care of it.
///
/// Give each guest its own, and it writes lines of its own. One is for one guest at a time: two threads or interrupts that
/// write to the same one at once would mix their bytes, and nothing worse.
///
/// ```
/// use moteur_platform::{Console, Lines, Stream, std::Std};
///
/// static FIRST: Lines<80> = Lines::new(&Std);
/// static SECOND: Lines<80> = Lines::new(&Std);
/// FIRST.write(Stream::Out, b"temp")?;
/// SECOND.write(Stream::Out, b"humidity 40\n")?; // comes first
/// FIRST.write(Stream::Out, b"erature 21\n")?;
/// # Ok::<(), moteur_platform::Error>(())
/// ```
pub struct Lines<'c, const BYTES: usize> {
    console: &'c dyn Console,
    out: Rest<BYTES>,
    err: Rest<BYTES>,
}

impl<'c, const BYTES: usize> Lines<'c, BYTES> {
    /// Nothing is kept yet.
    pub const fn new(console: &'c dyn Console) -> Lines<'c, BYTES> {
        const { assert!(BYTES > 0, "a line has bytes") };
        Lines { console, out: Rest::new(), err: Rest::new() }
    }

    fn write_rest(&self, stream: Stream, rest: &Rest<BYTES>) -> Result<(), Error> {
        let (bytes, filled) = rest.take();
        match bytes.get(..filled) {
            None | Some([]) => Ok(()),
            Some(bytes) => self.console.write(stream, bytes),
        }
    }
}

impl<const BYTES: usize> Console for Lines<'_, BYTES> {
    fn write(&self, stream: Stream, mut bytes: &[u8]) -> Result<(), Error> {
        let rest = match stream {
            Stream::In => return Err(Error::Unsupported),
            Stream::Out => &self.out,
            Stream::Err => &self.err,
        };
        while !bytes.is_empty() {
            if rest.is_empty()
                && let Some(end) = bytes.iter().rposition(|byte| *byte == b'\n')
                && let Some((lines, left)) = bytes.split_at_checked(end.saturating_add(1))
            {
                bytes = left;
                self.console.write(stream, lines)?;
                continue;
            }
            let (line, _) = first_line(bytes);
            let taken = rest.add(line);
            bytes = bytes.get(taken..).unwrap_or_default();
            if rest.is_full() || line.get(..taken).is_some_and(|line| line.ends_with(b"\n")) {
                self.write_rest(stream, rest)?;
            }
        }
        Ok(())
    }

    /// Whoever is asked for something sees the question first.
    fn read(&self, buffer: &mut [u8]) -> Result<usize, Error> {
        self.flush()?;
        self.console.read(buffer)
    }

    fn ready(&self) -> bool {
        self.console.ready()
    }

    fn is_terminal(&self, stream: Stream) -> bool {
        self.console.is_terminal(stream)
    }

    fn flush(&self) -> Result<(), Error> {
        let written = self.write_rest(Stream::Out, &self.out);
        self.write_rest(Stream::Err, &self.err).and(written)?;
        self.console.flush()
    }
}

impl<const BYTES: usize> Drop for Lines<'_, BYTES> {
    fn drop(&mut self) {
        // Nobody is left to hear of an error.
        let _ = self.flush();
    }
}

/// The beginning of a line. Atomics, so that it may stand in a static without a lock and without `unsafe`; they are only
/// loaded and stored, which every processor can.
struct Rest<const BYTES: usize> {
    bytes: [AtomicU8; BYTES],
    filled: AtomicUsize,
}

impl<const BYTES: usize> Rest<BYTES> {
    const fn new() -> Rest<BYTES> {
        Rest { bytes: [const { AtomicU8::new(0) }; BYTES], filled: AtomicUsize::new(0) }
    }

    fn is_empty(&self) -> bool {
        self.filled.load(Ordering::Relaxed) == 0
    }

    fn is_full(&self) -> bool {
        self.filled.load(Ordering::Relaxed) >= BYTES
    }

    /// Takes as many of the bytes as there is room for; how many that is.
    fn add(&self, bytes: &[u8]) -> usize {
        let filled = self.filled.load(Ordering::Relaxed);
        let places = self.bytes.get(filled..).unwrap_or_default();
        let taken = places.iter().zip(bytes).map(|(place, byte)| place.store(*byte, Ordering::Relaxed)).count();
        self.filled.store(filled.saturating_add(taken), Ordering::Relaxed);
        taken
    }

    /// Gives what there is, and forgets it: a console that failed is not asked for ever to write the same.
    fn take(&self) -> ([u8; BYTES], usize) {
        let filled = self.filled.load(Ordering::Relaxed);
        self.filled.store(0, Ordering::Relaxed);
        (array::from_fn(|at| self.bytes.get(at).map_or(0, |byte| byte.load(Ordering::Relaxed))), filled)
    }
}
