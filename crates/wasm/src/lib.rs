//! What a WebAssembly program means: operator table, types, decoder and validator.

#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod alloc;
mod error;
mod float;
mod index;
pub mod num;
pub mod op;
mod trap;
mod types;
pub mod validate;

#[cfg(any(test, feature = "std"))]
pub use alloc::Global;
pub use alloc::{Alloc, Buffer, OutOfMemory};
pub use error::{Error, ErrorKind, Feature, Result};
pub use index::{DataIdx, ElemIdx, FuncIdx, GlobalIdx, LabelIdx, LocalIdx, MemIdx, TableIdx, TypeIdx};
pub use op::Op;
pub use trap::Trap;
pub use types::{FuncType, GlobalType, HeapType, Limits, MemoryType, RefType, TableType, ValType};
