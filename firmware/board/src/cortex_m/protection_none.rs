//! No memory is protected: the board has no unit for that, or the program wants none.

use moteur_platform::{AnyMemory, CodeRegion};

// SAFETY: without protection all memory is executed.
static MEMORY: AnyMemory = unsafe { AnyMemory::new(super::publish) };

/// Changes nothing.
pub fn start() {}

/// The memory, which can be executed as it is.
pub fn code_region(_: usize, _: usize) -> Option<&'static dyn CodeRegion> {
    Some(&MEMORY)
}

/// Whether an address is in a region for code alone: there is none.
pub fn is_in_code_region(_: usize) -> bool {
    false
}

/// The partition for modules.
#[cfg(feature = "modules")]
pub fn modules() -> &'static dyn CodeRegion {
    &MEMORY
}
