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
use super::suspend::{Awaits, Outcome, Suspension, WAYS, Ways};
use crate::error::Error;
use crate::func::host::{call_host, slots_of_host};
use crate::lower;
use crate::native;
use crate::slot::{SLOT_BYTES, Slot, slots_of_type};
use crate::store::StoreInner;
use crate::store::entity::{FuncEntity, InstanceEntity, LoadedModule};

/// Slots below a frame that was called from another instance.
pub(super) const ACROSS_SLOTS: usize = 3;

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
        let paused = (*store.as_ptr()).ctx.pause_slice();
        let outcome = begin(store, func, frame, None);
        (*store.as_ptr()).ctx.go_on_with_slice(paused);
        match outcome? {
            Outcome::Done => Ok(()),
            Outcome::Suspended(_) => Err(Error::Trap(Trap::OutOfFuel)),
        }
    }
}

/// As `invoke`, but running out of fuel suspends the call, and so does an asynchronous host function within a slice.
///
/// # Safety
/// As for `invoke`.
pub(crate) unsafe fn invoke_resumable(
    store: NonNull<StoreInner>,
    func: NonNull<FuncEntity>,
    frame: *mut Slot,
) -> Result<Outcome, Error> {
    // SAFETY: the caller's promise.
    unsafe { begin(store, func, frame, Some(&WAYS)) }
}

/// # Safety
/// As for `invoke`.
unsafe fn begin(
    store: NonNull<StoreInner>,
    func: NonNull<FuncEntity>,
    frame: *mut Slot,
    ways: Option<&'static Ways>,
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
            return match (call_host(store, index, caller, frame), ways) {
                (Err(Error::NotAsync), Some(ways)) => (ways.direct)(store, index, frame),
                (result, _) => result.map(|_| Outcome::Done),
            };
        };
        let call = Activation::enter(store, bottom, instance.as_ptr(), ways);
        let code = match code_of(call.ctx, instance, FuncIdx(index)) {
            Ok(code) => code,
            Err(error) => return call.end(Err(error)),
        };
        let (params, results) = slots_of_func(instance, FuncIdx(index));
        let link = frame.wrapping_add(params.max(results));
        if link >= (*inner).stack_end {
            return call.end(Err(Error::Trap(Trap::StackOverflow)));
        }
        link.write(DONE.pc() as Slot);
        call.finish(At { pc: code, fp: frame, result: 0 })
    }
}

/// # Safety
/// `store` is valid.
pub(super) unsafe fn set_stack_limit(store: *mut StoreInner) {
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
/// `instance` is valid, of the store that has this context, and its module defines `func`.
unsafe fn code_of(ctx: *mut Ctx, instance: NonNull<InstanceEntity>, func: FuncIdx) -> Result<*const u16, Error> {
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
        lower(ctx, loaded, func)?;
        code(at).ok_or(Error::OutOfBounds)
    }
}

/// Lowers a function, which takes its time: a slice that runs ends soon after.
///
/// # Safety
/// The context is that of the store that the module was loaded into.
unsafe fn lower(ctx: *mut Ctx, loaded: NonNull<LoadedModule>, func: FuncIdx) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    unsafe {
        (*ctx).close_slice();
        lower::lower_func(loaded, func)
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
pub(super) struct Activation {
    pub store: NonNull<StoreInner>,
    pub ctx: *mut Ctx,
    /// `StoreInner::stack_top` and the current instance before the call.
    pub bottom: *mut Slot,
    outer: *mut InstanceEntity,
    /// What is done where the call may wait; none if it may not.
    ways: Option<&'static Ways>,
}

/// Where guest code goes on.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub pc: *const u16,
    pub fp: *mut Slot,
    /// The bits of the result that the accumulators hold, after a call.
    pub result: u64,
}

/// What comes after guest code was left.
pub(super) enum Next {
    /// Guest code goes on.
    At(At),
    /// The call is done.
    Done,
    /// The call waits.
    Suspended(Suspension),
}

impl Activation {
    /// # Safety
    /// `store` and `instance` are valid.
    pub unsafe fn enter(
        store: NonNull<StoreInner>,
        bottom: *mut Slot,
        instance: *mut InstanceEntity,
        ways: Option<&'static Ways>,
    ) -> Activation {
        // SAFETY: the caller's promise.
        unsafe {
            let ctx = &raw mut (*store.as_ptr()).ctx;
            let outer = (*ctx).instance;
            (*ctx).enter(instance);
            Activation { store, ctx, bottom, outer, ways }
        }
    }

    /// Runs from there to the end of the call.
    ///
    /// # Safety
    /// It is where the call begins, or where the suspension says.
    pub unsafe fn finish(self, mut at: At) -> Result<Outcome, Error> {
        loop {
            // SAFETY: the caller's promise, then `step`'s.
            let (next, left_at) = unsafe {
                let m = Regs::new(self.ctx, at.pc, at.fp, at.result);
                let leave = execute(m);
                let left_at = ((*self.ctx).exit_pc, (*self.ctx).exit_fp);
                (self.step(leave), left_at)
            };
            match next {
                Ok(Next::At(next)) => at = next,
                Ok(Next::Done) => return self.end(Ok(Outcome::Done)),
                Ok(Next::Suspended(suspension)) => return self.end(Ok(Outcome::Suspended(suspension))),
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
    pub fn end(self, result: Result<Outcome, Error>) -> Result<Outcome, Error> {
        // SAFETY: the store is valid; the outer instance is null or one of its entities.
        unsafe {
            (*self.store.as_ptr()).stack_top = match &result {
                Ok(Outcome::Suspended(suspension)) => suspension.top(),
                _ => self.bottom,
            };
            (*self.ctx).enter(self.outer);
        }
        result
    }

    /// Does what guest code was left for.
    ///
    /// # Safety
    /// `leave` is what `execute` just gave.
    unsafe fn step(&self, leave: Leave) -> Result<Next, Error> {
        // SAFETY: the context says where guest code was left; L5 for links.
        unsafe {
            let Ctx { exit_pc, exit_fp, exit_data, exit_next, instance, .. } = *self.ctx;
            match leave {
                Leave::DONE => Ok(Next::Done),
                Leave::CALL_CHECK => {
                    let func = Call::check(self.ctx, exit_pc, exit_fp).map_err(Error::Trap)?;
                    lower(self.ctx, (*instance).loaded, FuncIdx(func))?;
                    Ok(Next::At(At { pc: exit_pc, fp: exit_fp, result: 0 }))
                }
                Leave::LOWER => {
                    lower(self.ctx, (*instance).loaded, FuncIdx(exit_data as u32))?;
                    Ok(Next::At(At { pc: exit_pc, fp: exit_fp, result: 0 }))
                }
                // It would run to its end, however long that takes.
                Leave::NATIVE if (*self.ctx).in_slice() => Err(Error::NativeAsync),
                Leave::NATIVE => {
                    let func = FuncIdx(exit_data as u32);
                    let instance = NonNull::new(instance).ok_or(Error::OutOfBounds)?;
                    native::call(self.store, instance, func, exit_fp)?;
                    (*self.ctx).refresh_memory();
                    let (_, results) = slots_of_func(instance, func);
                    let pc = exit_pc.wrapping_add(CallNative::FORM.units());
                    Ok(Next::At(At { pc, fp: exit_fp, result: first_result(exit_fp, results) }))
                }
                Leave::CALL => {
                    let next = exit_next as *const u16;
                    let frame = exit_fp.add(usize::from(*next.sub(1)));
                    self.call(exit_data as *mut FuncEntity, frame, next)
                }
                Leave::TAIL_CALL => {
                    let args = exit_fp.add(exit_next & 0xFFFF);
                    let link = *exit_fp.add(exit_next >> 16) as *const u16;
                    self.tail_call(exit_data as *mut FuncEntity, exit_fp, args, link)
                }
                Leave::RETURN_ACROSS => {
                    let frame = exit_fp.sub(ACROSS_SLOTS);
                    let [outer, next, results] = frame.cast::<[Slot; ACROSS_SLOTS]>().read();
                    move_down(exit_fp, frame, results);
                    (*self.ctx).enter(outer as *mut InstanceEntity);
                    Ok(Next::At(after_call(next as *const u16, frame, results)))
                }
                Leave::OUT_OF_FUEL | Leave::OUT_OF_FUEL_BY => match self.ways {
                    Some(ways) => (ways.without_fuel)(self, leave),
                    None => Err(Error::Trap(Trap::OutOfFuel)),
                },
                other => Err(Error::Trap(other.as_trap().unwrap_or(Trap::Unreachable))),
            }
        }
    }

    /// Calls a function that is not the current instance's own. Its arguments stand at `frame`.
    ///
    /// # Safety
    /// L5.
    unsafe fn call(&self, func: *mut FuncEntity, frame: *mut Slot, next: *const u16) -> Result<Next, Error> {
        // SAFETY: the caller's promise.
        unsafe {
            let FuncEntity { instance, index, .. } = *func;
            if frame > (*self.ctx).stack_limit {
                return Err(Error::Trap(Trap::StackOverflow));
            }
            self.look_for_interrupt()?;
            match instance {
                None => self.call_host(func, frame, frame, next),
                Some(instance) => self.enter_across(instance, FuncIdx(index), frame, frame, next).map(Next::At),
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
    ) -> Result<Next, Error> {
        // SAFETY: the caller's promise.
        unsafe {
            let FuncEntity { instance, index, .. } = *func;
            self.look_for_interrupt()?;
            let Some(instance) = instance else {
                return self.call_host(func, args, fp, link);
            };
            if link != RETURN_ACROSS.pc() {
                return self.enter_across(instance, FuncIdx(index), args, fp, link).map(Next::At);
            }
            // The frame was itself called across: the way back below it stays.
            let code = code_of(self.ctx, instance, FuncIdx(index))?;
            let (params, results) = slots_of_func(instance, FuncIdx(index));
            move_down(args, fp, params);
            fp.add(params.max(results)).write(link as Slot);
            (*self.ctx).enter(instance.as_ptr());
            Ok(Next::At(At { pc: code, fp, result: 0 }))
        }
    }

    /// Calls a host function, or begins to wait for one. Its arguments stand at `args`; the guest goes on at `next`, with
    /// the results at `frame`.
    ///
    /// # Safety
    /// L5.
    unsafe fn call_host(
        &self,
        func: *mut FuncEntity,
        args: *mut Slot,
        frame: *mut Slot,
        next: *const u16,
    ) -> Result<Next, Error> {
        // SAFETY: the caller's promise.
        unsafe {
            let Ctx { exit_pc: pc, exit_fp: fp, instance, .. } = *self.ctx;
            match (call_host(self.store, (*func).index, NonNull::new(instance), args), self.ways) {
                (Ok(results), _) => {
                    move_down(args, frame, results);
                    Ok(Next::At(after_call(next, frame, results)))
                }
                (Err(Error::NotAsync), Some(ways)) => {
                    let (_, results) = slots_of_host(self.store, (*func).index);
                    (ways.waiting)(self, At { pc, fp, result: 0 }, Awaits { args, frame, next, results })
                }
                (Err(error), _) => Err(error),
            }
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
            let code = code_of(self.ctx, instance, func)?;
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
}

/// Where the caller goes on after a call whose results stand at `frame`.
///
/// # Safety
/// L5: the unit before `next` is the distance between the frames.
pub(super) unsafe fn after_call(next: *const u16, frame: *mut Slot, results: usize) -> At {
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
pub(super) unsafe fn move_down(from: *const Slot, to: *mut Slot, count: usize) {
    // SAFETY: the caller's promise.
    unsafe { core::ptr::copy(from, to, count) }
}
