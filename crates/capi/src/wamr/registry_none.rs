//! A library that was built without modules that others import from.

use moteur::{Engine, Heap};

use super::instance::Failure;
use super::module::Module;
use super::text::Out;

/// The modules that are registered: none.
pub struct Registry;

impl Registry {
    /// With nothing in it.
    pub fn new(_: Heap) -> Registry {
        Registry
    }
}

/// There is no other module.
///
/// # Safety
/// None is needed.
pub unsafe fn find_or_read(_: &str, _: &Engine, _: &mut Out) -> Result<Option<*mut Module>, Failure> {
    Ok(None)
}

/// There is no other module.
pub fn is_registered(_: &str) -> bool {
    false
}

/// Nothing has to be let go.
pub fn end() {}
