//! For a library that was built without the libc that guests import.

use moteur::{Error, FuncType, Linker};

use super::instance::World;

/// There are no functions.
pub fn signature(_: &str, _: &str) -> Option<FuncType<'static>> {
    None
}

/// There are no functions.
pub fn add(_: &mut Linker<World>) -> Result<(), Error> {
    Ok(())
}
