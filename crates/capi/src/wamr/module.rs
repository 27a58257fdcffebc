//! Modules: loading, their names and custom sections, and who still needs one.

use core::ffi::c_char;
use core::ptr::{NonNull, null, null_mut};

use moteur::pool::{Box, Vec};
use moteur::{Engine, Error, Heap};

use super::errors;
use super::reflect::Rows;
use super::runtime::{self, NATIVE};
use super::text::{self, Out};
use super::types::LoadArgs;
use super::wasi::Options;

/// A module. The program has it from loading to unloading; its instances and the registry may need it for longer.
pub struct Module {
    /// Refers to the module.
    pub rows: Option<Rows>,
    pub module: moteur::Module,
    /// The next in the runtime's list.
    next: *mut Module,
    /// How many need it: the program, each instance, the registry.
    uses: u32,
    /// With a zero at its end.
    name: Option<Box<[u8]>>,
    /// Whether the program may free the bytes that it loaded.
    is_copied: bool,
    pub wasi: Options,
}

impl Module {
    /// Whether it runs as native code.
    pub fn runs_native(&self) -> bool {
        crate::machine::runs_native(&self.module)
    }
}

/// What every module begins with.
const MAGIC: &[u8] = b"\0asm";
/// `Wasm_Module_Bytecode` and `Package_Type_Unknown` of the header.
const BYTECODE: u32 = 0;
const UNKNOWN: u32 = 0xffff;

/// Loads a module.
///
/// # Safety
/// The bytes stay as they are for as long as anything of the module is used, unless they are copied.
pub unsafe fn load(engine: &Engine, bytes: &[u8], copies: bool, name: &[u8]) -> Result<*mut Module, Error> {
    let heap = engine.heap();
    let module = match copies {
        true => moteur::Module::new(engine, bytes)?,
        // SAFETY: the caller's promise.
        false => moteur::Module::from_static(engine, unsafe { core::mem::transmute::<&[u8], &'static [u8]>(bytes) })?,
    };
    let name = if name.is_empty() { None } else { Some(with_zero(name, heap)?) };
    let module = Module { rows: None, module, next: null_mut(), uses: 1, name, is_copied: copies, wasi: Options::NONE };
    Ok(Box::into_raw(Box::new_in(module, heap)?).0.as_ptr())
}

/// A copy of a text, with a zero behind it.
pub fn with_zero(text: &[u8], heap: Heap) -> Result<Box<[u8]>, Error> {
    let mut copy = Vec::with_capacity_in(text.len().saturating_add(1), heap)?;
    copy.extend_from_slice(text)?;
    copy.push(0)?;
    Ok(copy.into_boxed_slice()?)
}

/// One more needs the module.
///
/// # Safety
/// The module is there.
pub unsafe fn hold(module: *mut Module) {
    // SAFETY: the caller's promise; the lock is held.
    runtime::with(|_| unsafe { (*module).uses = (*module).uses.saturating_add(1) });
}

/// One less needs the module; the last ends it.
///
/// # Safety
/// The module is there, and the caller was one who needed it.
pub unsafe fn release(module: *mut Module) {
    // SAFETY: the caller's promise; the lock is held while the number is changed.
    unsafe {
        let last = runtime::with(|runtime| {
            (*module).uses = (*module).uses.saturating_sub(1);
            ((*module).uses == 0).then_some(runtime.heap)
        });
        if let (Some(Some(heap)), Some(module)) = (last, NonNull::new(module)) {
            drop(Box::from_raw(module, heap));
        }
    }
}

/// Takes a module out of the runtime's list, if it is there.
fn take_out(module: *mut Module) -> bool {
    runtime::with(|runtime| {
        let mut place = &raw mut runtime.modules;
        // SAFETY: what is in the list is there.
        unsafe {
            while !(*place).is_null() {
                if *place == module {
                    *place = (*module).next;
                    return true;
                }
                place = &raw mut (**place).next;
            }
        }
        false
    }) == Some(true)
}

/// Unloads all that the program did not unload, and what is registered.
pub fn end_all() {
    super::registry::end();
    while let Some(Some(module)) = runtime::with(|runtime| NonNull::new(runtime.modules)) {
        // SAFETY: what is in the list is there.
        unsafe { wasm_runtime_unload(module.as_ptr()) };
    }
}

/// The engine for what is loaded now.
fn engine() -> Option<Engine> {
    runtime::with(|runtime| match &runtime.native {
        Some(native) if runtime.running_mode == NATIVE => native.clone(),
        _ => runtime.interpreted.clone(),
    })
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_load(
    buf: *const u8,
    size: u32,
    error_buf: *mut c_char,
    error_buf_size: u32,
) -> *mut Module {
    // SAFETY: the header.
    unsafe { wasm_runtime_load_ex(buf, size, null(), error_buf, error_buf_size) }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_load_ex(
    buf: *const u8,
    size: u32,
    args: *const LoadArgs,
    error_buf: *mut c_char,
    error_buf_size: u32,
) -> *mut Module {
    // SAFETY: the header: null or valid, and so many bytes that stay.
    unsafe {
        let mut error = Out::new(error_buf, error_buf_size as usize);
        let loaded = match (engine(), buf.is_null()) {
            (Some(engine), false) => {
                let bytes = core::slice::from_raw_parts(buf, size as usize);
                let (copies, name) = match args.as_ref() {
                    Some(args) => (
                        args.wasm_binary_freeable || args.clone_wasm_binary,
                        text::bytes(args.name).unwrap_or_default(),
                    ),
                    None => (false, &[][..]),
                };
                load(&engine, bytes, copies, name)
            }
            _ => Err(Error::OutOfBounds),
        };
        match loaded {
            Ok(module) => {
                runtime::with(|runtime| {
                    (*module).next = runtime.modules;
                    runtime.modules = module;
                });
                module
            }
            Err(why) => {
                error.push(b"WASM module load failed: ");
                errors::describe(why, &mut error);
                null_mut()
            }
        }
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_unload(module: *mut Module) {
    if take_out(module) {
        // SAFETY: it was in the list, so the program had it.
        unsafe { release(module) };
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_is_underlying_binary_freeable(module: *const Module) -> bool {
    // SAFETY: the header: null or valid.
    unsafe { module.as_ref() }.is_some_and(|module| module.is_copied)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn get_package_type(buf: *const u8, size: u32) -> u32 {
    if buf.is_null() {
        return UNKNOWN;
    }
    // SAFETY: the header: so many bytes.
    let bytes = unsafe { core::slice::from_raw_parts(buf, size as usize) };
    if bytes.starts_with(MAGIC) { BYTECODE } else { UNKNOWN }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_file_package_type(buf: *const u8, size: u32) -> u32 {
    // SAFETY: the header.
    unsafe { get_package_type(buf, size) }
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_get_module_package_type(module: *const Module) -> u32 {
    if module.is_null() { UNKNOWN } else { BYTECODE }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_file_package_version(buf: *const u8, size: u32) -> u32 {
    // SAFETY: the header: null, or so many bytes.
    unsafe {
        if buf.is_null() || size < 8 || get_package_type(buf, size) == UNKNOWN {
            return 0;
        }
        u32::from_le(buf.add(4).cast::<u32>().read_unaligned())
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_get_module_package_version(module: *const Module) -> u32 {
    u32::from(!module.is_null())
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_get_current_package_version(package_type: u32) -> u32 {
    u32::from(package_type == BYTECODE)
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_is_xip_file(_buf: *const u8, _size: u32) -> bool {
    // Nothing that is loaded has to be made executable by the program.
    false
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_set_module_name(
    module: *mut Module,
    name: *const c_char,
    error_buf: *mut c_char,
    error_buf_size: u32,
) -> bool {
    // SAFETY: the header: null or valid.
    unsafe {
        let mut error = Out::new(error_buf, error_buf_size as usize);
        let (Some(module), Some(name), Some(heap)) = (module.as_mut(), text::bytes(name), runtime::heap()) else {
            return false;
        };
        match with_zero(name, heap) {
            Ok(name) => {
                module.name = Some(name);
                true
            }
            Err(_) => {
                error.push(b"allocate memory failed");
                false
            }
        }
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_module_name(module: *mut Module) -> *const c_char {
    // SAFETY: the header: null or valid.
    let (Some(module), Some(heap)) = (unsafe { module.as_mut() }, runtime::heap()) else {
        return c"".as_ptr();
    };
    if module.name.is_none() {
        module.name = module.module.name().and_then(|name| with_zero(name.as_bytes(), heap).ok());
    }
    module.name.as_ref().map_or(c"".as_ptr(), |name| name.as_ptr().cast())
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_get_custom_section(
    module_comm: *const Module,
    name: *const c_char,
    len: *mut u32,
) -> *const u8 {
    // SAFETY: the header: null or valid.
    unsafe {
        let (Some(module), Some(name)) = (module_comm.as_ref(), text::bytes(name)) else {
            return null();
        };
        let Some((_, bytes)) = module.module.custom_sections().find(|(own, _)| own.as_bytes() == name) else {
            return null();
        };
        if let Some(len) = len.as_mut() {
            *len = bytes.len() as u32;
        }
        bytes.as_ptr()
    }
}
