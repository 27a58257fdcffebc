//! Instances: what a module becomes with its imports.

use core::ptr;

use moteur::pool::{Arc, Vec};
use moteur::{Error, Extern, Instance, Limit, LinkError, Module, OutOfMemory};

use super::host_info::Entity;
use super::module::module_of;
use super::refs::{Object, Ref, RefKind};
use super::store::{Store, StoreShared};
use super::trap;
use super::vec::Vector;

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_instance_new(
    store: *mut Store,
    module: *const Ref,
    imports: *const Vector<*mut Ref>,
    trap: *mut *mut Ref,
) -> *mut Ref {
    // SAFETY: C gives a place for a trap, or null.
    let trap = unsafe { trap.as_mut() };
    // SAFETY: all three are there, or null.
    let (store, module, imports) = unsafe { (store.as_ref(), module_of(module), imports.as_ref()) };
    let mut failure = ptr::null_mut();
    let mut instance = ptr::null_mut();
    if let (Some(Store(store)), Some((_, module))) = (store, module) {
        // The start function may delete the handles.
        let (store, module) = (store.clone(), module.clone());
        // SAFETY: as above.
        match unsafe { instantiate(&store, &module, imports) } {
            Ok(made) => instance = made,
            Err(error) => failure = trap::of_error(error, &store, Some(&module)),
        }
    }
    match trap {
        Some(trap) => *trap = failure,
        // SAFETY: just made, for nobody.
        None => unsafe { super::refs::delete(failure) },
    }
    instance
}

/// # Safety
/// The imports are null or there.
unsafe fn instantiate(
    store: &Arc<StoreShared>,
    module: &Module,
    imports: Option<&Vector<*mut Ref>>,
) -> Result<*mut Ref, Error> {
    // SAFETY: the caller's promise.
    let handles = unsafe { imports.unwrap_or(&Vector::EMPTY).elements()? };
    let mut externs = Vec::<Extern>::with_capacity_in(handles.len(), store.heap())?;
    for (handle, import) in handles.iter().zip(0..) {
        // SAFETY: the caller's promise.
        let item = unsafe { handle.as_ref() }.and_then(Ref::as_extern);
        externs.push(item.ok_or(Error::Link { import, reason: LinkError::Unknown })?)?;
    }
    store.reserve_root()?;
    store.pending.set(None);
    let made = StoreShared::entered(store, || Instance::new(&mut store.context(), module, &externs));
    match made {
        Ok(instance) => {
            store.add_root(Entity::Instance(instance));
            Ok(Ref::give(Object::Entity(Entity::Instance(instance)), store)?)
        }
        Err(error) => {
            // Where it is not certain that there is no instance, there may be one.
            if !matches!(error, Error::Link { .. } | Error::Limit(Limit::Instances)) {
                store.add_unknown_root();
            }
            Err(error)
        }
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_instance_exports(instance: *const Ref, out: *mut Vector<*mut Ref>) {
    // SAFETY: the handle is there, or null.
    let exports = match unsafe { Ref::entity(instance, RefKind::Instance) } {
        Some((store, Entity::Instance(instance))) => exports(instance, store),
        _ => Ok(Vector::EMPTY),
    };
    // SAFETY: C gives a place for a vector, or null.
    unsafe { Vector::put(exports, out) };
}

fn exports(instance: Instance, store: &Arc<StoreShared>) -> Result<Vector<*mut Ref>, OutOfMemory> {
    let context = store.context();
    let found = || instance.exports(&context).map_err(|_| OutOfMemory);
    let mut exports = found()?;
    Vector::from_fn(found()?.count(), store.heap(), |_| {
        let (_, item) = exports.next().ok_or(OutOfMemory)?;
        Ref::give(Object::Entity(item.into()), store)
    })
}
