//! No native code: what takes the place of `native` without the feature of that name.

use core::ptr::NonNull;

use moteur_image::section::Refusal;
use moteur_pool::Heap;
use moteur_wasm::FuncIdx;

use crate::alloc::HeapAlloc;
use crate::engine::{Config, Engine};
use crate::error::Error;
use crate::module::Module;
use crate::slot::Slot;
use crate::store::StoreInner;
use crate::store::entity::InstanceEntity;

/// What a module knows of its native code: nothing.
pub(crate) struct Attached;

impl Attached {
    /// Looks for nothing.
    ///
    /// # Safety
    /// None.
    pub unsafe fn find(_: &Engine, _: &moteur_wasm::Module<HeapAlloc>, _: &[u8]) -> Attached {
        Attached
    }

    /// There is no code.
    pub fn is_native(&self) -> bool {
        false
    }

    /// Why there is none.
    pub fn missing(&self, _: &moteur_wasm::Module<HeapAlloc>, _: &[u8]) -> Refusal {
        Refusal::Unsupported
    }
}

/// Where a function's native code is: nowhere.
#[derive(Clone, Copy, Default)]
pub(crate) struct CodeAddress;

/// Where a table's elements are: only native code asks.
pub(crate) struct TableHead;

impl TableHead {
    pub fn of(_: &[Slot]) -> TableHead {
        TableHead
    }
}

/// What an engine does with native code: nothing.
#[derive(Clone, Copy)]
pub(crate) struct Policy;

impl Policy {
    pub const IGNORE: Policy = Policy;
}

/// Where the bytes of linear memories come from.
pub(crate) type Source = Heap;

/// Where the bytes of an engine's memories come from.
pub(crate) fn source(_: &Config, heap: Heap) -> Source {
    heap
}

/// What a store needs for native code: nothing.
#[derive(Default)]
pub(crate) struct StorePart;

/// Where the native code of a function is.
pub(crate) fn address_of(_: &Module, _: FuncIdx) -> CodeAddress {
    CodeAddress
}

/// Whether the module has native code.
pub(crate) fn is_native(_: &Module) -> bool {
    false
}

/// Never called: nothing is native.
///
/// # Safety
/// None.
pub(crate) unsafe fn call(
    _: NonNull<StoreInner>,
    _: NonNull<InstanceEntity>,
    _: FuncIdx,
    _: *mut Slot,
) -> Result<(), Error> {
    Err(Error::OutOfBounds)
}
