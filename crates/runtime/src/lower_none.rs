//! Nothing is lowered: what takes the place of `lower` without the feature `interpreter`.

use core::ptr::NonNull;

use moteur_pool::{Heap, OutOfMemory};

use crate::error::Error;
use crate::store::entity::LoadedModule;

/// The lowered code of a module's functions: none.
pub(crate) struct Codes;

impl Codes {
    /// Room for none.
    pub fn new(_: u32, _: Heap) -> Result<Codes, OutOfMemory> {
        Ok(Codes)
    }
}

/// Whether functions are run from their bodies: never.
pub(crate) const RUNS_BODIES: bool = false;

/// Native code is there from the beginning.
///
/// # Safety
/// None.
pub(crate) unsafe fn lower_all(_: NonNull<LoadedModule>) -> Result<(), Error> {
    Ok(())
}
