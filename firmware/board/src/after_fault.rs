//! What becomes of a processor fault that is no guest's.

use core::fmt::Display;
use core::mem::transmute;
use core::sync::atomic::{AtomicUsize, Ordering};

/// A `fn() -> !`, or zero.
static AFTER: AtomicUsize = AtomicUsize::new(0);

/// Does this after a fault that is no guest's, once it was reported, instead of ending the run.
pub fn after_fault(then: fn() -> !) {
    AFTER.store(then as usize, Ordering::Relaxed);
}

/// Reports a fault, and does what the program has chosen.
pub fn report(fault: &dyn Display) -> ! {
    #[cfg(feature = "report")]
    crate::println!("{fault}");
    #[cfg(not(feature = "report"))]
    let _ = fault;
    match AFTER.load(Ordering::Relaxed) {
        0 => crate::exit(crate::EXIT_FAULT),
        // SAFETY: `after_fault` stored such a function there, and nothing else does.
        then => unsafe { transmute::<usize, fn() -> !>(then)() },
    }
}
