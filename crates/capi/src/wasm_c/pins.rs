//! What of the program's the guest holds: a guest's `externref` is a number, and this says what it means.
//!
//! An object that a guest was given must stay as long as the guest can hand it back. While no guest runs, it can be in
//! tables and globals only, so that is where to look (`StoreShared::collect`) when there are twice as many numbers as were
//! still in use the last time.

use moteur::pool::Vec;
use moteur::{ExternRef, Heap, OutOfMemory};

use super::refs::Object;

/// The first look is taken at so many objects.
const FIRST_LOOK: usize = 64;

/// The objects.
pub(super) struct Pins {
    pins: Vec<Pin>,
    /// One more than the index of a free pin, 0 for none; each knows the next.
    free: u32,
    count: usize,
    /// With so many objects it is time to look which are still in use.
    look_at: usize,
}

struct Pin {
    object: Option<Object>,
    /// Whether it is still in use, as far as was looked.
    marked: bool,
    /// As `Pins::free`.
    next_free: u32,
}

impl Pins {
    pub fn new(heap: Heap) -> Pins {
        Pins { pins: Vec::new_in(heap), free: 0, count: 0, look_at: FIRST_LOOK }
    }

    /// Gives the object a number.
    pub fn add(&mut self, object: Object) -> Result<u32, OutOfMemory> {
        let at = match self.free.checked_sub(1) {
            Some(at) => at,
            None => u32::try_from(self.pins.len()).ok().filter(|at| *at < ExternRef::MAX).ok_or(OutOfMemory)?,
        };
        let pin = Pin { object: Some(object), marked: true, next_free: 0 };
        match self.pins.get_mut(at as usize) {
            Some(place) => {
                self.free = place.next_free;
                *place = pin;
            }
            None => self.pins.push(pin)?,
        }
        self.count = self.count.saturating_add(1);
        Ok(at)
    }

    /// The object with this number.
    pub fn get(&self, at: u32) -> Option<&Object> {
        self.pins.get(at as usize)?.object.as_ref()
    }

    /// Whether it is time to look which are still in use.
    pub fn is_full(&self) -> bool {
        self.count >= self.look_at
    }

    /// Begins to look.
    pub fn clear_marks(&mut self) {
        self.pins.iter_mut().for_each(|pin| pin.marked = false);
    }

    /// This one is in use.
    pub fn mark(&mut self, at: u32) {
        if let Some(pin) = self.pins.get_mut(at as usize) {
            pin.marked = true;
        }
    }

    /// Takes out the next object from `from` on that nobody uses, with its number.
    pub fn take_unmarked(&mut self, from: u32) -> Option<(u32, Object)> {
        let rest = self.pins.get_mut(from as usize..)?;
        let (at, pin) = (from..).zip(rest).find(|(_, pin)| !pin.marked && pin.object.is_some())?;
        let object = pin.object.take()?;
        pin.next_free = core::mem::replace(&mut self.free, at.wrapping_add(1));
        self.count = self.count.saturating_sub(1);
        Some((at, object))
    }

    /// Ends looking.
    pub fn set_next_look(&mut self) {
        self.look_at = self.count.saturating_mul(2).max(FIRST_LOOK);
    }
}
