//! Random bytes, where Zephyr has a driver for them.

use super::{result, shim};
use crate::{Error, Random};

/// The random bytes of a machine that has them.
#[derive(Debug)]
pub struct ZephyrRandom(());

static RANDOM: ZephyrRandom = ZephyrRandom(());

impl ZephyrRandom {
    /// The source, if the application's configuration has one.
    pub fn found() -> Option<&'static ZephyrRandom> {
        // SAFETY: it has no conditions.
        unsafe { shim::moteur_shim_has_random() }.then_some(&RANDOM)
    }
}

impl Random for ZephyrRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        // SAFETY: so many bytes are there to be written.
        result(unsafe { shim::moteur_shim_random(buffer.as_mut_ptr(), buffer.len()) }).map(|_| ())
    }
}
