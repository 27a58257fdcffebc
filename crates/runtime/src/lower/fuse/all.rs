//! The forms of 64-bit integers and of floats.

use super::{Comparisons, Pairs};

pub(super) const I64: Comparisons = Comparisons {
    plain: list![I64Eq I64Ne I64LtS I64LtU I64GtS I64GtU I64LeS I64LeU I64GeS I64GeU],
    imm: list![I64EqImm I64NeImm I64LtSImm I64LtUImm I64GtSImm I64GtUImm I64LeSImm I64LeUImm I64GeSImm I64GeUImm],
    branch: list![
        BrIfI64Eq BrIfI64Ne BrIfI64LtS BrIfI64LtU BrIfI64GtS BrIfI64GtU BrIfI64LeS BrIfI64LeU BrIfI64GeS BrIfI64GeU
    ],
    branch_imm: list![
        BrIfI64EqImm BrIfI64NeImm BrIfI64LtSImm BrIfI64LtUImm BrIfI64GtSImm BrIfI64GtUImm BrIfI64LeSImm
        BrIfI64LeUImm BrIfI64GeSImm BrIfI64GeUImm
    ],
};

pub(super) static WITH_IMM: &Pairs = pairs! {
    I64Add => I64AddImm, I64Mul => I64MulImm, I64And => I64AndImm, I64Or => I64OrImm, I64Xor => I64XorImm,
    I64Shl => I64ShlImm, I64ShrS => I64ShrSImm, I64ShrU => I64ShrUImm, I64Rotl => I64RotlImm,
    I64DivS => I64DivSImm, I64DivU => I64DivUImm, I64RemS => I64RemSImm, I64RemU => I64RemUImm,
    F32Add => F32AddImm, F32Mul => F32MulImm, F32Div => F32DivImm,
    F32Lt => F32LtImm, F32Gt => F32GtImm, F32Le => F32LeImm, F32Ge => F32GeImm,
    F64Add => F64AddImm, F64Mul => F64MulImm,
};

pub(super) static MIRRORED: &Pairs = pairs! {
    I64Add => I64Add, I64Mul => I64Mul, I64And => I64And, I64Or => I64Or, I64Xor => I64Xor,
    F32Add => F32Add, F32Mul => F32Mul, F32Lt => F32Gt, F32Gt => F32Lt, F32Le => F32Ge, F32Ge => F32Le,
    F64Add => F64Add, F64Mul => F64Mul,
};
