//! A decoded instruction.

use crate::index::{DataIdx, ElemIdx, FuncIdx, GlobalIdx, LabelIdx, LocalIdx, MemIdx, TableIdx, TypeIdx};
use crate::op::Op;
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
