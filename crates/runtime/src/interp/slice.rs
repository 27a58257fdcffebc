//! A slice: the part of the store's fuel that a call may use before it comes back, so that others get their turn. What
//! guests have left in all is the slice's rest and what is held back.

use core::ptr::null_mut;

use super::ctx::Ctx;
use crate::func::awaited::Awaited;

/// What the context knows of the slice that runs; null and zero while none does.
#[derive(Clone, Copy)]
pub(crate) struct Slice {
    /// Where a host function puts what the guest is to wait for.
    awaited: *mut Option<Awaited>,
    /// Fuel that is left behind the slice's.
    held_back: u64,
}

impl Slice {
    /// No slice runs.
    pub const NONE: Slice = Slice { awaited: null_mut(), held_back: 0 };

    fn runs(&self) -> bool {
        !self.awaited.is_null()
    }
}

/// A slice that stands still while a host function calls the guest: that call may not come back before it is done.
pub(super) struct Paused {
    slice: Slice,
    /// Fuel of the slice, and of all, when it was paused.
    rest: u64,
    total: u64,
}

impl Ctx {
    /// How much fuel guests have left in all.
    pub fn fuel_left(&self) -> u64 {
        self.fuel.saturating_add(self.slice.held_back)
    }

    /// Sets how much fuel guests have left in all. A slice that runs does not become longer.
    pub fn set_fuel(&mut self, fuel: u64) {
        let rest = if self.slice.runs() { self.fuel.min(fuel) } else { fuel };
        self.slice.held_back = fuel.saturating_sub(rest);
        self.fuel = rest;
    }

    /// Lets guests use at most so many units until `end_slice`.
    pub fn begin_slice(&mut self, units: u64, awaited: *mut Option<Awaited>) {
        let rest = self.fuel.min(units);
        self.slice = Slice { awaited, held_back: self.fuel.saturating_sub(rest) };
        self.fuel = rest;
    }

    /// Ends the slice and gives what was left of it.
    pub fn end_slice(&mut self) -> u64 {
        let rest = self.fuel;
        self.fuel = self.fuel_left();
        self.slice = Slice::NONE;
        rest
    }

    /// Where a host function puts what the guest is to wait for; null where no guest may.
    pub fn awaited(&self) -> *mut Option<Awaited> {
        self.slice.awaited
    }

    /// Whether a slice runs.
    pub(super) fn in_slice(&self) -> bool {
        self.slice.runs()
    }

    /// Whether a slice runs, and all fuel there is would not do.
    pub(super) fn lacks(&self, units: u64) -> bool {
        self.slice.runs() && self.fuel_left() < units
    }

    /// Takes so many units, more than the slice has if must be.
    pub(super) fn overdraw(&mut self, units: u64) {
        let beyond = units.saturating_sub(self.fuel);
        self.fuel = self.fuel.saturating_sub(units);
        self.slice.held_back = self.slice.held_back.saturating_sub(beyond);
    }

    /// Lets the slice that runs, if one does, be over as soon as the guest asks for fuel: something just happened that takes
    /// long and is not paid for by the time it takes. So that happens once in a slice.
    #[inline(never)]
    pub(super) fn close_slice(&mut self) {
        if self.slice.runs() {
            self.slice.held_back = self.fuel_left();
            self.fuel = 0;
        }
    }

    /// Stops the slice, if one runs, for a call that cannot come back in between: it may use all fuel there is.
    pub(super) fn pause_slice(&mut self) -> Option<Paused> {
        if !self.slice.runs() {
            return None;
        }
        let paused = Paused { slice: self.slice, rest: self.fuel, total: self.fuel_left() };
        self.end_slice();
        Some(paused)
    }

    /// Goes on with a slice, less what was used meanwhile.
    pub(super) fn go_on_with_slice(&mut self, paused: Option<Paused>) {
        if let Some(Paused { slice, rest, total }) = paused {
            let used = total.saturating_sub(self.fuel);
            self.begin_slice(rest.saturating_sub(used), slice.awaited);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ctx(fuel: u64) -> Ctx {
        let mut ctx = Ctx::new(null_mut(), null_mut(), core::ptr::null());
        ctx.set_fuel(fuel);
        ctx
    }

    #[test]
    fn slices_add_up_to_all_fuel() {
        let mut awaited = None;
        let mut ctx = ctx(250);
        for (slice, left) in [(100, 150), (100, 50), (50, 0), (0, 0)] {
            ctx.begin_slice(100, &raw mut awaited);
            assert_eq!(ctx.fuel, slice);
            ctx.fuel = 0;
            assert_eq!(ctx.fuel_left(), left);
            assert_eq!((ctx.end_slice(), ctx.fuel), (0, left));
        }
    }

    #[test]
    fn setting_fuel_does_not_make_a_slice_longer() {
        let mut awaited = None;
        for (set, rest) in [(1_000_000, 40), (41, 40), (40, 40), (10, 10), (0, 0)] {
            let mut ctx = ctx(500);
            ctx.begin_slice(100, &raw mut awaited);
            ctx.fuel = 40;
            ctx.set_fuel(set);
            assert_eq!((ctx.fuel, ctx.fuel_left()), (rest, set));
            ctx.end_slice();
            ctx.set_fuel(set);
            assert_eq!((ctx.fuel, ctx.fuel_left()), (set, set));
        }
    }

    #[test]
    fn a_pause_shortens_the_slice_by_what_is_used() {
        let mut awaited = None;
        for (used, rest) in [(0, 100), (30, 70), (100, 0), (300, 0), (500, 0)] {
            let mut ctx = ctx(500);
            ctx.begin_slice(100, &raw mut awaited);
            let paused = ctx.pause_slice();
            assert!(ctx.awaited().is_null());
            assert_eq!(ctx.fuel, 500);
            ctx.fuel -= used;
            ctx.go_on_with_slice(paused);
            assert_eq!((ctx.fuel, ctx.fuel_left()), (rest, 500 - used));
            assert!(!ctx.awaited().is_null());
        }
        assert!(ctx(1).pause_slice().is_none());
    }

    #[test]
    fn what_lacks_is_told_within_slices_only() {
        let mut awaited = None;
        let mut ctx = ctx(500);
        assert!(!ctx.lacks(501));
        ctx.begin_slice(100, &raw mut awaited);
        assert!(!ctx.lacks(500));
        assert!(ctx.lacks(501));
        ctx.overdraw(300);
        assert_eq!((ctx.fuel, ctx.fuel_left()), (0, 200));
        ctx.end_slice();
        ctx.close_slice();
        assert_eq!(ctx.fuel, 200);
        ctx.begin_slice(150, &raw mut awaited);
        ctx.close_slice();
        assert_eq!((ctx.fuel, ctx.fuel_left()), (0, 200));
    }
}
