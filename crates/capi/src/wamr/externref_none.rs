//! A library that was built without objects as references: null is the only one.

use core::ffi::c_void;
use core::ptr::null_mut;

use moteur::{Error, Heap, ValType};

use super::instance::Instance;

/// All objects: none.
pub struct Objects;

impl Objects {
    /// No objects.
    pub fn new(_: Heap) -> Objects {
        Objects
    }
}

/// The word of null; no other object has one.
///
/// # Safety
/// None is needed.
pub unsafe fn to_bits(_: *mut Instance, object: *mut c_void) -> Result<u64, Error> {
    if object.is_null() { Ok(0) } else { Err(Error::Type) }
}

/// Null, for null.
pub fn from_bits(word: u64) -> Option<*mut u8> {
    (word == 0).then_some(null_mut())
}

/// There is nothing to forget.
pub fn forget(_: *mut Instance) {}

/// There is nothing to end.
///
/// # Safety
/// None is needed.
pub unsafe fn reclaim(_: *mut Instance, _: &[ValType], _: &[u64]) {}
