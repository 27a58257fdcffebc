//! The driver: starts guest code, and does what guest code leaves for: calls of host functions and of other instances,
//! lowering, running out of fuel, traps.
//!
//! A call into another instance puts three slots below the callee's frame, so that the return finds the way back:
//!
//! ```text
//!   caller's arguments stood here
//!   | instance | instruction after the call | results' slots | callee's frame: arguments ... link = RETURN_ACROSS ...
//! ```

use core::ptr::NonNull;

use moteur_wasm::{FuncIdx, Trap, TypeIdx};

use super::RED_ZONE_SLOTS;
use super::backtrace;
use super::ctx::Ctx;
use super::dispatch::{DONE, RETURN_ACROSS, execute};
use super::kinds::Kind;
use super::kinds::call::{Call, CallNative};
use super::regs::{Leave, Regs};
use crate::error::Error;
use crate::func::host::call_host;
use crate::lower;
use crate::native;
use crate::slot::{SLOT_BYTES, Slot, slots_of_type};
use crate::store::StoreInner;
use crate::store::entity::{FuncEntity, InstanceEntity};

/// Slots below a frame that was called from another instance.
pub(super) const ACROSS_SLOTS: usize = 3;

/// How a call ended that may be resumed.
pub(crate) enum Outcome {
    /// The results stand where the arguments stood.
    Done,
    /// Fuel ran out; the frames are kept.
    Suspended(Suspension),
}

/// A call that ran out of fuel, and all that its frames need to go on.
pub(crate) struct Suspension {
    pc: *const u16,
    fp: *mut Slot,
    instance: *mut InstanceEntity,
    /// The first slot behind the frames, by which the store knows the innermost suspended call.
    top: *mut Slot,
    /// `StoreInner::stack_top` as it was when the call began.
    bottom: *mut Slot,
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
    match unsafe { begin(store, func, frame, false)? } {
        Outcome::Done => Ok(()),
        Outcome::Suspended(_) => Err(Error::Trap(Trap::OutOfFuel)),
    }
}

/// As `invoke`, but running out of fuel suspends the call.
///
/// # Safety
/// As for `invoke`.
pub(crate) unsafe fn invoke_resumable(
    store: NonNull<StoreInner>,
    func: NonNull<FuncEntity>,
    frame: *mut Slot,
) -> Result<Outcome, Error> {
    // SAFETY: the caller's promise.
    unsafe { begin(store, func, frame, true) }
}

/// Goes on with a suspended call.
///
/// # Safety
/// `suspension` is of this store and was neither resumed nor cancelled.
pub(crate) unsafe fn resume(store: NonNull<StoreInner>, suspension: &Suspension) -> Result<Outcome, Error> {
    // SAFETY: the caller's promise.
    unsafe {
        if (*store.as_ptr()).stack_top != suspension.top {
            return Err(Error::NotResumable);
        }
        set_stack_limit(store.as_ptr());
        (*store.as_ptr()).backtrace.clear();
        let call = Activation::enter(store, suspension.bottom, suspension.instance, true);
        call.finish(suspension.pc, suspension.fp)
    }
}

/// Gives up a suspended call.
///
/// # Safety
/// As for `resume`.
pub(crate) unsafe fn cancel(store: NonNull<StoreInner>, suspension: &Suspension) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    unsafe {
        if (*store.as_ptr()).stack_top != suspension.top {
            return Err(Error::NotResumable);
        }
        (*store.as_ptr()).stack_top = suspension.bottom;
    }
    Ok(())
}

/// # Safety
/// As for `invoke`.
unsafe fn begin(
    store: NonNull<StoreInner>,
    func: NonNull<FuncEntity>,
    frame: *mut Slot,
    resumable: bool,
) -> Result<Outcome, Error> {
    // SAFETY: the caller's promise.
    unsafe {
        let inner = store.as_ptr();
        set_stack_limit(inner);
        // What is in it is of an earlier call that failed: outer calls add their frames when they end.
        (*inner).backtrace.clear();
        if frame > (*inner).ctx.stack_limit {
            return Err(Error::Trap(Trap::StackOverflow));
        }
        let FuncEntity { instance, index, .. } = *func.as_ptr();
        let bottom = (*inner).stack_top;
        let Some(instance) = instance else {
            let caller = NonNull::new((*inner).ctx.instance);
            return call_host(store, index, caller, frame).map(|_| Outcome::Done);
        };
        let call = Activation::enter(store, bottom, instance.as_ptr(), resumable);
        let code = match code_of(instance, FuncIdx(index)) {
            Ok(code) => code,
            Err(error) => return call.end(Err(error)),
        };
        let (params, results) = slots_of_func(instance, FuncIdx(index));
        let link = frame.wrapping_add(params.max(results));
        if link >= (*inner).stack_end {
            return call.end(Err(Error::Trap(Trap::StackOverflow)));
        }
        link.write(DONE.pc() as Slot);
        call.finish(code, frame)
    }
}

/// # Safety
/// `store` is valid.
unsafe fn set_stack_limit(store: *mut StoreInner) {
    // SAFETY: the caller's promise.
    unsafe {
        let slots = ((*store).stack_end as usize - (*store).stack_base as usize) / SLOT_BYTES;
        (*store).ctx.stack_limit = match slots.checked_sub(RED_ZONE_SLOTS) {
            Some(usable) => (*store).stack_base.add(usable),
            None => core::ptr::null_mut(),
        };
    }
}

/// The code of a function, lowered now if it was not yet.
///
/// # Safety
/// `instance` is valid and its module defines `func`.
unsafe fn code_of(instance: NonNull<InstanceEntity>, func: FuncIdx) -> Result<*const u16, Error> {
    // SAFETY: the caller's promise.
    unsafe {
        let loaded = (*instance.as_ptr()).loaded;
        let imported = (*loaded.as_ptr()).module.wasm().imported_func_count() as usize;
        let code = |at: usize| (*loaded.as_ptr()).codes.get(at);
        let at = func.index().wrapping_sub(imported);
        if let Some(code) = code(at)
            && !code.is_null()
        {
            return Ok(code);
        }
        lower::lower_func(loaded, func)?;
        code(at).ok_or(Error::OutOfBounds)
    }
}

/// Slots of parameters and results of function `func` of the instance's module.
///
/// # Safety
/// `instance` is valid.
unsafe fn slots_of_func(instance: NonNull<InstanceEntity>, func: FuncIdx) -> (usize, usize) {
    // SAFETY: the caller's promise.
    let wasm = unsafe { (*(*instance.as_ptr()).loaded.as_ptr()).module.wasm() };
    let ty = wasm.func_type_idx(func).unwrap_or(TypeIdx(0));
    wasm.func_type(ty).map_or((0, 0), slots_of_type)
}

/// A call from outside into guest code, while it runs.
struct Activation {
    store: NonNull<StoreInner>,
    ctx: *mut Ctx,
    /// `StoreInner::stack_top` and the current instance before the call.
    bottom: *mut Slot,
    outer: *mut InstanceEntity,
    resumable: bool,
}

/// Where guest code goes on.
struct At {
    pc: *const u16,
    fp: *mut Slot,
    /// The bits of the result that the accumulators hold, after a call.
    result: u64,
}

impl Activation {
    /// # Safety
    /// `store` and `instance` are valid.
    unsafe fn enter(
        store: NonNull<StoreInner>,
        bottom: *mut Slot,
        instance: *mut InstanceEntity,
        resumable: bool,
    ) -> Activation {
        // SAFETY: the caller's promise.
        unsafe {
            let ctx = &raw mut (*store.as_ptr()).ctx;
            let outer = (*ctx).instance;
            (*ctx).enter(instance);
            Activation { store, ctx, bottom, outer, resumable }
        }
    }

    /// Runs from `pc` to the end of the call.
    ///
    /// # Safety
    /// `pc` and `fp` are as the call or the suspension left them.
    unsafe fn finish(self, pc: *const u16, fp: *mut Slot) -> Result<Outcome, Error> {
        let mut at = At { pc, fp, result: 0 };
        loop {
            // SAFETY: the caller's promise, then `step`'s.
            let (step, left_at) = unsafe {
                let m = Regs::new(self.ctx, at.pc, at.fp, at.result);
                let leave = execute(m);
                let left_at = ((*self.ctx).exit_pc, (*self.ctx).exit_fp);
                if leave == Leave::OUT_OF_FUEL && self.resumable {
                    let suspension = self.suspend();
                    return self.end(Ok(Outcome::Suspended(suspension)));
                }
                (self.step(leave), left_at)
            };
            match step {
                Ok(Some(next)) => at = next,
                Ok(None) => return self.end(Ok(Outcome::Done)),
                Err(error) => {
                    // SAFETY: the frames are as guest code left them; what a host function called left others since.
                    unsafe {
                        ((*self.ctx).exit_pc, (*self.ctx).exit_fp) = left_at;
                        backtrace::walk(self.store);
                    }
                    return self.end(Err(error));
                }
            }
        }
    }

    /// Goes back to what ran before.
    fn end(self, result: Result<Outcome, Error>) -> Result<Outcome, Error> {
        // SAFETY: the store is valid; the outer instance is null or one of its entities.
        unsafe {
            (*self.store.as_ptr()).stack_top = match &result {
                Ok(Outcome::Suspended(suspension)) => suspension.top,
                _ => self.bottom,
            };
            (*self.ctx).enter(self.outer);
        }
        result
    }

    /// Does what guest code was left for. `None`: the call is done.
    ///
    /// # Safety
    /// `leave` is what `execute` just gave.
    unsafe fn step(&self, leave: Leave) -> Result<Option<At>, Error> {
        // SAFETY: the context says where guest code was left; L5 for links.
        unsafe {
            let Ctx { exit_pc, exit_fp, exit_data, exit_next, instance, .. } = *self.ctx;
            match leave {
                Leave::DONE => Ok(None),
                Leave::CALL_CHECK => {
                    let func = Call::check(self.ctx, exit_pc, exit_fp).map_err(Error::Trap)?;
                    lower::lower_func((*instance).loaded, FuncIdx(func))?;
                    Ok(Some(At { pc: exit_pc, fp: exit_fp, result: 0 }))
                }
                Leave::LOWER => {
                    lower::lower_func((*instance).loaded, FuncIdx(exit_data as u32))?;
                    Ok(Some(At { pc: exit_pc, fp: exit_fp, result: 0 }))
                }
                Leave::NATIVE => {
                    let func = FuncIdx(exit_data as u32);
                    let instance = NonNull::new(instance).ok_or(Error::OutOfBounds)?;
                    native::call(self.store, instance, func, exit_fp)?;
                    (*self.ctx).refresh_memory();
                    let (_, results) = slots_of_func(instance, func);
                    let pc = exit_pc.wrapping_add(CallNative::FORM.units());
                    Ok(Some(At { pc, fp: exit_fp, result: first_result(exit_fp, results) }))
                }
                Leave::CALL => {
                    let next = exit_next as *const u16;
                    let frame = exit_fp.add(usize::from(*next.sub(1)));
                    self.call(exit_data as *mut FuncEntity, frame, next).map(Some)
                }
                Leave::TAIL_CALL => {
                    let args = exit_fp.add(exit_next & 0xFFFF);
                    let link = *exit_fp.add(exit_next >> 16) as *const u16;
                    self.tail_call(exit_data as *mut FuncEntity, exit_fp, args, link).map(Some)
                }
                Leave::RETURN_ACROSS => {
                    let frame = exit_fp.sub(ACROSS_SLOTS);
                    let [outer, next, results] = frame.cast::<[Slot; ACROSS_SLOTS]>().read();
                    move_down(exit_fp, frame, results);
                    (*self.ctx).enter(outer as *mut InstanceEntity);
                    Ok(Some(after_call(next as *const u16, frame, results)))
                }
                Leave::OUT_OF_FUEL => Err(Error::Trap(Trap::OutOfFuel)),
                other => Err(Error::Trap(other.as_trap().unwrap_or(Trap::Unreachable))),
            }
        }
    }

    /// Calls a function that is not the current instance's own. Its arguments stand at `frame`.
    ///
    /// # Safety
    /// L5.
    unsafe fn call(&self, func: *mut FuncEntity, frame: *mut Slot, next: *const u16) -> Result<At, Error> {
        // SAFETY: the caller's promise.
        unsafe {
            let FuncEntity { instance, index, .. } = *func;
            if frame > (*self.ctx).stack_limit {
                return Err(Error::Trap(Trap::StackOverflow));
            }
            self.look_for_interrupt()?;
            match instance {
                None => {
                    let results = call_host(self.store, index, NonNull::new((*self.ctx).instance), frame)?;
                    Ok(after_call(next, frame, results))
                }
                Some(instance) => self.enter_across(instance, FuncIdx(index), frame, frame, next),
            }
        }
    }

    /// Replaces the frame at `fp` by a call of a function that is not the current instance's own.
    ///
    /// # Safety
    /// L5.
    unsafe fn tail_call(
        &self,
        func: *mut FuncEntity,
        fp: *mut Slot,
        args: *mut Slot,
        link: *const u16,
    ) -> Result<At, Error> {
        // SAFETY: the caller's promise.
        unsafe {
            let FuncEntity { instance, index, .. } = *func;
            self.look_for_interrupt()?;
            let Some(instance) = instance else {
                let results = call_host(self.store, index, NonNull::new((*self.ctx).instance), args)?;
                move_down(args, fp, results);
                return Ok(after_call(link, fp, results));
            };
            if link != RETURN_ACROSS.pc() {
                return self.enter_across(instance, FuncIdx(index), args, fp, link);
            }
            // The frame was itself called across: the way back below it stays.
            let code = code_of(instance, FuncIdx(index))?;
            let (params, results) = slots_of_func(instance, FuncIdx(index));
            move_down(args, fp, params);
            fp.add(params.max(results)).write(link as Slot);
            (*self.ctx).enter(instance.as_ptr());
            Ok(At { pc: code, fp, result: 0 })
        }
    }

    /// Enters a function of another instance, with the way back at `frame`.
    ///
    /// # Safety
    /// L5.
    unsafe fn enter_across(
        &self,
        instance: NonNull<InstanceEntity>,
        func: FuncIdx,
        args: *mut Slot,
        frame: *mut Slot,
        next: *const u16,
    ) -> Result<At, Error> {
        // SAFETY: the caller's promise; the red zone has room for a few more slots than the arguments, which are checked.
        unsafe {
            let code = code_of(instance, func)?;
            let (params, results) = slots_of_func(instance, func);
            let fp = frame.wrapping_add(ACROSS_SLOTS);
            if fp.max(args).wrapping_add(params.max(results) + 1) > (*self.ctx).stack_end
                || fp > (*self.ctx).stack_limit
            {
                return Err(Error::Trap(Trap::StackOverflow));
            }
            core::ptr::copy(args, fp, params);
            frame.cast::<[Slot; ACROSS_SLOTS]>().write([(*self.ctx).instance as Slot, next as Slot, results]);
            fp.add(params.max(results)).write(RETURN_ACROSS.pc() as Slot);
            (*self.ctx).enter(instance.as_ptr());
            Ok(At { pc: code, fp, result: 0 })
        }
    }

    fn look_for_interrupt(&self) -> Result<(), Error> {
        // SAFETY: the flag lives as long as the store.
        let raised = unsafe { (*(*self.ctx).interrupt).load(core::sync::atomic::Ordering::Relaxed) != 0 };
        if raised { Err(Error::Trap(Trap::Interrupted)) } else { Ok(()) }
    }

    /// # Safety
    /// Guest code was left at a fuel instruction.
    unsafe fn suspend(&self) -> Suspension {
        // SAFETY: the caller's promise.
        unsafe {
            let Ctx { exit_pc, exit_fp, instance, .. } = *self.ctx;
            let loaded = (*instance).loaded;
            let frame = lower::func_at(loaded, exit_pc).map_or(RED_ZONE_SLOTS, |(_, code)| code.frame_slots as usize);
            Suspension { pc: exit_pc, fp: exit_fp, instance, top: exit_fp.add(frame), bottom: self.bottom }
        }
    }
}

/// Where the caller goes on after a call whose results stand at `frame`.
///
/// # Safety
/// L5: the unit before `next` is the distance between the frames.
unsafe fn after_call(next: *const u16, frame: *mut Slot, results: usize) -> At {
    // SAFETY: the caller's promise.
    unsafe {
        let result = first_result(frame, results);
        At { pc: next, fp: frame.sub(usize::from(*next.sub(1))), result }
    }
}

/// The bits of the first result, of results that take so many slots.
///
/// # Safety
/// They stand at `frame`.
unsafe fn first_result(frame: *const Slot, results: usize) -> u64 {
    // SAFETY: the caller's promise.
    unsafe {
        match results {
            0 => 0,
            1 => frame.read() as u64,
            _ => frame.cast::<u64>().read_unaligned(),
        }
    }
}

/// Moves slots to a lower address.
///
/// # Safety
/// Both ranges are valid.
unsafe fn move_down(from: *const Slot, to: *mut Slot, count: usize) {
    // SAFETY: the caller's promise.
    unsafe { core::ptr::copy(from, to, count) }
}
