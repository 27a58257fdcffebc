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

/// Units of an instruction with `imm32` 32-bit and `op16` 16-bit operands.
#[inline(always)]
pub(crate) const fn instr_units(imm32: usize, op16: usize) -> usize {
    let units = HEAD_UNITS + 2 * imm32 + op16;
    if HEAD_UNITS == 2 { units.next_multiple_of(2) } else { units }
}
