//! What is imported or exported, whichever kind it is of.

use core::ptr;

use super::heap::give_made;
use super::host_info::Entity;
use super::refs::{Ref, RefKind};
use super::types::{EXTERN_FUNC, EXTERN_GLOBAL, EXTERN_MEMORY, EXTERN_TABLE, ExternType};
use super::vec::vector_functions;

vector_functions! {
    *mut Ref: wasm_extern_vec_new_empty wasm_extern_vec_new_uninitialized wasm_extern_vec_new wasm_extern_vec_copy
        wasm_extern_vec_delete
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_extern_kind(item: *const Ref) -> u8 {
    // SAFETY: the handle is there, or null.
    match unsafe { Ref::entity(item, RefKind::Extern) } {
        Some((_, Entity::Global(_))) => EXTERN_GLOBAL,
        Some((_, Entity::Table(_))) => EXTERN_TABLE,
        Some((_, Entity::Memory(_))) => EXTERN_MEMORY,
        _ => EXTERN_FUNC,
    }
}

/// The type of an entity of this kind, as an object of C's.
///
/// # Safety
/// The handle is null or there.
pub(super) unsafe fn type_of(item: *const Ref, kind: RefKind) -> *mut ExternType {
    // SAFETY: the caller's promise.
    let Some((store, entity)) = (unsafe { Ref::entity(item, kind) }) else { return ptr::null_mut() };
    let Some(item) = entity.as_extern() else { return ptr::null_mut() };
    let (heap, context) = (store.heap(), store.context());
    let made = item.ty(&context).and_then(|ty| Ok((ExternType::of(ty, heap)?, heap)));
    give_made(store.note(made).ok_or(()))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_extern_type(item: *const Ref) -> *mut ExternType {
    // SAFETY: the handle is there, or null.
    unsafe { type_of(item, RefKind::Extern) }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_func_type(func: *const Ref) -> *mut ExternType {
    // SAFETY: the handle is there, or null.
    unsafe { type_of(func, RefKind::Func) }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_global_type(global: *const Ref) -> *mut ExternType {
    // SAFETY: the handle is there, or null.
    unsafe { type_of(global, RefKind::Global) }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_table_type(table: *const Ref) -> *mut ExternType {
    // SAFETY: the handle is there, or null.
    unsafe { type_of(table, RefKind::Table) }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_memory_type(memory: *const Ref) -> *mut ExternType {
    // SAFETY: the handle is there, or null.
    unsafe { type_of(memory, RefKind::Memory) }
}
