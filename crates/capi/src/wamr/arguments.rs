//! `InstantiationArgs2`: what an instance is made with, of a size that programs do not know.

use core::ffi::{c_char, c_void};
use core::ptr::NonNull;

use moteur::pool::Box;

use super::instance::{self, Args, Instance};
use super::module::Module;
use super::runtime;

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_instantiation_args_create(p: *mut *mut Args) -> bool {
    // SAFETY: the header: null or valid.
    let (Some(to), Some(heap)) = (unsafe { p.as_mut() }, runtime::heap()) else {
        return false;
    };
    match Box::new_in(Args::new(), heap) {
        Ok(args) => {
            *to = Box::into_raw(args).0.as_ptr();
            true
        }
        Err(_) => false,
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_instantiation_args_destroy(p: *mut Args) {
    if let (Some(args), Some(heap)) = (NonNull::new(p), runtime::heap()) {
        // SAFETY: the header: it was created, and is not used any more.
        drop(unsafe { Box::from_raw(args, heap) });
    }
}

/// Changes arguments that are not null.
///
/// # Safety
/// They are null or there.
unsafe fn change(p: *mut Args, change: impl FnOnce(&mut Args)) {
    // SAFETY: the caller's promise.
    if let Some(args) = unsafe { p.as_mut() } {
        change(args);
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_instantiation_args_set_default_stack_size(p: *mut Args, v: u32) {
    // SAFETY: the header.
    unsafe { change(p, |args| args.stack_bytes = v) };
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_instantiation_args_set_host_managed_heap_size(p: *mut Args, v: u32) {
    // SAFETY: the header.
    unsafe { change(p, |args| args.heap_bytes = v) };
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_instantiation_args_set_max_memory_pages(p: *mut Args, v: u32) {
    // SAFETY: the header.
    unsafe { change(p, |args| args.memory_pages_max = v) };
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_instantiation_args_set_custom_data(p: *mut Args, custom_data: *mut c_void) {
    // SAFETY: the header.
    unsafe { change(p, |args| args.custom_data = custom_data) };
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_instantiate_ex2(
    module: *mut Module,
    args: *const Args,
    error_buf: *mut c_char,
    error_buf_size: u32,
) -> *mut Instance {
    // SAFETY: the header: null or valid.
    unsafe {
        let all_default = Args::new();
        instance::finish(module, args.as_ref().unwrap_or(&all_default), error_buf, error_buf_size)
    }
}

#[cfg(feature = "wasi")]
mod wasi {
    //! What concerns WASI. What is not set is as the module says.

    use core::ffi::{c_char, c_int};

    use super::{Args, change};
    use crate::wamr::wasi::{Options, Texts};

    /// Changes what the guest is given.
    ///
    /// # Safety
    /// The arguments are null or there.
    unsafe fn give(p: *mut Args, set: impl FnOnce(&mut Options)) {
        // SAFETY: the caller's promise.
        unsafe { change(p, |args| set(args.wasi.get_or_insert(Options::NONE))) };
    }

    /// See the header.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn wasm_runtime_instantiation_args_set_wasi_arg(
        p: *mut Args,
        argv: *const *const c_char,
        argc: c_int,
    ) {
        // SAFETY: the header: so many texts.
        unsafe { give(p, |options| options.arguments = Texts::new(argv, u32::try_from(argc).unwrap_or(0))) };
    }

    /// See the header.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn wasm_runtime_instantiation_args_set_wasi_env(
        p: *mut Args,
        env: *const *const c_char,
        env_count: u32,
    ) {
        // SAFETY: the header: so many texts.
        unsafe { give(p, |options| options.environment = Texts::new(env, env_count)) };
    }

    /// See the header.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn wasm_runtime_instantiation_args_set_wasi_dir(
        p: *mut Args,
        dir_list: *const *const c_char,
        dir_count: u32,
        map_dir_list: *const *const c_char,
        map_dir_count: u32,
    ) {
        // SAFETY: the header: so many texts.
        unsafe {
            give(p, |options| {
                options.directories = Texts::new(dir_list, dir_count);
                options.mapped = Texts::new(map_dir_list, map_dir_count);
            });
        }
    }

    /// See the header.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn wasm_runtime_instantiation_args_set_wasi_stdio(
        p: *mut Args,
        stdinfd: i64,
        stdoutfd: i64,
        stderrfd: i64,
    ) {
        // SAFETY: the header.
        unsafe { give(p, |options| options.streams = [stdinfd, stdoutfd, stderrfd]) };
    }

    /// See the header.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn wasm_runtime_instantiation_args_set_wasi_addr_pool(
        p: *mut Args,
        addr_pool: *const *const c_char,
        addr_pool_size: u32,
    ) {
        // SAFETY: the header: so many texts.
        unsafe { give(p, |options| options.addresses = Texts::new(addr_pool, addr_pool_size)) };
    }

    /// See the header.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn wasm_runtime_instantiation_args_set_wasi_ns_lookup_pool(
        p: *mut Args,
        ns_lookup_pool: *const *const c_char,
        ns_lookup_pool_size: u32,
    ) {
        // SAFETY: the header: so many texts.
        unsafe { give(p, |options| options.names = Texts::new(ns_lookup_pool, ns_lookup_pool_size)) };
    }
}
