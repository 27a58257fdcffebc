//! Moteur: a WebAssembly micro runtime, from bare Cortex-M to Linux.
//!
//! An [`Engine`] says where memory comes from and which limits hold. A [`Module`] is checked bytes, which stay where
//! they are if they are static. A [`Store`] owns instances and the embedder's data; a [`Linker`] gives modules what
//! they import; an [`Instance`]'s exports are called through [`Func`] and [`TypedFunc`].
//!
//! ```
//! use moteur::{Config, Engine, Heap, Linker, Module, Store};
//!
//! // In firmware: Heap::new(buffer) with a static buffer.
//! let engine = Engine::new(Config::new(Heap::system()))?;
//! # let wasm = wat::parse_str(r#"(module (import "env" "seven" (func $seven (result i32)))
//! #     (func (export "times") (param i32) (result i32) (i32.mul (local.get 0) (call $seven))))"#).unwrap();
//! let module = Module::new(&engine, &wasm)?;
//!
//! let mut linker = Linker::new(&engine);
//! linker.func("env", "seven", || 7)?;
//!
//! let mut store = Store::new(&engine, ())?;
//! let instance = linker.instantiate(&mut store, &module)?;
//! let times = instance.typed_func::<i32, i32>(&store, "times")?;
//! assert_eq!(times.call(&mut store, 6)?, 42);
//! # Ok::<(), moteur::Error>(())
//! ```
//!
//! Every allocation can fail, and failing is an [`Error`]. No module, image or guest pointer makes this crate panic.
//! Dropping a store and the engine's other users gives back all memory.
#![no_std]
// With neither, every module is refused: crates above this one can be checked alone.
#![cfg_attr(not(any(feature = "interpreter", feature = "native")), allow(dead_code))]

#[cfg(feature = "std")]
extern crate std;

mod alloc;
mod backtrace;
#[cfg(feature = "interpreter")]
mod code;
mod context;
#[cfg(feature = "defmt")]
mod defmt;
mod engine;
mod error;
mod externs;
mod func;
mod global;
mod instance;
#[cfg_attr(not(feature = "interpreter"), path = "interp_none.rs")]
mod interp;
mod interrupt;
mod linker;
#[cfg_attr(not(feature = "interpreter"), path = "lower_none.rs")]
mod lower;
mod memory;
mod module;
#[cfg_attr(not(feature = "native"), path = "native_none.rs")]
mod native;
mod slot;
mod store;
mod table;
mod val;

pub use backtrace::{Backtrace, Frame};
pub use context::{AsContext, AsContextMut};
pub use engine::{Config, Engine};
pub use error::{Error, Limit, LinkError};
pub use externs::Extern;
pub use func::Func;
#[cfg(feature = "interpreter")]
pub use func::awaited::IntoAsyncFunc;
#[cfg(feature = "interpreter")]
pub use func::call_async::{CallAsync, TypedCallAsync};
pub use func::caller::Caller;
pub use func::host::IntoFunc;
pub use func::resume::{Call, Suspended};
pub use func::rows::{HostFunction, WORDS_MAX, Words};
pub use func::ty::{GuestAddr, HostResult, WasmTy, WasmValues};
pub use func::typed::TypedFunc;
pub use global::Global;
pub use instance::Instance;
pub use interrupt::{InterruptFlag, InterruptHandle};
pub use linker::Linker;
pub use memory::Memory;
pub use module::{ExportType, ExternType, ImportType, Module};
pub use moteur_image::section::Refusal;
pub use moteur_pool as pool;
pub use moteur_pool::{Heap, OutOfMemory};
pub use moteur_wasm as wasm;
pub use moteur_wasm::{
    FuncType, GlobalType, HeapType, Limits, MemoryType, PageSize, RefType, TableType, Trap, ValType,
};
#[cfg(feature = "signatures")]
pub use native::PublicKey;
#[cfg(feature = "native")]
pub use native::{
    CodeHeap, CodeMemory, CodeRegion, Decide, FaultCause, FaultFrame, FaultWatch, GuardedMemory, GuestFault, InPlace,
    KeyId, NativeSection, Resume, cpu_feature,
};
pub use store::Store;
pub use table::Table;
pub use val::{ExternRef, Val};
