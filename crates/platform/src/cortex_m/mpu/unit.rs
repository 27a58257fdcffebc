//! The unit itself: layers that are in force.

use core::cell::UnsafeCell;
use core::marker::PhantomData;

use super::layers::{Access, Layer, LayerIndex, Layers};
use crate::Error;
use crate::register::Register;

/// Takes the two registers of a region.
pub type Put<'a> = dyn FnMut([u32; 2]) -> Result<(), Error> + 'a;

/// A generation of the protected memory system architecture: how layers become values of registers.
pub trait Pmsa {
    /// What the processor says in ID_MMFR0, bits 4 to 7.
    const GENERATION: u32;
    /// What is written to MAIR0, where there is one.
    const ATTRIBUTES: Option<u32>;

    /// Gives the two registers of each region, which lie in the order of their numbers.
    ///
    /// # Errors
    /// What `put` gives.
    fn encode(layers: &Layers, put: &mut Put<'_>) -> Result<(), Error>;
}

/// The registers of all regions, for the tests of each generation.
#[cfg(test)]
pub(super) fn encode<P: Pmsa>(layers: &[Layer]) -> rust_std::vec::Vec<[u32; 2]> {
    let mut all = Layers::new();
    for layer in layers {
        all.add(*layer).unwrap();
    }
    let mut values = rust_std::vec::Vec::new();
    let put = &mut |value| {
        values.push(value);
        Ok(())
    };
    P::encode(&all, put).unwrap();
    values
}

/// Model features that say which generation it is, and the unit's registers.
const ID_MMFR0: usize = 0xE000_ED50;
const MPU_TYPE: usize = 0xE000_ED90;
const MPU_CTRL: usize = 0xE000_ED94;
const MPU_RNR: usize = 0xE000_ED98;
const MPU_RBAR: usize = 0xE000_ED9C;
/// RASR, or RLAR.
const MPU_FIELDS: usize = 0xE000_EDA0;
const MPU_MAIR0: usize = 0xE000_EDC0;

/// On, and off in the handlers of HardFault and NMI, so that those can report whatever is wrong.
const CTRL_ENABLE: u32 = 1;

/// The unit of the processor, and the layers that it holds.
pub struct Mpu<P> {
    layers: UnsafeCell<Layers>,
    generation: PhantomData<fn(P)>,
}

// SAFETY: by the promise to `new`, one piece of code at a time uses it.
unsafe impl<P> Sync for Mpu<P> {}

impl<P: Pmsa> Mpu<P> {
    /// The unit, which is off, and no layers.
    ///
    /// # Safety
    /// There is one such value in a program, nothing else sets the unit up, and interrupt handlers do not use it. The
    /// processor is in privileged mode where it is used.
    pub const unsafe fn new() -> Mpu<P> {
        Mpu { layers: UnsafeCell::new(Layers::new()), generation: PhantomData }
    }

    /// The layers.
    #[allow(clippy::mut_from_ref, reason = "the promise to `new`")]
    fn layers(&self) -> &mut Layers {
        // SAFETY: the promise to `new`, and no method of this gives the reference on.
        unsafe { &mut *self.layers.get() }
    }

    /// Puts a layer over those before. It is in force once the unit is on, or at once if it is.
    ///
    /// # Errors
    /// As [`Layers::add`], and [`Error::Exhausted`] when the unit has too few regions; then nothing has changed.
    pub fn add(&self, layer: Layer) -> Result<LayerIndex, Error> {
        let before = *self.layers();
        let index = self.layers().add(layer)?;
        self.refresh(before)?;
        Ok(index)
    }

    /// Allows something else where a layer is, and gives what was allowed before.
    ///
    /// # Errors
    /// As [`Layers::change`], and [`Error::Exhausted`] when the unit has too few regions; then nothing has changed.
    pub fn change(&self, layer: LayerIndex, access: Access) -> Result<Access, Error> {
        let before = *self.layers();
        let old = self.layers().change(layer, access)?;
        self.refresh(before)?;
        Ok(old)
    }

    /// A layer.
    pub fn get(&self, layer: LayerIndex) -> Option<Layer> {
        self.layers().get(layer).copied()
    }

    /// Switches the unit on.
    ///
    /// # Safety
    /// All that the program executes, reads and writes from now on is in the layers, stacks included.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when the processor has no unit of this generation, [`Error::Exhausted`] when it has too few
    /// regions.
    pub unsafe fn enable(&self) -> Result<(), Error> {
        if read(ID_MMFR0) >> 4 & 15 != P::GENERATION || region_count() == 0 {
            return Err(Error::Unsupported);
        }
        self.check()?;
        self.write_all();
        Ok(())
    }

    /// Whether the unit has as many regions as the layers need.
    fn check(&self) -> Result<(), Error> {
        let mut left = region_count();
        P::encode(self.layers(), &mut |_| {
            left = left.checked_sub(1).ok_or(Error::Exhausted)?;
            Ok(())
        })
    }

    /// Takes new layers into force if the unit is on; those before stay if they do not fit.
    fn refresh(&self, before: Layers) -> Result<(), Error> {
        if read(MPU_CTRL) & CTRL_ENABLE == 0 {
            return Ok(());
        }
        let fits = self.check();
        match fits {
            Ok(()) => self.write_all(),
            Err(_) => *self.layers() = before,
        }
        fits
    }

    /// Writes all regions. In between, the unit is off: this runs in privileged mode, where all is allowed then.
    fn write_all(&self) {
        barriers();
        write(MPU_CTRL, 0);
        if let Some(attributes) = P::ATTRIBUTES {
            write(MPU_MAIR0, attributes);
        }
        let count = region_count();
        let mut number = 0;
        let mut put = |[base, fields]: [u32; 2]| {
            write(MPU_RNR, number);
            // No moment with the old one's rights at the new one's address.
            write(MPU_FIELDS, 0);
            write(MPU_RBAR, base);
            write(MPU_FIELDS, fields);
            number = number.wrapping_add(1);
            Ok(())
        };
        // It was checked that there are so many.
        let _ = P::encode(self.layers(), &mut put);
        for unused in number..count {
            write(MPU_RNR, unused);
            write(MPU_FIELDS, 0);
        }
        write(MPU_CTRL, CTRL_ENABLE);
        barriers();
    }
}

/// How many regions the unit has.
fn region_count() -> u32 {
    read(MPU_TYPE) >> 8 & 0xff
}

fn read(register: usize) -> u32 {
    // SAFETY: the architecture fixes the address, for privileged mode, which was promised to `new`.
    unsafe { Register::at(register) }.read()
}

fn write(register: usize, value: u32) {
    // SAFETY: as above.
    unsafe { Register::at(register) }.write(value);
}

#[cfg(target_arch = "arm")]
use super::super::caches::barriers;

/// What documentation and checks on a host are built with.
#[cfg(not(target_arch = "arm"))]
fn barriers() {}
