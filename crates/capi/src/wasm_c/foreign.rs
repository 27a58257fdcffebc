//! Objects that the runtime knows nothing of but that the program attached something to them.

use core::cell::Cell;
use core::ptr;

use moteur::pool::Arc;

use super::host_info::HostInfo;
use super::refs::{ForeignShared, Object, Ref};
use super::store::{Part, Store};

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_foreign_new(store: *mut Store) -> *mut Ref {
    // SAFETY: the store is there, or null.
    let Some(Store(store)) = (unsafe { store.as_ref() }) else { return ptr::null_mut() };
    let foreign = ForeignShared { info: Part::new(HostInfo::NONE), pinned: Cell::new(None) };
    let made = Arc::new_in(foreign, store.heap()).and_then(|foreign| Ref::give(Object::Foreign(foreign), store));
    store.note(made).unwrap_or(ptr::null_mut())
}
