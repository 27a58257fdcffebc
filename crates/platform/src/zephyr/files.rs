//! Zephyr's file systems, by path. What a guest may do with them is for others to say: this is what Zephyr can.

use core::ffi::{CStr, c_void};
use core::slice;

use super::{result, shim};
use crate::Error;

/// What has a path: whether that is a directory, and how many bytes a file has.
pub fn find(path: &CStr) -> Result<(bool, u64), Error> {
    let (mut is_directory, mut size) = (false, 0);
    // SAFETY: a text with its zero, and places to write to.
    result(unsafe { shim::moteur_shim_file_find(path.as_ptr(), &raw mut is_directory, &raw mut size) })?;
    Ok((is_directory, size))
}

/// Makes an empty file, or cuts the one that is there to no bytes.
pub fn create(path: &CStr) -> Result<(), Error> {
    // SAFETY: a text with its zero.
    result(unsafe { shim::moteur_shim_file_create(path.as_ptr()) }).map(|_| ())
}

/// Reads from `offset` on, as much as there is and fits.
pub fn read(path: &CStr, buffer: &mut [u8], offset: u64) -> Result<usize, Error> {
    // SAFETY: a text with its zero, and so many bytes to write to.
    let count = unsafe { shim::moteur_shim_file_read(path.as_ptr(), buffer.as_mut_ptr(), buffer.len(), offset) };
    result(count).map(|count| count as usize)
}

/// Writes from `offset` on, behind zeros if the file ends before, or behind its end if that is `None`.
pub fn write(path: &CStr, bytes: &[u8], offset: Option<u64>) -> Result<usize, Error> {
    let (path, from, count) = (path.as_ptr(), bytes.as_ptr(), bytes.len());
    // SAFETY: a text with its zero, and so many bytes to read from.
    let written = unsafe {
        match offset {
            Some(offset) => shim::moteur_shim_file_write(path, from, count, offset),
            None => shim::moteur_shim_file_append(path, from, count),
        }
    };
    result(written).map(|count| count as usize)
}

/// Cuts a file, or fills it up with zeros.
pub fn set_size(path: &CStr, bytes: u64) -> Result<(), Error> {
    // SAFETY: a text with its zero.
    result(unsafe { shim::moteur_shim_file_set_size(path.as_ptr(), bytes) }).map(|_| ())
}

/// Makes an empty directory.
pub fn create_directory(path: &CStr) -> Result<(), Error> {
    // SAFETY: a text with its zero.
    result(unsafe { shim::moteur_shim_file_create_directory(path.as_ptr()) }).map(|_| ())
}

/// Removes a file or an empty directory.
pub fn remove(path: &CStr) -> Result<(), Error> {
    // SAFETY: a text with its zero.
    result(unsafe { shim::moteur_shim_file_remove(path.as_ptr()) }).map(|_| ())
}

/// Gives a file or directory another name on the same file system.
pub fn rename(path: &CStr, new_path: &CStr) -> Result<(), Error> {
    // SAFETY: texts with their zeros.
    result(unsafe { shim::moteur_shim_file_rename(path.as_ptr(), new_path.as_ptr()) }).map(|_| ())
}

/// Hands each name in a directory to `each`, with whether it is a directory's.
pub fn list(path: &CStr, mut each: &mut dyn FnMut(&[u8], bool)) -> Result<(), Error> {
    // SAFETY: a text with its zero; `hand` gets the closure that it casts back, and only while this runs.
    result(unsafe { shim::moteur_shim_file_list(path.as_ptr(), hand, (&raw mut each).cast()) }).map(|_| ())
}

unsafe extern "C" fn hand(each: *mut c_void, name: *const u8, count: usize, is_directory: bool) {
    // SAFETY: what `list` has given, and as many bytes as the shim says.
    let (each, name) =
        unsafe { (&mut *each.cast::<&mut dyn FnMut(&[u8], bool)>(), slice::from_raw_parts(name, count)) };
    each(name, is_directory);
}
