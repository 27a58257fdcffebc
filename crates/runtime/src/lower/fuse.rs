//! Which instructions have a form with an immediate, a form that branches, an inverse, a mirror image.

use crate::code::op::Instr;

macro_rules! forms {
    ($(#[$doc:meta])* $name:ident: $($from:ident => $to:ident,)*) => {
        $(#[$doc])*
        pub(super) fn $name(instr: Instr) -> Option<Instr> {
            match instr {
                $(Instr::$from => Some(Instr::$to),)*
                _ => None,
            }
        }
    };
}

forms! {
    /// The form with an immediate as second operand.
    with_imm:
    I32Add => I32AddImm, I32Mul => I32MulImm, I32And => I32AndImm, I32Or => I32OrImm, I32Xor => I32XorImm,
    I32Shl => I32ShlImm, I32ShrS => I32ShrSImm, I32ShrU => I32ShrUImm, I32Rotl => I32RotlImm,
    I32DivS => I32DivSImm, I32DivU => I32DivUImm, I32RemS => I32RemSImm, I32RemU => I32RemUImm,
    I32Eq => I32EqImm, I32Ne => I32NeImm, I32LtS => I32LtSImm, I32LtU => I32LtUImm, I32GtS => I32GtSImm,
    I32GtU => I32GtUImm, I32LeS => I32LeSImm, I32LeU => I32LeUImm, I32GeS => I32GeSImm, I32GeU => I32GeUImm,
    I64Add => I64AddImm, I64Mul => I64MulImm, I64And => I64AndImm, I64Or => I64OrImm, I64Xor => I64XorImm,
    I64Shl => I64ShlImm, I64ShrS => I64ShrSImm, I64ShrU => I64ShrUImm, I64Rotl => I64RotlImm,
    I64DivS => I64DivSImm, I64DivU => I64DivUImm, I64RemS => I64RemSImm, I64RemU => I64RemUImm,
    I64Eq => I64EqImm, I64Ne => I64NeImm, I64LtS => I64LtSImm, I64LtU => I64LtUImm, I64GtS => I64GtSImm,
    I64GtU => I64GtUImm, I64LeS => I64LeSImm, I64LeU => I64LeUImm, I64GeS => I64GeSImm, I64GeU => I64GeUImm,
    F32Add => F32AddImm, F32Mul => F32MulImm, F32Div => F32DivImm,
    F32Lt => F32LtImm, F32Gt => F32GtImm, F32Le => F32LeImm, F32Ge => F32GeImm,
    F64Add => F64AddImm, F64Mul => F64MulImm,
}

forms! {
    /// The store of a constant.
    store_imm:
    I32Store8 => I32Store8Imm, I32Store16 => I32Store16Imm, I32Store => I32StoreImm, F32Store => I32StoreImm,
    I64Store8 => I32Store8Imm, I64Store16 => I32Store16Imm, I64Store32 => I32StoreImm, I64Store => I64StoreImm,
    F64Store => I64StoreImm,
}

forms! {
    /// The instruction that does the same with its operands exchanged.
    mirrored:
    I32Add => I32Add, I32Mul => I32Mul, I32And => I32And, I32Or => I32Or, I32Xor => I32Xor,
    I32Eq => I32Eq, I32Ne => I32Ne, I32LtS => I32GtS, I32LtU => I32GtU, I32GtS => I32LtS, I32GtU => I32LtU,
    I32LeS => I32GeS, I32LeU => I32GeU, I32GeS => I32LeS, I32GeU => I32LeU,
    I64Add => I64Add, I64Mul => I64Mul, I64And => I64And, I64Or => I64Or, I64Xor => I64Xor,
    I64Eq => I64Eq, I64Ne => I64Ne, I64LtS => I64GtS, I64LtU => I64GtU, I64GtS => I64LtS, I64GtU => I64LtU,
    I64LeS => I64GeS, I64LeU => I64GeU, I64GeS => I64LeS, I64GeU => I64LeU,
    F32Add => F32Add, F32Mul => F32Mul, F32Lt => F32Gt, F32Gt => F32Lt, F32Le => F32Ge, F32Ge => F32Le,
    F64Add => F64Add, F64Mul => F64Mul,
}

forms! {
    /// The comparison of integers that gives the opposite.
    inverse:
    I32Eq => I32Ne, I32Ne => I32Eq, I32LtS => I32GeS, I32LtU => I32GeU, I32GtS => I32LeS, I32GtU => I32LeU,
    I32LeS => I32GtS, I32LeU => I32GtU, I32GeS => I32LtS, I32GeU => I32LtU,
    I64Eq => I64Ne, I64Ne => I64Eq, I64LtS => I64GeS, I64LtU => I64GeU, I64GtS => I64LeS, I64GtU => I64LeU,
    I64LeS => I64GtS, I64LeU => I64GtU, I64GeS => I64LtS, I64GeU => I64LtU,
    I32EqImm => I32NeImm, I32NeImm => I32EqImm, I32LtSImm => I32GeSImm, I32LtUImm => I32GeUImm,
    I32GtSImm => I32LeSImm, I32GtUImm => I32LeUImm, I32LeSImm => I32GtSImm, I32LeUImm => I32GtUImm,
    I32GeSImm => I32LtSImm, I32GeUImm => I32LtUImm,
    I64EqImm => I64NeImm, I64NeImm => I64EqImm, I64LtSImm => I64GeSImm, I64LtUImm => I64GeUImm,
    I64GtSImm => I64LeSImm, I64GtUImm => I64LeUImm, I64LeSImm => I64GtSImm, I64LeUImm => I64GtUImm,
    I64GeSImm => I64LtSImm, I64GeUImm => I64LtUImm,
}

forms! {
    /// The branch that is taken if the comparison of two slots holds.
    branch_if:
    I32Eq => BrIfI32Eq, I32Ne => BrIfI32Ne, I32LtS => BrIfI32LtS, I32LtU => BrIfI32LtU, I32GtS => BrIfI32GtS,
    I32GtU => BrIfI32GtU, I32LeS => BrIfI32LeS, I32LeU => BrIfI32LeU, I32GeS => BrIfI32GeS, I32GeU => BrIfI32GeU,
    I64Eq => BrIfI64Eq, I64Ne => BrIfI64Ne, I64LtS => BrIfI64LtS, I64LtU => BrIfI64LtU, I64GtS => BrIfI64GtS,
    I64GtU => BrIfI64GtU, I64LeS => BrIfI64LeS, I64LeU => BrIfI64LeU, I64GeS => BrIfI64GeS, I64GeU => BrIfI64GeU,
}

forms! {
    /// The branch that is taken if the comparison with an immediate holds.
    branch_if_imm:
    I32EqImm => BrIfI32EqImm, I32NeImm => BrIfI32NeImm, I32LtSImm => BrIfI32LtSImm, I32LtUImm => BrIfI32LtUImm,
    I32GtSImm => BrIfI32GtSImm, I32GtUImm => BrIfI32GtUImm, I32LeSImm => BrIfI32LeSImm,
    I32LeUImm => BrIfI32LeUImm, I32GeSImm => BrIfI32GeSImm, I32GeUImm => BrIfI32GeUImm,
    I64EqImm => BrIfI64EqImm, I64NeImm => BrIfI64NeImm, I64LtSImm => BrIfI64LtSImm, I64LtUImm => BrIfI64LtUImm,
    I64GtSImm => BrIfI64GtSImm, I64GtUImm => BrIfI64GtUImm, I64LeSImm => BrIfI64LeSImm,
    I64LeUImm => BrIfI64LeUImm, I64GeSImm => BrIfI64GeSImm, I64GeUImm => BrIfI64GeUImm,
}
