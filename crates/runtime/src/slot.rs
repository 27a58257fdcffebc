//! Frame slots: the machine words that guest values live in.
//!
//! A slot is as wide as the machine's word. An `i64` or `f64` takes two slots on a 32-bit machine and one on a 64-bit
//! machine. An `i32` or `f32` in a wide slot is zero-extended. References are one slot: 0 is null, a function
//! reference is the address of its `FuncEntity`, an external reference is the embedder's number plus one.

use moteur_wasm::{FuncType, ValType};

/// One frame slot.
pub(crate) type Slot = usize;

/// Bytes of a slot.
pub(crate) const SLOT_BYTES: usize = size_of::<Slot>();

/// Slots of an `i64` or `f64`.
pub(crate) const WIDE_SLOTS: usize = 8 / SLOT_BYTES;

const _: () = assert!(SLOT_BYTES == 4 || SLOT_BYTES == 8);
const _: () = assert!(cfg!(target_endian = "little"));

/// The number of slots that a value of type `ty` takes.
pub(crate) const fn slots_of(ty: ValType) -> usize {
    match ty {
        ValType::I64 | ValType::F64 => WIDE_SLOTS,
        ValType::V128 => 2 * WIDE_SLOTS,
        ValType::I32 | ValType::F32 | ValType::Ref(_) => 1,
    }
}

/// Slots of the values of these types.
pub(crate) fn slots_of_all(types: &[ValType]) -> usize {
    types.iter().map(|ty| slots_of(*ty)).sum()
}

/// Slots of a type's parameters and results.
pub(crate) fn slots_of_type(ty: FuncType<'_>) -> (usize, usize) {
    (slots_of_all(ty.params), slots_of_all(ty.results))
}

/// Reads the value of type `ty` at `at` as bits: `i32`, `f32` and references zero-extended.
///
/// # Safety
/// `at` is valid for reading `slots_of(ty)` slots.
pub(crate) unsafe fn read_bits(at: *const Slot, ty: ValType) -> u64 {
    // SAFETY: the caller's promise; two-slot values need no more than slot alignment.
    unsafe {
        if slots_of(ty) == 1 && SLOT_BYTES == 4 {
            u64::from(*at.cast::<u32>())
        } else {
            at.cast::<u64>().read_unaligned()
        }
    }
}

/// Writes the value of type `ty` to `at`.
///
/// # Safety
/// `at` is valid for writing `slots_of(ty)` slots.
pub(crate) unsafe fn write_bits(at: *mut Slot, ty: ValType, bits: u64) {
    // SAFETY: as in `read_bits`.
    unsafe {
        if slots_of(ty) == 1 {
            at.write(bits as Slot);
        } else {
            at.cast::<u64>().write_unaligned(bits);
        }
    }
}
