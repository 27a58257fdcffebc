//! Data of the embedder's at an instance: one address, and one for each key. A library that has functions for guests makes a
//! key once, and finds its own state with it.

use core::ffi::c_void;
use core::ptr::null_mut;

use super::instance::Instance;
use super::runtime;

/// How many keys there may be at a time.
pub const KEYS: usize = 8;

/// Ends what is kept under a key when its instance ends.
pub type Destructor = unsafe extern "C" fn(instance: *mut Instance, context: *mut c_void);

unsafe extern "C" fn nothing(_: *mut Instance, _: *mut c_void) {}

/// Ends what is kept at an instance.
///
/// # Safety
/// The instance is there.
pub unsafe fn end(instance: *mut Instance) {
    for key in 0..KEYS {
        let destructor = runtime::with(|runtime| runtime.context_keys.get(key).copied().flatten()).flatten();
        // SAFETY: the caller's promise; the header's: it is such a function.
        unsafe {
            if let (Some(destructor), Some(context)) = (destructor, (*instance).contexts.get(key)) {
                destructor(instance, *context);
            }
        }
    }
}

/// The number of a key: its address is one more.
fn index(key: *mut c_void) -> Option<usize> {
    (key as usize).checked_sub(1).filter(|index| *index < KEYS)
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_create_context_key(dtor: Option<Destructor>) -> *mut c_void {
    let made = runtime::with(|runtime| {
        let at = runtime.context_keys.iter().position(Option::is_none)?;
        *runtime.context_keys.get_mut(at)? = Some(dtor.unwrap_or(nothing));
        Some(at.wrapping_add(1))
    });
    made.flatten().map_or(null_mut(), core::ptr::without_provenance_mut)
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_destroy_context_key(key: *mut c_void) {
    let Some(at) = index(key) else {
        return;
    };
    runtime::with(|runtime| {
        if let Some(key) = runtime.context_keys.get_mut(at) {
            *key = None;
        }
        // Whoever gets the key next finds nothing.
        let mut instance = runtime.instances;
        while !instance.is_null() {
            // SAFETY: what is in the list is there.
            unsafe {
                if let Some(context) = (*instance).contexts.get_mut(at) {
                    *context = null_mut();
                }
                instance = (*instance).next;
            }
        }
    });
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_set_context(inst: *mut Instance, key: *mut c_void, ctx: *mut c_void) {
    // SAFETY: the header: null or valid.
    let place = unsafe { inst.as_mut() }.and_then(|instance| instance.contexts.get_mut(index(key)?));
    if let Some(place) = place {
        *place = ctx;
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_set_context_spread(inst: *mut Instance, key: *mut c_void, ctx: *mut c_void) {
    // SAFETY: the header: null or valid.
    let (Some(at), Some(from)) = (index(key), unsafe { inst.as_ref() }) else {
        return;
    };
    let cluster = from.cluster();
    runtime::with(|runtime| {
        let mut instance = runtime.instances;
        while !instance.is_null() {
            // SAFETY: what is in the list is there.
            unsafe {
                if (*instance).cluster() == cluster
                    && let Some(place) = (*instance).contexts.get_mut(at)
                {
                    *place = ctx;
                }
                instance = (*instance).next;
            }
        }
    });
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_context(inst: *mut Instance, key: *mut c_void) -> *mut c_void {
    // SAFETY: the header: null or valid.
    let place = unsafe { inst.as_ref() }.and_then(|instance| instance.contexts.get(index(key)?));
    place.copied().unwrap_or(null_mut())
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_set_custom_data(module_inst: *mut Instance, custom_data: *mut c_void) {
    // SAFETY: the header: null or valid.
    if let Some(instance) = unsafe { module_inst.as_mut() } {
        instance.custom_data = custom_data;
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_custom_data(module_inst: *mut Instance) -> *mut c_void {
    // SAFETY: the header: null or valid.
    unsafe { module_inst.as_ref() }.map_or(null_mut(), |instance| instance.custom_data)
}
