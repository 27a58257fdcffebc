//! Validation of code, one instruction per step.

mod instr;

pub use instr::{BlockType, BrTable, Imm, Instr, MemArg};
