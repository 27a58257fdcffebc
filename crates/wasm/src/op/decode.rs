//! Opcodes to rows, for all operators: what bodies are read with.

use super::{CODES, Immediate, Op, ROWS, Row, Signature};
use crate::error::Feature;

impl Row {
    /// What stands for opcodes that are none of [`Op`].
    const PREFIXED: Row = Row { op: Op::Unreachable, signature: Signature::OPEN, immediate: Immediate::Prefixed };

    /// The row of the operator with this one-byte opcode.
    #[inline]
    pub fn from_byte(code: u8) -> &'static Row {
        static TABLE: [Row; 0xD3] = codes(0);
        TABLE.get(usize::from(code)).unwrap_or(const { &Row::PREFIXED })
    }

    /// The row of the operator with this number behind the prefix `0xFC`.
    pub fn from_misc(code: u32) -> Option<&'static Row> {
        static TABLE: [Row; 0x12] = codes(0xFC);
        TABLE.get(code as usize)
    }
}

/// The rows of the operators behind one prefix, by opcode.
const fn codes<const N: usize>(prefix: u32) -> [Row; N] {
    let mut table = [Row::PREFIXED; N];
    let mut at = 0;
    while at < Op::COUNT {
        if CODES[at] >> 16 == prefix {
            table[CODES[at] as usize & 0xFFFF] = ROWS[at];
        }
        at += 1;
    }
    table
}

/// The proposal that gives a meaning to an opcode which is none of [`Op`], by its first byte.
pub(crate) fn unsupported(code: u8) -> Option<Feature> {
    Some(match code {
        0x06..=0x0A | 0x18 | 0x19 | 0x1F => Feature::Exceptions,
        0x14 | 0x15 | 0xD3..=0xD6 => Feature::FunctionReferences,
        0xE0..=0xE6 => Feature::StackSwitching,
        0xFB => Feature::Gc,
        0xFD => Feature::V128,
        0xFE => Feature::Threads,
        _ => return None,
    })
}

/// The proposal that gives a meaning to a number behind the prefix `0xFC` which is none of [`Op`].
pub(crate) fn unsupported_misc(code: u32) -> Option<Feature> {
    Some(match code {
        0x12 => Feature::MemoryControl,
        0x13..=0x16 => Feature::WideArithmetic,
        _ => return None,
    })
}
