//! How instructions lie in memory: units, heads, lengths.
//!
//! ```text
//!   unit 0            HEAD_UNITS
//!   | head            | imm32 lo | imm32 hi | ... | op16 | op16 | ... | (padding) |
//!     handler's address or token
//! ```

use crate::slot::SLOT_BYTES;

/// Units of an instruction's head.
pub(crate) const HEAD_UNITS: usize = if cfg!(dispatch = "threaded") { SLOT_BYTES / 2 } else { 1 };

/// How many operands an instruction has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Form {
    /// 32-bit operands, which come first.
    pub imm32: u8,
    /// 16-bit operands.
    pub op16: u8,
}

impl Form {
    pub const fn new(imm32: u8, op16: u8) -> Form {
        Form { imm32, op16 }
    }

    /// Units of an instruction of this form.
    #[inline(always)]
    pub const fn units(self) -> usize {
        let units = HEAD_UNITS + 2 * self.imm32 as usize + self.op16 as usize;
        if HEAD_UNITS == 2 { units.next_multiple_of(2) } else { units }
    }
}
