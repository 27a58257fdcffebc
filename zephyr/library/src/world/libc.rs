//! The libc of `env`.

use moteur::{Error, Linker};
use moteur_guest::Libc;
use moteur_platform::zephyr::Zephyr;

use super::World;

/// One guest's.
pub struct Part(Libc);

impl Part {
    /// A libc that prints to this machine's console.
    pub fn new(machine: &'static Zephyr) -> Part {
        Part(Libc::new(machine))
    }
}

/// Lets modules import it.
pub fn link(linker: &mut Linker<World>) -> Result<(), Error> {
    moteur_guest::libc::add_to_linker(linker, |world: &mut World| &mut world.libc.0)
}
