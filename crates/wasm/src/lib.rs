//! What a WebAssembly program means: operator table, types, decoder and validator.

#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod alloc;
mod const_expr;
mod error;
#[cfg(not(feature = "small"))]
mod float;
pub mod fuel;
mod index;
pub mod limits;
mod module;
pub mod num;
pub mod op;
mod reader;
#[cfg(any(test, feature = "small"))]
mod soft;
mod trap;
#[cfg(feature = "bodies")]
pub mod trim;
mod types;
#[cfg_attr(not(feature = "bodies"), path = "validate_none.rs")]
pub mod validate;

#[cfg(any(test, feature = "std"))]
pub use alloc::Global;
pub use alloc::{Alloc, Buffer, OutOfMemory};
pub use const_expr::{ConstEnv, ConstExpr};
pub use error::{Error, ErrorKind, Feature, Result};
pub use index::{DataIdx, ElemIdx, FuncIdx, GlobalIdx, LabelIdx, LocalIdx, MemIdx, TableIdx, TypeIdx};
pub use module::{
    CustomSection, CustomSections, Data, DataMode, Elem, ElemItem, ElemItems, ElemMode, Export, Exports, ExternIdx,
    ExternType, Import, Imports, Module, STRIPPED,
};
pub use op::Op;
pub use trap::Trap;
pub use types::{
    BlockType, FuncType, GlobalType, HeapType, Limits, MemoryType, OperandType, PageSize, RefType, TableType, ValType,
};
#[cfg(feature = "bodies")]
pub use validate::{BrTable, FuncValidator, Imm, Instr, LocalRun, MemArg, Scratch};
