//! Output that does not wait for the line: it goes into a ring, from which an interrupt or an idle task sends it on.

use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicUsize, Ordering};

use crate::console::first_line;
use crate::{Console, Error, Stream};

/// What happens to output that the ring has no room for.
#[derive(Clone, Copy)]
pub enum Full {
    /// The writer waits: the function is called until there is room, so it must let time pass for an interrupt that takes
    /// bytes, or take some itself (`|| RING.drain(&UART, 16)`). It must not write to the same ring.
    Wait(fn()),
    /// The line is dropped as a whole, and the next one that fits comes behind `[3 lines lost]`. The writer never waits.
    Drop,
}

/// Room for [`Full::Drop`]'s note: a line's end, and `[4294967295 lines lost]` with another.
const NOTE_BYTES: usize = 26;

/// A console that keeps `BYTES` (a power of two) of output, of both streams in one row, for somebody else to send: an
/// interrupt that takes a byte each time that the line is free ([`pop`](Ring::pop)), or a task that has nothing better to
/// do ([`drain`](Ring::drain)). Lines keep together if each comes in one call, as from [`Lines`](crate::Lines).
///
/// One writes and one takes, and either may interrupt the other. Two that write at once, or two that take, would get each
/// other's bytes; guests in several tasks need a lock around it, or a ring each.
///
/// ```
/// use moteur_platform::{Console, Full, Lines, Ring, Stream, std::Std};
///
/// static RING: Ring<256> = Ring::new(Full::Drop);
/// static GUEST: Lines<80> = Lines::new(&RING);
/// GUEST.write(Stream::Out, b"done\n")?; // at once
/// while RING.drain(&Std, 16)? > 0 {}    // when there is time
/// # Ok::<(), moteur_platform::Error>(())
/// ```
pub struct Ring<const BYTES: usize> {
    bytes: [AtomicU8; BYTES],
    /// Bytes that were ever taken, and ever put, modulo the numbers there are.
    taken: AtomicUsize,
    put: AtomicUsize,
    full: Full,
    /// Lines that were dropped since the last one that was not.
    dropped: AtomicU32,
    /// All that were ever dropped.
    lost: AtomicU32,
    /// The rest of the line is dropped, too.
    is_dropping: AtomicBool,
    /// A line was begun and has not ended.
    is_open: AtomicBool,
}

impl<const BYTES: usize> Ring<BYTES> {
    /// An empty ring.
    pub const fn new(full: Full) -> Ring<BYTES> {
        const { assert!(BYTES.is_power_of_two() && BYTES >= 2 * NOTE_BYTES, "a ring has 64, 128, 256 ... bytes") };
        Ring {
            bytes: [const { AtomicU8::new(0) }; BYTES],
            taken: AtomicUsize::new(0),
            put: AtomicUsize::new(0),
            full,
            dropped: AtomicU32::new(0),
            lost: AtomicU32::new(0),
            is_dropping: AtomicBool::new(false),
            is_open: AtomicBool::new(false),
        }
    }

    /// Takes the next byte out.
    pub fn pop(&self) -> Option<u8> {
        let taken = self.taken.load(Ordering::Relaxed);
        if taken == self.put.load(Ordering::Acquire) {
            return None;
        }
        let byte = self.place(taken).map(|place| place.load(Ordering::Relaxed));
        self.taken.store(taken.wrapping_add(1), Ordering::Release);
        byte
    }

    /// Sends up to so many bytes on to standard output of a console, 64 in a call; how many that were.
    ///
    /// # Errors
    /// What the console says; what it was given is gone.
    pub fn drain(&self, console: &dyn Console, bytes_max: usize) -> Result<usize, Error> {
        let mut piece = [0; 64];
        let mut sent: usize = 0;
        while sent < bytes_max {
            let room = piece.iter_mut().take(bytes_max.saturating_sub(sent));
            let count = room.map_while(|place| self.pop().map(|byte| *place = byte)).count();
            if count == 0 {
                break;
            }
            console.write(Stream::Out, piece.get(..count).unwrap_or_default())?;
            sent = sent.saturating_add(count);
        }
        Ok(sent)
    }

    /// How many bytes wait.
    pub fn len(&self) -> usize {
        self.put.load(Ordering::Acquire).wrapping_sub(self.taken.load(Ordering::Acquire))
    }

    /// Whether none does.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many lines were dropped so far.
    pub fn lost(&self) -> u32 {
        self.lost.load(Ordering::Relaxed)
    }

    fn place(&self, at: usize) -> Option<&AtomicU8> {
        self.bytes.get(at & BYTES.wrapping_sub(1))
    }

    fn has_room(&self, bytes: usize) -> bool {
        BYTES.saturating_sub(self.len()) >= bytes
    }

    /// Puts bytes in, for which there is room.
    fn put(&self, bytes: &[u8]) {
        let mut at = self.put.load(Ordering::Relaxed);
        for byte in bytes {
            if let Some(place) = self.place(at) {
                place.store(*byte, Ordering::Relaxed);
            }
            at = at.wrapping_add(1);
        }
        self.put.store(at, Ordering::Release);
    }

    /// Puts in a line, or a piece of one, as soon as there is room.
    fn wait_and_put(&self, line: &[u8], wait: fn()) {
        // A line that fits goes in at once, so that it is not taken in halves.
        for piece in line.chunks(BYTES) {
            while !self.has_room(piece.len()) {
                wait();
            }
            self.put(piece);
        }
    }

    /// Puts in a line, or a piece of one, or drops the line.
    fn put_or_drop(&self, line: &[u8]) {
        let ends = line.ends_with(b"\n");
        let dropped = self.dropped.load(Ordering::Relaxed);
        let note = if dropped > 0 { NOTE_BYTES } else { 0 };
        if self.is_dropping.load(Ordering::Relaxed) || !self.has_room(line.len().saturating_add(note)) {
            if !self.is_dropping.load(Ordering::Relaxed) {
                self.dropped.store(dropped.saturating_add(1), Ordering::Relaxed);
                self.lost.store(self.lost().saturating_add(1), Ordering::Relaxed);
            }
            return self.is_dropping.store(!ends, Ordering::Relaxed);
        }
        if dropped > 0 {
            self.put_note(dropped);
        }
        self.put(line);
        self.is_open.store(!ends, Ordering::Relaxed);
    }

    fn put_note(&self, dropped: u32) {
        self.dropped.store(0, Ordering::Relaxed);
        if self.is_open.load(Ordering::Relaxed) {
            self.put(b"\n");
        }
        self.put(b"[");
        let (mut digits, mut number, mut from) = ([0; 10], dropped, 10_usize);
        while number > 0 {
            from = from.saturating_sub(1);
            if let Some(digit) = digits.get_mut(from) {
                *digit = b'0' | (number % 10) as u8;
            }
            number /= 10;
        }
        self.put(digits.get(from..).unwrap_or_default());
        self.put(if dropped == 1 { b" line lost]\n" } else { b" lines lost]\n" });
    }
}

impl<const BYTES: usize> Console for Ring<BYTES> {
    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), Error> {
        if stream == Stream::In {
            return Err(Error::Unsupported);
        }
        let mut left = bytes;
        while !left.is_empty() {
            let (line, behind) = first_line(left);
            left = behind;
            match self.full {
                Full::Wait(wait) => self.wait_and_put(line, wait),
                Full::Drop => self.put_or_drop(line),
            }
        }
        Ok(())
    }
}
