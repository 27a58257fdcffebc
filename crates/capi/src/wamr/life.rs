//! Initialising and destroying; levels and modes.

use core::ffi::c_uint;
use core::ptr::NonNull;

use moteur::pool::External;
use moteur::{Error, Heap};

use super::natives;
use super::runtime::{self, INTERPRETED, NATIVE};
use super::types::{AllocatorOption, PoolOption, RuntimeInitArgs};
use crate::machine;

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_init() -> bool {
    runtime::enter(machine::system_heap, true).is_ok()
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_full_init(args: *const RuntimeInitArgs) -> bool {
    // SAFETY: the header: null or valid.
    let Some(args) = (unsafe { args.as_ref() }) else {
        return false;
    };
    let mode = c_uint::from(args.running_mode);
    let is_known_mode = args.running_mode == 0 || wasm_runtime_is_running_mode_supported(mode);
    // SAFETY: the header: the type says which member of the union is valid.
    let heap = || unsafe {
        match args.mem_alloc_type {
            0 => pool(args.mem_alloc_option.pool),
            1 => external(args.mem_alloc_option.allocator),
            _ => machine::system_heap(),
        }
    };
    if !is_known_mode || runtime::enter(heap, args.mem_alloc_type == 2).is_err() {
        return false;
    }
    if args.running_mode != 0 {
        wasm_runtime_set_default_running_mode(mode);
    }
    if args.max_thread_num != 0 {
        runtime::with(|runtime| runtime.threads_max = args.max_thread_num);
    }
    // SAFETY: the header: the names and so many symbols are valid.
    let registered = args.n_native_symbols == 0
        || unsafe { natives::register(args.native_module_name, args.native_symbols, args.n_native_symbols, false) };
    if !registered {
        runtime::leave();
    }
    registered
}

/// # Safety
/// The buffer is the runtime's until it is destroyed.
unsafe fn pool(option: PoolOption) -> Result<Heap, Error> {
    let start = NonNull::new(option.heap_buf).ok_or(Error::OutOfMemory)?;
    // SAFETY: the caller's promise.
    Ok(unsafe { Heap::from_raw(start.cast(), option.heap_size as usize)? })
}

/// # Safety
/// The functions are those of an allocator.
unsafe fn external(option: AllocatorOption) -> Result<Heap, Error> {
    let (malloc, free) = option.malloc_func.zip(option.free_func).ok_or(Error::OutOfMemory)?;
    // SAFETY: the caller's promise.
    Ok(unsafe { Heap::external(External { malloc, realloc: option.realloc_func, free })? })
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_destroy() {
    runtime::leave();
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_set_log_level(level: c_uint) {
    runtime::with(|runtime| runtime.log_level = level);
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_is_running_mode_supported(mode: c_uint) -> bool {
    (mode == INTERPRETED && cfg!(feature = "interpreter")) || (mode == NATIVE && machine::RUNS_NATIVE)
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_set_default_running_mode(mode: c_uint) -> bool {
    wasm_runtime_is_running_mode_supported(mode) && runtime::with(|runtime| runtime.running_mode = mode).is_some()
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_version(major: *mut u32, minor: *mut u32, patch: *mut u32) {
    let parts = [env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"), env!("CARGO_PKG_VERSION_PATCH")];
    for (place, part) in [major, minor, patch].into_iter().zip(parts) {
        // SAFETY: the header: null or valid.
        if let Some(place) = unsafe { place.as_mut() } {
            *place = part.bytes().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
        }
    }
}
