//! Types of imports and exports: names, and what they stand for.

use core::ptr;

use moteur::{Heap, OutOfMemory};

use super::heap::{default_heap, give, give_made, take};
use super::types::{ExternType, object_functions};
use super::vec::{Duplicate, Owned, Vector, vector_functions};

/// `wasm_importtype_t`.
pub struct ImportType {
    module: Owned<u8>,
    name: Owned<u8>,
    ty: OwnedType,
}

/// `wasm_exporttype_t`.
pub struct ExportType {
    name: Owned<u8>,
    ty: OwnedType,
}

/// An object of C's that belongs to another.
struct OwnedType(*mut ExternType);

impl OwnedType {
    fn new(ty: ExternType, heap: Heap) -> Result<OwnedType, OutOfMemory> {
        let ty = give(ty, heap);
        if ty.is_null() { Err(OutOfMemory) } else { Ok(OwnedType(ty)) }
    }

    fn duplicate(&self, heap: Heap) -> Result<OwnedType, OutOfMemory> {
        // SAFETY: it is there as long as this.
        let ty = unsafe { self.0.as_ref() }.ok_or(OutOfMemory)?;
        OwnedType::new(ty.duplicate(heap)?, heap)
    }
}

impl Drop for OwnedType {
    fn drop(&mut self) {
        // SAFETY: this owns it.
        drop(unsafe { take(self.0) });
    }
}

/// A copy of bytes.
pub(super) fn bytes(bytes: &[u8], heap: Heap) -> Result<Owned<u8>, OutOfMemory> {
    // SAFETY: bytes own nothing.
    unsafe { Vector::copy_of(bytes, heap) }.map(Owned::from)
}

impl ImportType {
    /// What a module asks for.
    pub(super) fn of(import: &moteur::ImportType<'_>, heap: Heap) -> Result<ImportType, OutOfMemory> {
        Ok(ImportType {
            module: bytes(import.module.as_bytes(), heap)?,
            name: bytes(import.name.as_bytes(), heap)?,
            ty: OwnedType::new(ExternType::of(import.ty, heap)?, heap)?,
        })
    }
}

impl ExportType {
    /// What a module offers.
    pub(super) fn of(export: &moteur::ExportType<'_>, heap: Heap) -> Result<ExportType, OutOfMemory> {
        Ok(ExportType {
            name: bytes(export.name.as_bytes(), heap)?,
            ty: OwnedType::new(ExternType::of(export.ty, heap)?, heap)?,
        })
    }
}

impl Duplicate for ImportType {
    fn duplicate(&self, heap: Heap) -> Result<ImportType, OutOfMemory> {
        Ok(ImportType {
            module: bytes(self.module.as_slice(), heap)?,
            name: bytes(self.name.as_slice(), heap)?,
            ty: self.ty.duplicate(heap)?,
        })
    }
}

impl Duplicate for ExportType {
    fn duplicate(&self, heap: Heap) -> Result<ExportType, OutOfMemory> {
        Ok(ExportType { name: bytes(self.name.as_slice(), heap)?, ty: self.ty.duplicate(heap)? })
    }
}

object_functions! { ImportType: wasm_importtype_delete wasm_importtype_copy }
object_functions! { ExportType: wasm_exporttype_delete wasm_exporttype_copy }

vector_functions! {
    *mut ImportType: wasm_importtype_vec_new_empty wasm_importtype_vec_new_uninitialized wasm_importtype_vec_new
        wasm_importtype_vec_copy wasm_importtype_vec_delete
}
vector_functions! {
    *mut ExportType: wasm_exporttype_vec_new_empty wasm_exporttype_vec_new_uninitialized wasm_exporttype_vec_new
        wasm_exporttype_vec_copy wasm_exporttype_vec_delete
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_importtype_new(
    module: *mut Vector<u8>,
    name: *mut Vector<u8>,
    ty: *mut ExternType,
) -> *mut ImportType {
    // SAFETY: C hands all three over.
    let (module, name, ty) = unsafe { (Vector::take_from(module), Vector::take_from(name), OwnedType(ty)) };
    give_made(default_heap().and_then(|heap| {
        let whole = !ty.0.is_null();
        let made = ImportType { module: module?, name: name?, ty };
        if whole { Ok((made, heap)) } else { Err(OutOfMemory) }
    }))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_importtype_module(import: *const ImportType) -> *const Vector<u8> {
    // SAFETY: the object is there, or null.
    unsafe { import.as_ref() }.map_or(ptr::null(), |import| import.module.as_ptr())
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_importtype_name(import: *const ImportType) -> *const Vector<u8> {
    // SAFETY: as above.
    unsafe { import.as_ref() }.map_or(ptr::null(), |import| import.name.as_ptr())
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_importtype_type(import: *const ImportType) -> *const ExternType {
    // SAFETY: as above.
    unsafe { import.as_ref() }.map_or(ptr::null(), |import| import.ty.0)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_exporttype_new(name: *mut Vector<u8>, ty: *mut ExternType) -> *mut ExportType {
    // SAFETY: C hands both over.
    let (name, ty) = unsafe { (Vector::take_from(name), OwnedType(ty)) };
    give_made(default_heap().and_then(|heap| {
        let whole = !ty.0.is_null();
        let made = ExportType { name: name?, ty };
        if whole { Ok((made, heap)) } else { Err(OutOfMemory) }
    }))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_exporttype_name(export: *const ExportType) -> *const Vector<u8> {
    // SAFETY: the object is there, or null.
    unsafe { export.as_ref() }.map_or(ptr::null(), |export| export.name.as_ptr())
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_exporttype_type(export: *const ExportType) -> *const ExternType {
    // SAFETY: as above.
    unsafe { export.as_ref() }.map_or(ptr::null(), |export| export.ty.0)
}
