//! Configurations and engines, with the functions of `moteur.h` that say where memory comes from and which limits hold.

use core::ffi::c_void;
use core::ptr::{self, NonNull};

use moteur::{Config, Error, Heap, OutOfMemory};

use super::heap::{default_heap, give_made, set_default_heap, take};
use crate::machine;

/// `wasm_config_t`: what was set; the rest is as `moteur::Config` has it.
#[derive(Default)]
pub struct Settings {
    heap: Option<Heap>,
    stack_bytes: Option<usize>,
    memory_bytes_max: Option<u64>,
    table_elements_max: Option<u32>,
    instances_max: Option<u32>,
    fuel: bool,
    eager: bool,
    native: bool,
    guard_pages: bool,
}

/// `wasm_engine_t`.
pub struct Engine(pub(super) moteur::Engine);

impl Settings {
    fn engine(&self) -> Result<(Engine, Heap), Error> {
        let heap = match self.heap {
            Some(heap) => heap,
            None => default_heap()?,
        };
        let mut config = Config::new(heap).fuel(self.fuel).eager(self.eager);
        if let Some(bytes) = self.stack_bytes {
            config = config.stack_bytes(bytes);
        }
        if let Some(bytes) = self.memory_bytes_max {
            config = config.max_memory_bytes(bytes);
        }
        if let Some(elements) = self.table_elements_max {
            config = config.max_table_elements(elements);
        }
        if let Some(instances) = self.instances_max {
            config = config.max_instances(instances);
        }
        if self.native {
            // Where native code cannot be run, modules are interpreted.
            config = machine::native(config, self.guard_pages).unwrap_or(config);
        }
        Ok((Engine(moteur::Engine::new(config)?), heap))
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_config_new() -> *mut Settings {
    give_made(default_heap().map(|heap| (Settings::default(), heap)))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_config_delete(config: *mut Settings) {
    // SAFETY: C owns it, or gives null.
    let _ = unsafe { take(config) };
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_engine_new() -> *mut Engine {
    give_made(Settings::default().engine())
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_engine_new_with_config(config: *mut Settings) -> *mut Engine {
    // SAFETY: C hands it over, or gives null.
    match unsafe { take(config) } {
        Some(settings) => give_made(settings.engine()),
        None => ptr::null_mut(),
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_engine_delete(engine: *mut Engine) {
    // SAFETY: C owns it, or gives null.
    drop(unsafe { take(engine) });
}

/// The heap inside a buffer of C's.
///
/// # Safety
/// The buffer is null, or C leaves it alone for as long as anything is in it.
unsafe fn pool(buffer: *mut c_void, bytes: usize) -> Result<Heap, OutOfMemory> {
    let start = NonNull::new(buffer.cast::<u8>()).ok_or(OutOfMemory)?;
    // SAFETY: the caller's promise.
    unsafe { Heap::from_raw(start, bytes) }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_use_pool(buffer: *mut c_void, bytes: usize) -> bool {
    if buffer.is_null() {
        return set_default_heap(None).is_ok();
    }
    // SAFETY: C leaves the buffer to us.
    unsafe { pool(buffer, bytes) }.and_then(|heap| set_default_heap(Some(heap))).is_ok()
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_engine_new_with_pool(buffer: *mut c_void, bytes: usize) -> *mut Engine {
    // SAFETY: C leaves the buffer to us.
    let made = unsafe { pool(buffer, bytes) }.map_err(Error::from);
    give_made(made.and_then(|heap| Settings { heap: Some(heap), ..Settings::default() }.engine()))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_engine_bytes_used(engine: *const Engine) -> usize {
    // SAFETY: the engine is there, or null.
    unsafe { engine.as_ref() }.map_or(0, |engine| engine.0.heap().stats().used)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_config_set_pool(config: *mut Settings, buffer: *mut c_void, bytes: usize) -> bool {
    // SAFETY: the configuration is there, or null; C leaves the buffer to us.
    unsafe {
        let (Some(settings), Ok(heap)) = (config.as_mut(), pool(buffer, bytes)) else { return false };
        settings.heap = Some(heap);
    }
    true
}

/// The functions that set one thing each.
macro_rules! setters {
    ($($function:ident($value:ident: $ty:ty) $field:ident = $set:expr;)*) => { $(
        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $function(config: *mut Settings, $value: $ty) {
            // SAFETY: the configuration is there, or null.
            if let Some(settings) = unsafe { config.as_mut() } {
                settings.$field = $set;
            }
        }
    )* };
}

setters! {
    moteur_config_set_stack_bytes(bytes: usize) stack_bytes = Some(bytes);
    moteur_config_set_memory_bytes_max(bytes: u64) memory_bytes_max = Some(bytes);
    moteur_config_set_table_elements_max(elements: u32) table_elements_max = Some(elements);
    moteur_config_set_instances_max(instances: u32) instances_max = Some(instances);
    moteur_config_set_fuel(on: bool) fuel = on;
    moteur_config_set_eager(on: bool) eager = on;
    moteur_config_set_native(on: bool) native = on;
    moteur_config_set_guard_pages(on: bool) guard_pages = on;
}

/// An engine for tests, whose heap they look into.
#[cfg(test)]
pub(super) fn engine_in(heap: Heap) -> *mut Engine {
    give_made(Settings { heap: Some(heap), ..Settings::default() }.engine())
}
