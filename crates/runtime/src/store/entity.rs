//! What a store owns: the run-time form of functions, memories, tables, globals and instances.
//!
//! Every entity stands in an allocation of its own and never moves while its store lives, so instances and the
//! interpreter hold plain addresses of them: importing shares an entity, it never copies one.

use core::ptr::NonNull;

use moteur_pool::{Box, Vec};
use moteur_wasm::{FuncIdx, GlobalType, PageSize, TableType};

use super::arena::List;
use crate::lower::Codes;
use crate::module::Module;
use crate::native;
use crate::slot::Slot;

/// A function that can be called: a guest function of an instance, or a host function.
#[repr(C)]
pub(crate) struct FuncEntity {
    /// The function's type in the store's registry: equal numbers mean equal types, across modules.
    pub type_id: u32,
    /// The function's index in its module; for a host function its index in the store's list.
    pub index: u32,
    /// The instance that the function belongs to; `None` for a host function.
    pub instance: Option<NonNull<InstanceEntity>>,
    /// Where its native code is.
    pub code: native::CodeAddress,
}

/// A linear memory.
#[repr(C)]
pub(crate) struct MemoryEntity {
    /// First byte.
    pub base: *mut u8,
    /// Bytes that the guest may reach.
    pub len: usize,
    /// What `len` may reach at most: the type's maximum, the engine's limit, the address space.
    pub len_max: usize,
    /// The maximum that the type declares, in pages.
    pub declared_max: Option<u32>,
    pub page: PageSize,
    pub source: native::Source,
}

/// A table of references.
#[repr(C)]
pub(crate) struct TableEntity {
    /// Where `elems` are and how many, for native code: written by whatever changes either.
    pub head: native::TableHead,
    pub elems: Vec<Slot>,
    pub ty: TableType,
    pub len_max: u32,
}

/// A global variable.
#[repr(C)]
pub(crate) struct GlobalEntity {
    /// The value's bits; 32-bit values and references are zero-extended.
    pub bits: u64,
    pub ty: GlobalType,
}

/// A module in a store: its lowered code and what its types are called here, shared by all its instances.
pub(crate) struct LoadedModule {
    pub module: Module,
    /// The lowered code of its functions.
    #[cfg_attr(not(feature = "interpreter"), allow(dead_code))]
    pub codes: Codes,
    /// For each type of the module its number in the store's registry.
    pub type_ids: Box<[u32]>,
}

/// An instance of a module. Its lists stand in one block of the store's arena.
pub(crate) struct InstanceEntity {
    pub loaded: NonNull<LoadedModule>,
    /// All functions of the index space, imported ones first.
    pub funcs: List<NonNull<FuncEntity>>,
    pub tables: List<NonNull<TableEntity>>,
    pub memories: List<NonNull<MemoryEntity>>,
    /// Addresses of the values of all globals: the same list as `global_entities`, whose values stand first.
    pub globals: List<NonNull<u64>>,
    pub global_entities: List<NonNull<GlobalEntity>>,
    /// One bit for each element segment that was dropped.
    pub elem_dropped: List<u32>,
    /// One bit for each data segment that was dropped.
    pub data_dropped: List<u32>,
}

const _: () = assert!(core::mem::offset_of!(GlobalEntity, bits) == 0);

impl InstanceEntity {
    /// The function with index `func`; validation proved that it exists.
    pub fn func(&self, func: FuncIdx) -> Option<NonNull<FuncEntity>> {
        self.funcs.get(func.index()).copied()
    }
}
