//! Tables of references, with handles of the program's as elements.

use core::ptr;

use moteur::{Error, ValType};

use super::host_info::Entity;
use super::refs::{Ref, RefKind};
use super::store::{Store, StoreShared};
use super::types::ExternType;
use super::val::{guest_ref, reference};

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_table_new(store: *mut Store, ty: *const ExternType, init: *mut Ref) -> *mut Ref {
    // SAFETY: both are there, or null.
    let (store, ty) = unsafe { (store.as_ref(), ty.as_ref()) };
    let Some(Store(store)) = store else { return ptr::null_mut() };
    let Some(ty) = ty.and_then(ExternType::table) else {
        store.fail(Error::Type);
        return ptr::null_mut();
    };
    let store = &StoreShared::collected(store);
    let made = || {
        // SAFETY: the reference is null or there.
        let init = unsafe { guest_ref(init, ty.element, store)? };
        store.reserve_root()?;
        let table = moteur::Table::new(&mut store.context(), ty, init)?;
        if ValType::Ref(ty.element) == ValType::EXTERNREF {
            store.add_root(Entity::Table(table));
        }
        Ok::<_, Error>(Entity::Table(table))
    };
    Ref::give_entity(store.note(made()), store)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_table_get(table: *const Ref, at: u32) -> *mut Ref {
    // SAFETY: the handle is there, or null.
    let Some((store, Entity::Table(table))) = (unsafe { Ref::entity(table, RefKind::Table) }) else {
        return ptr::null_mut();
    };
    let got = table.get(&store.context(), at).and_then(|value| Ok(reference(value, store)?));
    store.note(got).unwrap_or(ptr::null_mut())
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_table_set(table: *mut Ref, at: u32, value: *mut Ref) -> bool {
    // SAFETY: the handle is there, or null.
    let Some((store, Entity::Table(table))) = (unsafe { Ref::entity(table, RefKind::Table) }) else { return false };
    let store = &StoreShared::collected(store);
    let set = || {
        let element = table.ty(&store.context())?.element;
        // SAFETY: the reference is null or there.
        let value = unsafe { guest_ref(value, element, store)? };
        table.set(&mut store.context(), at, value)
    };
    store.note(set()).is_some()
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_table_size(table: *const Ref) -> u32 {
    // SAFETY: the handle is there, or null.
    let Some((store, Entity::Table(table))) = (unsafe { Ref::entity(table, RefKind::Table) }) else { return 0 };
    store.note(table.size(&store.context())).unwrap_or(0)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_table_grow(table: *mut Ref, delta: u32, init: *mut Ref) -> bool {
    // SAFETY: the handle is there, or null.
    let Some((store, Entity::Table(table))) = (unsafe { Ref::entity(table, RefKind::Table) }) else { return false };
    let store = &StoreShared::collected(store);
    let grown = || {
        let element = table.ty(&store.context())?.element;
        // SAFETY: the reference is null or there.
        let init = unsafe { guest_ref(init, element, store)? };
        table.grow(&mut store.context(), delta, init)
    };
    store.note(grown()).flatten().is_some()
}
