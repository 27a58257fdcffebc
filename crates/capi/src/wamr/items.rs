//! Globals and tables.

use core::ffi::{c_char, c_void};
use core::ptr::{NonNull, null_mut};

use moteur::{Extern, Table, Val, ValType};

use super::call::Function;
use super::instance::Instance;
use super::text;
use super::types::{GlobalInst, TableInst, kind_of};

/// What an instance exports under a name.
///
/// # Safety
/// Both are null or there.
unsafe fn export(instance: *mut Instance, name: *const c_char) -> Option<Extern> {
    // SAFETY: the caller's promise.
    unsafe {
        let name = text::str(name)?;
        if instance.is_null() {
            return None;
        }
        (*instance).handle?.export(&(*instance).caller(), name)
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_export_global_inst(
    module_inst: *mut Instance,
    name: *const c_char,
    global_inst: *mut GlobalInst,
) -> bool {
    // SAFETY: the header: null or valid.
    unsafe {
        let Some(global) = export(module_inst, name).and_then(Extern::global) else {
            return false;
        };
        let caller = (*module_inst).caller();
        let (Ok(ty), Ok(place), Some(to)) = (global.ty(&caller), global.place(&caller), global_inst.as_mut()) else {
            return false;
        };
        // What a reference is made of is no matter of the program's.
        if matches!(ty.value, ValType::Ref(_)) {
            return false;
        }
        *to = GlobalInst { kind: kind_of(ty.value), is_mutable: ty.mutable, global_data: place.as_ptr().cast() };
        true
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_export_table_inst(
    module_inst: *mut Instance,
    name: *const c_char,
    table_inst: *mut TableInst,
) -> bool {
    // SAFETY: the header: null or valid.
    unsafe {
        let Some(table) = export(module_inst, name).and_then(Extern::table) else {
            return false;
        };
        let (Ok(ty), Some(to)) = (table.ty(&(*module_inst).caller()), table_inst.as_mut()) else {
            return false;
        };
        let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        *to = TableInst {
            elem_kind: kind_of(ValType::Ref(ty.element)),
            cur_size: narrow(ty.limits.min),
            max_size: narrow(ty.limits.max.unwrap_or(u64::MAX)),
            elems: table.into_raw().as_ptr().cast::<c_void>(),
        };
        true
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_table_get_func_inst(
    module_inst: *mut Instance,
    table_inst: *const TableInst,
    idx: u32,
) -> Function {
    // SAFETY: the header: null or valid, and the table is of the instance.
    unsafe {
        let elems = table_inst.as_ref().and_then(|table| NonNull::new(table.elems));
        let (Some(elems), false) = (elems, module_inst.is_null()) else {
            return null_mut();
        };
        let caller = (*module_inst).caller();
        match Table::from_raw(&caller, elems.cast()).get(&caller, idx) {
            Ok(Val::FuncRef(Some(func))) => func.into_raw().as_ptr().cast(),
            _ => null_mut(),
        }
    }
}
