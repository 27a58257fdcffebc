//! Threads of the embedder's. Nothing has to be prepared for a thread; an environment that is spawned has an instance of its
//! own, of the same module, since an instance is used by one thread at a time.

use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::ptr::null_mut;

use moteur::pool::Box;

use super::env::ExecEnv;
use super::instance::{self, Args, Instance};
use super::runtime::{self, Foreign};
use super::text::Out;
use super::wasi::Options;

std::thread_local! {
    static IS_INITIALISED: Cell<bool> = const { Cell::new(false) };
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_init_thread_env() -> bool {
    IS_INITIALISED.set(true);
    true
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_destroy_thread_env() {
    IS_INITIALISED.set(false);
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_thread_env_inited() -> bool {
    IS_INITIALISED.get()
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_set_max_thread_num(num: u32) {
    runtime::with(|runtime| runtime.threads_max = num);
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_spawn_exec_env(exec_env: *mut ExecEnv) -> *mut ExecEnv {
    // SAFETY: the header: null or valid.
    unsafe {
        let Some(parent) = exec_env.as_ref().and_then(|env| env.instance.as_ref()) else {
            return null_mut();
        };
        let parent = &*parent.root;
        let args = Args { custom_data: parent.custom_data, ..parent.args() };
        let instance = instance::instantiate(parent.module, &args, &mut Out::new(null_mut(), 0));
        if instance.is_null() {
            return null_mut();
        }
        (*instance).contexts = parent.contexts;
        (*instance).spawned_from = parent.cluster();
        &raw mut (*instance).singleton
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_destroy_spawned_exec_env(exec_env: *mut ExecEnv) {
    // SAFETY: the header: null, or spawned and not destroyed.
    unsafe {
        if let Some(env) = exec_env.as_ref() {
            instance::wasm_runtime_deinstantiate(env.instance);
        }
    }
}

/// What a thread runs.
type Callback = unsafe extern "C" fn(*mut ExecEnv, *mut c_void) -> *mut c_void;

/// A thread that was spawned: `wasm_thread_t` is its address.
struct Thread(Option<std::thread::JoinHandle<Foreign<*mut c_void>>>);

static RUNNING: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

/// One of the threads that may run, for as long as this is there.
struct Place;

impl Place {
    fn take() -> Option<Place> {
        use std::sync::atomic::Ordering::Relaxed;
        let most = runtime::with(|runtime| runtime.threads_max)?;
        let taken = RUNNING.fetch_update(Relaxed, Relaxed, |running| (running < most).then(|| running + 1));
        taken.ok().map(|_| Place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
    }
}

/// What the header gives for a thread that cannot be had.
const FAILED: c_int = -1;

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_spawn_thread(
    exec_env: *mut ExecEnv,
    tid: *mut usize,
    callback: Option<Callback>,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: the header: null or valid.
    unsafe {
        let (Some(callback), Some(tid), Some(place), Some(heap)) =
            (callback, tid.as_mut(), Place::take(), runtime::heap())
        else {
            return FAILED;
        };
        let Ok(mut thread) = Box::new_in(Thread(None), heap) else {
            return FAILED;
        };
        let env = wasm_runtime_spawn_exec_env(exec_env);
        if env.is_null() {
            return FAILED;
        }
        let given = Foreign((env, arg, place));
        let spawned = std::thread::Builder::new().spawn(move || {
            let given = given;
            let Foreign((env, arg, _place)) = given;
            IS_INITIALISED.set(true);
            let result = callback(env, arg);
            wasm_runtime_destroy_spawned_exec_env(env);
            Foreign(result)
        });
        let Ok(handle) = spawned else {
            wasm_runtime_destroy_spawned_exec_env(env);
            return FAILED;
        };
        thread.0 = Some(handle);
        *tid = Box::into_raw(thread).0.as_ptr() as usize;
        0
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_join_thread(tid: usize, retval: *mut *mut c_void) -> c_int {
    let thread = core::ptr::NonNull::new(tid as *mut Thread);
    let (Some(thread), Some(heap)) = (thread, runtime::heap()) else {
        return FAILED;
    };
    // SAFETY: the header: it was spawned, and is joined once.
    unsafe {
        let Thread(handle) = Box::into_inner(Box::from_raw(thread, heap));
        let Some(Ok(Foreign(result))) = handle.map(|handle| handle.join()) else {
            return FAILED;
        };
        if let Some(to) = retval.as_mut() {
            *to = result;
        }
        0
    }
}

/// What a thread's instance is made with.
impl Instance {
    fn args(&self) -> Args {
        // What the program gave the module for WASI may be gone by now.
        let wasi = Some(Options::NONE);
        Args { stack_bytes: self.stack_wanted, heap_bytes: self.heap_wanted, wasi, ..Args::new() }
    }
}
