//! Calls that wait, for fuel or for a host function. Their frames stay where they are; what else it takes to go on is
//! said here.

use core::future::Future;
use core::pin::Pin;
use core::ptr::NonNull;
use core::task::{Context, Poll};

use moteur_wasm::Trap;

use super::RED_ZONE_SLOTS;
use super::backtrace;
use super::driver::{Activation, At, Next, after_call, move_down, set_stack_limit};
use super::kinds::Kind;
use super::kinds::control::FuelBy;
use super::pieces::{self, Work};
use super::regs::Leave;
use crate::error::{Error, Limit};
use crate::func::awaited::Awaited;
use crate::func::host::slots_of_host;
use crate::lower;
use crate::slot::Slot;
use crate::store::StoreInner;
use crate::store::entity::InstanceEntity;

/// How a call ended that may be resumed.
pub(crate) enum Outcome {
    /// The results stand where the arguments stood.
    Done,
    /// It waits; the frames are kept.
    Suspended(Suspension),
}

/// A call that waits, and all that its frames need to go on.
pub(crate) struct Suspension {
    /// Where guest code was left.
    left: At,
    instance: *mut InstanceEntity,
    /// The first slot behind the frames, by which the store knows the innermost suspended call.
    top: *mut Slot,
    /// `StoreInner::stack_top` as it was when the call began.
    bottom: *mut Slot,
    reason: Reason,
}

enum Reason {
    /// Guest code goes on where it was left, once there are so many units.
    Fuel(u64),
    /// A host function that the guest called.
    Host(Awaits),
    /// A host function that the embedder called.
    Direct,
}

/// Where the guest goes on after a host function.
pub(super) struct Awaits {
    /// Where its arguments stand, which its results replace.
    pub args: *mut Slot,
    /// Where the guest expects them.
    pub frame: *mut Slot,
    /// The instruction after the call.
    pub next: *const u16,
    /// Slots of the results.
    pub results: usize,
}

/// What a call does that may wait. Programs in which none may do without this code: nothing else names it.
pub(super) struct Ways {
    /// Guest code was left at a fuel instruction, for this reason.
    pub without_fuel: unsafe fn(&Activation, Leave) -> Result<Next, Error>,
    /// A host function that the guest called said that it is asynchronous.
    pub waiting: unsafe fn(&Activation, At, Awaits) -> Result<Next, Error>,
    /// One did that the embedder called, with this index, whose frame this is.
    pub direct: unsafe fn(NonNull<StoreInner>, u32, *mut Slot) -> Result<Outcome, Error>,
}

pub(super) static WAYS: Ways = Ways { without_fuel, waiting, direct };

/// # Safety
/// As `Ways` says.
unsafe fn without_fuel(call: &Activation, leave: Leave) -> Result<Next, Error> {
    // SAFETY: the caller's promise.
    unsafe {
        let ctx = &mut *call.ctx;
        let (pc, fp, mut units) = (ctx.exit_pc, ctx.exit_fp, ctx.exit_data as u64);
        if ctx.lacks(units) {
            return Err(Error::Trap(Trap::OutOfFuel));
        }
        if leave == Leave::OUT_OF_FUEL_BY {
            match pieces::work(ctx)? {
                Work::Now => {
                    let pc = pc.wrapping_add(FuelBy::FORM.units());
                    return Ok(Next::At(At { pc, fp, result: 0 }));
                }
                // Any portion does a piece.
                Work::Later => units = 1,
            }
        }
        let left = At { pc, fp, result: 0 };
        Ok(Next::Suspended(Suspension::new(call.store, call.bottom, left, Reason::Fuel(units))))
    }
}

/// # Safety
/// As `Ways` says.
unsafe fn waiting(call: &Activation, left: At, awaits: Awaits) -> Result<Next, Error> {
    // SAFETY: the caller's promise.
    unsafe {
        if !must_wait(call.store) {
            return Err(Error::NotAsync);
        }
        let end = awaits.args.wrapping_add(awaits.results);
        let suspension = Suspension::new(call.store, call.bottom, left, Reason::Host(awaits));
        Ok(Next::Suspended(Suspension { top: suspension.top.max(end), ..suspension }))
    }
}

/// # Safety
/// As `Ways` says.
unsafe fn direct(store: NonNull<StoreInner>, index: u32, frame: *mut Slot) -> Result<Outcome, Error> {
    // SAFETY: the caller's promise.
    unsafe {
        if !must_wait(store) {
            return Err(Error::NotAsync);
        }
        let (params, results) = slots_of_host(store, index);
        let inner = store.as_ptr();
        let left = At { pc: core::ptr::null(), fp: frame, result: 0 };
        let (bottom, top) = ((*inner).stack_top, frame.wrapping_add(params.max(results)));
        (*inner).stack_top = top;
        let instance = (*inner).ctx.instance;
        Ok(Outcome::Suspended(Suspension { left, instance, top, bottom, reason: Reason::Direct }))
    }
}

/// Whether the host function that was just called left something to wait for.
///
/// # Safety
/// The store is valid.
unsafe fn must_wait(store: NonNull<StoreInner>) -> bool {
    // SAFETY: the caller's promise; the place is there as long as the slice runs.
    unsafe { (*store.as_ptr()).ctx.awaited().as_ref().is_some_and(|awaited| awaited.is_some()) }
}

impl Suspension {
    /// # Safety
    /// The store is valid, and its current instance the one whose code was left.
    unsafe fn new(store: NonNull<StoreInner>, bottom: *mut Slot, left: At, reason: Reason) -> Suspension {
        // SAFETY: the caller's promise.
        unsafe {
            let instance = (*store.as_ptr()).ctx.instance;
            let func = lower::func_at((*instance).loaded, left.pc);
            let slots = func.map_or(RED_ZONE_SLOTS, |(_, code)| code.frame_slots as usize);
            let top = left.fp.wrapping_add(slots).min((*store.as_ptr()).stack_end);
            Suspension { left, instance, top, bottom, reason }
        }
    }

    /// The first slot behind the frames.
    pub(super) fn top(&self) -> *mut Slot {
        self.top
    }

    /// How much fuel it takes to go on.
    pub fn units(&self) -> u64 {
        match self.reason {
            Reason::Fuel(units) => units,
            Reason::Host(_) | Reason::Direct => 0,
        }
    }

    /// # Safety
    /// The store is the suspended call's.
    pub(super) unsafe fn is_on_top(&self, store: NonNull<StoreInner>) -> Result<(), Error> {
        // SAFETY: the caller's promise.
        if unsafe { (*store.as_ptr()).stack_top } == self.top { Ok(()) } else { Err(Error::NotResumable) }
    }
}

/// Goes on with a suspended call: there is fuel, or the host function's results stand where its arguments stood.
///
/// # Safety
/// `suspension` is of this store and was neither resumed nor cancelled.
pub(crate) unsafe fn resume(store: NonNull<StoreInner>, suspension: &Suspension) -> Result<Outcome, Error> {
    // SAFETY: the caller's promise.
    unsafe {
        suspension.is_on_top(store)?;
        set_stack_limit(store.as_ptr());
        (*store.as_ptr()).backtrace.clear();
        let call = Activation::enter(store, suspension.bottom, suspension.instance, Some(&WAYS));
        match &suspension.reason {
            Reason::Fuel(_) => call.finish(suspension.left),
            Reason::Host(Awaits { args, frame, next, results }) => {
                move_down(*args, *frame, *results);
                call.finish(after_call(*next, *frame, *results))
            }
            Reason::Direct => call.end(Ok(Outcome::Done)),
        }
    }
}

/// Gives up a suspended call.
///
/// # Safety
/// As for `resume`.
pub(crate) unsafe fn cancel(store: NonNull<StoreInner>, suspension: &Suspension) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    unsafe {
        suspension.is_on_top(store)?;
        (*store.as_ptr()).stack_top = suspension.bottom;
    }
    Ok(())
}

/// Ends a suspended call with an error of what it waits for: its frames are noted in the backtrace.
///
/// # Safety
/// As for `resume`.
pub(crate) unsafe fn fail(store: NonNull<StoreInner>, suspension: &Suspension) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    unsafe {
        suspension.is_on_top(store)?;
        let call = Activation::enter(store, suspension.bottom, suspension.instance, Some(&WAYS));
        let ctx = &raw mut (*store.as_ptr()).ctx;
        if !matches!(suspension.reason, Reason::Direct) {
            ((*ctx).exit_pc, (*ctx).exit_fp) = (suspension.left.pc, suspension.left.fp);
            backtrace::walk(store);
        }
        call.end(Ok(Outcome::Done)).map(|_| ())
    }
}

/// Asks the host function that a suspended call waits for how far it is.
///
/// # Safety
/// As for `resume`; `awaited` was left by that call. Calls that it made may be suspended above it.
pub(crate) unsafe fn wait(
    store: NonNull<StoreInner>,
    suspension: &Suspension,
    awaited: &mut Awaited,
    context: &mut Context<'_>,
) -> Poll<Result<(), Error>> {
    // SAFETY: the caller's promise.
    unsafe {
        let inner = store.as_ptr();
        if (*inner).host_depth >= (*inner).engine.config().host_depth_max {
            return Poll::Ready(Err(Error::Limit(Limit::HostDepth)));
        }
        let ctx = &raw mut (*inner).ctx;
        let (outer, depth) = ((*ctx).instance, (*ctx).suspendable_depth);
        (*inner).host_depth += 1;
        (*ctx).suspendable_depth = (*inner).host_depth;
        (*ctx).enter(suspension.instance);
        let result = Pin::new(awaited).poll(context);
        (*ctx).enter(outer);
        (*ctx).suspendable_depth = depth;
        (*inner).host_depth -= 1;
        result
    }
}
