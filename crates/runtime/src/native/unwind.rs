//! Who was active when native code was left by a trap: walks the frames, each of which begins with the address of the
//! caller's frame and where the call returns to.

use core::ptr::NonNull;

use super::context::NativeContext;
use crate::backtrace::OFFSET_UNKNOWN;
use crate::store::StoreInner;
use crate::store::entity::InstanceEntity;

/// The most frames that are walked: a recursion may be deep, and only the first are kept.
const WALKED_MAX: usize = 100_000;

/// Adds the frames of native code to the store's backtrace, the innermost first.
///
/// `pc` is where the innermost call returns to, `fp` the frame that made it.
pub(super) extern "C" fn record(context: &NativeContext, _code: u32, pc: usize, fp: usize) {
    let store = context.head.runtime as *mut StoreInner;
    let Some(instance) = NonNull::new(context.head.instance as *mut InstanceEntity) else { return };
    // SAFETY: the context belongs to a running store and instance; frames are as the compiler makes them.
    unsafe {
        let loaded = (*instance.as_ptr()).loaded;
        let module = &(*loaded.as_ptr()).module;
        let Some(code) = module.attached().code() else { return };
        let imported = module.wasm().imported_func_count();
        let (mut pc, mut fp) = (pc & !thumb_bit(), fp);
        for _ in 0..WALKED_MAX {
            let Some((func, active)) = code.find(pc) else { return };
            if let Some(func) = func {
                for active in active {
                    let func = active.func.unwrap_or(imported + func);
                    (*store).backtrace.push(func, active.offset.unwrap_or(OFFSET_UNKNOWN), instance);
                }
            }
            if fp == 0 {
                return;
            }
            let [outer, back] = frame(fp);
            (pc, fp) = (back & !thumb_bit(), outer);
        }
    }
}

const fn thumb_bit() -> usize {
    cfg!(target_arch = "arm") as usize
}

/// The caller's frame, and where the call returns to.
///
/// # Safety
/// `fp` is the frame pointer of a function of native code.
unsafe fn frame(fp: usize) -> [usize; 2] {
    let at = fp as *const usize;
    // SAFETY: the caller's promise. RISC-V keeps both below the address that its frame pointer has.
    unsafe {
        match cfg!(any(target_arch = "riscv32", target_arch = "riscv64")) {
            true => [at.sub(2).read(), at.sub(1).read()],
            false => [at.read(), at.add(1).read()],
        }
    }
}
