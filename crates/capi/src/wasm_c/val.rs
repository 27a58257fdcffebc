//! Values as C has them, and their way to and from the guest.

use core::ptr::{self, NonNull};

use moteur::pool::Arc;
use moteur::{Error, ExternRef, Func, HeapType, OutOfMemory, RefType, ValType};

use super::host_info::Entity;
use super::refs::{Object, Ref, delete};
use super::store::StoreShared;
use super::types::{EXTERNREF, F32, F64, FUNCREF, I32, I64, kind_of};
use super::vec::{Element, vector_functions};

/// `wasm_val_t`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Val {
    kind: u8,
    of: Of,
}

/// Floats are their bits, so that a NaN stays the one it is.
#[repr(C)]
#[derive(Clone, Copy)]
union Of {
    i32: i32,
    i64: i64,
    f32: u32,
    f64: u64,
    reference: *mut Ref,
}

impl Val {
    /// Zero or null.
    pub(super) fn zero(ty: ValType) -> Val {
        let mut val = Val { kind: kind_of(ty), of: Of { i64: 0 } };
        if val.kind >= EXTERNREF {
            val.of.reference = ptr::null_mut();
        }
        val
    }

    /// A reference to anything, as C writes one.
    #[cfg(test)]
    pub(super) fn referring(handle: *mut Ref) -> Val {
        Val { kind: EXTERNREF, of: Of { reference: handle } }
    }

    /// A value of the guest's, for C.
    pub(super) fn of(value: moteur::Val, store: &Arc<StoreShared>) -> Result<Val, OutOfMemory> {
        let mut val = Val::zero(value.ty());
        match value {
            moteur::Val::I32(value) => val.of.i32 = value,
            moteur::Val::I64(value) => val.of.i64 = value,
            moteur::Val::F32(bits) => val.of.f32 = bits,
            moteur::Val::F64(bits) => val.of.f64 = bits,
            moteur::Val::FuncRef(_) | moteur::Val::ExternRef(_) => val.of.reference = reference(value, store)?,
        }
        Ok(val)
    }

    /// The value as the guest gets it that wants this type.
    ///
    /// # Safety
    /// Its reference is null or there.
    pub(super) unsafe fn value(&self, ty: ValType, store: &StoreShared) -> Result<moteur::Val, Error> {
        // SAFETY: the kind says what stands there; the caller's promise.
        unsafe {
            Ok(match (self.kind, ty) {
                (I32, ValType::I32) => moteur::Val::I32(self.of.i32),
                (I64, ValType::I64) => moteur::Val::I64(self.of.i64),
                (F32, ValType::F32) => moteur::Val::F32(self.of.f32),
                (F64, ValType::F64) => moteur::Val::F64(self.of.f64),
                (EXTERNREF | FUNCREF, ValType::Ref(ty)) => guest_ref(self.of.reference, ty, store)?,
                _ => return Err(Error::Type),
            })
        }
    }

    /// The word that functions on words take for a value; its type is known to whoever takes it.
    pub(super) fn word(value: moteur::Val) -> u64 {
        match value {
            moteur::Val::I32(value) => u64::from(value as u32),
            moteur::Val::I64(value) => value as u64,
            moteur::Val::F32(bits) => u64::from(bits),
            moteur::Val::F64(bits) => bits,
            moteur::Val::FuncRef(func) => func.map_or(0, |func| func.into_raw().as_ptr().expose_provenance() as u64),
            moteur::Val::ExternRef(number) => number.map_or(0, |number| u64::from(number.number()).wrapping_add(1)),
        }
    }

    /// The value of this type that such a word is.
    ///
    /// # Safety
    /// It came from a function of this store.
    pub(super) unsafe fn of_word(word: u64, ty: ValType, store: &Arc<StoreShared>) -> Result<Val, OutOfMemory> {
        let value = match ty {
            ValType::I32 => moteur::Val::I32(word as i32),
            ValType::I64 | ValType::V128 => moteur::Val::I64(word as i64),
            ValType::F32 => moteur::Val::F32(word as u32),
            ValType::F64 => moteur::Val::F64(word),
            ValType::Ref(RefType { heap: HeapType::Extern, .. }) => {
                moteur::Val::ExternRef((word as u32).checked_sub(1).map(ExternRef::new))
            }
            ValType::Ref(RefType { heap: HeapType::Func, .. }) => {
                let raw = NonNull::new(ptr::with_exposed_provenance_mut(word as usize));
                // SAFETY: the caller's promise.
                moteur::Val::FuncRef(raw.map(|raw| unsafe { Func::from_raw(&store.context(), raw) }))
            }
        };
        Val::of(value, store)
    }

    /// The reference, if it is one.
    fn reference(&self) -> *mut Ref {
        // SAFETY: the kind says what stands there.
        if self.kind >= EXTERNREF { unsafe { self.of.reference } } else { ptr::null_mut() }
    }
}

impl Element for Val {
    unsafe fn copy_in(self, heap: moteur::Heap) -> Result<Val, OutOfMemory> {
        let mut copy = self;
        if !self.reference().is_null() {
            // SAFETY: the caller's promise.
            copy.of.reference = unsafe { self.reference().copy_in(heap) }?;
        }
        Ok(copy)
    }

    unsafe fn delete(self) {
        // SAFETY: the caller's promise.
        unsafe { delete(self.reference()) };
    }
}

/// A handle for a reference of the guest's; null for null, and for what is no reference.
pub(super) fn reference(value: moteur::Val, store: &Arc<StoreShared>) -> Result<*mut Ref, OutOfMemory> {
    let object = match value {
        moteur::Val::FuncRef(Some(func)) => Some(Object::Entity(Entity::Func(func))),
        // The guest has no other numbers than those that it was given.
        moteur::Val::ExternRef(Some(number)) => store.pinned(number),
        _ => None,
    };
    object.map_or(Ok(ptr::null_mut()), |object| Ref::give(object, store))
}

/// A handle of C's as the guest gets it.
///
/// # Safety
/// It is null or there.
pub(super) unsafe fn guest_ref(handle: *const Ref, ty: RefType, store: &StoreShared) -> Result<moteur::Val, Error> {
    // SAFETY: the caller's promise.
    let Some(handle) = (unsafe { handle.as_ref() }) else { return Ok(moteur::Val::default(ValType::Ref(ty))) };
    match (&handle.object, &handle.store, ty.heap) {
        (_, None, _) => Err(Error::Type),
        (_, Some(owner), _) if !ptr::eq(Arc::as_ptr(owner), store) => Err(Error::ForeignStore),
        (Object::Entity(Entity::Func(func)), _, HeapType::Func) => Ok(moteur::Val::FuncRef(Some(*func))),
        (_, _, HeapType::Func) => Err(Error::Type),
        (object, _, HeapType::Extern) => Ok(moteur::Val::ExternRef(Some(store.pin(object)?))),
    }
}

vector_functions! {
    Val: wasm_val_vec_new_empty wasm_val_vec_new_uninitialized wasm_val_vec_new wasm_val_vec_copy wasm_val_vec_delete
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_val_delete(val: *mut Val) {
    // SAFETY: C gives a value that it owns, or null.
    unsafe {
        if let Some(val) = val.as_mut() {
            delete(val.reference());
            if val.kind >= EXTERNREF {
                val.of.reference = ptr::null_mut();
            }
        }
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_val_copy(out: *mut Val, val: *const Val) {
    // SAFETY: C gives a value and a place for one, or null.
    unsafe {
        let (Some(out), Some(val)) = (out.as_mut(), val.as_ref()) else { return };
        let mut copy = *val;
        if !val.reference().is_null() {
            copy.of.reference = super::refs::wasm_ref_copy(val.reference());
        }
        *out = copy;
    }
}
