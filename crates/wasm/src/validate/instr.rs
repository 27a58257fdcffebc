//! A decoded instruction, and how it is read.

use crate::error::{Error, ErrorKind, Result};
use crate::index::{DataIdx, ElemIdx, FuncIdx, GlobalIdx, LabelIdx, LocalIdx, MemIdx, TableIdx, TypeIdx};
use crate::limits;
use crate::op::{self, Immediate, Op};
use crate::reader::Reader;
use crate::types::{HeapType, ValType};

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

/// What a block takes and returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BlockType {
    /// It takes and returns nothing.
    Empty,
    /// It takes nothing and returns one value.
    Value(ValType),
    /// It takes and returns what a function of this type does.
    Func(TypeIdx),
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

impl Instr {
    /// Reads an instruction. The targets of a `br_table` are not read yet; the reader is left at the first.
    #[inline]
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Instr> {
        let offset = reader.pos() as u32;
        let op = read_op(reader)?;
        let imm = read_imm(reader, op.immediate())?;
        Ok(Instr { op, imm, offset })
    }
}

/// Reads an opcode.
#[inline]
fn read_op(reader: &mut Reader<'_>) -> Result<Op> {
    let start = reader.pos();
    let byte = reader.byte()?;
    match Op::from_byte(byte) {
        Some(op) => Ok(op),
        None => read_prefixed(reader, start, byte),
    }
}

/// Reads the rest of an opcode that starts with a prefix, or says what is wrong with one that is none of ours.
#[cold]
fn read_prefixed(reader: &mut Reader<'_>, start: usize, byte: u8) -> Result<Op> {
    let feature = if byte == 0xFC {
        let code = reader.u32()?;
        if let Some(op) = Op::from_misc(code) {
            return Ok(op);
        }
        op::unsupported_misc(code)
    } else {
        op::unsupported(byte)
    };
    Err(Error::new(feature.map_or(ErrorKind::IllegalOpcode, ErrorKind::Unsupported), start))
}

/// Reads what follows an opcode.
fn read_imm(reader: &mut Reader<'_>, immediate: Immediate) -> Result<Imm> {
    Ok(match immediate {
        Immediate::None => Imm::None,
        Immediate::Local => Imm::Local(LocalIdx(reader.u32()?)),
        Immediate::Access8 | Immediate::Access16 | Immediate::Access32 | Immediate::Access64 => {
            Imm::Access(read_access(reader, immediate)?)
        }
        Immediate::I32 => Imm::I32(reader.s32()?),
        Immediate::I64 => Imm::I64(reader.s64()?),
        Immediate::F32 => Imm::F32(reader.word()?),
        Immediate::F64 => Imm::F64(reader.double_word()?),
        Immediate::Block => Imm::Block(reader.block_type()?),
        Immediate::Label => Imm::Label(LabelIdx(reader.u32()?)),
        Immediate::BrTable => {
            let len = reader.count(limits::BR_TABLE, ErrorKind::TooManyTargets)?;
            Imm::BrTable(BrTable { len, start: reader.pos() as u32 })
        }
        Immediate::Func => Imm::Func(FuncIdx(reader.u32()?)),
        Immediate::CallIndirect => {
            Imm::CallIndirect { ty: TypeIdx(reader.u32()?), table: TableIdx(reader.u32()?) }
        }
        Immediate::Global => Imm::Global(GlobalIdx(reader.u32()?)),
        Immediate::Table => Imm::Table(TableIdx(reader.u32()?)),
        Immediate::TableCopy => Imm::TableCopy { dst: TableIdx(reader.u32()?), src: TableIdx(reader.u32()?) },
        Immediate::TableInit => Imm::TableInit { elem: ElemIdx(reader.u32()?), table: TableIdx(reader.u32()?) },
        Immediate::Elem => Imm::Elem(ElemIdx(reader.u32()?)),
        Immediate::Data => Imm::Data(DataIdx(reader.u32()?)),
        Immediate::MemoryInit => Imm::MemoryInit { data: DataIdx(reader.u32()?), memory: read_memory(reader)? },
        Immediate::Memory => Imm::Memory(read_memory(reader)?),
        Immediate::MemoryCopy => Imm::MemoryCopy { dst: read_memory(reader)?, src: read_memory(reader)? },
        Immediate::Type => Imm::Type(read_select_type(reader)?),
        Immediate::Heap => Imm::Heap(reader.heap_type()?),
    })
}

/// Reads alignment and offset of an access.
fn read_access(reader: &mut Reader<'_>, immediate: Immediate) -> Result<MemArg> {
    let start = reader.pos();
    let align_log2 = reader.u32()?;
    if align_log2 > immediate as u32 - Immediate::Access8 as u32 {
        return Err(Error::new(ErrorKind::Alignment, start));
    }
    Ok(MemArg { align_log2: align_log2 as u8, offset: u64::from(reader.u32()?), memory: MemIdx(0) })
}

/// Reads the byte that is reserved for the index of a memory.
fn read_memory(reader: &mut Reader<'_>) -> Result<MemIdx> {
    match reader.peek() {
        Some(0) => reader.byte().map(|_| MemIdx(0)),
        Some(_) => Err(reader.error(ErrorKind::ZeroByteExpected)),
        None => Err(reader.error(ErrorKind::UnexpectedEnd)),
    }
}

/// Reads the types of `select`, of which there must be one.
fn read_select_type(reader: &mut Reader<'_>) -> Result<ValType> {
    let start = reader.pos();
    match reader.u32()? {
        1 => reader.val_type(),
        _ => Err(Error::new(ErrorKind::SelectArity, start)),
    }
}
