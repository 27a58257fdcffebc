//! Directories of Zephyr's file systems, as the application gives them to a guest.

use core::ffi::CStr;

use moteur::pool::{Box, Vec};
use moteur::{Error, Heap, Linker};
use moteur_guest::Wasi;
use moteur_guest::files::{ByPath, Found, PathFiles};
use moteur_guest::wasi::{self, Access};
use moteur_platform::zephyr::files;
use moteur_platform::{Error as MachineError, Files};

use super::{Directory, World, add};
use crate::text;

unsafe extern "C" {
    /// `CONFIG_MOTEUR_FILES_MAX`
    static moteur_shim_files_max: u16;
}

/// The directories of one guest. They are dropped behind the [`Wasi`] that refers to them.
pub struct Part(#[allow(dead_code, reason = "it is there to be dropped")] Vec<Box<PathFiles<Zephyr>>>);

impl Part {
    /// No directories.
    pub fn none(heap: Heap) -> Part {
        Part(Vec::new_in(heap))
    }

    /// Gives a guest directories.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`], [`Error::Utf8`], [`Error::Host`] if what is to be given is no directory.
    ///
    /// # Safety
    /// What is given is as the header says.
    pub unsafe fn new(heap: Heap, wasi: &mut Wasi, given: &[Directory]) -> Result<Part, Error> {
        let mut part = Part::none(heap);
        for (number, directory) in given.iter().enumerate() {
            // SAFETY: the caller's promise.
            let (guest, host) = unsafe { (text::read(directory.guest), text::read(directory.host)) };
            let (guest, host) = guest.zip(host).ok_or(Error::Utf8)?;
            // SAFETY: it has no conditions but that the shim was built for this part, as it was.
            let files_max = unsafe { moteur_shim_files_max };
            let files = PathFiles::new(Zephyr, host, heap, files_max, number as u64).map_err(machine)?;
            files.entry(files.root(), 0, &mut []).map_err(machine)?;
            let files = Box::new_in(files, heap)?;
            // SAFETY: it stands in the heap until `wasi`, which alone refers to it, is gone.
            let forever: &'static PathFiles<Zephyr> = unsafe { &*Box::as_ptr(&files) };
            let access = if directory.writable { Access::ReadWrite } else { Access::ReadOnly };
            wasi.directory(guest, forever, forever.root(), access).map_err(super::error)?;
            part.0.push(files)?;
        }
        Ok(part)
    }
}

/// A directory that is none: the number of the machine's error.
fn machine(error: MachineError) -> Error {
    Error::host(error as u32)
}

/// Lets modules import what files need.
pub fn link(linker: &mut Linker<World>) -> Result<(), Error> {
    add::<wasi::Files>(linker)?;
    add::<wasi::Paths>(linker)
}

/// Zephyr's file systems.
struct Zephyr;

impl ByPath for Zephyr {
    fn find(&self, path: &CStr) -> Result<Found, MachineError> {
        files::find(path).map(|(is_directory, size)| Found { is_directory, size })
    }

    fn create(&self, path: &CStr) -> Result<(), MachineError> {
        files::create(path)
    }

    fn read(&self, path: &CStr, buffer: &mut [u8], offset: u64) -> Result<usize, MachineError> {
        files::read(path, buffer, offset)
    }

    fn write(&self, path: &CStr, bytes: &[u8], offset: Option<u64>) -> Result<usize, MachineError> {
        files::write(path, bytes, offset)
    }

    fn set_size(&self, path: &CStr, bytes: u64) -> Result<(), MachineError> {
        files::set_size(path, bytes)
    }

    fn create_directory(&self, path: &CStr) -> Result<(), MachineError> {
        files::create_directory(path)
    }

    fn remove(&self, path: &CStr) -> Result<(), MachineError> {
        files::remove(path)
    }

    fn rename(&self, path: &CStr, new_path: &CStr) -> Result<(), MachineError> {
        files::rename(path, new_path)
    }

    fn list(&self, path: &CStr, each: &mut dyn FnMut(&[u8], bool)) -> Result<(), MachineError> {
        files::list(path, each)
    }
}
