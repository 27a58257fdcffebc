//! Memory that code is copied to, and that the memory protection unit lets be written or executed, never both.

use core::cell::Cell;
use core::ops::Range;

use super::caches::publish;
use super::mpu::{Access, Layer, LayerIndex, Memory, Mpu, Pmsa};
use crate::{CodeRegion, Error};

/// A layer of the unit: executed, but for the time in which code is written there.
pub struct CodeLayer<P: 'static> {
    mpu: &'static Mpu<P>,
    layer: Cell<Option<LayerIndex>>,
}

// SAFETY: by the promise to `Mpu::new`, one piece of code at a time changes layers.
unsafe impl<P> Sync for CodeLayer<P> {}

impl<P: Pmsa> CodeLayer<P> {
    /// A layer of this unit, which is nowhere yet.
    pub const fn new(mpu: &'static Mpu<P>) -> CodeLayer<P> {
        CodeLayer { mpu, layer: Cell::new(None) }
    }

    /// Lays it over memory, with access as given: [`Access::ReadExecute`] if there is code, [`Access::ReadWrite`] as long
    /// as there is none.
    ///
    /// # Errors
    /// As [`Mpu::add`], and [`Error::Exists`] when it is somewhere already.
    pub fn lay(&self, start: usize, bytes: usize, memory: Memory, access: Access) -> Result<(), Error> {
        if self.layer.get().is_some() {
            return Err(Error::Exists);
        }
        self.layer.set(Some(self.mpu.add(Layer { start, bytes, memory, access })?));
        Ok(())
    }

    /// Where it is.
    pub fn addresses(&self) -> Option<Range<usize>> {
        self.mpu.get(self.layer.get()?).map(|layer| layer.addresses())
    }

    fn change(&self, access: Access) -> Result<(), Error> {
        let layer = self.layer.get().ok_or(Error::BadHandle)?;
        self.mpu.change(layer, access).map(|_| ())
    }
}

// SAFETY: the unit says what may be done there, and `close` has the processor fetch anew.
unsafe impl<P: Pmsa> CodeRegion for CodeLayer<P> {
    fn open(&self) -> Result<(), Error> {
        self.change(Access::ReadWrite)
    }

    unsafe fn close(&self, written: *const u8, bytes: usize) -> Result<(), Error> {
        // SAFETY: the caller's promise; the unit was promised privileged mode.
        unsafe { publish(written, bytes) };
        self.change(Access::ReadExecute)
    }
}
