//! A port that wraps another one and lets an operation fail, so that tests see every error that a machine can give.

use core::sync::atomic::{AtomicU32, Ordering};

use crate::{Clock, Console, Error, Event, Network, Platform, Random, Stream};

mod files;

pub use files::FaultFiles;

/// Wraps a platform; its operations that can fail (console writes and reads, random fills) are counted, and fail on
/// request.
///
/// ```
/// use moteur_platform::fault::Fault;
/// use moteur_platform::{Error, Platform, Stream, std::Std};
///
/// let platform = Fault::new(&Std);
/// platform.fail_after(Some(1), Error::Closed);
/// assert_eq!(platform.console().write(Stream::Out, b"one\n"), Ok(()));
/// assert_eq!(platform.console().write(Stream::Out, b"two\n"), Err(Error::Closed));
/// assert_eq!(platform.operations(), 2);
/// ```
pub struct Fault<'a> {
    inner: &'a dyn Platform,
    count: Count,
}

impl<'a> Fault<'a> {
    /// Wraps `inner`; nothing fails yet.
    pub const fn new(inner: &'a dyn Platform) -> Fault<'a> {
        Fault { inner, count: Count::new() }
    }

    /// Lets `n` more operations succeed and all after them fail with `error`; `None` ends it. The count starts anew.
    pub fn fail_after(&self, n: Option<u32>, error: Error) {
        self.count.fail_after(n, error);
    }

    /// How many operations there were since the start or the last `fail_after`, the failed ones included.
    pub fn operations(&self) -> u32 {
        self.count.operations()
    }
}

impl Platform for Fault<'_> {
    fn console(&self) -> &dyn Console {
        self
    }

    fn clock(&self) -> Option<&dyn Clock> {
        self.inner.clock()
    }

    fn random(&self) -> Option<&dyn Random> {
        self.inner.random().map(|_| self as &dyn Random)
    }

    /// The other port's own: nothing fails there.
    fn network(&self) -> Option<&dyn Network> {
        self.inner.network()
    }

    fn wait(&self, events: &[Event], ns: u64) {
        self.inner.wait(events, ns);
    }
}

impl Console for Fault<'_> {
    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), Error> {
        self.count.operation()?;
        self.inner.console().write(stream, bytes)
    }

    fn read(&self, buffer: &mut [u8]) -> Result<usize, Error> {
        self.count.operation()?;
        self.inner.console().read(buffer)
    }

    fn ready(&self) -> bool {
        self.inner.console().ready()
    }

    fn is_terminal(&self, stream: Stream) -> bool {
        self.inner.console().is_terminal(stream)
    }

    fn flush(&self) -> Result<(), Error> {
        self.inner.console().flush()
    }
}

impl Random for Fault<'_> {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        self.count.operation()?;
        self.inner.random().ok_or(Error::Unsupported)?.fill(buffer)
    }
}

/// Counts operations, and says which of them fail.
struct Count {
    operations: AtomicU32,
    /// How many operations succeed in all; `NEVER` for all of them.
    succeed: AtomicU32,
    error: AtomicU32,
}

const NEVER: u32 = u32::MAX;

impl Count {
    const fn new() -> Count {
        Count { operations: AtomicU32::new(0), succeed: AtomicU32::new(NEVER), error: AtomicU32::new(0) }
    }

    fn fail_after(&self, n: Option<u32>, error: Error) {
        self.operations.store(0, Ordering::Relaxed);
        self.error.store(error as u32, Ordering::Relaxed);
        self.succeed.store(n.unwrap_or(NEVER), Ordering::Relaxed);
    }

    fn operations(&self) -> u32 {
        self.operations.load(Ordering::Relaxed)
    }

    fn operation(&self) -> Result<(), Error> {
        // Loads and stores, as not every machine can add in one go; two threads at once may count as one.
        let before = self.operations.load(Ordering::Relaxed);
        self.operations.store(before.saturating_add(1), Ordering::Relaxed);
        if before < self.succeed.load(Ordering::Relaxed) {
            return Ok(());
        }
        let error = self.error.load(Ordering::Relaxed);
        Err(*Error::ALL.get(error as usize).unwrap_or(&Error::Failed))
    }
}
