//! Rust types that stand for values of the guest, alone and in tuples.

use moteur_wasm::ValType;

use super::Func;
use crate::context::StorePtr;
use crate::error::Error;
use crate::slot::{Slot, WIDE_SLOTS};
use crate::val::{ExternRef, func_from_bits, func_to_bits};

/// A Rust type that stands for one value of the guest: `i32`, `u32`, `i64`, `u64`, `f32`, `f64`, [`GuestAddr`],
/// `Option<Func>`, `Option<ExternRef>`.
pub trait WasmTy: sealed::Slots {}

/// An address in the guest's memory, as the guest claims it. [`Memory::slice`](crate::Memory::slice) and its like check
/// the claim.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct GuestAddr(pub u32);

pub(crate) mod sealed {
    use super::*;

    #[doc(hidden)]
    pub trait Slots: Sized {
        const TYPE: ValType;
        const SLOTS: usize;

        /// # Safety
        /// A value of this type stands at `at`, in the stack of `store`.
        unsafe fn read(store: StorePtr, at: *const Slot) -> Self;

        /// # Safety
        /// There is room for the value at `at`, in the stack of `store`.
        unsafe fn write(self, store: StorePtr, at: *mut Slot) -> Result<(), Error>;
    }
}

use sealed::Slots;

macro_rules! narrow {
    ($($rust:ty, $ty:ident, $from:expr, $to:expr;)*) => { $(
        impl Slots for $rust {
            const TYPE: ValType = ValType::$ty;
            const SLOTS: usize = 1;

            #[inline]
            unsafe fn read(_: StorePtr, at: *const Slot) -> $rust {
                // SAFETY: the caller's promise. A narrow value is zero-extended in its slot.
                $from(unsafe { *at } as u32)
            }

            #[inline]
            unsafe fn write(self, _: StorePtr, at: *mut Slot) -> Result<(), Error> {
                let bits: u32 = $to(self);
                // SAFETY: the caller's promise.
                unsafe { *at = bits as Slot };
                Ok(())
            }
        }

        impl WasmTy for $rust {}
    )* };
}

narrow! {
    i32, I32, |bits| bits as i32, |value| value as u32;
    u32, I32, |bits| bits, |value| value;
    f32, F32, f32::from_bits, f32::to_bits;
    GuestAddr, I32, GuestAddr, |addr: GuestAddr| addr.0;
}

macro_rules! wide {
    ($($rust:ty, $ty:ident;)*) => { $(
        impl Slots for $rust {
            const TYPE: ValType = ValType::$ty;
            const SLOTS: usize = WIDE_SLOTS;

            #[inline]
            unsafe fn read(_: StorePtr, at: *const Slot) -> $rust {
                // SAFETY: the caller's promise. Slots need not be aligned for wide values.
                unsafe { at.cast::<$rust>().read_unaligned() }
            }

            #[inline]
            unsafe fn write(self, _: StorePtr, at: *mut Slot) -> Result<(), Error> {
                // SAFETY: as above.
                unsafe { at.cast::<$rust>().write_unaligned(self) };
                Ok(())
            }
        }

        impl WasmTy for $rust {}
    )* };
}

wide! {
    i64, I64;
    u64, I64;
    f64, F64;
}

impl Slots for Option<Func> {
    const TYPE: ValType = ValType::FUNCREF;
    const SLOTS: usize = 1;

    unsafe fn read(store: StorePtr, at: *const Slot) -> Option<Func> {
        // SAFETY: the caller's promise.
        unsafe { func_from_bits(store.0.as_ref(), *at as u64) }
    }

    unsafe fn write(self, store: StorePtr, at: *mut Slot) -> Result<(), Error> {
        // SAFETY: the caller's promise.
        unsafe { *at = func_to_bits(store.0.as_ref(), self)? as Slot };
        Ok(())
    }
}

impl WasmTy for Option<Func> {}

impl Slots for Option<ExternRef> {
    const TYPE: ValType = ValType::EXTERNREF;
    const SLOTS: usize = 1;

    unsafe fn read(_: StorePtr, at: *const Slot) -> Option<ExternRef> {
        // SAFETY: the caller's promise.
        ExternRef::from_bits(unsafe { *at } as u64)
    }

    unsafe fn write(self, _: StorePtr, at: *mut Slot) -> Result<(), Error> {
        // SAFETY: the caller's promise.
        unsafe { *at = ExternRef::to_bits(self) as Slot };
        Ok(())
    }
}

impl WasmTy for Option<ExternRef> {}

/// The parameters or results of a typed function: nothing, one [`WasmTy`], or a tuple of up to 16.
pub trait WasmValues: list::List {}

pub(crate) mod list {
    use super::*;

    #[doc(hidden)]
    pub trait List: Sized {
        const TYPES: &'static [ValType];
        const SLOTS: usize;

        /// # Safety
        /// Values of these types stand at `at`, in the stack of `store`.
        unsafe fn read(store: StorePtr, at: *const Slot) -> Self;

        /// # Safety
        /// There is room for the values at `at`, in the stack of `store`.
        unsafe fn write(self, store: StorePtr, at: *mut Slot) -> Result<(), Error>;
    }
}

use list::List;

impl<V: WasmTy> List for V {
    const TYPES: &'static [ValType] = &[V::TYPE];
    const SLOTS: usize = <V as Slots>::SLOTS;

    #[inline]
    unsafe fn read(store: StorePtr, at: *const Slot) -> V {
        // SAFETY: the caller's promise.
        unsafe { Slots::read(store, at) }
    }

    #[inline]
    unsafe fn write(self, store: StorePtr, at: *mut Slot) -> Result<(), Error> {
        // SAFETY: the caller's promise.
        unsafe { Slots::write(self, store, at) }
    }
}

impl<V: WasmTy> WasmValues for V {}

macro_rules! tuples {
    ($($value:ident)*) => {
        impl<$($value: WasmTy,)*> List for ($($value,)*) {
            const TYPES: &'static [ValType] = &[$($value::TYPE),*];
            const SLOTS: usize = 0 $(+ <$value as Slots>::SLOTS)*;

            #[inline]
            #[allow(unused, clippy::unused_unit)]
            unsafe fn read(store: StorePtr, mut at: *const Slot) -> Self {
                // SAFETY: the caller's promise, value by value.
                ($(unsafe {
                    let value = <$value as Slots>::read(store, at);
                    at = at.add(<$value as Slots>::SLOTS);
                    value
                },)*)
            }

            #[inline]
            #[allow(unused, non_snake_case)]
            unsafe fn write(self, store: StorePtr, mut at: *mut Slot) -> Result<(), Error> {
                let ($($value,)*) = self;
                $(
                    // SAFETY: the caller's promise, value by value.
                    unsafe {
                        Slots::write($value, store, at)?;
                        at = at.add(<$value as Slots>::SLOTS);
                    }
                )*
                Ok(())
            }
        }

        impl<$($value: WasmTy,)*> WasmValues for ($($value,)*) {}
    };
}

macro_rules! for_each_arity {
    ($m:ident) => {
        $m! {}
        $m! { A1 }
        $m! { A1 A2 }
        $m! { A1 A2 A3 }
        $m! { A1 A2 A3 A4 }
        $m! { A1 A2 A3 A4 A5 }
        $m! { A1 A2 A3 A4 A5 A6 }
        $m! { A1 A2 A3 A4 A5 A6 A7 }
        $m! { A1 A2 A3 A4 A5 A6 A7 A8 }
        $m! { A1 A2 A3 A4 A5 A6 A7 A8 A9 }
        $m! { A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 }
        $m! { A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 }
        $m! { A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 }
        $m! { A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 }
        $m! { A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 }
        $m! { A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 }
        $m! { A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 }
    };
}
pub(crate) use for_each_arity;

for_each_arity!(tuples);

/// What the closure of a host function returns: [`WasmValues`] or a `Result` of them.
pub trait HostResult {
    /// The values.
    type Values: WasmValues;

    /// The values, or what ends the guest's call.
    #[doc(hidden)]
    fn into_values(self) -> Result<Self::Values, Error>;
}

impl<V: WasmValues> HostResult for V {
    type Values = V;

    #[inline]
    fn into_values(self) -> Result<V, Error> {
        Ok(self)
    }
}

impl<V: WasmValues> HostResult for Result<V, Error> {
    type Values = V;

    #[inline]
    fn into_values(self) -> Result<V, Error> {
        self
    }
}
