//! Globals: made by the program, read and written by it and by guests.

use core::ptr;

use super::host_info::Entity;
use super::refs::{Ref, RefKind};
use super::store::{Store, StoreShared};
use super::types::ExternType;
use super::val::Val;

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_global_new(store: *mut Store, ty: *const ExternType, val: *const Val) -> *mut Ref {
    // SAFETY: all three are there, or null.
    let (store, ty, val) = unsafe { (store.as_ref(), ty.as_ref(), val.as_ref()) };
    let Some(Store(store)) = store else { return ptr::null_mut() };
    let (Some(ty), Some(val)) = (ty.and_then(ExternType::global), val) else {
        store.fail(moteur::Error::Type);
        return ptr::null_mut();
    };
    let store = &StoreShared::collected(store);
    let made = || {
        // SAFETY: the value's reference is null or there.
        let val = unsafe { val.value(ty.value, store)? };
        store.reserve_root()?;
        let global = moteur::Global::new(&mut store.context(), ty, val)?;
        if ty.value == moteur::ValType::EXTERNREF {
            store.add_root(Entity::Global(global));
        }
        Ok::<_, moteur::Error>(Entity::Global(global))
    };
    Ref::give_entity(store.note(made()), store)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_global_get(global: *const Ref, out: *mut Val) {
    // SAFETY: the handle is there, or null; C gives a place for a value, or null.
    let (global, out) = unsafe { (Ref::entity(global, RefKind::Global), out.as_mut()) };
    let (Some((store, Entity::Global(global))), Some(out)) = (global, out) else { return };
    let Some(value) = store.note(global.get(&store.context())) else { return };
    *out = store.note(Val::of(value, store)).unwrap_or(Val::zero(value.ty()));
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_global_set(global: *mut Ref, val: *const Val) {
    // SAFETY: the handle and the value are there, or null.
    let (global, val) = unsafe { (Ref::entity(global, RefKind::Global), val.as_ref()) };
    let (Some((store, Entity::Global(global))), Some(val)) = (global, val) else { return };
    let store = &StoreShared::collected(store);
    let set = || {
        let ty = global.ty(&store.context())?.value;
        // SAFETY: the value's reference is null or there.
        let val = unsafe { val.value(ty, store)? };
        global.set(&mut store.context(), val)
    };
    store.note(set());
}
