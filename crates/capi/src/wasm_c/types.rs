//! Types of values, functions, globals, tables and memories, as objects of C's.
//!
//! A `wasm_functype_t` and the like is the same object as the `wasm_externtype_t` that it can be seen as. The types of
//! values are statics: making one takes no memory.

use core::ptr;

use moteur::pool::Vec;
use moteur::{Heap, HeapType, OutOfMemory, PageSize, RefType, ValType};

use super::heap::{default_heap, give_made};
use super::vec::{Duplicate, Element, Owned, Vector, vector_functions};

/// `wasm_valtype_t`.
pub struct Kind(u8);

/// `enum wasm_valkind_enum`.
pub(super) const I32: u8 = 0;
pub(super) const I64: u8 = 1;
pub(super) const F32: u8 = 2;
pub(super) const F64: u8 = 3;
pub(super) const EXTERNREF: u8 = 128;
pub(super) const FUNCREF: u8 = 129;

static KINDS: [Kind; 6] = [Kind(I32), Kind(I64), Kind(F32), Kind(F64), Kind(EXTERNREF), Kind(FUNCREF)];

/// The object for a kind of values; null for a number that is none.
fn kind_object(kind: u8) -> *mut Kind {
    KINDS.iter().find(|known| known.0 == kind).map_or(ptr::null_mut(), |known| (&raw const *known).cast_mut())
}

impl Element for *mut Kind {
    unsafe fn copy_in(self, _: Heap) -> Result<*mut Kind, OutOfMemory> {
        Ok(self)
    }

    unsafe fn delete(self) {}
}

/// The kind of values of this type.
pub(super) fn kind_of(ty: ValType) -> u8 {
    match ty {
        ValType::I32 => I32,
        // No module with vectors is accepted.
        ValType::I64 | ValType::V128 => I64,
        ValType::F32 => F32,
        ValType::F64 => F64,
        ValType::Ref(RefType { heap: HeapType::Extern, .. }) => EXTERNREF,
        ValType::Ref(RefType { heap: HeapType::Func, .. }) => FUNCREF,
    }
}

/// The type of values that C means; none for null.
fn val_type(kind: *const Kind) -> Option<ValType> {
    // SAFETY: null, or one of the statics.
    Some(match unsafe { kind.as_ref() }?.0 {
        I32 => ValType::I32,
        I64 => ValType::I64,
        F32 => ValType::F32,
        F64 => ValType::F64,
        EXTERNREF => ValType::EXTERNREF,
        _ => ValType::FUNCREF,
    })
}

/// `wasm_limits_t`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Limits {
    min: u32,
    max: u32,
}

/// `wasm_limits_max_default`: there is no maximum.
const NO_MAX: u32 = u32::MAX;

impl Limits {
    fn of(limits: moteur::Limits) -> Limits {
        let narrow = |size: u64| u32::try_from(size).unwrap_or(NO_MAX);
        Limits { min: narrow(limits.min), max: limits.max.map_or(NO_MAX, narrow) }
    }

    fn limits(self) -> moteur::Limits {
        moteur::Limits { min: self.min.into(), max: (self.max != NO_MAX).then_some(self.max.into()) }
    }
}

/// `wasm_externtype_t`, and with that the four types below.
pub enum ExternType {
    /// `wasm_functype_t`.
    Func(FuncType),
    /// `wasm_globaltype_t`.
    Global(GlobalType),
    /// `wasm_tabletype_t`.
    Table(TableType),
    /// `wasm_memorytype_t`.
    Memory(Limits),
}

/// What is in a `wasm_functype_t`.
pub struct FuncType {
    params: Owned<*mut Kind>,
    results: Owned<*mut Kind>,
}

/// What is in a `wasm_globaltype_t`.
pub struct GlobalType {
    content: *mut Kind,
    mutability: u8,
}

/// What is in a `wasm_tabletype_t`.
pub struct TableType {
    element: *mut Kind,
    limits: Limits,
}

/// `enum wasm_mutability_enum`.
const CONST: u8 = 0;
const VAR: u8 = 1;

/// `enum wasm_externkind_enum`.
pub(super) const EXTERN_FUNC: u8 = 0;
pub(super) const EXTERN_GLOBAL: u8 = 1;
pub(super) const EXTERN_TABLE: u8 = 2;
pub(super) const EXTERN_MEMORY: u8 = 3;

impl ExternType {
    /// The runtime's type as an object for C.
    pub(super) fn of(ty: moteur::ExternType<'_>, heap: Heap) -> Result<ExternType, OutOfMemory> {
        let kinds = |types: &[ValType]| {
            Vector::from_fn(types.len(), heap, |at| {
                Ok(types.get(at).map_or(ptr::null_mut(), |ty| kind_object(kind_of(*ty))))
            })
        };
        Ok(match ty {
            moteur::ExternType::Func(ty) => {
                let params = Owned::from(kinds(ty.params)?);
                ExternType::Func(FuncType { params, results: Owned::from(kinds(ty.results)?) })
            }
            moteur::ExternType::Global(ty) => ExternType::Global(GlobalType {
                content: kind_object(kind_of(ty.value)),
                mutability: if ty.mutable { VAR } else { CONST },
            }),
            moteur::ExternType::Table(ty) => ExternType::Table(TableType {
                element: kind_object(kind_of(ValType::Ref(ty.element))),
                limits: Limits::of(ty.limits),
            }),
            moteur::ExternType::Memory(ty) => {
                // The standard counts pages of 64 KiB only.
                let pages =
                    |size: u64| if ty.page == PageSize::Byte { size >> PageSize::Standard.log2() } else { size };
                let moteur::Limits { min, max } = ty.limits;
                ExternType::Memory(Limits::of(moteur::Limits { min: pages(min), max: max.map(pages) }))
            }
        })
    }

    fn kind(&self) -> u8 {
        match self {
            ExternType::Func(_) => EXTERN_FUNC,
            ExternType::Global(_) => EXTERN_GLOBAL,
            ExternType::Table(_) => EXTERN_TABLE,
            ExternType::Memory(_) => EXTERN_MEMORY,
        }
    }

    /// A function's parameters and results.
    pub(super) fn func(&self, heap: Heap) -> Option<(Vec<ValType>, Vec<ValType>)> {
        let ExternType::Func(ty) = self else { return None };
        let types = |kinds: &Owned<*mut Kind>| {
            let mut types = Vec::with_capacity_in(kinds.as_slice().len(), heap).ok()?;
            for kind in kinds.as_slice() {
                types.push(val_type(*kind)?).ok()?;
            }
            Some(types)
        };
        Some((types(&ty.params)?, types(&ty.results)?))
    }

    /// A global's type.
    pub(super) fn global(&self) -> Option<moteur::GlobalType> {
        let ExternType::Global(ty) = self else { return None };
        Some(moteur::GlobalType { value: val_type(ty.content)?, mutable: ty.mutability != CONST })
    }

    /// A table's type.
    pub(super) fn table(&self) -> Option<moteur::TableType> {
        let ExternType::Table(ty) = self else { return None };
        let ValType::Ref(element) = val_type(ty.element)? else { return None };
        Some(moteur::TableType { element, limits: ty.limits.limits() })
    }

    /// A memory's type.
    pub(super) fn memory(&self) -> Option<moteur::MemoryType> {
        let ExternType::Memory(limits) = self else { return None };
        Some(moteur::MemoryType::new(limits.limits()))
    }
}

impl Duplicate for ExternType {
    fn duplicate(&self, heap: Heap) -> Result<ExternType, OutOfMemory> {
        // SAFETY: elements are statics.
        let copy = |kinds: &Owned<*mut Kind>| unsafe { Vector::copy_of(kinds.as_slice(), heap) };
        Ok(match self {
            ExternType::Func(FuncType { params, results }) => {
                let params = Owned::from(copy(params)?);
                ExternType::Func(FuncType { params, results: Owned::from(copy(results)?) })
            }
            ExternType::Global(GlobalType { content, mutability }) => {
                ExternType::Global(GlobalType { content: *content, mutability: *mutability })
            }
            ExternType::Table(TableType { element, limits }) => {
                ExternType::Table(TableType { element: *element, limits: *limits })
            }
            ExternType::Memory(limits) => ExternType::Memory(*limits),
        })
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_valtype_new(kind: u8) -> *mut Kind {
    kind_object(kind)
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_valtype_delete(_: *mut Kind) {}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_valtype_copy(ty: *const Kind) -> *mut Kind {
    ty.cast_mut()
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_valtype_kind(ty: *const Kind) -> u8 {
    // SAFETY: null, or one of the statics.
    unsafe { ty.as_ref() }.map_or(I32, |ty| ty.0)
}

vector_functions! {
    *mut Kind: wasm_valtype_vec_new_empty wasm_valtype_vec_new_uninitialized wasm_valtype_vec_new
        wasm_valtype_vec_copy wasm_valtype_vec_delete
}

/// What every type has: copies, and the end.
macro_rules! object_functions {
    ($object:ty: $delete:ident $copy:ident) => {
        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $delete(object: *mut $object) {
            // SAFETY: C owns it, or gives null.
            drop(unsafe { $crate::wasm_c::heap::take(object) });
        }

        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $copy(object: *const $object) -> *mut $object {
            use $crate::wasm_c::{heap, vec::Duplicate};
            // SAFETY: the object is there, or null.
            let Some(found) = (unsafe { object.as_ref() }) else { return core::ptr::null_mut() };
            // SAFETY: as above.
            let heap = unsafe { heap::heap_of(object) };
            heap::give_made(found.duplicate(heap).map(|copy| (copy, heap)))
        }
    };
}
pub(super) use object_functions;

object_functions! { ExternType: wasm_functype_delete wasm_functype_copy }
object_functions! { ExternType: wasm_globaltype_delete wasm_globaltype_copy }
object_functions! { ExternType: wasm_tabletype_delete wasm_tabletype_copy }
object_functions! { ExternType: wasm_memorytype_delete wasm_memorytype_copy }
object_functions! { ExternType: wasm_externtype_delete wasm_externtype_copy }

vector_functions! {
    *mut ExternType: wasm_functype_vec_new_empty wasm_functype_vec_new_uninitialized wasm_functype_vec_new
        wasm_functype_vec_copy wasm_functype_vec_delete
}
vector_functions! {
    *mut ExternType: wasm_globaltype_vec_new_empty wasm_globaltype_vec_new_uninitialized wasm_globaltype_vec_new
        wasm_globaltype_vec_copy wasm_globaltype_vec_delete
}
vector_functions! {
    *mut ExternType: wasm_tabletype_vec_new_empty wasm_tabletype_vec_new_uninitialized wasm_tabletype_vec_new
        wasm_tabletype_vec_copy wasm_tabletype_vec_delete
}
vector_functions! {
    *mut ExternType: wasm_memorytype_vec_new_empty wasm_memorytype_vec_new_uninitialized wasm_memorytype_vec_new
        wasm_memorytype_vec_copy wasm_memorytype_vec_delete
}
vector_functions! {
    *mut ExternType: wasm_externtype_vec_new_empty wasm_externtype_vec_new_uninitialized wasm_externtype_vec_new
        wasm_externtype_vec_copy wasm_externtype_vec_delete
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_functype_new(
    params: *mut Vector<*mut Kind>,
    results: *mut Vector<*mut Kind>,
) -> *mut ExternType {
    // SAFETY: C hands both over.
    let (params, results) = unsafe { (Vector::take_from(params), Vector::take_from(results)) };
    let whole = |kinds: &Owned<*mut Kind>| kinds.as_slice().iter().all(|kind| !kind.is_null());
    give_made(default_heap().and_then(|heap| {
        let (params, results) = (params?, results?);
        if !whole(&params) || !whole(&results) {
            return Err(OutOfMemory);
        }
        Ok((ExternType::Func(FuncType { params, results }), heap))
    }))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_functype_params(ty: *const ExternType) -> *const Vector<*mut Kind> {
    // SAFETY: the type is there, or null.
    match unsafe { ty.as_ref() } {
        Some(ExternType::Func(ty)) => ty.params.as_ptr(),
        _ => ptr::null(),
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_functype_results(ty: *const ExternType) -> *const Vector<*mut Kind> {
    // SAFETY: as above.
    match unsafe { ty.as_ref() } {
        Some(ExternType::Func(ty)) => ty.results.as_ptr(),
        _ => ptr::null(),
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_globaltype_new(content: *mut Kind, mutability: u8) -> *mut ExternType {
    if content.is_null() || mutability > VAR {
        return ptr::null_mut();
    }
    give_made(default_heap().map(|heap| (ExternType::Global(GlobalType { content, mutability }), heap)))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_globaltype_content(ty: *const ExternType) -> *const Kind {
    // SAFETY: the type is there, or null.
    match unsafe { ty.as_ref() } {
        Some(ExternType::Global(ty)) => ty.content,
        _ => ptr::null(),
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_globaltype_mutability(ty: *const ExternType) -> u8 {
    // SAFETY: as above.
    match unsafe { ty.as_ref() } {
        Some(ExternType::Global(ty)) => ty.mutability,
        _ => CONST,
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_tabletype_new(element: *mut Kind, limits: *const Limits) -> *mut ExternType {
    // SAFETY: C gives limits, or null.
    let Some(limits) = (unsafe { limits.as_ref() }) else { return ptr::null_mut() };
    let Some(ValType::Ref(_)) = val_type(element) else { return ptr::null_mut() };
    give_made(default_heap().map(|heap| (ExternType::Table(TableType { element, limits: *limits }), heap)))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_tabletype_element(ty: *const ExternType) -> *const Kind {
    // SAFETY: the type is there, or null.
    match unsafe { ty.as_ref() } {
        Some(ExternType::Table(ty)) => ty.element,
        _ => ptr::null(),
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_tabletype_limits(ty: *const ExternType) -> *const Limits {
    // SAFETY: as above.
    match unsafe { ty.as_ref() } {
        Some(ExternType::Table(ty)) => &raw const ty.limits,
        _ => ptr::null(),
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_memorytype_new(limits: *const Limits) -> *mut ExternType {
    // SAFETY: C gives limits, or null.
    let Some(limits) = (unsafe { limits.as_ref() }) else { return ptr::null_mut() };
    give_made(default_heap().map(|heap| (ExternType::Memory(*limits), heap)))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_memorytype_limits(ty: *const ExternType) -> *const Limits {
    // SAFETY: the type is there, or null.
    match unsafe { ty.as_ref() } {
        Some(ExternType::Memory(limits)) => &raw const *limits,
        _ => ptr::null(),
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_externtype_kind(ty: *const ExternType) -> u8 {
    // SAFETY: the type is there, or null.
    unsafe { ty.as_ref() }.map_or(EXTERN_FUNC, ExternType::kind)
}

/// The functions that see one type as the other, which are the same object.
macro_rules! conversions {
    ($($kind:ident: $to:ident $from:ident $to_const:ident $from_const:ident;)*) => { $(
        /// See the header.
        #[unsafe(no_mangle)]
        pub extern "C" fn $to(ty: *mut ExternType) -> *mut ExternType {
            ty
        }

        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $from(ty: *mut ExternType) -> *mut ExternType {
            // SAFETY: the type is there, or null.
            unsafe { $from_const(ty) }.cast_mut()
        }

        /// See the header.
        #[unsafe(no_mangle)]
        pub extern "C" fn $to_const(ty: *const ExternType) -> *const ExternType {
            ty
        }

        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $from_const(ty: *const ExternType) -> *const ExternType {
            // SAFETY: the type is there, or null.
            match unsafe { ty.as_ref() } {
                Some(ExternType::$kind(_)) => ty,
                _ => ptr::null(),
            }
        }
    )* };
}

conversions! {
    Func: wasm_functype_as_externtype wasm_externtype_as_functype
        wasm_functype_as_externtype_const wasm_externtype_as_functype_const;
    Global: wasm_globaltype_as_externtype wasm_externtype_as_globaltype
        wasm_globaltype_as_externtype_const wasm_externtype_as_globaltype_const;
    Table: wasm_tabletype_as_externtype wasm_externtype_as_tabletype
        wasm_tabletype_as_externtype_const wasm_externtype_as_tabletype_const;
    Memory: wasm_memorytype_as_externtype wasm_externtype_as_memorytype
        wasm_memorytype_as_externtype_const wasm_externtype_as_memorytype_const;
}
