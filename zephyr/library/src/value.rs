//! Values as C has them.

use core::ffi::c_int;

use moteur::{Val, ValType};

/// `struct moteur_value`: a kind, and the value's bits, which a union has at its start. All machines here are little-endian.
#[derive(Clone, Copy, Default)]
#[repr(C)]
pub struct Value {
    kind: c_int,
    bits: u64,
}

/// `enum moteur_kind`, by number.
const KINDS: [ValType; 4] = [ValType::I32, ValType::I64, ValType::F32, ValType::F64];

const _: () = assert!(cfg!(target_endian = "little"));

impl Value {
    /// A value that C can hold.
    pub fn of(value: &Val) -> Option<Value> {
        let (kind, bits) = match *value {
            Val::I32(value) => (0, u64::from(value.cast_unsigned())),
            Val::I64(value) => (1, value.cast_unsigned()),
            Val::F32(bits) => (2, u64::from(bits)),
            Val::F64(bits) => (3, bits),
            _ => return None,
        };
        Some(Value { kind, bits })
    }

    /// The value, whose upper half is meaningless if it has 32 bits.
    pub fn get(&self) -> Option<Val> {
        Some(match self.kind {
            0 => Val::I32((self.bits as u32).cast_signed()),
            1 => Val::I64(self.bits.cast_signed()),
            2 => Val::F32(self.bits as u32),
            3 => Val::F64(self.bits),
            _ => return None,
        })
    }
}

/// The type that a letter of a signature stands for.
pub fn letter(letter: u8) -> Option<ValType> {
    let kind = b"iIfF".iter().position(|own| *own == letter)?;
    KINDS.get(kind).copied()
}
