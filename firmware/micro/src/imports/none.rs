//! Nothing but the one function that the module imports.

use moteur::{Error, Heap, Linker};

/// What host functions work on.
pub type World = ();

/// Nothing.
pub fn world(_: Heap) -> World {}

/// Nothing.
pub fn link(_: &mut Linker<World>) -> Result<(), Error> {
    Ok(())
}
