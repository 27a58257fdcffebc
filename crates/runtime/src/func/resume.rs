//! Calls that wait for more fuel: the guest's frames stay where they are on the store's stack.
//!
//! Suspended calls are a stack themselves: only the newest one can go on. A call is suspended and resumed outside host
//! functions only, since a host function's own frame lies in between otherwise.

use core::ptr::NonNull;

use super::{Func, put_args, take_results};
use crate::context::{AsContextMut, store_mut};
use crate::error::Error;
use crate::interp::{self, Outcome, Suspension};
use crate::slot::{SLOT_BYTES, Slot};
use crate::store::StoreInner;
use crate::val::Val;

/// How a resumable call came back.
#[derive(Debug)]
pub enum Call {
    /// The function returned, and its results were written.
    Done,
    /// Fuel ran out. The call goes on with [`Suspended::resume`].
    Suspended(Suspended),
}

/// A call that waits for fuel. Dropping it leaves its frames on the store's stack; [`Suspended::cancel`] frees them.
pub struct Suspended {
    func: Func,
    state: Suspension,
    /// Where the results will stand, in slots from the stack's start.
    frame: usize,
    /// Which suspended call of the store this is, and which one is below it (0 for none).
    serial: u64,
    below: u64,
}

// SAFETY: it is used together with its store only, and the store's rules hold then.
unsafe impl Send for Suspended {}
// SAFETY: as above.
unsafe impl Sync for Suspended {}

impl core::fmt::Debug for Suspended {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Suspended({:?})", self.func)
    }
}

impl Suspended {
    /// A call that was just suspended, and whose results will stand so many slots from the stack's start.
    #[cfg_attr(not(feature = "interpreter"), allow(dead_code))]
    pub(super) fn new(store: &mut StoreInner, func: Func, frame: usize, state: Suspension) -> Suspended {
        let (serial, below) = add(store);
        Suspended { func, state, frame, serial, below }
    }

    /// Lets the call go on. See [`Func::call_resumable`].
    ///
    /// # Errors
    /// What ended the call; [`Error::NotResumable`] if this is not the newest suspended call of the store, or inside a
    /// host function; [`Error::Type`] if the number of results does not fit; [`Error::ForeignStore`].
    pub fn resume(self, store: &mut impl AsContextMut, results: &mut [Val]) -> Result<Call, Error> {
        resume(store_mut(store), self, results)
    }

    /// What it takes to go on.
    #[cfg_attr(not(feature = "interpreter"), allow(dead_code))]
    pub(super) fn state(&self) -> &Suspension {
        &self.state
    }

    /// Ends the call and frees its frames.
    ///
    /// # Errors
    /// [`Error::NotResumable`] or [`Error::ForeignStore`], as for [`resume`](Suspended::resume).
    pub fn cancel(self, store: &mut impl AsContextMut) -> Result<(), Error> {
        self.cancel_in(store_mut(store))
    }

    pub(super) fn cancel_in(&self, store: &mut StoreInner) -> Result<(), Error> {
        self.release(store)?;
        // SAFETY: the newest suspended call of this store, as just checked.
        unsafe { interp::cancel(NonNull::from(store), &self.state) }
    }

    /// Where the results will stand, in slots from the stack's start.
    #[cfg_attr(not(feature = "interpreter"), allow(dead_code))]
    pub(super) fn frame(&self) -> usize {
        self.frame
    }

    /// Makes the call below this one the store's newest.
    pub(super) fn release(&self, store: &mut StoreInner) -> Result<(), Error> {
        self.check(store)?;
        store.suspended = self.below;
        Ok(())
    }

    pub(super) fn check(&self, store: &StoreInner) -> Result<(), Error> {
        self.func.0.get(store)?;
        if store.suspended == self.serial { may_suspend(store) } else { Err(Error::NotResumable) }
    }
}

/// Whether calls may be suspended and resumed now.
pub(super) fn may_suspend(store: &StoreInner) -> Result<(), Error> {
    if store.ctx.may_suspend(store.host_depth) { Ok(()) } else { Err(Error::NotResumable) }
}

pub(super) fn call(store: &mut StoreInner, func: Func, args: &[Val], results: &mut [Val]) -> Result<Call, Error> {
    may_suspend(store)?;
    let entity = func.0.get(store)?;
    let frame = put_args(store, entity, args, results.len())?;
    // SAFETY: the function is of the store, its arguments stand at the frame.
    unsafe {
        let outcome = interp::invoke_resumable(NonNull::from(&mut *store), entity, frame)?;
        let frame = slot_number(store, frame);
        Ok(finish(store, func, frame, outcome, results))
    }
}

fn resume(store: &mut StoreInner, call: Suspended, results: &mut [Val]) -> Result<Call, Error> {
    call.check(store)?;
    let entity = call.func.0.get(store)?;
    if super::ty_of(store, entity)?.results.len() != results.len() {
        return Err(Error::Type);
    }
    call.release(store)?;
    // SAFETY: the newest suspended call of this store, as just checked.
    unsafe {
        let outcome = interp::resume(NonNull::from(&mut *store), &call.state)?;
        Ok(finish(store, call.func, call.frame, outcome, results))
    }
}

/// # Safety
/// The outcome is that of a call of `func` whose frame begins so many slots into the stack.
unsafe fn finish(store: &mut StoreInner, func: Func, frame: usize, outcome: Outcome, results: &mut [Val]) -> Call {
    match outcome {
        Outcome::Done => {
            if let Ok(entity) = func.0.get(store) {
                // SAFETY: the caller's promise.
                unsafe { take_results(store, entity, store.stack_base.add(frame), results) };
            }
            Call::Done
        }
        Outcome::Suspended(state) => {
            let (serial, below) = add(store);
            Call::Suspended(Suspended { func, state, frame, serial, below })
        }
    }
}

/// The numbers of a call that was just suspended, which is the store's newest now, and of the one below it.
fn add(store: &mut StoreInner) -> (u64, u64) {
    let below = store.suspended;
    store.suspensions = store.suspensions.wrapping_add(1);
    store.suspended = store.suspensions;
    (store.suspended, below)
}

/// A slot's number, counted from the stack's start.
pub(super) fn slot_number(store: &StoreInner, slot: *const Slot) -> usize {
    slot.addr().wrapping_sub(store.stack_base.addr()) / SLOT_BYTES
}
