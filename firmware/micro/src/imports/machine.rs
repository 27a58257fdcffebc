//! A machine of which nothing is real, so that a figure is that of the interface and not of a driver: its console, clock
//! and source of random numbers are a word in memory.

use core::sync::atomic::{AtomicU32, Ordering};

use moteur_platform::{Clock, Console, Error, Platform, Random, Stream};

/// The machine.
pub struct Machine;

static WORD: AtomicU32 = AtomicU32::new(0);

impl Platform for Machine {
    fn console(&self) -> &dyn Console {
        self
    }

    fn clock(&self) -> Option<&dyn Clock> {
        Some(self)
    }

    fn random(&self) -> Option<&dyn Random> {
        Some(self)
    }
}

impl Console for Machine {
    fn write(&self, _: Stream, bytes: &[u8]) -> Result<(), Error> {
        WORD.store(bytes.len() as u32, Ordering::Relaxed);
        Ok(())
    }
}

impl Clock for Machine {
    fn monotonic_ns(&self) -> u64 {
        u64::from(WORD.load(Ordering::Relaxed))
    }

    fn resolution_ns(&self) -> u64 {
        1
    }

    fn wait_ns(&self, _: u64) {}
}

impl Random for Machine {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        buffer.fill(WORD.load(Ordering::Relaxed) as u8);
        Ok(())
    }
}
