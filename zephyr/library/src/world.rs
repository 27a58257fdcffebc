//! What guests may import besides the application's own functions: the libc and WASI, as far as they are configured.

#[cfg_attr(not(feature = "libc"), path = "world/libc_none.rs")]
mod libc;
#[cfg_attr(not(feature = "wasi"), path = "world/wasi_none.rs")]
mod wasi;

use core::ffi::c_char;

use moteur::{Error, Heap, Linker};
use moteur_platform::zephyr::Zephyr;

/// What a store knows of its guest.
pub struct World {
    libc: libc::Part,
    wasi: wasi::Part,
}

/// `struct moteur_world`.
#[repr(C)]
pub struct Given {
    arguments: *const *const c_char,
    argument_count: usize,
    environment: *const *const c_char,
    environment_count: usize,
    directories: *const Directory,
    directory_count: usize,
    listeners: *const *const c_char,
    listener_count: usize,
    reachable: *const *const c_char,
    reachable_count: usize,
}

/// `struct moteur_directory`.
#[repr(C)]
pub struct Directory {
    guest: *const c_char,
    host: *const c_char,
    writable: bool,
}

impl World {
    /// The world of one guest.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`], [`Error::Utf8`], or [`Error::Host`] with a number of the machine's for a directory.
    ///
    /// # Safety
    /// What is given is as the header says.
    pub unsafe fn new(heap: Heap, machine: &'static Zephyr, given: Option<&Given>) -> Result<World, Error> {
        // SAFETY: the caller's promise.
        let wasi = unsafe { wasi::Part::new(heap, machine, given)? };
        Ok(World { libc: libc::Part::new(machine), wasi })
    }
}

/// Lets modules import them.
pub fn link(linker: &mut Linker<World>) -> Result<(), Error> {
    libc::link(linker)?;
    wasi::link(linker)
}
