//! WASI, in parts.

#[cfg_attr(not(feature = "wasi-files"), path = "wasi/directories_none.rs")]
mod directories;
#[cfg_attr(not(feature = "wasi-sockets"), path = "wasi/sockets_none.rs")]
mod sockets;

use core::ffi::c_char;
use core::slice;

use moteur::{Error, Heap, Linker};
use moteur_guest::Wasi;
use moteur_guest::host::HostFunctions;
use moteur_guest::wasi::{self, StringError};
use moteur_platform::zephyr::Zephyr;

use super::{Directory, Given, World};
use crate::text;

/// One guest's.
pub struct Part {
    wasi: Wasi,
    // Behind what refers to it.
    #[allow(dead_code, reason = "it is there to be dropped")]
    directories: directories::Part,
}

impl Part {
    /// WASI with what is given.
    ///
    /// # Errors
    /// As for [`World::new`].
    ///
    /// # Safety
    /// What is given is as the header says.
    pub unsafe fn new(heap: Heap, machine: &'static Zephyr, given: Option<&Given>) -> Result<Part, Error> {
        let mut wasi = Wasi::new(heap, machine);
        let Some(given) = given else {
            return Ok(Part { wasi, directories: directories::Part::none(heap) });
        };
        // SAFETY: the caller's promise.
        unsafe {
            for argument in texts(given.arguments, given.argument_count) {
                wasi.argument(text::read(*argument).ok_or(Error::Utf8)?.as_bytes()).map_err(error)?;
            }
            for variable in texts(given.environment, given.environment_count) {
                let (key, value) = text::read(*variable).and_then(|text| text.split_once('=')).ok_or(Error::Utf8)?;
                wasi.variable(key.as_bytes(), value.as_bytes()).map_err(error)?;
            }
            let roots = if given.directories.is_null() {
                &[]
            } else {
                slice::from_raw_parts(given.directories, given.directory_count)
            };
            let directories = directories::Part::new(heap, &mut wasi, roots)?;
            let listeners = texts(given.listeners, given.listener_count);
            sockets::give(&mut wasi, listeners, texts(given.reachable, given.reachable_count))?;
            Ok(Part { wasi, directories })
        }
    }
}

/// # Safety
/// As the header says.
unsafe fn texts<'a>(texts: *const *const c_char, count: usize) -> &'a [*const c_char] {
    // SAFETY: the caller's promise.
    if texts.is_null() { &[] } else { unsafe { slice::from_raw_parts(texts, count) } }
}

fn error(error: StringError) -> Error {
    match error {
        StringError::Nul => Error::Utf8,
        _ => Error::OutOfMemory,
    }
}

/// Lets modules import the parts that are configured.
pub fn link(linker: &mut Linker<World>) -> Result<(), Error> {
    add::<wasi::Arguments>(linker)?;
    add::<wasi::Process>(linker)?;
    add::<wasi::Descriptors>(linker)?;
    add::<wasi::Streams>(linker)?;
    #[cfg(feature = "wasi-clocks")]
    add::<wasi::Clocks>(linker)?;
    #[cfg(feature = "wasi-random")]
    add::<wasi::Random>(linker)?;
    #[cfg(feature = "wasi-poll")]
    add::<wasi::Poll>(linker)?;
    sockets::link(linker)?;
    directories::link(linker)
}

fn add<P: HostFunctions<State = Wasi>>(linker: &mut Linker<World>) -> Result<(), Error> {
    wasi::add_part::<World, P>(linker, |world| &mut world.wasi.wasi)
}
