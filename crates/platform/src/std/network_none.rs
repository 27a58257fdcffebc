//! This process without the feature `network`: no sockets, and input that is always worth a look.

use rust_std::time::Duration;

use crate::{Event, Network};

/// The network: none.
pub fn network() -> Option<&'static dyn Network> {
    None
}

/// Whether a read of standard input would return at once: not known, so the guest may try.
pub fn input_is_ready() -> bool {
    true
}

/// Sleeps; if there is something to wait for, only for a millisecond.
pub fn wait(events: &[Event], ns: u64) {
    let ns = if events.is_empty() { ns } else { ns.min(1_000_000) };
    rust_std::thread::sleep(Duration::from_nanos(ns));
}
