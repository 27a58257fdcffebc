//! No interpreter: what takes the place of `interp` without the feature `interpreter`. Guest functions are native code,
//! which is called where the interpreter would begin.

use core::ptr::NonNull;
use core::sync::atomic::AtomicU32;

use moteur_wasm::FuncIdx;

use crate::error::Error;
use crate::func::host::call_host;
use crate::native;
use crate::slot::Slot;
use crate::store::StoreInner;
use crate::store::entity::{FuncEntity, InstanceEntity};

/// What calls need to know, one per store.
pub(crate) struct Ctx {
    /// Not zero: stop at the next loop or call.
    pub interrupt: *const AtomicU32,
    /// The current instance; null outside guest code.
    pub instance: *mut InstanceEntity,
    /// Units of fuel left; counted only where the engine meters.
    pub fuel: u64,
}

impl Ctx {
    pub(crate) fn set_stack_end(&mut self, _: *mut Slot) {}

    /// A context without instance.
    pub(crate) const fn new(_: *mut StoreInner, _: *mut Slot, interrupt: *const AtomicU32) -> Ctx {
        Ctx { interrupt, instance: core::ptr::null_mut(), fuel: 0 }
    }

    /// Whether a call may be suspended now, below so many active host functions.
    pub(crate) fn may_suspend(&self, host_depth: u32) -> bool {
        host_depth == 0
    }

    /// How much fuel guests have left.
    pub(crate) fn fuel_left(&self) -> u64 {
        self.fuel
    }

    /// Sets how much fuel guests have left.
    pub(crate) fn set_fuel(&mut self, fuel: u64) {
        self.fuel = fuel;
    }

    /// Nothing of the memory is kept here.
    ///
    /// # Safety
    /// None.
    pub(crate) unsafe fn refresh_memory(&mut self) {}
}

/// How a call ended that may be resumed: without fuel, native code ends with a trap.
pub(crate) enum Outcome {
    /// The results stand where the arguments stood.
    Done,
    /// Never.
    #[allow(dead_code, reason = "only the interpreter waits for fuel")]
    Suspended(Suspension),
}

/// A call that waits for fuel: there is none.
pub(crate) enum Suspension {}

/// There is no dispatch that could be wrong.
pub(crate) const fn handlers_jump() -> bool {
    true
}

/// Calls `func`. Its arguments stand at `frame`, results replace them.
///
/// # Safety
/// `store` is not borrowed, `func` is one of its entities, and the arguments are of the function's type. `frame` is not
/// below `stack_top`.
pub(crate) unsafe fn invoke(
    store: NonNull<StoreInner>,
    func: NonNull<FuncEntity>,
    frame: *mut Slot,
) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    unsafe {
        let inner = store.as_ptr();
        // What is in it is of an earlier call that failed: outer calls add their frames when they end.
        (*inner).backtrace.clear();
        let FuncEntity { instance, index, .. } = *func.as_ptr();
        let outer = (*inner).ctx.instance;
        let Some(instance) = instance else {
            return call_host(store, index, NonNull::new(outer), frame).map(drop);
        };
        (*inner).ctx.instance = instance.as_ptr();
        let result = native::call(store, instance, FuncIdx(index), frame);
        (*inner).ctx.instance = outer;
        result
    }
}

/// As [`invoke`].
///
/// # Safety
/// As there.
pub(crate) unsafe fn invoke_resumable(
    store: NonNull<StoreInner>,
    func: NonNull<FuncEntity>,
    frame: *mut Slot,
) -> Result<Outcome, Error> {
    // SAFETY: the caller's promise.
    unsafe { invoke(store, func, frame) }.map(|()| Outcome::Done)
}

/// Never called: no call is suspended.
///
/// # Safety
/// None.
pub(crate) unsafe fn resume(_: NonNull<StoreInner>, suspension: &Suspension) -> Result<Outcome, Error> {
    match *suspension {}
}

/// Never called: no call is suspended.
///
/// # Safety
/// None.
pub(crate) unsafe fn cancel(_: NonNull<StoreInner>, suspension: &Suspension) -> Result<(), Error> {
    match *suspension {}
}
