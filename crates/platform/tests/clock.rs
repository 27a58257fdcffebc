//! Clocks made of narrow counters, and the clocks of this process.

use core::num::NonZeroU32;
use core::sync::atomic::{AtomicU32, Ordering};

use moteur_platform::std::Std;
use moteur_platform::{Clock, Counter, Extended, Random};

/// A counter of eight bits that the test turns by hand.
struct Narrow(AtomicU32);

impl Counter for &Narrow {
    const BITS: u32 = 8;

    fn ticks(&self) -> u32 {
        self.0.load(Ordering::Relaxed) & 0xff
    }
}

#[test]
fn a_narrow_counter_read_once_per_half_turn_never_goes_back() {
    let hz = NonZeroU32::new(1000).unwrap();
    for step in 1..=128 {
        let counter = Narrow(AtomicU32::new(0));
        let clock = Extended::new(&counter, hz);
        for reading in 0..2000 {
            assert_eq!(clock.ticks(), u64::from(reading * step), "steps of {step}");
            assert_eq!(clock.ticks(), u64::from(reading * step), "steps of {step}, read again");
            counter.0.fetch_add(step, Ordering::Relaxed);
        }
    }
}

#[test]
fn a_counter_as_wide_as_a_word_goes_on_after_it() {
    struct Wide(AtomicU32);
    impl Counter for &Wide {
        const BITS: u32 = 32;

        fn ticks(&self) -> u32 {
            self.0.load(Ordering::Relaxed)
        }
    }
    let counter = Wide(AtomicU32::new(0));
    let clock = Extended::new(&counter, NonZeroU32::new(20_000_000).unwrap());
    for reading in 0..20u64 {
        let ticks = reading << 31;
        assert_eq!(clock.ticks(), ticks);
        assert_eq!(clock.monotonic_ns(), ticks * 50);
        counter.0.fetch_add(1 << 31, Ordering::Relaxed);
    }
    assert_eq!(clock.resolution_ns(), 50);
}

#[test]
fn nanoseconds_are_exact_for_any_frequency() {
    struct Fixed(u32);
    impl Counter for Fixed {
        const BITS: u32 = 32;

        fn ticks(&self) -> u32 {
            self.0
        }
    }
    for hz in [1, 3, 32_768, 25_000_000, 999_999_937, u32::MAX] {
        for ticks in [0, 1, 1000, 0x7fff_ffff, 0x8000_0000, u32::MAX] {
            let clock = Extended::new(Fixed(ticks), NonZeroU32::new(hz).unwrap());
            let exact = u128::from(ticks) * 1_000_000_000 / u128::from(hz);
            assert_eq!(u128::from(clock.monotonic_ns()), exact, "{ticks} ticks at {hz} Hz");
            assert!(clock.resolution_ns() >= 1);
        }
    }
}

#[test]
fn this_process_knows_time_and_chance() {
    let start = Std.monotonic_ns();
    Std.wait_ns(2_000_000);
    assert!(Std.monotonic_ns() - start >= 2_000_000);
    // 2020-01-01.
    assert!(Std.realtime_ns().unwrap() > 1_577_836_800_000_000_000);
    let mut bytes = [[0; 32]; 2];
    for buffer in &mut bytes {
        Std.fill(buffer).unwrap();
    }
    assert_ne!(bytes[0], bytes[1]);
    assert_eq!(Std.fill(&mut []), Ok(()));
}
