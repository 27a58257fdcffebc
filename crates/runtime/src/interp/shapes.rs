//! What lowering must know of each instruction: which operands may be in an accumulator.

use super::kinds::Kind;
use super::kinds::call::*;
use super::kinds::control::*;
use super::kinds::data::*;
use super::kinds::memory::*;
use super::kinds::numeric::*;
use super::kinds::table::*;
use super::meaning;
use super::value::Acc;
use crate::code::op::{Instr, Shape, for_each_instr};

const fn shape<K: Kind>() -> Shape {
    Shape { a: K::A, b: K::B, result: K::D }
}

macro_rules! shapes {
    ($(($name:ident, $kind:ty))*) => { [$(shape::<$kind>()),*] };
}
static SHAPES: [Shape; Instr::COUNT] = for_each_instr!(shapes);

impl Instr {
    /// Which operands of the instruction may be in an accumulator.
    pub(crate) fn shape(self) -> Shape {
        const NONE: Shape = Shape { a: Acc::None, b: Acc::None, result: Acc::None };
        if cfg!(dispatch = "matched") {
            return NONE;
        }
        SHAPES.get(self as usize).copied().unwrap_or(NONE)
    }
}
