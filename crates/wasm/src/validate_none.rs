//! Nothing of function bodies: what takes the place of `validate` without the feature `bodies`. Only the operators of
//! constant expressions are read; those are checked as ever.

use core::marker::PhantomData;
use core::ops::Range;

use crate::alloc::Alloc;
use crate::const_expr::OPERATORS;
use crate::error::{ErrorKind, Result};
use crate::index::FuncIdx;
use crate::module::Module;
use crate::op::{Immediate, Op, Row};
use crate::reader::{Read, Reader};
use crate::types::{OperandType, ValType};

/// The memory of a validator of bodies: none.
pub(crate) struct Scratch<A: Alloc>(PhantomData<A>);

impl<A: Alloc> Scratch<A> {
    pub fn new(_: &A) -> Scratch<A> {
        Scratch(PhantomData)
    }
}

/// Whether the names of exports are compared: of two with one name, the first is found. Nothing else depends on it.
pub(crate) const COMPARES_NAMES: bool = false;

/// Whether operators that constant expressions may not hold are refused when they are read.
pub(crate) const READS_CONST_ONLY: bool = true;

/// Looks at nothing.
pub(crate) fn check_body<A: Alloc>(
    _: &Module<A>,
    _: &[u8],
    _: FuncIdx,
    _: Range<usize>,
    _: &mut Scratch<A>,
) -> Result<()> {
    Ok(())
}

/// An instruction of a constant expression as it is read: the operator says which fields count.
pub(crate) struct Fields {
    pub row: &'static Row,
    pub offset: u32,
    /// The index, or the bits of a small constant.
    pub first: u32,
    /// The bits of a large constant.
    pub wide: u64,
    ty: OperandType,
}

impl Fields {
    /// What to read into.
    pub fn new() -> Fields {
        Fields { row: Row::NOP, offset: 0, first: 0, wide: 0, ty: OperandType::None }
    }

    /// Reads an instruction.
    pub fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        let start = reader.pos();
        self.offset = start as u32;
        self.row = row(reader.byte()?).ok_or_else(|| reader.fail(ErrorKind::ConstExpected, start))?;
        match self.row.immediate {
            Immediate::I32 => self.first = reader.s32()?,
            Immediate::I64 => self.wide = reader.s64()?,
            Immediate::F32 => self.first = reader.word()?,
            Immediate::F64 => self.wide = reader.double_word()?,
            Immediate::Heap => self.ty = OperandType::new(ValType::Ref(reader.ref_type()?)),
            Immediate::Global | Immediate::Func => self.first = reader.u32()?,
            _ => {}
        }
        Ok(())
    }

    /// The type of `ref.null`.
    pub fn packed_type(&self) -> OperandType {
        self.ty
    }
}

/// The row of the operator with this opcode, if it may stand in a constant expression.
fn row(code: u8) -> Option<&'static Row> {
    /// Opcodes, with their rows.
    static ROWS: [(u8, Row); OPERATORS.len()] = {
        let mut rows = [(0, Row::of(Op::Nop)); OPERATORS.len()];
        let mut at = 0;
        while at < rows.len() {
            rows[at] = (OPERATORS[at].code() as u8, Row::of(OPERATORS[at]));
            at += 1;
        }
        rows
    };
    ROWS.iter().find(|(opcode, _)| *opcode == code).map(|(_, row)| row)
}
