//! There are no sockets.

use core::ffi::c_char;

use moteur::{Error, Linker};
use moteur_guest::Wasi;

use super::World;

/// Refuses to give what is not there.
///
/// # Safety
/// It reads nothing.
pub unsafe fn give(_: &mut Wasi, listeners: &[*const c_char], reachable: &[*const c_char]) -> Result<(), Error> {
    let is_nothing = listeners.is_empty() && reachable.is_empty();
    if is_nothing { Ok(()) } else { Err(Error::host(moteur_platform::Error::Unsupported as u32)) }
}

/// Lets modules import nothing more.
pub fn link(_: &mut Linker<World>) -> Result<(), Error> {
    Ok(())
}
