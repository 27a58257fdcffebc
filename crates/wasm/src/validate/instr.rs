//! A decoded instruction, and how it is read.

use crate::error::{ErrorKind, Feature};
use crate::index::{DataIdx, ElemIdx, FuncIdx, GlobalIdx, LabelIdx, LocalIdx, MemIdx, TableIdx, TypeIdx};
use crate::limits;
use crate::op::{self, Immediate, Op, Row};
use crate::reader::{Read, Reader};
use crate::types::{BlockType, HeapType, OperandType, ValType};

/// An instruction: operator and immediates.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Instr {
    /// What it does.
    pub op: Op,
    /// What it does it with.
    pub imm: Imm,
    /// Where its opcode stands in the module, in bytes.
    pub offset: u32,
}

/// The immediates of an instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Imm {
    /// Nothing.
    None,
    /// The type of `block`, `loop` and `if`.
    Block(BlockType),
    /// The label of `br` and `br_if`.
    Label(LabelIdx),
    /// The labels of `br_table`.
    BrTable(BrTable),
    /// The function of `call`, `return_call` and `ref.func`.
    Func(FuncIdx),
    /// The type and the table of `call_indirect` and `return_call_indirect`.
    CallIndirect {
        /// What it calls must have this type.
        ty: TypeIdx,
        /// Where it finds what it calls.
        table: TableIdx,
    },
    /// The local of `local.get`, `local.set` and `local.tee`.
    Local(LocalIdx),
    /// The global of `global.get` and `global.set`.
    Global(GlobalIdx),
    /// The table of `table.get` and those like it.
    Table(TableIdx),
    /// The tables of `table.copy`.
    TableCopy {
        /// Where to.
        dst: TableIdx,
        /// Where from.
        src: TableIdx,
    },
    /// What `table.init` copies.
    TableInit {
        /// Where from.
        elem: ElemIdx,
        /// Where to.
        table: TableIdx,
    },
    /// The segment of `elem.drop`.
    Elem(ElemIdx),
    /// The segment of `data.drop`.
    Data(DataIdx),
    /// What `memory.init` copies.
    MemoryInit {
        /// Where from.
        data: DataIdx,
        /// Where to.
        memory: MemIdx,
    },
    /// The memory of `memory.size`, `memory.grow` and `memory.fill`.
    Memory(MemIdx),
    /// The memories of `memory.copy`.
    MemoryCopy {
        /// Where to.
        dst: MemIdx,
        /// Where from.
        src: MemIdx,
    },
    /// Where a load or store accesses memory.
    Access(MemArg),
    /// The value of `i32.const`.
    I32(u32),
    /// The value of `i64.const`.
    I64(u64),
    /// The bits of `f32.const`.
    F32(u32),
    /// The bits of `f64.const`.
    F64(u64),
    /// The type of `select` with a type.
    Type(ValType),
    /// What `ref.null` does not refer to.
    Heap(HeapType),
}

/// Which bytes a load or store accesses: those at the operand plus `offset`, without wrapping around.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemArg {
    /// The alignment that is hoped for, as a power of two; says nothing about what is accessed.
    pub align_log2: u8,
    /// What is added to the operand.
    pub offset: u64,
    /// The memory.
    pub memory: MemIdx,
}

/// The targets of a `br_table`: still in the module's bytes, checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BrTable {
    /// How many there are, the default one not counted.
    pub len: u32,
    /// Where the first stands in the module, in bytes.
    pub start: u32,
}

impl BrTable {
    /// The targets, the default one last.
    ///
    /// Ends early if the bytes are not those that were validated.
    pub fn targets<'b>(&self, bytes: &'b [u8]) -> impl Iterator<Item = LabelIdx> + 'b {
        let mut reader = Reader::from(bytes, self.start);
        (0..=self.len).map_while(move |_| reader.u32().ok().map(LabelIdx))
    }
}

/// An instruction as it is read: the operator says which fields count, the others are left over from earlier ones.
///
/// FAST: plain fields, filled in place. Validation reads its instructions from here; when it moved an [`Imm`] through
/// results instead, that was three quarters of its time (Rust programs of 100 KB, x86-64).
pub(crate) struct Fields {
    pub row: &'static Row,
    pub offset: u32,
    /// The index, the first of two, the number of targets of `br_table`, the bits of a small constant.
    pub first: u32,
    /// The second index, or where the targets of `br_table` start.
    pub second: u32,
    /// The bits of a large constant, or the offset of an access.
    pub wide: u64,
    pub align_log2: u8,
    /// The type of a block. That of `select` or `ref.null` is the value that such a block would return.
    pub ty: BlockType,
}

impl Fields {
    /// What to read into.
    pub fn new() -> Fields {
        Fields { row: Row::NOP, offset: 0, first: 0, second: 0, wide: 0, align_log2: 0, ty: BlockType::Empty }
    }

    /// Reads an instruction. The targets of a `br_table` are not read yet; the reader is left at the first.
    #[inline(always)]
    pub fn read(&mut self, reader: &mut Reader<'_>) -> Read {
        self.offset = reader.pos() as u32;
        self.row = Row::from_byte(reader.byte()?);
        match self.row.immediate {
            Immediate::None => Ok(()),
            Immediate::Local => {
                self.first = reader.u32()?;
                Ok(())
            }
            _ => self.read_immediate(reader),
        }
    }

    /// Reads the rarer immediates.
    #[inline(never)]
    fn read_immediate(&mut self, reader: &mut Reader<'_>) -> Read {
        if self.row.immediate == Immediate::Prefixed {
            self.row = read_prefixed(reader)?;
        }
        match self.row.immediate {
            Immediate::None | Immediate::Prefixed => {}
            Immediate::Local
            | Immediate::Global
            | Immediate::Label
            | Immediate::Func
            | Immediate::Table
            | Immediate::Elem
            | Immediate::Data => self.first = reader.u32()?,
            Immediate::CallIndirect | Immediate::TableCopy | Immediate::TableInit => {
                self.first = reader.u32()?;
                self.second = reader.u32()?;
            }
            immediate @ (Immediate::Access8 | Immediate::Access16 | Immediate::Access32 | Immediate::Access64) => {
                self.read_access(reader, immediate as u32 - Immediate::Access8 as u32)?;
            }
            Immediate::I32 => self.first = reader.s32()?,
            Immediate::I64 => self.wide = reader.s64()?,
            Immediate::F32 => self.first = reader.word()?,
            Immediate::F64 => self.wide = reader.double_word()?,
            Immediate::Block => self.ty = reader.block_type()?,
            Immediate::BrTable => {
                self.first = reader.count(limits::BR_TABLE, ErrorKind::TooManyTargets)?;
                self.second = reader.pos() as u32;
            }
            Immediate::Memory => read_memory(reader)?,
            Immediate::MemoryCopy => {
                read_memory(reader)?;
                read_memory(reader)?;
            }
            Immediate::MemoryInit => {
                self.first = reader.u32()?;
                read_memory(reader)?;
            }
            Immediate::Type => self.ty = BlockType::Value(read_select_type(reader)?),
            Immediate::Heap => self.ty = BlockType::Value(ValType::Ref(reader.ref_type()?)),
        }
        Ok(())
    }

    /// Reads alignment and offset of an access.
    #[inline]
    fn read_access(&mut self, reader: &mut Reader<'_>, align_log2_max: u32) -> Read {
        let align_log2 = reader.u32()?;
        if align_log2 > align_log2_max {
            return Err(reader.fail(bad_alignment(align_log2), reader.pos()));
        }
        self.align_log2 = align_log2 as u8;
        self.wide = u64::from(reader.u32()?);
        Ok(())
    }

    /// The instruction.
    pub fn instr(&self) -> Instr {
        Instr { op: self.row.op, imm: self.imm(), offset: self.offset }
    }

    /// The immediates.
    fn imm(&self) -> Imm {
        let (first, second) = (self.first, self.second);
        match self.row.immediate {
            Immediate::None | Immediate::Prefixed => Imm::None,
            Immediate::Block => Imm::Block(self.ty),
            Immediate::Label => Imm::Label(LabelIdx(first)),
            Immediate::BrTable => Imm::BrTable(BrTable { len: first, start: second }),
            Immediate::Func => Imm::Func(FuncIdx(first)),
            Immediate::CallIndirect => Imm::CallIndirect { ty: TypeIdx(first), table: TableIdx(second) },
            Immediate::Local => Imm::Local(LocalIdx(first)),
            Immediate::Global => Imm::Global(GlobalIdx(first)),
            Immediate::Table => Imm::Table(TableIdx(first)),
            Immediate::TableCopy => Imm::TableCopy { dst: TableIdx(first), src: TableIdx(second) },
            Immediate::TableInit => Imm::TableInit { elem: ElemIdx(first), table: TableIdx(second) },
            Immediate::Elem => Imm::Elem(ElemIdx(first)),
            Immediate::Data => Imm::Data(DataIdx(first)),
            Immediate::MemoryInit => Imm::MemoryInit { data: DataIdx(first), memory: MemIdx(0) },
            Immediate::Memory => Imm::Memory(MemIdx(0)),
            Immediate::MemoryCopy => Imm::MemoryCopy { dst: MemIdx(0), src: MemIdx(0) },
            Immediate::Access8 | Immediate::Access16 | Immediate::Access32 | Immediate::Access64 => {
                Imm::Access(MemArg { align_log2: self.align_log2, offset: self.wide, memory: MemIdx(0) })
            }
            Immediate::I32 => Imm::I32(first),
            Immediate::I64 => Imm::I64(self.wide),
            Immediate::F32 => Imm::F32(first),
            Immediate::F64 => Imm::F64(self.wide),
            Immediate::Type => self.val_type().map_or(Imm::None, Imm::Type),
            Immediate::Heap => match self.val_type() {
                Some(ValType::Ref(ty)) => Imm::Heap(ty.heap),
                _ => Imm::None,
            },
        }
    }

    /// The type of `select` or `ref.null`.
    pub fn packed_type(&self) -> OperandType {
        self.val_type().map_or(OperandType::None, OperandType::new)
    }

    fn val_type(&self) -> Option<ValType> {
        match self.ty {
            BlockType::Value(ty) => Some(ty),
            _ => None,
        }
    }
}

/// Reads the rest of an opcode that starts with a prefix, or says what is wrong with one that is none of ours.
#[cold]
fn read_prefixed(reader: &mut Reader<'_>) -> Read<&'static Row> {
    let byte = reader.last();
    let feature = if byte == 0xFC {
        let code = reader.u32()?;
        if let Some(row) = Row::from_misc(code) {
            return Ok(row);
        }
        op::unsupported_misc(code)
    } else {
        op::unsupported(byte)
    };
    Err(reader.fail(feature.map_or(ErrorKind::IllegalOpcode, ErrorKind::Unsupported), reader.pos()))
}

/// What is wrong with an alignment that is too large: it may hold a flag.
fn bad_alignment(align_log2: u32) -> ErrorKind {
    match align_log2 {
        0..32 => ErrorKind::Alignment,
        // The index of a memory follows.
        64..128 => ErrorKind::Unsupported(Feature::MultiMemory),
        _ => ErrorKind::BadMemArg,
    }
}

/// Reads the byte that is reserved for the index of a memory.
fn read_memory(reader: &mut Reader<'_>) -> Read {
    match reader.byte()? {
        0 => Ok(()),
        _ => Err(reader.fail(ErrorKind::ZeroByteExpected, reader.pos())),
    }
}

/// Reads the types of `select`, of which there must be one.
fn read_select_type(reader: &mut Reader<'_>) -> Read<ValType> {
    match reader.u32()? {
        1 => reader.val_type(),
        _ => Err(reader.fail(ErrorKind::SelectArity, reader.pos())),
    }
}
