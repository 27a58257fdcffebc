//! Walks the guest's frames after a trap.

use core::ptr::NonNull;

use moteur_wasm::FuncType;

use super::ctx::Ctx;
use super::dispatch::{DONE, RETURN_ACROSS};
use super::driver::ACROSS_SLOTS;
use crate::backtrace::{FRAMES_MAX, OFFSET_UNKNOWN};
use crate::lower::{self, Code};
use crate::native;
use crate::slot::{Slot, slots_of_type};
use crate::store::StoreInner;
use crate::store::entity::{InstanceEntity, LoadedModule};

/// Adds the active frames of the call that was just left to the store's backtrace.
///
/// # Safety
/// Guest code of `store` was left and its frames are still there.
pub(super) unsafe fn walk(store: NonNull<StoreInner>) {
    // SAFETY: the caller's promise: links are as calls made them (L5).
    unsafe {
        let inner = store.as_ptr();
        let Ctx { exit_pc, exit_fp, instance, .. } = (*inner).ctx;
        let (mut pc, mut fp, mut instance) = (exit_pc, exit_fp, instance);
        let mut innermost = true;
        // A deep recursion is mostly one function: it is looked for once.
        let mut last = None;
        while !instance.is_null() {
            let loaded = (*instance).loaded;
            last = last.filter(|(of, _, code): &(_, _, Code)| *of == loaded && code.contains(pc)).or_else(|| {
                let (func, code) = lower::func_at(loaded, pc)?;
                Some((loaded, func, code))
            });
            let Some((_, func, code)) = last else { return };
            let unit = code.unit_of(pc).saturating_sub(u32::from(!innermost));
            // The frames of native code were noted when it was left.
            if !native::is_native(&(*loaded.as_ptr()).module) {
                let kept = (*inner).backtrace.total() as usize;
                let offset = if kept < FRAMES_MAX { lower::offset_of(loaded, func, unit) } else { None };
                (*inner).backtrace.push(func.0, offset.unwrap_or(OFFSET_UNKNOWN), NonNull::new_unchecked(instance));
            }
            let mut link = link_of(loaded, func, fp);
            if link == RETURN_ACROSS.pc() {
                let frame = fp.sub(ACROSS_SLOTS);
                let [outer, next, _] = frame.cast::<[Slot; ACROSS_SLOTS]>().read();
                instance = outer as *mut InstanceEntity;
                link = next as *const u16;
                fp = frame;
            }
            if link == DONE.pc() {
                return;
            }
            fp = fp.sub(usize::from(*link.sub(1)));
            pc = link;
            innermost = false;
        }
    }
}

/// The link of the frame at `fp`, which belongs to `func`.
///
/// # Safety
/// As for `walk`.
unsafe fn link_of(loaded: NonNull<LoadedModule>, func: moteur_wasm::FuncIdx, fp: *mut Slot) -> *const u16 {
    // SAFETY: the caller's promise.
    unsafe {
        let wasm = (*loaded.as_ptr()).module.wasm();
        let ty = wasm.func_type_idx(func).and_then(|ty| wasm.func_type(ty));
        let (params, results) = slots_of_type(ty.unwrap_or(FuncType { params: &[], results: &[] }));
        *fp.add(params.max(results)) as *const u16
    }
}
