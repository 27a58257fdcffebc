//! Execution environments: what a call is made in.

use core::ffi::c_void;
use core::ptr::null_mut;

use moteur::pool::Box;

use super::instance::{self, Instance};
use super::runtime;

/// What a call is made in. The guest's stack is the instance's.
pub struct ExecEnv {
    pub instance: *mut Instance,
    /// The attachment of the function of C that is running.
    pub attachment: *mut c_void,
    pub user_data: *mut c_void,
    /// The next in its instance's list.
    pub next: *mut ExecEnv,
    /// Units that the next call may execute; negative for no limit.
    pub limit: i32,
}

impl ExecEnv {
    /// The environment that an instance always has.
    pub const fn new(instance: *mut Instance) -> ExecEnv {
        ExecEnv { instance, attachment: null_mut(), user_data: null_mut(), next: null_mut(), limit: -1 }
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_create_exec_env(module_inst: *mut Instance, stack_size: u32) -> *mut ExecEnv {
    let Some(heap) = runtime::heap().filter(|_| !module_inst.is_null()) else {
        return null_mut();
    };
    // SAFETY: the header.
    unsafe {
        let root = (*module_inst).root;
        if !(*root).wants_stack(stack_size) {
            return null_mut();
        }
        let env = ExecEnv { next: (*root).envs, ..ExecEnv::new(module_inst) };
        let Ok(env) = Box::new_in(env, heap) else {
            return null_mut();
        };
        (*root).envs = Box::into_raw(env).0.as_ptr();
        (*root).envs
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_destroy_exec_env(exec_env: *mut ExecEnv) {
    let mut found = false;
    // SAFETY: only instances that are there are looked at, and only what is found there is touched.
    unsafe {
        instance::each(|instance| {
            found = take_from(instance, exec_env);
            !found
        });
        if found {
            instance::give_back(exec_env);
        }
    }
}

/// Takes an environment out of an instance's list, if it is there.
///
/// # Safety
/// The instance is there, and nobody else changes it.
unsafe fn take_from(instance: *mut Instance, env: *mut ExecEnv) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let mut place = &raw mut (*instance).envs;
        while !(*place).is_null() {
            if *place == env {
                *place = (*env).next;
                return true;
            }
            place = &raw mut (**place).next;
        }
        false
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_exec_env_singleton(module_inst: *mut Instance) -> *mut ExecEnv {
    // SAFETY: the header: null or valid.
    if module_inst.is_null() { null_mut() } else { unsafe { &raw mut (*module_inst).singleton } }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_module_inst(exec_env: *mut ExecEnv) -> *mut Instance {
    // SAFETY: the header: null or valid.
    unsafe { exec_env.as_ref() }.map_or(null_mut(), |env| env.instance)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_set_module_inst(exec_env: *mut ExecEnv, module_inst: *mut Instance) {
    // SAFETY: the header: null or valid.
    if let Some(env) = unsafe { exec_env.as_mut() } {
        env.instance = module_inst;
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_function_attachment(exec_env: *mut ExecEnv) -> *mut c_void {
    // SAFETY: the header: null or valid.
    unsafe { exec_env.as_ref() }.map_or(null_mut(), |env| env.attachment)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_set_user_data(exec_env: *mut ExecEnv, user_data: *mut c_void) {
    // SAFETY: the header: null or valid.
    if let Some(env) = unsafe { exec_env.as_mut() } {
        env.user_data = user_data;
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_user_data(exec_env: *mut ExecEnv) -> *mut c_void {
    // SAFETY: the header: null or valid.
    unsafe { exec_env.as_ref() }.map_or(null_mut(), |env| env.user_data)
}

/// See the header.
#[cfg(feature = "metering")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_set_instruction_count_limit(exec_env: *mut ExecEnv, instruction_count: i32) {
    // SAFETY: the header: null or valid.
    if let Some(env) = unsafe { exec_env.as_mut() } {
        env.limit = instruction_count;
    }
}
