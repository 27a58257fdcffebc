//! There are no directories.

use moteur::{Error, Heap, Linker};
use moteur_guest::Wasi;

use super::{Directory, World};

/// Nothing.
pub struct Part;

impl Part {
    /// Nothing.
    pub fn none(_: Heap) -> Part {
        Part
    }

    /// Refuses to give what is not there.
    ///
    /// # Safety
    /// It reads nothing.
    pub unsafe fn new(_: Heap, _: &mut Wasi, given: &[Directory]) -> Result<Part, Error> {
        if given.is_empty() { Ok(Part) } else { Err(Error::host(moteur_platform::Error::Unsupported as u32)) }
    }
}

/// Lets modules import nothing more.
pub fn link(_: &mut Linker<World>) -> Result<(), Error> {
    Ok(())
}
