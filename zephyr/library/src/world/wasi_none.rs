//! There is no WASI.

use moteur::{Error, Heap, Linker};
use moteur_platform::zephyr::Zephyr;

use super::{Given, World};

/// Nothing.
pub struct Part;

impl Part {
    /// Nothing, whatever is given.
    ///
    /// # Safety
    /// It reads nothing.
    pub unsafe fn new(_: Heap, _: &'static Zephyr, _: Option<&Given>) -> Result<Part, Error> {
        Ok(Part)
    }
}

/// Lets modules import nothing.
pub fn link(linker: &mut Linker<World>) -> Result<(), Error> {
    let _: fn(&mut World) -> &mut Part = |world| &mut world.wasi;
    let _ = linker;
    Ok(())
}
