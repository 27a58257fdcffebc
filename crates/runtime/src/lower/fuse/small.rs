//! Without the forms of 64-bit integers and of floats, which save little where those take several instructions anyway.

use super::{Comparisons, Pairs};

pub(super) const I64: Comparisons = Comparisons {
    plain: list![I64Eq I64Ne I64LtS I64LtU I64GtS I64GtU I64LeS I64LeU I64GeS I64GeU],
    imm: &[],
    branch: &[],
    branch_imm: &[],
};

pub(super) static WITH_IMM: &Pairs = &[];
pub(super) static MIRRORED: &Pairs = &[];
