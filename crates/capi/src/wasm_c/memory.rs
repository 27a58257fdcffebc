//! Memories. The standard counts them in pages of 64 KiB, also those whose own pages are bytes.

use core::ptr;

use moteur::{Error, PageSize};

use super::host_info::Entity;
use super::refs::{Ref, RefKind};
use super::store::Store;
use super::types::ExternType;

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_memory_new(store: *mut Store, ty: *const ExternType) -> *mut Ref {
    // SAFETY: both are there, or null.
    let (store, ty) = unsafe { (store.as_ref(), ty.as_ref()) };
    let Some(Store(store)) = store else { return ptr::null_mut() };
    let made = ty.and_then(ExternType::memory).ok_or(Error::Type).and_then(|ty| {
        let memory = moteur::Memory::new(&mut store.context(), ty)?;
        Ok(Entity::Memory(memory))
    });
    Ref::give_entity(store.note(made), store)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_memory_data(memory: *mut Ref) -> *mut u8 {
    // SAFETY: the handle is there, or null.
    let Some((store, Entity::Memory(memory))) = (unsafe { Ref::entity(memory, RefKind::Memory) }) else {
        return ptr::null_mut();
    };
    let mut context = store.context();
    store.note(memory.data_mut(&mut context).map(<[u8]>::as_mut_ptr)).unwrap_or(ptr::null_mut())
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_memory_data_size(memory: *const Ref) -> usize {
    // SAFETY: the handle is there, or null.
    let Some((store, Entity::Memory(memory))) = (unsafe { Ref::entity(memory, RefKind::Memory) }) else { return 0 };
    store.note(memory.data(&store.context()).map(<[u8]>::len)).unwrap_or(0)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_memory_size(memory: *const Ref) -> u32 {
    // SAFETY: the handle is there, or null.
    (unsafe { wasm_memory_data_size(memory) } >> PageSize::Standard.log2()) as u32
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_memory_grow(memory: *mut Ref, delta: u32) -> bool {
    // SAFETY: the handle is there, or null.
    let Some((store, Entity::Memory(memory))) = (unsafe { Ref::entity(memory, RefKind::Memory) }) else { return false };
    let grown = || {
        let delta = match memory.ty(&store.context())?.page {
            PageSize::Standard => Some(delta),
            PageSize::Byte => delta.checked_mul(1 << PageSize::Standard.log2()),
        };
        delta.map_or(Ok(None), |delta| memory.grow(&mut store.context(), delta))
    };
    store.note(grown()).flatten().is_some()
}
