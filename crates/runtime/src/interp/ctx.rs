//! The interpreter's context: what handlers need beyond their registers, one per store.

use core::ptr::{NonNull, null, null_mut};
use core::sync::atomic::AtomicU32;

use super::slice::Slice;
use crate::slot::Slot;
use crate::store::StoreInner;
use crate::store::entity::InstanceEntity;

/// Everything a handler reaches that is not in its registers.
///
/// The first block mirrors the current instance, so that an access costs one load; `Ctx::enter` fills it, and the
/// driver refreshes it after each call that may have grown the memory.
#[repr(C)]
pub(crate) struct Ctx {
    /// First byte of memory 0, or dangling without a memory.
    pub mem_base: *mut u8,
    /// Bytes of memory 0; 0 without a memory.
    pub mem_len: usize,
    /// Lowered code by function index. The address is biased: entry `i` belongs to function `i` of the index space,
    /// imported functions have no entry and are never looked up here.
    pub codes: *const *const u16,
    /// A callee's frame may begin at most here; see `interp::RED_ZONE_SLOTS`.
    pub stack_limit: *mut Slot,
    /// Not zero: stop at the next loop or call.
    pub interrupt: *const AtomicU32,
    /// Addresses of the values of the instance's globals.
    pub globals: *const NonNull<u64>,
    /// The current instance; null outside guest code.
    pub instance: *mut InstanceEntity,
    pub store: *mut StoreInner,
    /// Units of fuel left, of the slice if one runs; counted only where the engine meters.
    pub fuel: u64,
    /// The end of the stack's slots.
    pub stack_end: *mut Slot,
    /// Where guest code was left: the instruction, and its frame.
    pub exit_pc: *const u16,
    pub exit_fp: *mut Slot,
    /// About where the native stack ended then.
    #[cfg_attr(dispatch = "matched", allow(dead_code))]
    pub exit_sp: usize,
    /// What the exit needs: an address or a number, by `Leave`.
    pub exit_data: usize,
    /// For calls: the instruction after the call, or for tail calls the slot where the arguments stand.
    pub exit_next: usize,
    /// The part of the fuel that may be used now.
    pub slice: Slice,
    /// How many host functions are active below which calls may be suspended: those that are asynchronous.
    pub suspendable_depth: u32,
}

impl Ctx {
    /// A context without instance.
    pub(crate) const fn new(store: *mut StoreInner, stack_end: *mut Slot, interrupt: *const AtomicU32) -> Ctx {
        Ctx {
            mem_base: NonNull::<u8>::dangling().as_ptr(),
            mem_len: 0,
            codes: null(),
            stack_limit: null_mut(),
            interrupt,
            globals: null(),
            instance: null_mut(),
            store,
            fuel: 0,
            stack_end,
            exit_pc: null(),
            exit_fp: null_mut(),
            exit_sp: 0,
            exit_data: 0,
            exit_next: 0,
            slice: Slice::NONE,
            suspendable_depth: 0,
        }
    }

    /// The stack has been replaced, and ends here.
    pub(crate) fn set_stack_end(&mut self, stack_end: *mut Slot) {
        self.stack_end = stack_end;
    }

    /// Whether a call may be suspended now, below so many active host functions.
    pub(crate) fn may_suspend(&self, host_depth: u32) -> bool {
        self.suspendable_depth == host_depth
    }

    /// Makes `instance` the current one.
    ///
    /// # Safety
    /// `instance` is null or an entity of the store that this context belongs to.
    pub(crate) unsafe fn enter(&mut self, instance: *mut InstanceEntity) {
        self.instance = instance;
        if instance.is_null() {
            return;
        }
        // SAFETY: the caller's promise; entities never move while their store lives.
        unsafe {
            let entity = &*instance;
            let loaded = entity.loaded.as_ref();
            let imported = loaded.module.wasm().imported_func_count() as usize;
            // Not through a reference to the slice: lowering writes to it later.
            self.codes = loaded.codes.as_ptr().wrapping_sub(imported);
            self.globals = entity.globals.as_ptr();
        }
        // SAFETY: as above.
        unsafe { self.refresh_memory() };
    }

    /// Reads base and length of the current instance's memory again.
    ///
    /// # Safety
    /// As for `enter`.
    pub(crate) unsafe fn refresh_memory(&mut self) {
        // SAFETY: the caller's promise.
        let memory = unsafe { self.instance.as_ref() }.and_then(|instance| instance.memories.first());
        match memory {
            Some(memory) => {
                // SAFETY: entities never move while their store lives.
                let memory = unsafe { memory.as_ref() };
                self.mem_base = memory.base;
                self.mem_len = memory.len;
            }
            None => {
                self.mem_base = NonNull::<u8>::dangling().as_ptr();
                self.mem_len = 0;
            }
        }
    }
}
