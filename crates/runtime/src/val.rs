//! Values of the guest whose types are known only at run time.

use core::ptr::{NonNull, with_exposed_provenance_mut};

use moteur_wasm::{HeapType, RefType, ValType};

use crate::context::Handle;
use crate::error::Error;
use crate::func::Func;
use crate::store::StoreInner;

/// A value of the guest. Floats are their bits, so that a NaN stays the one it is.
///
/// ```
/// use moteur::{Val, ValType};
///
/// let value = Val::from(1.5_f32);
/// assert_eq!(value, Val::F32(1.5_f32.to_bits()));
/// assert_eq!(value.f32(), Some(1.5));
/// assert_eq!(value.ty(), ValType::F32);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Val {
    /// An `i32`.
    I32(i32),
    /// An `i64`.
    I64(i64),
    /// The bits of an `f32`.
    F32(u32),
    /// The bits of an `f64`.
    F64(u64),
    /// A function or null.
    FuncRef(Option<Func>),
    /// A thing of the embedder's or null.
    ExternRef(Option<ExternRef>),
}

/// A thing of the embedder's that the guest can hold but not look into: a number that the embedder understands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ExternRef(u32);

impl ExternRef {
    /// The largest number that a reference can carry: one less than `u32` has, because null needs one.
    pub const MAX: u32 = u32::MAX - 1;

    /// A reference with this number; a number above [`ExternRef::MAX`] becomes that.
    pub const fn new(number: u32) -> ExternRef {
        if number > ExternRef::MAX { ExternRef(ExternRef::MAX) } else { ExternRef(number) }
    }

    /// The reference's number.
    pub const fn number(self) -> u32 {
        self.0
    }

    pub(crate) fn from_bits(bits: u64) -> Option<ExternRef> {
        (bits as u32).checked_sub(1).map(ExternRef)
    }

    pub(crate) fn to_bits(this: Option<ExternRef>) -> u64 {
        this.map_or(0, |this| u64::from(this.0).wrapping_add(1))
    }
}

impl Val {
    /// The value that locals and tables of type `ty` start with: zero or null.
    pub const fn default(ty: ValType) -> Val {
        match ty {
            ValType::I32 => Val::I32(0),
            ValType::F32 => Val::F32(0),
            ValType::F64 => Val::F64(0),
            ValType::Ref(RefType { heap: HeapType::Func, .. }) => Val::FuncRef(None),
            ValType::Ref(RefType { heap: HeapType::Extern, .. }) => Val::ExternRef(None),
            // No module with vectors is accepted yet.
            ValType::I64 | ValType::V128 => Val::I64(0),
        }
    }

    /// The value's type.
    pub const fn ty(&self) -> ValType {
        match self {
            Val::I32(_) => ValType::I32,
            Val::I64(_) => ValType::I64,
            Val::F32(_) => ValType::F32,
            Val::F64(_) => ValType::F64,
            Val::FuncRef(_) => ValType::FUNCREF,
            Val::ExternRef(_) => ValType::EXTERNREF,
        }
    }

    /// The value, if it is an `i32`.
    pub const fn i32(&self) -> Option<i32> {
        if let Val::I32(value) = self { Some(*value) } else { None }
    }

    /// The value, if it is an `i64`.
    pub const fn i64(&self) -> Option<i64> {
        if let Val::I64(value) = self { Some(*value) } else { None }
    }

    /// The value, if it is an `f32`.
    pub const fn f32(&self) -> Option<f32> {
        if let Val::F32(bits) = self { Some(f32::from_bits(*bits)) } else { None }
    }

    /// The value, if it is an `f64`.
    pub const fn f64(&self) -> Option<f64> {
        if let Val::F64(bits) = self { Some(f64::from_bits(*bits)) } else { None }
    }

    /// The value, if it is a reference to a function that is not null.
    pub const fn func(&self) -> Option<Func> {
        if let Val::FuncRef(func) = self { *func } else { None }
    }

    /// The value's bits as they stand in slots and globals, if it has the type `ty` and belongs to the store.
    pub(crate) fn to_bits(self, store: &StoreInner, ty: ValType) -> Result<u64, Error> {
        if self.ty() != ty {
            return Err(Error::Type);
        }
        Ok(match self {
            Val::I32(value) => u64::from(value as u32),
            Val::I64(value) => value as u64,
            Val::F32(bits) => u64::from(bits),
            Val::F64(bits) => bits,
            Val::FuncRef(func) => func_to_bits(store, func)?,
            Val::ExternRef(value) => ExternRef::to_bits(value),
        })
    }

    /// The value of type `ty` with these bits, which came from the store.
    pub(crate) fn from_bits(store: &StoreInner, ty: ValType, bits: u64) -> Val {
        match ty {
            ValType::I32 => Val::I32(bits as i32),
            ValType::F32 => Val::F32(bits as u32),
            ValType::F64 => Val::F64(bits),
            ValType::Ref(RefType { heap: HeapType::Func, .. }) => Val::FuncRef(func_from_bits(store, bits)),
            ValType::Ref(RefType { heap: HeapType::Extern, .. }) => Val::ExternRef(ExternRef::from_bits(bits)),
            ValType::I64 | ValType::V128 => Val::I64(bits as i64),
        }
    }
}

/// A function reference as it stands in slots: the address of the function, or 0.
pub(crate) fn func_to_bits(store: &StoreInner, func: Option<Func>) -> Result<u64, Error> {
    let Some(func) = func else {
        return Ok(0);
    };
    Ok(func.0.get(store)?.as_ptr().expose_provenance() as u64)
}

/// The function behind a reference of the store.
pub(crate) fn func_from_bits(store: &StoreInner, bits: u64) -> Option<Func> {
    NonNull::new(with_exposed_provenance_mut(bits as usize)).map(|entity| Func(Handle::new(store, entity)))
}

macro_rules! from {
    ($($rust:ty => $variant:ident($to:expr);)*) => { $(
        impl From<$rust> for Val {
            fn from(value: $rust) -> Val {
                Val::$variant($to(value))
            }
        }
    )* };
}

from! {
    i32 => I32(|value| value);
    u32 => I32(|value| value as i32);
    i64 => I64(|value| value);
    u64 => I64(|value| value as i64);
    f32 => F32(f32::to_bits);
    f64 => F64(f64::to_bits);
    Func => FuncRef(Some);
    ExternRef => ExternRef(Some);
}
