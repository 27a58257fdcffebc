//! The built-in libc.

use moteur::{Error, Heap, Linker};
use moteur_guest::libc::{Libc, add_to_linker_with_fixed_heap};

use super::machine::Machine;

/// What host functions work on.
pub type World = Libc;

/// A guest's world.
pub fn world(_: Heap) -> World {
    Libc::new(&Machine).with_heap(32 * 1024..64 * 1024)
}

/// The functions of `env`.
pub fn link(linker: &mut Linker<World>) -> Result<(), Error> {
    add_to_linker_with_fixed_heap(linker, |libc| libc)
}
