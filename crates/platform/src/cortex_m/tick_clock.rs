//! The processor's own timer as a clock with an interrupt each millisecond: for boards whose other timers a HAL has taken.
//! Source: Armv7-M Architecture Reference Manual, B3.2.4 and B3.3; Armv8-M, chapter B11.

use core::num::NonZeroU32;
use core::sync::atomic::{AtomicU32, Ordering};

use crate::Clock;
use crate::register::Register;

/// SysTick, which interrupts each millisecond; the interrupt's handler calls [`tick`](TickClock::tick). Between two
/// interrupts the timer itself tells the time, so that a reading is as fine as the processor's clock.
///
/// Waiting lets the processor sleep until the next interrupt. Interrupts must not be masked for a millisecond or longer, or
/// time is lost; and a handler that reads the clock must not have a higher priority than SysTick (none has, unless somebody
/// lowered that of SysTick).
pub struct TickClock {
    control: Register<u32>,
    reload: Register<u32>,
    current: Register<u32>,
    interrupt_state: Register<u32>,
    /// Ticks of the timer in a millisecond; 0 before the start.
    period: AtomicU32,
    ms_low: AtomicU32,
    ms_high: AtomicU32,
}

const CONTROL_ENABLE: u32 = 1;
const CONTROL_INTERRUPT: u32 = 2;
const CONTROL_PROCESSOR_CLOCK: u32 = 4;
/// In the register of interrupt states: SysTick's interrupt is pending.
const PENDING: u32 = 1 << 26;
const NS_PER_MS: u32 = 1_000_000;

impl TickClock {
    /// The clock; it must be [started](TickClock::start) once.
    ///
    /// # Safety
    /// This is a Cortex-M that has a SysTick, and nothing else uses it.
    pub const unsafe fn new() -> TickClock {
        // SAFETY: the architecture fixes the address.
        unsafe { TickClock::at(0xE000_E000) }
    }

    /// # Safety
    /// The processor's control space is there, and nothing else uses its SysTick.
    const unsafe fn at(base: usize) -> TickClock {
        // SAFETY: as the caller promised; the offsets are the architecture's.
        unsafe {
            TickClock {
                control: Register::at(base + 0x010),
                reload: Register::at(base + 0x014),
                current: Register::at(base + 0x018),
                interrupt_state: Register::at(base + 0xD04),
                period: AtomicU32::new(0),
                ms_low: AtomicU32::new(0),
                ms_high: AtomicU32::new(0),
            }
        }
    }

    /// Lets it run from zero. `hz` is the processor's clock, at least 1 kHz; if that is no multiple of 1 kHz, the
    /// clock is fast by so much.
    pub fn start(&self, hz: NonZeroU32) {
        // At most 2³² ÷ 1,000, which fits the timer's 24 bits.
        let period = (hz.get() / 1_000).max(1);
        self.period.store(period, Ordering::Relaxed);
        self.reload.write(period.wrapping_sub(1));
        self.current.write(0); // Any write clears it.
        self.control.write(CONTROL_ENABLE | CONTROL_INTERRUPT | CONTROL_PROCESSOR_CLOCK);
    }

    /// Counts a millisecond. For the handler of the interrupt, and nobody else.
    pub fn tick(&self) {
        let ms = self.ms_low.load(Ordering::Relaxed).wrapping_add(1);
        if ms == 0 {
            self.ms_high.store(self.ms_high.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        }
        self.ms_low.store(ms, Ordering::Relaxed);
    }

    /// Milliseconds, and ticks of the timer since then.
    fn reading(&self) -> (u64, u32) {
        loop {
            let (high, low) = (self.ms_high.load(Ordering::Relaxed), self.ms_low.load(Ordering::Relaxed));
            let mut ticks = self.current.read();
            let is_pending = self.interrupt_state.read() & PENDING != 0;
            if is_pending {
                // The millisecond is over and not counted yet. The first reading may be of before that.
                ticks = self.current.read();
            }
            if self.ms_low.load(Ordering::Relaxed) == low && self.ms_high.load(Ordering::Relaxed) == high {
                let ms = u64::from(high) << 32 | u64::from(low);
                return (ms.wrapping_add(is_pending.into()), ticks);
            }
        }
    }
}

impl Clock for TickClock {
    fn monotonic_ns(&self) -> u64 {
        let (ms, ticks) = self.reading();
        let period = self.period.load(Ordering::Relaxed).max(1);
        // It counts down, and interrupts when it comes to zero: that is where a millisecond begins.
        let passed = if ticks == 0 { 0 } else { u64::from(period.saturating_sub(ticks)) };
        let ns_per_ms = u64::from(NS_PER_MS);
        ms.wrapping_mul(ns_per_ms).wrapping_add(passed * ns_per_ms / u64::from(period))
    }

    fn resolution_ns(&self) -> u64 {
        u64::from(NS_PER_MS.div_ceil(self.period.load(Ordering::Relaxed).max(1)))
    }

    fn wait_ns(&self, ns: u64) {
        let start = self.monotonic_ns();
        loop {
            let passed = self.monotonic_ns().wrapping_sub(start);
            let left = ns.saturating_sub(passed);
            if left == 0 {
                return;
            }
            if left >= u64::from(NS_PER_MS) { sleep() } else { core::hint::spin_loop() }
        }
    }
}

/// Lets the processor sleep until an interrupt comes, which is within a millisecond.
fn sleep() {
    #[cfg(target_arch = "arm")]
    // SAFETY: an interrupt is on its way.
    unsafe {
        core::arch::asm!("wfi", options(nomem, nostack, preserves_flags));
    }
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::AtomicU32;

    use super::*;

    /// The processor's control space, which does nothing.
    struct Space([AtomicU32; 0xD08 / 4]);

    impl Space {
        fn set(&self, offset: usize, value: u32) {
            self.0[offset / 4].store(value, Ordering::Relaxed);
        }

        fn get(&self, offset: usize) -> u32 {
            self.0[offset / 4].load(Ordering::Relaxed)
        }
    }

    #[test]
    fn a_millisecond_counts_once_whether_its_interrupt_came_or_not() {
        let space = Space([const { AtomicU32::new(0) }; 0xD08 / 4]);
        // SAFETY: an array stands for the registers; it outlives the clock.
        let clock = unsafe { TickClock::at(space.0.as_ptr().expose_provenance()) };
        clock.start(NonZeroU32::new(64_000_000).unwrap());
        assert_eq!((space.get(0x10), space.get(0x14)), (7, 63_999));
        assert_eq!((clock.monotonic_ns(), clock.resolution_ns()), (0, 16));
        space.set(0x18, 63_999);
        assert_eq!(clock.monotonic_ns(), 15);
        space.set(0x18, 1);
        assert_eq!(clock.monotonic_ns(), 999_984);
        // The timer has begun anew, and the interrupt is masked.
        space.set(0x18, 0);
        space.set(0xD04, PENDING);
        assert_eq!(clock.monotonic_ns(), 1_000_000);
        clock.tick();
        space.set(0xD04, 0);
        assert_eq!(clock.monotonic_ns(), 1_000_000);
        space.set(0x18, 32_000);
        assert_eq!(clock.monotonic_ns(), 1_500_000);
    }

    #[test]
    fn milliseconds_do_not_wrap_after_32_bits() {
        let space = Space([const { AtomicU32::new(0) }; 0xD08 / 4]);
        // SAFETY: as above.
        let clock = unsafe { TickClock::at(space.0.as_ptr().expose_provenance()) };
        clock.start(NonZeroU32::MIN);
        clock.ms_low.store(u32::MAX, Ordering::Relaxed);
        clock.tick();
        assert_eq!(clock.monotonic_ns(), (1 << 32) * 1_000_000);
    }
}
