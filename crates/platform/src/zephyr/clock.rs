//! The time. Zephyr counts cycles, and ticks of a timer; the shim makes nanoseconds of them.

use super::shim;
use crate::Clock;

/// The time of the kernel: monotonic since it started. The date is known where the application says so, or Zephyr's POSIX
/// clocks are there.
#[derive(Clone, Copy, Debug)]
pub struct ZephyrClock;

impl Clock for ZephyrClock {
    fn monotonic_ns(&self) -> u64 {
        // SAFETY: it has no conditions.
        unsafe { shim::moteur_shim_monotonic_ns() }
    }

    fn realtime_ns(&self) -> Option<u64> {
        // SAFETY: it has no conditions.
        Some(unsafe { shim::moteur_shim_realtime_ns() }).filter(|ns| *ns != 0)
    }

    fn resolution_ns(&self) -> u64 {
        // SAFETY: it has no conditions.
        unsafe { shim::moteur_shim_resolution_ns() }.max(1)
    }

    fn wait_ns(&self, ns: u64) {
        // SAFETY: it has no conditions.
        unsafe { shim::moteur_shim_wait_ns(ns) }
    }
}
