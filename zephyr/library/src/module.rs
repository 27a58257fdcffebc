//! A module: what C gets from `moteur_load`.

use core::cell::Cell;
use core::ffi::c_int;
use core::ptr::NonNull;
use core::slice;

use moteur::Module;

use crate::runtime::{Runtime, code, hand_out, take_back};

/// What stands in the pool for C.
pub struct Loaded {
    pub module: Module,
    pub runtime: NonNull<Runtime>,
    /// How many instances there are.
    pub instances: Cell<u32>,
}

impl Loaded {
    /// The runtime, which is not destroyed before its modules.
    pub fn runtime(&self) -> &Runtime {
        // SAFETY: `moteur_destroy` refuses while there are modules.
        unsafe { self.runtime.as_ref() }
    }
}

/// `MOTEUR_IN_PLACE`; everything else is a copy.
const IN_PLACE: c_int = 0;

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_load(
    runtime: *mut Runtime,
    bytes: *const u8,
    count: usize,
    how: c_int,
    to: *mut *mut Loaded,
) -> c_int {
    let Some(place) = NonNull::new(runtime) else {
        return code::INVALID;
    };
    // SAFETY: the caller's runtime.
    let runtime = unsafe { place.as_ref() };
    // SAFETY: the caller's pointers are null or good.
    let (Some(to), Some(bytes)) = (unsafe { to.as_mut() }, NonNull::new(bytes.cast_mut())) else {
        return runtime.fail_as(code::INVALID, c"no bytes of a module");
    };
    // SAFETY: so many bytes are there; if they are used in place, they stay for as long as the module does.
    let bytes: &'static [u8] = unsafe { slice::from_raw_parts(bytes.as_ptr(), count) };
    let engine = &runtime.engine;
    let module = if how == IN_PLACE { Module::from_static(engine, bytes) } else { Module::new(engine, bytes) };
    let loaded =
        module.and_then(|module| hand_out(Loaded { module, runtime: place, instances: Cell::new(0) }, engine.heap()));
    match loaded {
        Ok(loaded) => {
            runtime.modules.set(runtime.modules.get().saturating_add(1));
            *to = loaded.as_ptr();
            code::OK
        }
        Err(error) => runtime.fail(&error, None),
    }
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_unload(module: *mut Loaded) -> c_int {
    let Some(place) = NonNull::new(module) else {
        return code::OK;
    };
    // SAFETY: the caller's module.
    let loaded = unsafe { place.as_ref() };
    let runtime = loaded.runtime();
    if loaded.instances.get() > 0 {
        return runtime.fail_as(code::IN_USE, c"the module still has instances");
    }
    runtime.modules.set(runtime.modules.get().saturating_sub(1));
    let heap = runtime.engine.heap();
    // SAFETY: the caller does not use it any more.
    unsafe { take_back(place, heap) };
    code::OK
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_is_native(module: *mut Loaded) -> bool {
    // SAFETY: the caller's module.
    unsafe { module.as_ref() }.is_some_and(is_native)
}

#[cfg(feature = "native")]
fn is_native(loaded: &Loaded) -> bool {
    loaded.module.native().unwrap_or_else(|why| {
        loaded.runtime().fail(&moteur::Error::Native(why), None);
        false
    })
}

#[cfg(not(feature = "native"))]
fn is_native(loaded: &Loaded) -> bool {
    loaded.runtime().fail_as(code::UNSUPPORTED, c"this firmware runs no native code");
    false
}
