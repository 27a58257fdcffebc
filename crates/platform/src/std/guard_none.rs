//! No memory that lets guests survive faults: what takes the place of `guard` on systems where none is caught.

use core::ptr::{NonNull, null};

use crate::Error;

/// Whether there is such memory here.
pub const IS_SUPPORTED: bool = false;

/// Decides about a fault.
pub type Decide = unsafe fn(guest: *const (), pc: usize, address: usize) -> Option<[usize; 4]>;

/// Reserves nothing.
///
/// # Errors
/// [`Error::Denied`], always.
pub fn reserve(_: usize) -> Result<NonNull<u8>, Error> {
    Err(Error::Denied)
}

/// Opens nothing.
///
/// # Safety
/// None.
///
/// # Errors
/// [`Error::Denied`], always.
pub unsafe fn open(_: NonNull<u8>, _: usize) -> Result<(), Error> {
    Err(Error::Denied)
}

/// Gives nothing back.
///
/// # Safety
/// None.
pub unsafe fn release(_: NonNull<u8>, _: usize) {}

/// Watches nothing.
pub fn watch(_: *const (), _: Decide) -> *const () {
    null()
}
