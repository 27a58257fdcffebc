//! Modules: checked bytes, which may be shared by stores and threads, and written out.
//!
//! What is written out are the module's own bytes, native code included that came with them, behind a header:
//!
//! ```text
//! "moteur\0\1" | length: u32 | CRC-32: u32 | the module        (little-endian)
//! ```
//!
//! The sum is against damage, not against forgers: bytes that are read back are decoded and validated like any others,
//! and their native code is run only where the engine was told to run such code.

use core::ffi::c_void;
use core::ptr;

use crc::{CRC_32_ISO_HDLC, Crc, NoTable};
use moteur::pool::Arc;
use moteur::{Error, Module, OutOfMemory};

use super::heap::{give, take};
use super::host_info::HostInfo;
use super::ports::{ExportType, ImportType};
use super::refs::{ModuleShared, Object, Ref, RefKind};
use super::store::{Part, Store, StoreShared};
use super::vec::Vector;
use crate::machine;

/// `wasm_shared_module_t`.
pub struct SharedModule(Module);

/// What written modules begin with, the format's version included.
const MAGIC: [u8; 8] = *b"moteur\0\x01";
const HEADER_BYTES: usize = 16;

/// Without a table: this is done once, and a table takes a kilobyte of flash.
const CRC: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);

/// The header for these bytes.
fn header(module: &[u8]) -> Option<[u8; HEADER_BYTES]> {
    let mut header = [0; HEADER_BYTES];
    let (magic, rest) = header.split_first_chunk_mut()?;
    let (length, rest) = rest.split_first_chunk_mut()?;
    *magic = MAGIC;
    *length = u32::try_from(module.len()).ok()?.to_le_bytes();
    *rest.first_chunk_mut()? = CRC.checksum(module).to_le_bytes();
    Some(header)
}

fn give_module(module: Result<Module, Error>, store: &Arc<StoreShared>) -> *mut Ref {
    let made = module.and_then(|module| {
        let shared = Arc::new_in(ModuleShared { module, info: Part::new(HostInfo::NONE) }, store.heap())?;
        Ok(Ref::give(Object::Module(shared), store)?)
    });
    store.note(made).unwrap_or(ptr::null_mut())
}

/// The module behind a handle of C's, and the store that the handle was made in.
///
/// # Safety
/// The handle is null or there.
pub(super) unsafe fn module_of<'a>(module: *const Ref) -> Option<(&'a Arc<StoreShared>, &'a Module)> {
    // SAFETY: the caller's promise.
    let handle = unsafe { Ref::of_kind(module, RefKind::Module) }?;
    let Object::Module(shared) = &handle.object else { return None };
    Some((handle.store.as_ref()?, &shared.module))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_module_new(store: *mut Store, binary: *const Vector<u8>) -> *mut Ref {
    // SAFETY: both are there, or null.
    let (store, binary) = unsafe { (store.as_ref(), binary.as_ref()) };
    let (Some(Store(store)), Some(binary)) = (store, binary) else { return ptr::null_mut() };
    // SAFETY: as above.
    let bytes = unsafe { binary.elements() }.map_err(Error::from);
    give_module(bytes.and_then(|bytes| Module::new(&store.engine, bytes)), store)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_module_new_static(store: *mut Store, bytes: *const c_void, size: usize) -> *mut Ref {
    // SAFETY: the store is there, or null.
    let Some(Store(store)) = (unsafe { store.as_ref() }) else { return ptr::null_mut() };
    if bytes.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: C keeps the bytes where and as they are for ever.
    let bytes = unsafe { core::slice::from_raw_parts(bytes.cast::<u8>(), size) };
    give_module(Module::from_static(&store.engine, bytes), store)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_module_is_native(module: *const Ref) -> bool {
    // SAFETY: the handle is there, or null.
    unsafe { module_of(module) }.is_some_and(|(_, module)| machine::runs_native(module))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_module_validate(store: *mut Store, binary: *const Vector<u8>) -> bool {
    // SAFETY: both are there, or null.
    let (store, binary) = unsafe { (store.as_ref(), binary.as_ref()) };
    let (Some(Store(store)), Some(binary)) = (store, binary) else { return false };
    // SAFETY: as above.
    let bytes = unsafe { binary.elements() }.map_err(Error::from);
    store.note(bytes.and_then(|bytes| Module::validate(&store.engine, bytes))).is_some()
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_module_imports(module: *const Ref, out: *mut Vector<*mut ImportType>) {
    // SAFETY: the handle is there, or null.
    let types = match unsafe { module_of(module) } {
        Some((store, module)) => {
            let (heap, mut imports) = (store.heap(), module.imports());
            Vector::from_fn(module.imports().count(), heap, |_| {
                let import = imports.next().ok_or(OutOfMemory)?;
                object(ImportType::of(&import, heap)?, heap)
            })
        }
        None => Ok(Vector::EMPTY),
    };
    // SAFETY: C gives a place for a vector, or null.
    unsafe { Vector::put(types, out) };
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_module_exports(module: *const Ref, out: *mut Vector<*mut ExportType>) {
    // SAFETY: the handle is there, or null.
    let types = match unsafe { module_of(module) } {
        Some((store, module)) => {
            let (heap, mut exports) = (store.heap(), module.exports());
            Vector::from_fn(module.exports().count(), heap, |_| {
                let export = exports.next().ok_or(OutOfMemory)?;
                object(ExportType::of(&export, heap)?, heap)
            })
        }
        None => Ok(Vector::EMPTY),
    };
    // SAFETY: C gives a place for a vector, or null.
    unsafe { Vector::put(types, out) };
}

fn object<T>(value: T, heap: moteur::Heap) -> Result<*mut T, OutOfMemory> {
    let object = give(value, heap);
    if object.is_null() { Err(OutOfMemory) } else { Ok(object) }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_module_serialize(module: *const Ref, out: *mut Vector<u8>) {
    // SAFETY: the handle is there, or null.
    let written = match unsafe { module_of(module) } {
        Some((store, module)) => written(module.bytes(), store.heap()),
        None => Ok(Vector::EMPTY),
    };
    // SAFETY: C gives a place for a vector, or null.
    unsafe { Vector::put(written, out) };
}

fn written(module: &[u8], heap: moteur::Heap) -> Result<Vector<u8>, OutOfMemory> {
    let header = header(module).ok_or(OutOfMemory)?;
    let size = module.len().checked_add(HEADER_BYTES).ok_or(OutOfMemory)?;
    let vector = Vector::<u8>::zeroed(size, heap)?;
    // SAFETY: just made, for both.
    unsafe {
        vector.data.copy_from_nonoverlapping(header.as_ptr(), HEADER_BYTES);
        vector.data.add(HEADER_BYTES).copy_from_nonoverlapping(module.as_ptr(), module.len());
    }
    Ok(vector)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_module_deserialize(store: *mut Store, binary: *const Vector<u8>) -> *mut Ref {
    // SAFETY: both are there, or null.
    let (store, binary) = unsafe { (store.as_ref(), binary.as_ref()) };
    let (Some(Store(store)), Some(binary)) = (store, binary) else { return ptr::null_mut() };
    // SAFETY: as above.
    let bytes = unsafe { binary.elements() }.unwrap_or(&[]);
    let module = match bytes.split_at_checked(HEADER_BYTES) {
        Some((found, module)) if header(module).is_some_and(|header| header == found) => {
            Module::new(&store.engine, module)
        }
        // What is no written module, or was damaged, is as little a module as any other bytes.
        _ => Module::new(&store.engine, &[]),
    };
    give_module(module, store)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_module_share(module: *const Ref) -> *mut SharedModule {
    // SAFETY: the handle is there, or null.
    match unsafe { module_of(module) } {
        Some((store, module)) => give(SharedModule(module.clone()), store.heap()),
        None => ptr::null_mut(),
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_shared_module_delete(shared: *mut SharedModule) {
    // SAFETY: C owns it, or gives null.
    drop(unsafe { take(shared) });
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_module_obtain(store: *mut Store, shared: *const SharedModule) -> *mut Ref {
    // SAFETY: both are there, or null.
    let (store, shared) = unsafe { (store.as_ref(), shared.as_ref()) };
    let (Some(Store(store)), Some(SharedModule(module))) = (store, shared) else { return ptr::null_mut() };
    give_module(in_engine(module, &store.engine), store)
}

/// The module for this engine: itself, or checked anew if it was made for another.
pub(super) fn in_engine(module: &Module, engine: &moteur::Engine) -> Result<Module, Error> {
    if module.engine().same(engine) { Ok(module.clone()) } else { Module::new(engine, module.bytes()) }
}
