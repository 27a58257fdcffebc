//! There is no libc.

use moteur::{Error, Linker};
use moteur_platform::zephyr::Zephyr;

use super::World;

/// Nothing.
pub struct Part;

impl Part {
    /// Nothing.
    pub fn new(_: &'static Zephyr) -> Part {
        Part
    }
}

/// Lets modules import nothing.
pub fn link(linker: &mut Linker<World>) -> Result<(), Error> {
    let _: fn(&mut World) -> &mut Part = |world| &mut world.libc;
    let _ = linker;
    Ok(())
}
