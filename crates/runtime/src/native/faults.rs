//! Faults of the processor in a guest's native code: they end that guest with a trap, and everybody else goes on.
//!
//! Whose fault it is does not depend on where the processor was: a guest that jumps to nowhere is in nobody's code. It is
//! the guest's if native code was entered and has not been left, and none of the runtime's functions is on the way that
//! native code calls: those go through gates, which leave a mark in the context as long as they take. What compilers assume
//! (divisions, say) has no gate, as it does what the guest's code would do itself.

#[cfg_attr(all(target_arch = "arm", target_abi = "eabihf"), path = "faults/thumb_hard.rs")]
#[cfg_attr(all(target_arch = "arm", not(target_abi = "eabihf")), path = "faults/thumb.rs")]
#[cfg_attr(any(target_arch = "riscv32", target_arch = "riscv64"), path = "faults/riscv.rs")]
mod machine;

use core::ptr::NonNull;

use moteur_image::helper::Helper;
use moteur_platform::{FaultFrame, FaultWatch, GuestFault, Resume};
use moteur_wasm::Trap;

use super::context::NativeContext;
use super::{helpers, unwind};
use crate::store::StoreInner;

/// What native code finds in its context instead of `helpers::TABLE`: the same, behind gates.
pub(super) const HELPERS: [*const (); Helper::COUNT] = {
    let mut table = helpers::TABLE;
    let mut at = 0;
    while at < table.len() {
        table[at] = match Helper::ALL[at] {
            // It does not return, and only looks at what the guest leaves behind.
            Helper::Trap => table[at],
            Helper::Call => machine::call as *const (),
            Helper::MemoryGrow => machine::memory_grow as *const (),
            Helper::MemoryFill => machine::memory_fill as *const (),
            Helper::MemoryCopy => machine::memory_copy as *const (),
            Helper::MemoryInit => machine::memory_init as *const (),
            Helper::DataDrop => machine::data_drop as *const (),
            Helper::TableGrow => machine::table_grow as *const (),
            Helper::TableFill => machine::table_fill as *const (),
            Helper::TableCopy => machine::table_copy as *const (),
            Helper::TableInit => machine::table_init as *const (),
            Helper::ElemDrop => machine::elem_drop as *const (),
        };
        at += 1;
    }
    table
};

/// The mark of the gates: where the function returns to that is on the way, or zero.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Gate(usize);

impl Gate {
    pub const OPEN: Gate = Gate(0);
}

/// Whether an engine's guests are watched, and by whom.
#[derive(Clone, Copy)]
pub(super) struct Watch(Option<&'static dyn FaultWatch>);

impl Watch {
    pub const NONE: Watch = Watch(None);

    pub const fn by(watch: &'static dyn FaultWatch) -> Watch {
        Watch(Some(watch))
    }

    /// Where the stack ends that native code is entered on; zero if nobody knows.
    pub fn stack_end(self) -> usize {
        self.0.map_or(0, FaultWatch::stack_end)
    }

    /// Runs `body`, in which native code of this context may fault.
    pub fn watched(self, context: NonNull<NativeContext>, body: impl FnOnce() -> u32) -> u32 {
        let Some(watch) = self.0 else { return body() };
        // SAFETY: the context is filled for an instance.
        let entry_sp = unsafe { context.as_ref() }.head.entry_sp;
        let guest = Guest { context, entry_sp, stack_end: watch.stack_end() };
        let outer = watch.watch((&raw const guest).cast(), decide);
        let reason = body();
        watch.watch(outer, decide);
        reason
    }
}

/// The guest that runs: whose faults are whose.
struct Guest {
    context: NonNull<NativeContext>,
    /// What the context had before native code was entered: it has something else until native code is left.
    entry_sp: usize,
    stack_end: usize,
}

/// See [`Decide`](moteur_platform::Decide).
///
/// # Safety
/// `guest` is null or a [`Guest`].
unsafe fn decide(guest: *const (), fault: &GuestFault, caller: &FaultFrame) -> Option<Resume> {
    // SAFETY: the caller's promise; the context is that of native code, which was stopped, so nobody else uses it or the
    // store.
    unsafe {
        let guest = guest.cast::<Guest>().as_ref()?;
        let context = guest.context.as_ref();
        let entry_sp = context.head.entry_sp;
        if entry_sp == guest.entry_sp || context.gate.0 != Gate::OPEN.0 {
            return None;
        }
        let store = context.head.runtime as *mut StoreInner;
        (*store).native.fault = Some(*fault);
        unwind::record_fault(context, fault.pc, caller, guest.stack_end..entry_sp);
        let arguments = [guest.context.addr().get(), Trap::Fault as usize, 0];
        Some(Resume { pc: machine::fault as *const () as usize, arguments, sp: Some(entry_sp) })
    }
}
