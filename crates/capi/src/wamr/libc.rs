//! The built-in libc that guests import from `env`.

use moteur::{Error, FuncType, Linker};
use moteur_guest::libc;

use super::instance::World;

/// The type of a function that guests can import.
pub fn signature(module: &str, name: &str) -> Option<FuncType<'static>> {
    if module == "env" { libc::signature(name) } else { None }
}

/// Offers all functions.
pub fn add(linker: &mut Linker<World>) -> Result<(), Error> {
    libc::add_to_linker(linker, |world: &mut World| &mut world.libc)
}
