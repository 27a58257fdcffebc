//! Time, in nanoseconds, and how a narrow hardware counter becomes a clock that doesn't wrap.

use core::num::NonZeroU32;
use core::sync::atomic::{AtomicU32, Ordering};

/// The time.
pub trait Clock: Sync {
    /// Nanoseconds since some moment in the past, never going back. In 64 bits this lasts 584 years.
    fn monotonic_ns(&self) -> u64;

    /// Nanoseconds since 1970-01-01 00:00 UTC, on a machine that knows the date.
    fn realtime_ns(&self) -> Option<u64> {
        None
    }

    /// How many nanoseconds pass between two different readings, at least 1.
    fn resolution_ns(&self) -> u64;

    /// Waits for `ns` nanoseconds; it may return earlier, so whoever must wait longer looks at the clock and waits
    /// again. Without an operating system it spins.
    fn wait_ns(&self, ns: u64) {
        let start = self.monotonic_ns();
        while self.monotonic_ns().wrapping_sub(start) < ns {
            core::hint::spin_loop();
        }
    }
}

/// A hardware counter that counts up and wraps at 2^[`BITS`](Counter::BITS).
pub trait Counter: Sync {
    /// How wide it is, 1 to 32.
    const BITS: u32;

    /// Where it stands. Bits from `BITS` on are zero.
    fn ticks(&self) -> u32;
}

impl<C: Counter> Counter for &C {
    const BITS: u32 = C::BITS;

    fn ticks(&self) -> u32 {
        (**self).ticks()
    }
}

/// A clock made of a counter, extended to 64 bits without an interrupt.
///
/// It counts half turns of the counter: the counter's highest bit tells whether the half turn that was noted last is
/// still the current one. So the clock **must be read at least once per half turn** (a 32-bit timer at 25 MHz: 85 s;
/// the 24-bit SysTick at 25 MHz: a third of a second). Interrupt handlers may read it too: whoever gets in between
/// notes the same half turn.
///
/// ```
/// use core::num::NonZeroU32;
/// use moteur_platform::{Clock, Counter, Extended};
///
/// struct Timer; // stands for a hardware counter at 4 ticks per second
/// impl Counter for Timer {
///     const BITS: u32 = 32;
///     fn ticks(&self) -> u32 {
///         6
///     }
/// }
/// let clock = Extended::new(Timer, NonZeroU32::new(4).unwrap());
/// assert_eq!(clock.monotonic_ns(), 1_500_000_000);
/// ```
pub struct Extended<C> {
    counter: C,
    hz: NonZeroU32,
    /// The half turn that was noted last: even in the first half of a turn.
    half_turns: AtomicU32,
}

impl<C: Counter> Extended<C> {
    /// A clock of `counter`, which makes `hz` ticks per second and has not gone half a turn yet (or the clock begins
    /// with what it shows).
    pub const fn new(counter: C, hz: NonZeroU32) -> Extended<C> {
        const { assert!(C::BITS >= 1 && C::BITS <= 32) };
        Extended { counter, hz, half_turns: AtomicU32::new(0) }
    }

    /// The counter, extended to 64 bits.
    pub fn ticks(&self) -> u64 {
        // The half turn is read first: the counter then stands in that one or in the next.
        let noted = self.half_turns.load(Ordering::Relaxed);
        let ticks = self.counter.ticks();
        let in_half = C::BITS - 1;
        let second_half = ticks >> in_half & 1;
        let current = if second_half == noted & 1 { noted } else { noted.wrapping_add(1) };
        if current != noted {
            self.half_turns.store(current, Ordering::Relaxed);
        }
        u64::from(current) << in_half | u64::from(ticks & !(1 << in_half))
    }
}

impl<C: Counter> Clock for Extended<C> {
    fn monotonic_ns(&self) -> u64 {
        nanoseconds(self.ticks(), self.hz)
    }

    fn resolution_ns(&self) -> u64 {
        u64::from(NS_PER_S.div_ceil(self.hz.get()))
    }
}

const NS_PER_S: u32 = 1_000_000_000;

/// Ticks as nanoseconds, without a wider type: the remainder times 10^9 is below 2^62.
pub(crate) fn nanoseconds(ticks: u64, hz: NonZeroU32) -> u64 {
    let hz = u64::from(hz.get());
    let ns_per_s = u64::from(NS_PER_S);
    (ticks / hz).wrapping_mul(ns_per_s).wrapping_add(ticks % hz * ns_per_s / hz)
}
