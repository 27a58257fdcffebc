//! References: what every handle is that C holds of a store's objects, and what all kinds of them can do.
//!
//! `wasm_func_t`, `wasm_extern_t`, `wasm_ref_t` and so on are the same object here, so that one can be seen as the other. Each
//! function looks whether it got the kind that it is for.

use core::cell::Cell;
use core::ffi::c_void;
use core::ptr;

use moteur::pool::Arc;
use moteur::{Extern, Heap, Module, OutOfMemory};

use super::heap::{give, take};
use super::host_info::{Entity, Finalizer, HostInfo};
use super::store::{Part, StoreShared};
use super::trap::{Ready, TrapShared};
use super::vec::Element;

/// A handle. It goes before its share of the store.
pub struct Ref {
    pub(super) object: Object,
    /// None for the traps that belong to no store.
    pub(super) store: Option<Arc<StoreShared>>,
}

/// What a handle is of.
#[derive(Clone)]
pub(super) enum Object {
    /// Something that the store owns as long as it lives.
    Entity(Entity),
    Module(Arc<ModuleShared>),
    Trap(Arc<TrapShared>),
    Foreign(Arc<ForeignShared>),
    /// A trap that takes no memory.
    Ready(Ready),
}

/// What all handles of a module share.
pub(super) struct ModuleShared {
    pub module: Module,
    pub info: Part<HostInfo>,
}

/// What all handles of a foreign object share.
pub(super) struct ForeignShared {
    pub info: Part<HostInfo>,
    /// The number that guests know it by, if they do.
    pub pinned: Cell<Option<u32>>,
}

/// The kinds of references that functions ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RefKind {
    Func,
    Global,
    Table,
    Memory,
    Extern,
    Instance,
    Module,
    Trap,
    Foreign,
}

impl Object {
    /// Whether it is of this kind.
    fn is(&self, kind: RefKind) -> bool {
        let own = match self {
            Object::Entity(Entity::Func(_)) => RefKind::Func,
            Object::Entity(Entity::Global(_)) => RefKind::Global,
            Object::Entity(Entity::Table(_)) => RefKind::Table,
            Object::Entity(Entity::Memory(_)) => RefKind::Memory,
            Object::Entity(Entity::Instance(_)) => RefKind::Instance,
            Object::Module(_) => RefKind::Module,
            Object::Trap(_) | Object::Ready(_) => RefKind::Trap,
            Object::Foreign(_) => RefKind::Foreign,
        };
        let is_extern = matches!(own, RefKind::Func | RefKind::Global | RefKind::Table | RefKind::Memory);
        own == kind || (is_extern && kind == RefKind::Extern)
    }

    fn same(&self, other: &Object) -> bool {
        match (self, other) {
            (Object::Entity(a), Object::Entity(b)) => a == b,
            (Object::Module(a), Object::Module(b)) => Arc::ptr_eq(a, b),
            (Object::Trap(a), Object::Trap(b)) => Arc::ptr_eq(a, b),
            (Object::Foreign(a), Object::Foreign(b)) => Arc::ptr_eq(a, b),
            (Object::Ready(a), Object::Ready(b)) => a == b,
            _ => false,
        }
    }

    /// The number that guests know it by, if that is known.
    pub fn pinned(&self) -> Option<u32> {
        if let Object::Foreign(foreign) = self { foreign.pinned.get() } else { None }
    }

    /// Notes the number that guests know it by.
    pub fn set_pinned(&self, number: Option<u32>) {
        if let Object::Foreign(foreign) = self {
            foreign.pinned.set(number);
        }
    }

    fn info(&self) -> Option<&Part<HostInfo>> {
        match self {
            Object::Module(module) => Some(&module.info),
            Object::Trap(trap) => Some(&trap.info),
            Object::Foreign(foreign) => Some(&foreign.info),
            Object::Entity(_) | Object::Ready(_) => None,
        }
    }
}

impl Ref {
    /// A handle, for C.
    pub(super) fn give(object: Object, store: &Arc<StoreShared>) -> Result<*mut Ref, OutOfMemory> {
        let handle = give(Ref { object, store: Some(store.clone()) }, store.heap());
        if handle.is_null() { Err(OutOfMemory) } else { Ok(handle) }
    }

    /// A handle of an entity for C; null where there is no memory for it, or no entity.
    pub(super) fn give_entity(entity: Option<Entity>, store: &Arc<StoreShared>) -> *mut Ref {
        let given = entity.map(|entity| Ref::give(Object::Entity(entity), store));
        given.and_then(|given| store.note(given)).unwrap_or(ptr::null_mut())
    }

    /// The handle that C gives, if it is one of this kind.
    ///
    /// # Safety
    /// It is null or there, as long as the result is used.
    pub(super) unsafe fn of_kind<'a>(handle: *const Ref, kind: RefKind) -> Option<&'a Ref> {
        // SAFETY: the caller's promise.
        unsafe { handle.as_ref() }.filter(|handle| handle.object.is(kind))
    }

    /// The entity behind a handle of C's, if it is of this kind, and its store.
    ///
    /// # Safety
    /// As for `of_kind`.
    pub(super) unsafe fn entity<'a>(handle: *const Ref, kind: RefKind) -> Option<(&'a Arc<StoreShared>, Entity)> {
        // SAFETY: the caller's promise.
        let handle = unsafe { Ref::of_kind(handle, kind) }?;
        let Object::Entity(entity) = handle.object else { return None };
        Some((handle.store.as_ref()?, entity))
    }

    /// Another handle of the same object.
    pub(super) fn copy(&self) -> Result<*mut Ref, OutOfMemory> {
        match &self.store {
            Some(store) => Ref::give(self.object.clone(), store),
            // A handle that takes no memory is there for ever.
            None => Ok((&raw const *self).cast_mut()),
        }
    }

    /// What is imported or exported behind a handle.
    pub(super) fn as_extern(&self) -> Option<Extern> {
        match self.object {
            Object::Entity(entity) => entity.as_extern(),
            _ => None,
        }
    }

    fn host_info(&self) -> *mut c_void {
        match (&self.object, &self.store) {
            (Object::Entity(entity), Some(store)) => store.host_info(*entity),
            (object, _) => object.info().map_or(ptr::null_mut(), |part| part.lend(|info| info.get())),
        }
    }

    /// What it replaces, or cannot keep, is finalized.
    fn set_host_info(&self, info: HostInfo) {
        match (&self.object, &self.store) {
            (Object::Entity(entity), Some(store)) => store.set_host_info(*entity, info),
            (object, _) => drop(match object.info() {
                Some(part) => part.lend(|old| core::mem::replace(old, info)),
                None => info,
            }),
        }
    }
}

impl Entity {
    /// What is imported or exported.
    pub(super) fn as_extern(self) -> Option<Extern> {
        Some(match self {
            Entity::Func(func) => func.into(),
            Entity::Global(global) => global.into(),
            Entity::Table(table) => table.into(),
            Entity::Memory(memory) => memory.into(),
            Entity::Instance(_) => return None,
        })
    }
}

impl From<Extern> for Entity {
    fn from(item: Extern) -> Entity {
        match item {
            Extern::Func(func) => Entity::Func(func),
            Extern::Global(global) => Entity::Global(global),
            Extern::Table(table) => Entity::Table(table),
            Extern::Memory(memory) => Entity::Memory(memory),
        }
    }
}

impl Element for *mut Ref {
    unsafe fn copy_in(self, _: Heap) -> Result<*mut Ref, OutOfMemory> {
        // SAFETY: the caller's promise.
        unsafe { self.as_ref() }.map_or(Ok(self), Ref::copy)
    }

    unsafe fn delete(self) {
        // SAFETY: the caller's promise.
        unsafe { delete(self) };
    }
}

/// Deletes a handle that C owns.
///
/// # Safety
/// It is null or there, and not used any more.
pub(super) unsafe fn delete(handle: *mut Ref) {
    // SAFETY: the caller's promise.
    if unsafe { handle.as_ref() }.is_some_and(|handle| handle.store.is_some()) {
        // SAFETY: made by `give`, as it has a store.
        drop(unsafe { take(handle) });
    }
}

/// Another handle of the same object, for C.
///
/// # Safety
/// It is null or there.
unsafe fn copy(handle: *const Ref) -> *mut Ref {
    // SAFETY: the caller's promise.
    let copy = unsafe { handle.as_ref() }.map(Ref::copy);
    copy.and_then(Result::ok).unwrap_or(ptr::null_mut())
}

/// # Safety
/// Both are null or there.
unsafe fn same(a: *const Ref, b: *const Ref) -> bool {
    // SAFETY: the caller's promise.
    match unsafe { (a.as_ref(), b.as_ref()) } {
        (Some(a), Some(b)) => a.object.same(&b.object),
        (None, None) => true,
        _ => false,
    }
}

/// # Safety
/// It is null or there.
unsafe fn set_host_info(handle: *mut Ref, info: *mut c_void, finalizer: Finalizer) {
    let info = HostInfo::new(info, finalizer);
    // SAFETY: the caller's promise.
    match unsafe { handle.as_ref() } {
        Some(handle) => handle.set_host_info(info),
        None => drop(info),
    }
}

/// What all references have.
macro_rules! base_functions {
    ($($delete:ident $copy:ident $same:ident $get:ident $set:ident $set_with:ident;)*) => { $(
        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $delete(handle: *mut Ref) {
            // SAFETY: C owns it, or gives null.
            unsafe { delete(handle) };
        }

        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $copy(handle: *const Ref) -> *mut Ref {
            // SAFETY: the handle is there, or null.
            unsafe { copy(handle) }
        }

        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $same(a: *const Ref, b: *const Ref) -> bool {
            // SAFETY: as above.
            unsafe { same(a, b) }
        }

        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $get(handle: *const Ref) -> *mut c_void {
            // SAFETY: as above.
            unsafe { handle.as_ref() }.map_or(ptr::null_mut(), Ref::host_info)
        }

        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $set(handle: *mut Ref, info: *mut c_void) {
            // SAFETY: as above.
            unsafe { set_host_info(handle, info, None) };
        }

        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $set_with(handle: *mut Ref, info: *mut c_void, finalizer: Finalizer) {
            // SAFETY: as above.
            unsafe { set_host_info(handle, info, finalizer) };
        }
    )* };
}

base_functions! {
    wasm_ref_delete wasm_ref_copy wasm_ref_same
        wasm_ref_get_host_info wasm_ref_set_host_info wasm_ref_set_host_info_with_finalizer;
    wasm_trap_delete wasm_trap_copy wasm_trap_same
        wasm_trap_get_host_info wasm_trap_set_host_info wasm_trap_set_host_info_with_finalizer;
    wasm_foreign_delete wasm_foreign_copy wasm_foreign_same
        wasm_foreign_get_host_info wasm_foreign_set_host_info wasm_foreign_set_host_info_with_finalizer;
    wasm_module_delete wasm_module_copy wasm_module_same
        wasm_module_get_host_info wasm_module_set_host_info wasm_module_set_host_info_with_finalizer;
    wasm_func_delete wasm_func_copy wasm_func_same
        wasm_func_get_host_info wasm_func_set_host_info wasm_func_set_host_info_with_finalizer;
    wasm_global_delete wasm_global_copy wasm_global_same
        wasm_global_get_host_info wasm_global_set_host_info wasm_global_set_host_info_with_finalizer;
    wasm_table_delete wasm_table_copy wasm_table_same
        wasm_table_get_host_info wasm_table_set_host_info wasm_table_set_host_info_with_finalizer;
    wasm_memory_delete wasm_memory_copy wasm_memory_same
        wasm_memory_get_host_info wasm_memory_set_host_info wasm_memory_set_host_info_with_finalizer;
    wasm_extern_delete wasm_extern_copy wasm_extern_same
        wasm_extern_get_host_info wasm_extern_set_host_info wasm_extern_set_host_info_with_finalizer;
    wasm_instance_delete wasm_instance_copy wasm_instance_same
        wasm_instance_get_host_info wasm_instance_set_host_info wasm_instance_set_host_info_with_finalizer;
}

/// Functions that see one kind of handle as another, which are the same object: the wider kind, and the narrower one if it
/// is that.
macro_rules! casts {
    ($($kind:ident: $wide:ident $narrow:ident $wide_const:ident $narrow_const:ident;)*) => { $(
        /// See the header.
        #[unsafe(no_mangle)]
        pub extern "C" fn $wide(handle: *mut Ref) -> *mut Ref {
            handle
        }

        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $narrow(handle: *mut Ref) -> *mut Ref {
            // SAFETY: the handle is there, or null.
            unsafe { $narrow_const(handle) }.cast_mut()
        }

        /// See the header.
        #[unsafe(no_mangle)]
        pub extern "C" fn $wide_const(handle: *const Ref) -> *const Ref {
            handle
        }

        /// See the header.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $narrow_const(handle: *const Ref) -> *const Ref {
            // SAFETY: the handle is there, or null.
            if unsafe { Ref::of_kind(handle, RefKind::$kind) }.is_some() { handle } else { ptr::null() }
        }
    )* };
}

casts! {
    Trap: wasm_trap_as_ref wasm_ref_as_trap wasm_trap_as_ref_const wasm_ref_as_trap_const;
    Foreign: wasm_foreign_as_ref wasm_ref_as_foreign wasm_foreign_as_ref_const wasm_ref_as_foreign_const;
    Module: wasm_module_as_ref wasm_ref_as_module wasm_module_as_ref_const wasm_ref_as_module_const;
    Func: wasm_func_as_ref wasm_ref_as_func wasm_func_as_ref_const wasm_ref_as_func_const;
    Global: wasm_global_as_ref wasm_ref_as_global wasm_global_as_ref_const wasm_ref_as_global_const;
    Table: wasm_table_as_ref wasm_ref_as_table wasm_table_as_ref_const wasm_ref_as_table_const;
    Memory: wasm_memory_as_ref wasm_ref_as_memory wasm_memory_as_ref_const wasm_ref_as_memory_const;
    Extern: wasm_extern_as_ref wasm_ref_as_extern wasm_extern_as_ref_const wasm_ref_as_extern_const;
    Instance: wasm_instance_as_ref wasm_ref_as_instance wasm_instance_as_ref_const wasm_ref_as_instance_const;
    Func: wasm_func_as_extern wasm_extern_as_func wasm_func_as_extern_const wasm_extern_as_func_const;
    Global: wasm_global_as_extern wasm_extern_as_global wasm_global_as_extern_const wasm_extern_as_global_const;
    Table: wasm_table_as_extern wasm_extern_as_table wasm_table_as_extern_const wasm_extern_as_table_const;
    Memory: wasm_memory_as_extern wasm_extern_as_memory wasm_memory_as_extern_const wasm_extern_as_memory_const;
}
