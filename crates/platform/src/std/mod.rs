//! The port to operating systems that Rust's standard library knows: standard streams, clocks, randomness, sockets with
//! the feature `network`, directories with the feature `files`, and memory for native code with the feature `code`.

#[cfg(feature = "code")]
mod code;
#[cfg(feature = "files")]
pub mod files;
#[cfg(feature = "code")]
#[cfg_attr(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))), path = "guard_none.rs")]
mod guard;
#[cfg_attr(unix, path = "input_unix.rs")]
#[cfg_attr(not(unix), path = "input_other.rs")]
mod input;
#[cfg_attr(feature = "network", path = "network/mod.rs")]
#[cfg_attr(not(feature = "network"), path = "network_none.rs")]
mod network;

#[cfg(feature = "code")]
pub use guard::GUARDED;

use rust_std::io::{self, ErrorKind, IsTerminal, Write};
use rust_std::sync::LazyLock;
use rust_std::thread;
use rust_std::time::{Duration, Instant, SystemTime};

use crate::{Clock, Console, Error, Event, Network, Platform, Random, Stream};

/// This process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Std;

impl Platform for Std {
    fn console(&self) -> &dyn Console {
        self
    }

    fn clock(&self) -> Option<&dyn Clock> {
        Some(self)
    }

    fn random(&self) -> Option<&dyn Random> {
        Some(self)
    }

    fn network(&self) -> Option<&dyn Network> {
        network::network()
    }

    fn wait(&self, events: &[Event], ns: u64) {
        network::wait(events, ns);
    }
}

impl Console for Std {
    /// Straight through: the guest's library has a buffer of its own, and what it wrote before a trap must be seen.
    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), Error> {
        let written = match stream {
            Stream::In => return Err(Error::Unsupported),
            Stream::Out => {
                let mut out = io::stdout().lock();
                out.write_all(bytes).and_then(|()| out.flush())
            }
            Stream::Err => io::stderr().lock().write_all(bytes),
        };
        written.map_err(error)
    }

    fn read(&self, buffer: &mut [u8]) -> Result<usize, Error> {
        loop {
            match input::read(buffer) {
                Err(interrupted) if interrupted.kind() == ErrorKind::Interrupted => {}
                read => return read.map_err(error),
            }
        }
    }

    fn ready(&self) -> bool {
        network::input_is_ready()
    }

    fn is_terminal(&self, stream: Stream) -> bool {
        match stream {
            Stream::In => io::stdin().is_terminal(),
            Stream::Out => io::stdout().is_terminal(),
            Stream::Err => io::stderr().is_terminal(),
        }
    }
}

/// When the process first asked for the time.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock for Std {
    fn monotonic_ns(&self) -> u64 {
        nanoseconds(START.elapsed())
    }

    fn realtime_ns(&self) -> Option<u64> {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(nanoseconds(since_1970))
    }

    /// What Linux, macOS and Windows' clocks are given in; the hardware may be coarser.
    fn resolution_ns(&self) -> u64 {
        1
    }

    fn wait_ns(&self, ns: u64) {
        thread::sleep(Duration::from_nanos(ns));
    }
}

impl Random for Std {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        getrandom::fill(buffer).map_err(|_| Error::Failed)
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn error(error: io::Error) -> Error {
    match error.kind() {
        ErrorKind::BrokenPipe => Error::Closed,
        ErrorKind::Unsupported => Error::Unsupported,
        _ => Error::Failed,
    }
}
