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
    // SAFETY: the context belongs to a running store and instance; frames are as the compiler makes them.
    unsafe { walk(context, pc, fp, |fp| (fp != 0).then(|| frame(fp))) }
}

/// The same after a fault, when nothing in registers and frames can be relied on but that the guest's stack can be read.
/// Where the processor was is the innermost, or else where it was called from.
///
/// # Safety
/// The context belongs to a running store and instance, and `stack` is memory.
#[cfg(feature = "faults")]
#[allow(dead_code, reason = "some machines do not tell of faults")]
pub(super) unsafe fn record_fault(
    context: &NativeContext,
    pc: Option<usize>,
    caller: &moteur_platform::FaultFrame,
    stack: core::ops::Range<usize>,
) {
    let mut lowest = stack.start;
    let mut checked = |fp: usize| {
        let words = fp..fp.checked_add(2 * size_of::<usize>())?;
        let (from, to) = match cfg!(target_arch = "arm") {
            true => (words.start, words.end),
            // Both lie below.
            false => (fp.checked_sub(2 * size_of::<usize>())?, fp),
        };
        let is_frame = from >= lowest && to <= stack.end && fp.is_multiple_of(size_of::<usize>());
        lowest = from.saturating_add(1);
        // SAFETY: that it lies in the stack was just checked.
        is_frame.then(|| unsafe { frame(fp) })
    };
    // As if the instruction were a call: it lies before where that would return to.
    let inside = |pc: &usize| is_inside(context, *pc);
    let behind = pc.filter(inside).map(|pc| (pc & !thumb_bit()).wrapping_add(1 + thumb_bit()));
    let innermost = behind.or(Some(caller.lr).filter(inside));
    let first = innermost.map(|pc| (pc, caller.fp)).or_else(|| checked(caller.fp).map(|[outer, back]| (back, outer)));
    if let Some((pc, fp)) = first {
        // SAFETY: the caller's promise.
        unsafe { walk(context, pc, fp, checked) }
    }
}

/// Whether an address is in the code of the instance that runs.
#[cfg(feature = "faults")]
fn is_inside(context: &NativeContext, address: usize) -> bool {
    let instance = NonNull::new(context.head.instance as *mut InstanceEntity);
    instance.is_some_and(|instance| {
        // SAFETY: the context belongs to a running store and instance.
        let module = unsafe { &(*(*instance.as_ptr()).loaded.as_ptr()).module };
        module.attached().code().is_some_and(|code| code.find(address & !thumb_bit()).is_some())
    })
}

/// Adds frames, of which `frame` gives the next outer one and where the call returns to, as long as there is one.
///
/// # Safety
/// The context belongs to a running store and instance.
unsafe fn walk(context: &NativeContext, pc: usize, fp: usize, mut frame: impl FnMut(usize) -> Option<[usize; 2]>) {
    let store = context.head.runtime as *mut StoreInner;
    let Some(instance) = NonNull::new(context.head.instance as *mut InstanceEntity) else { return };
    // SAFETY: the caller's promise.
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
            let Some([outer, back]) = frame(fp) else { return };
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
