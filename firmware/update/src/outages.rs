//! Outages on command, for `cargo xtask firmware --update`. The console takes lines: after `cut 1234` the power goes when so
//! many more bytes of the flash have changed, after `cut copy 1234` when so many have changed since the next copy of a file
//! into a slot began; `restart` restarts at once.

use core::sync::atomic::{AtomicU32, Ordering};

use board::modules::{SimulatedFlash, line_get, restart};
use board::println;

/// Longer lines are cut off.
const LINE_BYTES_MAX: usize = 24;

/// A line that is being typed.
pub struct Outages {
    line: [u8; LINE_BYTES_MAX],
    filled: usize,
}

impl Outages {
    /// Nothing is typed yet.
    pub fn new() -> Outages {
        Outages { line: [0; LINE_BYTES_MAX], filled: 0 }
    }

    /// Takes what was typed, and does it.
    pub fn poll(&mut self, flash: &mut SimulatedFlash) {
        while let Some(byte) = board::get() {
            if byte == b'\n' {
                let line = self.line.get(..self.filled).unwrap_or_default();
                obey(line, flash);
                self.filled = 0;
            } else if let Some(place) = self.line.get_mut(self.filled) {
                *place = byte;
                self.filled += 1;
            }
        }
    }
}

fn obey(line: &[u8], flash: &mut SimulatedFlash) {
    let number = |digits: &[u8]| core::str::from_utf8(digits).ok()?.parse::<u32>().ok();
    let after = |command: &[u8]| line.strip_prefix(command).and_then(number);
    if line == b"restart" {
        drain();
        restart()
    }
    if let Some(bytes) = after(b"cut ") {
        flash.cut_after(bytes);
        println!("the power will go after {bytes} bytes");
    } else if let Some(bytes) = after(b"cut copy ") {
        CUT_COPY.store(bytes, Ordering::Relaxed);
        println!("the power will go after {bytes} bytes of the copy");
    } else {
        println!("unknown command");
    }
}

/// When the power goes during the next copy.
static CUT_COPY: AtomicU32 = AtomicU32::new(NEVER);
const NEVER: u32 = u32::MAX;

/// A copy from a file into a slot begins.
#[cfg_attr(not(feature = "files"), allow(dead_code))]
pub fn copying(flash: &mut SimulatedFlash) {
    let bytes = CUT_COPY.load(Ordering::Relaxed);
    CUT_COPY.store(NEVER, Ordering::Relaxed);
    if bytes != NEVER {
        flash.cut_after(bytes);
    }
}

/// Takes what is on the line, so that none of it comes to who is there after the restart. The emulator gives the next byte
/// some time after the last one was taken.
fn drain() {
    const QUIET_INSTRUCTIONS: u64 = 3_000_000;
    let mut last = board::instructions();
    while board::instructions().saturating_sub(last) < QUIET_INSTRUCTIONS {
        if line_get().is_some() {
            last = board::instructions();
        }
    }
}
