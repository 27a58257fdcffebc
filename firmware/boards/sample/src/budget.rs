//! How long a guest may run: the timer's interrupt counts milliseconds, and stops the guest when they are over.

use core::sync::atomic::{AtomicU32, Ordering};

use moteur::InterruptFlag;

static STOP: InterruptFlag = InterruptFlag::new();
/// Milliseconds that the guest has left; 0 if none runs.
static LEFT_MS: AtomicU32 = AtomicU32::new(0);

/// What stops the guest.
pub fn flag() -> &'static InterruptFlag {
    &STOP
}

/// From now on the guest has so many milliseconds.
pub fn give(ms: u32) {
    STOP.clear();
    LEFT_MS.store(ms, Ordering::Relaxed);
}

/// The guest has returned.
pub fn take() {
    LEFT_MS.store(0, Ordering::Relaxed);
    STOP.clear();
}

/// A millisecond is over. For the handler of a timer's interrupt, on the core that runs the guest.
pub fn tick() {
    // No other handler writes this, and the main program cannot come in between.
    let left = LEFT_MS.load(Ordering::Relaxed);
    if left > 0 {
        LEFT_MS.store(left - 1, Ordering::Relaxed);
        if left == 1 {
            STOP.raise();
        }
    }
}
