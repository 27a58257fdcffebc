//! A device that is open, of whatever kind.

use crate::error::{Error, check};
use crate::imports::{self, Kind};

/// Closes the device when it is dropped.
#[derive(Debug)]
pub struct Handle(u32);

impl Handle {
    /// Opens a device by the name that the host gave it.
    pub fn open(kind: Kind, name: &str) -> Result<Handle, Error> {
        // SAFETY: pointer and length are those of a text; the host reads it and keeps nothing.
        let result = unsafe { imports::open(kind as u32, name.as_ptr(), name.len()) };
        check(result).map(Handle)
    }

    /// The number that the host knows it by.
    pub fn number(&self) -> u32 {
        self.0
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // Fails only if the host has closed it before.
        let _ = imports::close(self.0);
    }
}
