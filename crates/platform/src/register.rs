//! A device register at a fixed address: the one place where bare-metal ports touch memory that Rust did not give them.

use core::ptr::with_exposed_provenance_mut;

/// A register of type `T`.
pub(crate) struct Register<T> {
    address: usize,
    of: core::marker::PhantomData<fn(T)>,
}

impl<T: Copy> Register<T> {
    /// The register at `address`.
    ///
    /// # Safety
    /// For as long as it is used, the address is that of a device register of this width, whose reads and writes have
    /// no effect on memory that Rust knows of.
    pub(crate) const unsafe fn at(address: usize) -> Register<T> {
        Register { address, of: core::marker::PhantomData }
    }

    #[inline]
    pub(crate) fn read(&self) -> T {
        // SAFETY: a device register, by `at`.
        unsafe { with_exposed_provenance_mut::<T>(self.address).read_volatile() }
    }

    #[inline]
    pub(crate) fn write(&self, value: T) {
        // SAFETY: a device register, by `at`.
        unsafe { with_exposed_provenance_mut::<T>(self.address).write_volatile(value) }
    }
}
