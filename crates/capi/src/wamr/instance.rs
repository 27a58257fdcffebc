//! Instances. Each one that the program makes has a store of its own, with its stack; the instances of modules that it
//! imports from are in that store too, and end with it.

use core::ffi::{c_char, c_void};
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::AtomicBool;

use moteur::pool::{Box, Vec};
use moteur::wasm::{ExternIdx, MemIdx};
use moteur::{AsContext, Caller, Error, ExternType, Heap, InterruptHandle, Memory, PageSize, Store};
use moteur_guest::Libc;

use super::context::{self, KEYS};
use super::env::ExecEnv;
use super::exception::{self, TEXT_BYTES};
use super::memory::MemoryHandle;
use super::module::{self, Module};
use super::runtime::{self, INTERPRETED, NATIVE};
use super::text::Out;
use super::types::InstantiationArgs;
use super::wasi::Options;
use super::{call, errors, externref, heap, link, wasi};
use crate::machine;

/// What the imports of an instance work on.
pub struct World {
    pub root: *mut Instance,
    pub libc: Libc,
    #[cfg_attr(not(feature = "wasi"), allow(dead_code, reason = "there are no functions that ask for it"))]
    pub wasi: wasi::State,
}

/// An instance of a module.
pub struct Instance {
    /// The one that the program made: this, or the one whose module imports from this one's.
    pub root: *mut Instance,
    /// The next in the runtime's list, or in the root's list of those that it imports from.
    pub next: *mut Instance,
    pub imported: *mut Instance,
    /// A root's.
    store: Option<Store<World>>,
    /// Known once its functions run.
    pub handle: Option<moteur::Instance>,
    pub module: *mut Module,
    pub singleton: ExecEnv,
    /// What the running call is made in; null if none is running.
    pub current: *mut ExecEnv,
    /// Those that the program made.
    pub envs: *mut ExecEnv,
    /// A text that ends with a zero; empty if there is none.
    pub exception: [u8; TEXT_BYTES],
    pub terminated: AtomicBool,
    pub interrupt: InterruptHandle,
    pub exit_code: u32,
    stack_bytes: usize,
    /// What the program asked for.
    #[cfg_attr(not(feature = "std"), allow(dead_code, reason = "threads ask for the same"))]
    pub stack_wanted: u32,
    #[cfg_attr(not(feature = "std"), allow(dead_code, reason = "as above"))]
    pub heap_wanted: u32,
    /// The instance that this was spawned from, whose contexts it shares; null for one that the program made.
    pub spawned_from: *mut Instance,
    pub custom_data: *mut c_void,
    pub contexts: [*mut c_void; KEYS],
    /// Memories that the program has asked for.
    pub memories: *mut MemoryHandle,
}

/// What an instance is made with.
pub struct Args {
    pub stack_bytes: u32,
    pub heap_bytes: u32,
    /// 0 for no limit but the module's.
    pub memory_pages_max: u32,
    pub custom_data: *mut c_void,
    /// What differs from what the module says.
    pub wasi: Option<Options>,
}

/// Bytes of stack where the program names none.
const STACK_BYTES: u32 = 16 << 10;

/// Bytes that the interpreter keeps free at the end of the stack.
const STACK_RESERVE: usize = 128 * size_of::<usize>();

/// The stack that holds what so many bytes of cells of four bytes hold.
fn stack_bytes(wanted: u32) -> usize {
    let cells = if wanted == 0 { STACK_BYTES } else { wanted } as usize;
    cells.saturating_mul(size_of::<usize>() / 4).saturating_add(STACK_RESERVE)
}

/// Makes an instance; what is wrong is written to `error`.
///
/// # Safety
/// The module is there, and so is what the options point to.
pub unsafe fn instantiate(module: *mut Module, args: &Args, error: &mut Out) -> *mut Instance {
    error.push(b"WASM module instantiate failed: ");
    // SAFETY: the caller's promise.
    unsafe {
        let Some(heap) = runtime::heap().filter(|_| !module.is_null()) else {
            error.push(b"no module");
            return null_mut();
        };
        let instance = match new_root(module, args, heap) {
            Ok(instance) => instance,
            Err(why) => {
                wasi::describe(why, error);
                return null_mut();
            }
        };
        if let Err(failure) = begin(instance, args, error) {
            failure.describe(instance, error);
            free(instance, heap);
            return null_mut();
        }
        runtime::with(|runtime| {
            (*instance).next = runtime.instances;
            runtime.instances = instance;
        });
        instance
    }
}

/// Why an instance could not be made.
pub enum Failure {
    Error(Error),
    /// The text was written already.
    Told,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Error(error)
    }
}

impl From<moteur::OutOfMemory> for Failure {
    fn from(error: moteur::OutOfMemory) -> Failure {
        Failure::Error(error.into())
    }
}

impl Failure {
    /// # Safety
    /// The instance is there.
    unsafe fn describe(self, instance: *mut Instance, error: &mut Out) {
        match self {
            Failure::Told => {}
            // SAFETY: the caller's promise. A start function failed: the words are those of exceptions.
            Failure::Error(why @ (Error::Trap(_) | Error::Exit(_) | exception::RAISED)) => unsafe {
                exception::take(instance, why);
                let text = &(*(*instance).root).exception;
                let end = text.iter().position(|byte| *byte == 0).unwrap_or(0);
                error.push(text.get(..end).unwrap_or_default());
            },
            Failure::Error(why) => errors::describe(why, error),
        }
    }
}

/// # Safety
/// As for `instantiate`.
unsafe fn new_root(module: *mut Module, args: &Args, heap: Heap) -> Result<*mut Instance, wasi::Why> {
    // SAFETY: the caller's promise.
    unsafe {
        let options = args.wasi.unwrap_or((*module).wasi);
        let world =
            World { root: null_mut(), libc: Libc::new(machine::platform()), wasi: wasi::State::new(heap, &options)? };
        let stack_bytes = stack_bytes(args.stack_bytes);
        let mut store = Store::with_stack_bytes((*module).module.engine(), world, stack_bytes)?;
        if args.memory_pages_max != 0 {
            store.limit_memories(PageSize::Standard.bytes_of(args.memory_pages_max).max(smallest(&(*module).module)));
        }
        let interrupt = store.interrupt_handle();
        let instance = allocate(module, null_mut(), interrupt, heap)?;
        (*instance).root = instance;
        store.data_mut().root = instance;
        (*instance).store = Some(store);
        (*instance).stack_bytes = stack_bytes;
        (*instance).custom_data = args.custom_data;
        ((*instance).stack_wanted, (*instance).heap_wanted) = (args.stack_bytes, args.heap_bytes);
        Ok(instance)
    }
}

/// Bytes that the module's memory begins with.
fn smallest(module: &moteur::Module) -> u64 {
    let exported = module.exports().filter_map(|export| match export.ty {
        ExternType::Memory(ty) => Some(ty.bytes_min()),
        _ => None,
    });
    exported.max().unwrap_or(0)
}

/// # Safety
/// The module is there.
unsafe fn allocate(
    module: *mut Module,
    root: *mut Instance,
    interrupt: InterruptHandle,
    heap: Heap,
) -> Result<*mut Instance, Error> {
    let instance = Instance {
        root,
        next: null_mut(),
        imported: null_mut(),
        store: None,
        handle: None,
        module,
        singleton: ExecEnv::new(null_mut()),
        current: null_mut(),
        envs: null_mut(),
        exception: [0; TEXT_BYTES],
        terminated: AtomicBool::new(false),
        interrupt,
        exit_code: 0,
        stack_bytes: 0,
        stack_wanted: 0,
        heap_wanted: 0,
        spawned_from: null_mut(),
        custom_data: null_mut(),
        contexts: [null_mut(); KEYS],
        memories: null_mut(),
    };
    let instance = Box::into_raw(Box::new_in(instance, heap)?).0.as_ptr();
    // SAFETY: just made; the caller's promise.
    unsafe {
        (*instance).singleton.instance = instance;
        module::hold(module);
    }
    Ok(instance)
}

/// Links and instantiates, and runs what has to run first.
///
/// # Safety
/// The instance was just allocated, and is part of its root.
unsafe fn begin(instance: *mut Instance, args: &Args, error: &mut Out) -> Result<(), Failure> {
    // SAFETY: the caller's promise. No reference is kept while guests run.
    unsafe {
        let module = (*(*instance).module).module.clone();
        let mut imports = Vec::new_in(module.engine().heap());
        link::imports(instance, &module, args, &mut imports, error)?;
        let mut caller = (*instance).caller();
        if cfg!(feature = "metering") {
            // An engine for native code counts nothing.
            let _ = caller.set_fuel(u64::MAX);
        }
        let handle = moteur::Instance::new(&mut caller, &module, &imports)?;
        (*instance).handle = Some(handle);
        if (*instance).root == instance {
            heap::make(instance, args.heap_bytes)?;
        }
        call::run_initializers(instance)?;
        Ok(())
    }
}

/// The instance of a module that `root` imports from, made now if it is not there yet.
///
/// # Safety
/// The root and the module are there.
pub unsafe fn imported(
    root: *mut Instance,
    module: *mut Module,
    args: &Args,
    error: &mut Out,
) -> Result<*mut Instance, Failure> {
    // SAFETY: the caller's promise.
    unsafe {
        let mut found = (*root).imported;
        while !found.is_null() {
            if (*found).module == module {
                if (*found).handle.is_none() {
                    error.push(b"found circular dependency");
                    return Err(Failure::Told);
                }
                return Ok(found);
            }
            found = (*found).next;
        }
        let heap = runtime::heap().ok_or(Error::OutOfMemory)?;
        let instance = allocate(module, root, (*root).interrupt.clone(), heap)?;
        (*instance).next = (*root).imported;
        (*root).imported = instance;
        begin(instance, args, error)?;
        Ok(instance)
    }
}

impl Instance {
    /// The instance that a host function was called by.
    pub fn of(caller: &Caller<'_, World>) -> *mut Instance {
        let root = caller.data().root;
        let handle = caller.instance();
        // SAFETY: the root is there as long as its store.
        unsafe {
            let mut found = (*root).imported;
            while !found.is_null() {
                match (*found).handle {
                    // Its start function runs.
                    None if (*root).handle.is_none() && handle.is_some() => {
                        (*found).handle = handle;
                        return found;
                    }
                    own if own == handle => return found,
                    _ => found = (*found).next,
                }
            }
            if (*root).handle.is_none() {
                (*root).handle = handle;
            }
        }
        root
    }

    /// The store as host functions have it.
    ///
    /// # Safety
    /// Nobody has a reference to the store, and the result is not used longer than the instance is there.
    pub unsafe fn caller<'a>(&mut self) -> Caller<'a, World> {
        // SAFETY: the caller's promise; a root has a store from the beginning to the end.
        unsafe {
            let store: *mut Option<Store<World>> = &raw mut (*self.root).store;
            (*store).as_mut().unwrap_unchecked().caller()
        }
    }

    /// The instance that the program made, of this and all that were spawned from it.
    pub fn cluster(&self) -> *mut Instance {
        if self.spawned_from.is_null() { self.root } else { self.spawned_from }
    }

    /// The store of a root.
    pub fn store(&self) -> Option<&Store<World>> {
        self.store.as_ref()
    }

    /// What the running call is made in, or what is always there.
    pub fn env(&mut self) -> *mut ExecEnv {
        // SAFETY: the root is there as long as this.
        let current = unsafe { (*self.root).current };
        if current.is_null() { &raw mut self.singleton } else { current }
    }

    /// Its first memory.
    pub fn memory(&self, context: &impl AsContext) -> Option<Memory> {
        self.handle?.item(context, ExternIdx::Memory(MemIdx(0)))?.memory()
    }

    /// Whether a call can be made with a stack of this size: it is made larger unless a call is running.
    pub fn wants_stack(&mut self, wanted: u32) -> bool {
        let bytes = stack_bytes(wanted);
        let Some(store) = self.store.as_mut().filter(|_| bytes > self.stack_bytes && self.current.is_null()) else {
            return true;
        };
        let has = store.set_stack_bytes(bytes).is_ok();
        if has {
            self.stack_bytes = bytes;
        }
        has
    }
}

/// Gives back what was allocated for an instance.
///
/// # Safety
/// It came from a box in the runtime's heap, and is not used any more.
pub unsafe fn give_back<T>(place: *mut T) {
    if let (Some(heap), Some(place)) = (runtime::heap(), NonNull::new(place)) {
        // SAFETY: the caller's promise.
        drop(unsafe { Box::from_raw(place, heap) });
    }
}

/// Looks at the instances that the program has, while `work` says that it goes on.
///
/// # Safety
/// `work` must not call what is the program's.
pub unsafe fn each(mut work: impl FnMut(*mut Instance) -> bool) {
    runtime::with(|runtime| {
        let mut instance = runtime.instances;
        while !instance.is_null() {
            // SAFETY: what is in the list is there.
            let next = unsafe { (*instance).next };
            if !work(instance) {
                break;
            }
            instance = next;
        }
    });
}

/// Takes an instance out of the runtime's list, if it is there.
fn take_out(instance: *mut Instance) -> bool {
    runtime::with(|runtime| {
        let mut place = &raw mut runtime.instances;
        // SAFETY: what is in the list is there.
        unsafe {
            while !(*place).is_null() {
                if *place == instance {
                    // One that is running cannot end.
                    if !(*instance).current.is_null() {
                        return false;
                    }
                    *place = (*instance).next;
                    return true;
                }
                place = &raw mut (**place).next;
            }
        }
        false
    }) == Some(true)
}

/// Ends an instance that is in no list any more.
///
/// # Safety
/// It is a root, and nobody uses it.
unsafe fn end(instance: *mut Instance) {
    let Some(heap) = runtime::heap() else {
        return;
    };
    // SAFETY: the caller's promise.
    unsafe {
        if (*instance).spawned_from.is_null() {
            context::end(instance);
        }
        externref::forget(instance);
        free(instance, heap);
    }
}

/// # Safety
/// As for `end`.
unsafe fn free(instance: *mut Instance, heap: Heap) {
    // SAFETY: the caller's promise; everything came from boxes in this heap.
    unsafe {
        let module = (*instance).module;
        free_list((*instance).envs, heap, |env| (*env).next);
        free_list((*instance).memories, heap, |memory| (*memory).next);
        let mut imported = (*instance).imported;
        while let Some(next) = imported.as_ref().map(|imported| imported.next) {
            free(imported, heap);
            imported = next;
        }
        if let Some(instance) = NonNull::new(instance) {
            drop(Box::from_raw(instance, heap));
        }
        module::release(module);
    }
}

/// # Safety
/// The list is made of boxes in this heap.
unsafe fn free_list<T>(mut item: *mut T, heap: Heap, next: impl Fn(*mut T) -> *mut T) {
    while let Some(place) = NonNull::new(item) {
        item = next(item);
        // SAFETY: the caller's promise.
        drop(unsafe { Box::from_raw(place, heap) });
    }
}

/// Ends all instances.
pub fn end_all() {
    while let Some(Some(instance)) = runtime::with(|runtime| NonNull::new(runtime.instances)) {
        // SAFETY: what is in the list is there; a program that ends the runtime lets nothing run.
        unsafe {
            (*instance.as_ptr()).current = null_mut();
            if !take_out(instance.as_ptr()) {
                return;
            }
            end(instance.as_ptr());
        }
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_instantiate(
    module: *mut Module,
    default_stack_size: u32,
    host_managed_heap_size: u32,
    error_buf: *mut c_char,
    error_buf_size: u32,
) -> *mut Instance {
    let args = InstantiationArgs { default_stack_size, host_managed_heap_size, max_memory_pages: 0 };
    // SAFETY: the header.
    unsafe { wasm_runtime_instantiate_ex(module, &args, error_buf, error_buf_size) }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_instantiate_ex(
    module: *mut Module,
    args: *const InstantiationArgs,
    error_buf: *mut c_char,
    error_buf_size: u32,
) -> *mut Instance {
    // SAFETY: the header: null or valid.
    unsafe {
        let mut args_used = Args::new();
        if let Some(args) = args.as_ref() {
            args_used.stack_bytes = args.default_stack_size;
            args_used.heap_bytes = args.host_managed_heap_size;
            args_used.memory_pages_max = args.max_memory_pages;
        }
        finish(module, &args_used, error_buf, error_buf_size)
    }
}

impl Args {
    /// All as the module says.
    pub const fn new() -> Args {
        Args { stack_bytes: 0, heap_bytes: 0, memory_pages_max: 0, custom_data: null_mut(), wasi: None }
    }
}

/// Makes an instance, and leaves the error's text empty where there is none.
///
/// # Safety
/// As for `instantiate`; the buffer is null or as long as said.
pub unsafe fn finish(module: *mut Module, args: &Args, error_buf: *mut c_char, error_buf_size: u32) -> *mut Instance {
    // SAFETY: the caller's promise.
    unsafe {
        let instance = instantiate(module, args, &mut Out::new(error_buf, error_buf_size as usize));
        if !instance.is_null() {
            Out::new(error_buf, error_buf_size as usize);
        }
        instance
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_deinstantiate(module_inst: *mut Instance) {
    if take_out(module_inst) {
        // SAFETY: it was in the list, and is in none now.
        unsafe { end(module_inst) };
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_module(module_inst: *mut Instance) -> *mut Module {
    // SAFETY: the header: null or valid.
    unsafe { module_inst.as_ref() }.map_or(null_mut(), |instance| instance.module)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_running_mode(module_inst: *mut Instance) -> u32 {
    // SAFETY: the header: null or valid.
    match unsafe { module_inst.as_ref() } {
        // SAFETY: an instance holds its module.
        Some(instance) if unsafe { (*instance.module).runs_native() } => NATIVE,
        _ => INTERPRETED,
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_set_running_mode(module_inst: *mut Instance, running_mode: u32) -> bool {
    // SAFETY: the header: null or valid. How a module runs is decided when it is loaded.
    !module_inst.is_null() && unsafe { wasm_runtime_get_running_mode(module_inst) } == running_mode
}
