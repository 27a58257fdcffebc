//! What native code calls in the runtime. All of it returns; what failed is told by a code.

use core::ptr::NonNull;

use moteur_image::helper::{FAILED, Helper};
use moteur_wasm::Trap;

use super::context::{NativeContext, refresh_memory};
use super::enter;
use crate::error::Error;
use crate::interp;
use crate::slot::{Slot, slots_of_type};
use crate::store::StoreInner;
use crate::store::bulk;
use crate::store::entity::{FuncEntity, InstanceEntity};

/// Where they are, in the order of [`Helper`].
pub(super) const TABLE: [*const (); Helper::COUNT] = {
    let mut table = [core::ptr::null(); Helper::COUNT];
    let mut at = 0;
    while at < table.len() {
        table[at] = match Helper::ALL[at] {
            Helper::Trap => enter::trap as *const (),
            Helper::Call => call as *const (),
            Helper::MemoryGrow => memory_grow as *const (),
            Helper::MemoryFill => memory_fill as *const (),
            Helper::MemoryCopy => memory_copy as *const (),
            Helper::MemoryInit => memory_init as *const (),
            Helper::DataDrop => data_drop as *const (),
            Helper::TableGrow => table_grow as *const (),
            Helper::TableFill => table_fill as *const (),
            Helper::TableCopy => table_copy as *const (),
            Helper::TableInit => table_init as *const (),
            Helper::ElemDrop => elem_drop as *const (),
        };
        at += 1;
    }
    table
};

fn instance(context: &NativeContext) -> NonNull<InstanceEntity> {
    // SAFETY: the context of running native code has an instance.
    unsafe { NonNull::new_unchecked(context.head.instance as *mut InstanceEntity) }
}

fn code(result: Result<(), Trap>) -> u32 {
    match result {
        Ok(()) => 0,
        Err(trap) => trap as u32,
    }
}

/// Calls any function, as the embedder would: the words are copied to the guest's stack and back.
pub(super) extern "C" fn call(
    mut context: NonNull<NativeContext>,
    func: NonNull<FuncEntity>,
    slots: NonNull<Slot>,
) -> u32 {
    // SAFETY: native code gives its context, a function of its store, and as many words as the function's type needs.
    unsafe {
        let store = NonNull::new_unchecked(context.as_ref().head.runtime as *mut StoreInner);
        let inner = store.as_ptr();
        let Some(ty) = (*inner).types.get((*func.as_ptr()).type_id) else { return FAILED };
        let (params, results) = slots_of_type(ty);
        let frame = (*inner).stack_top;
        let outcome = match frame.wrapping_add(params.max(results) + 1) > (*inner).stack_end {
            true => Err(Error::Trap(Trap::StackOverflow)),
            false => {
                core::ptr::copy_nonoverlapping(slots.as_ptr(), frame, params);
                (*inner).ctx.fuel = context.as_ref().head.fuel;
                let outcome = interp::invoke(store, func, frame);
                context.as_mut().head.fuel = (*inner).ctx.fuel;
                outcome
            }
        };
        if let Err(error) = outcome {
            (*inner).native.fail(error);
            return FAILED;
        }
        core::ptr::copy_nonoverlapping(frame, slots.as_ptr(), results);
        refresh_memory(context, instance(context.as_mut()));
        0
    }
}

pub(super) extern "C" fn memory_grow(context: NonNull<NativeContext>, delta: u32) -> u32 {
    // SAFETY: as in `call`; validation proved that there is a memory.
    unsafe {
        let instance = instance(context.as_ref());
        let old = bulk::memory_grow(instance.as_ref(), 0, delta);
        refresh_memory(context, instance);
        old
    }
}

pub(super) extern "C" fn memory_fill(context: &NativeContext, at: u32, value: u32, len: u32) -> u32 {
    // SAFETY: as in `call`.
    code(unsafe { bulk::memory_fill(instance(context).as_ref(), 0, at, value, len) })
}

pub(super) extern "C" fn memory_copy(context: &NativeContext, to: u32, from: u32, len: u32) -> u32 {
    // SAFETY: as in `call`.
    code(unsafe { bulk::memory_copy(instance(context).as_ref(), 0, 0, to, from, len) })
}

pub(super) extern "C" fn memory_init(context: &NativeContext, data: u32, to: u32, from: u32, len: u32) -> u32 {
    // SAFETY: as in `call`.
    code(unsafe { bulk::memory_init(instance(context).as_ref(), 0, data, to, from, len) })
}

pub(super) extern "C" fn data_drop(context: &NativeContext, data: u32) {
    // SAFETY: as in `call`.
    unsafe { bulk::data_drop(instance(context).as_mut(), data) }
}

pub(super) extern "C" fn table_grow(context: &NativeContext, table: u32, value: Slot, delta: u32) -> u32 {
    // SAFETY: as in `call`.
    unsafe { bulk::table_grow(instance(context).as_ref(), table, value, delta) }
}

pub(super) extern "C" fn table_fill(context: &NativeContext, table: u32, at: u32, value: Slot, len: u32) -> u32 {
    // SAFETY: as in `call`.
    code(unsafe { bulk::table_fill(instance(context).as_ref(), table, at, value, len) })
}

pub(super) extern "C" fn table_copy(
    context: &NativeContext,
    to_table: u32,
    from_table: u32,
    to: u32,
    from: u32,
    len: u32,
) -> u32 {
    // SAFETY: as in `call`.
    code(unsafe { bulk::table_copy(instance(context).as_ref(), to_table, from_table, to, from, len) })
}

pub(super) extern "C" fn table_init(
    context: &NativeContext,
    elem: u32,
    table: u32,
    to: u32,
    from: u32,
    len: u32,
) -> u32 {
    // SAFETY: as in `call`.
    code(unsafe { bulk::table_init(instance(context).as_ref(), elem, table, to, from, len) })
}

pub(super) extern "C" fn elem_drop(context: &NativeContext, elem: u32) {
    // SAFETY: as in `call`.
    unsafe { bulk::elem_drop(instance(context).as_mut(), elem) }
}
