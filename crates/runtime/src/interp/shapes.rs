//! What lowering must know of each instruction: which operands may be in an accumulator, and how many there are.

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

/// FAST: kept out of firmware, where it would only be flash.
#[cfg(any(debug_assertions, feature = "checks"))]
mod forms {
    use super::*;
    use crate::code::layout::Form;

    macro_rules! forms {
        ($(($name:ident, $kind:ty))*) => { [$(<$kind as Kind>::FORM),*] };
    }
    static FORMS: [Form; Instr::COUNT] = for_each_instr!(forms);

    impl Instr {
        /// How many operands the instruction has.
        pub(crate) fn form(self) -> Option<Form> {
            FORMS.get(self as usize).copied()
        }
    }
}
