//! Code runs where the modules are.

use moteur::{CodeMemory, InPlace, OutOfMemory};

/// Nothing is to be done.
pub fn start() -> Result<(), OutOfMemory> {
    Ok(())
}

/// The memory.
pub fn get() -> &'static dyn CodeMemory {
    &InPlace
}

/// Whether all memory was given back: none was taken.
pub fn is_empty() -> bool {
    true
}
