//! Sockets that guests get, and what they may reach.

use core::ffi::c_char;
use core::net::SocketAddr;

use moteur::{Error, Linker};
use moteur_guest::Wasi;
use moteur_guest::wasi::{self, Allowed};

use super::{World, add};
use crate::text;

/// Gives a guest sockets that listen, and lets it reach what it may.
///
/// # Errors
/// [`Error::Utf8`] for a text that is no address, [`Error::Host`] with a number of the machine's for an address that cannot
/// be had, [`Error::OutOfMemory`].
///
/// # Safety
/// The texts are as the header says.
pub unsafe fn give(wasi: &mut Wasi, listeners: &[*const c_char], reachable: &[*const c_char]) -> Result<(), Error> {
    for listener in listeners {
        // SAFETY: the caller's promise.
        let address = unsafe { text::read(*listener) }.and_then(|text| text.parse::<SocketAddr>().ok());
        wasi.listener(address.ok_or(Error::Utf8)?).map_err(|error| Error::host(error as u32))?;
    }
    for line in reachable {
        // SAFETY: the caller's promise.
        let allowed = unsafe { text::read(*line) }.and_then(|text| Allowed::parse(text).ok());
        wasi.allow_net(&allowed.ok_or(Error::Utf8)?)?;
    }
    Ok(())
}

/// Lets modules import sockets: those of the standard, and WAMR's extension, by which guests connect.
pub fn link(linker: &mut Linker<World>) -> Result<(), Error> {
    add::<wasi::Sockets>(linker)?;
    add::<wasi::SocketsExtended>(linker)?;
    add::<wasi::SocketOptions>(linker)
}
