//! Instantiation, in the specification's order: check the imports, allocate, evaluate globals, copy active element and
//! data segments, run the start function.
//!
//! What fails before the first segment is copied leaves no trace. What fails later leaves the instance alive, since
//! imported tables may refer to its functions by then.

use core::ptr::NonNull;

use moteur_pool::{Box, Vec};
use moteur_wasm::{DataIdx, DataMode, ElemIdx, ElemMode, FuncIdx, GlobalIdx, MemIdx, TableIdx};

use super::bulk::{self, ConstValues};
use super::entity::{FuncEntity, GlobalEntity, InstanceEntity, LoadedModule, MemoryEntity, TableEntity};
use crate::context::{Handle, StorePtr};
use crate::error::{Error, Limit, LinkError};
use crate::externs::Extern;
use crate::func::frame;
use crate::instance::Instance;
use crate::module::Module;
use crate::store::StoreInner;
use crate::{interp, lower};

/// Instantiates `module` with `imports` in the module's order.
///
/// # Safety
/// The store is borrowed exclusively by the caller.
pub(crate) unsafe fn instantiate(store: StorePtr, module: &Module, imports: &[Extern]) -> Result<Instance, Error> {
    let mut store = store.0;
    // SAFETY: the caller's promise. The reference ends before guest code runs.
    let inner = unsafe { store.as_mut() };
    let loaded = inner.load(module)?;
    // SAFETY: `loaded` is of this store, and lives as long.
    unsafe {
        check_imports(StorePtr(store), loaded, imports)?;
        if inner.engine.config().eager {
            lower_all(loaded)?;
        }
    }
    if inner.instance_count >= inner.engine.config().instances_max {
        return Err(Error::Limit(Limit::Instances));
    }
    let mark = inner.arena.mark();
    let instance = match allocate(inner, loaded, imports) {
        Ok(instance) => instance,
        Err(error) => {
            // SAFETY: nothing refers to the half-made instance yet.
            unsafe { inner.arena.back_to(mark) };
            return Err(error);
        }
    };
    inner.instance_count = inner.instance_count.saturating_add(1);
    // SAFETY: the instance is whole; nobody else uses its memories and tables.
    unsafe { copy_segments(instance)? };
    // SAFETY: the instance is whole.
    let start = module.wasm().start().and_then(|start| unsafe { instance.as_ref() }.func(start));
    if let Some(start) = start {
        let frame = frame(inner, 0)?;
        // SAFETY: the function is of the store; a start function has neither arguments nor results.
        unsafe { interp::invoke(store, start, frame)? };
    }
    // SAFETY: the caller's promise.
    Ok(Instance(Handle::new(unsafe { store.as_ref() }, instance)))
}

/// # Safety
/// `loaded` is of the store.
unsafe fn check_imports(store: StorePtr, loaded: NonNull<LoadedModule>, imports: &[Extern]) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    let module = unsafe { &loaded.as_ref().module };
    let link = |import: usize, reason| Error::Link { import: import as u32, reason };
    let mut count = 0_usize;
    for (at, wanted) in module.wasm().imports(module.bytes()).enumerate() {
        let given = imports.get(at).ok_or(link(at, LinkError::Unknown))?;
        // SAFETY: the caller's promise.
        if !unsafe { given.matches(store, loaded, wanted.ty)? } {
            return Err(link(at, LinkError::Incompatible));
        }
        count = at.wrapping_add(1);
    }
    if imports.len() > count { Err(link(count, LinkError::TooMany)) } else { Ok(()) }
}

/// # Safety
/// `loaded` is of the store.
unsafe fn lower_all(loaded: NonNull<LoadedModule>) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    let (imported, count) = unsafe {
        let wasm = loaded.as_ref().module.wasm();
        (wasm.imported_func_count(), wasm.func_count())
    };
    for func in imported..count {
        // SAFETY: as above.
        unsafe { lower::lower_func(loaded, FuncIdx(func))? };
    }
    Ok(())
}

/// Makes the instance and all that it defines.
fn allocate(
    store: &mut StoreInner,
    loaded: NonNull<LoadedModule>,
    imports: &[Extern],
) -> Result<NonNull<InstanceEntity>, Error> {
    let heap = store.heap;
    let instance = store.arena.add(InstanceEntity::empty(loaded, heap)?)?;
    // SAFETY: loaded modules live as long as the store.
    let wasm = unsafe { (*loaded.as_ptr()).module.wasm() };

    let mut funcs = Vec::with_capacity_in(wasm.func_count() as usize, heap)?;
    let mut tables = Vec::with_capacity_in(wasm.table_count() as usize, heap)?;
    let mut memories = Vec::with_capacity_in(wasm.memory_count() as usize, heap)?;
    let mut globals = Vec::with_capacity_in(wasm.global_count() as usize, heap)?;
    for import in imports {
        match import {
            Extern::Func(func) => funcs.push(func.0.get(store)?)?,
            Extern::Table(table) => tables.push(table.0.get(store)?)?,
            Extern::Memory(memory) => memories.push(memory.0.get(store)?)?,
            Extern::Global(global) => globals.push(global.0.get(store)?)?,
        }
    }
    define_funcs(store, loaded, instance, &mut funcs)?;
    for table in wasm.imported_table_count()..wasm.table_count() {
        let ty = wasm.table_type(TableIdx(table)).ok_or(Error::Type)?;
        let table = TableEntity::new(ty, 0, store.engine.config().table_elements_max, heap)?;
        tables.push(store.arena.add(table)?)?;
    }
    for memory in wasm.imported_memory_count()..wasm.memory_count() {
        let ty = wasm.memory_type(MemIdx(memory)).ok_or(Error::Type)?;
        let memory = MemoryEntity::new(ty, store.engine.config().memory_pages_max, heap)?;
        memories.push(store.arena.add(memory)?)?;
    }
    define_globals(store, loaded, &mut globals)?;

    // SAFETY: just made, and nobody else knows it.
    let entity = unsafe { &mut *instance.as_ptr() };
    entity.funcs = funcs.into_boxed_slice()?;
    entity.tables = tables.into_boxed_slice()?;
    entity.memories = memories.into_boxed_slice()?;
    // SAFETY: globals live as long as the store.
    let bits = |global: &NonNull<GlobalEntity>| unsafe { NonNull::from(&mut (*global.as_ptr()).bits) };
    let mut addresses = Vec::with_capacity_in(globals.len(), heap)?;
    for global in &globals {
        addresses.push(bits(global))?;
    }
    entity.globals = addresses.into_boxed_slice()?;
    entity.global_entities = globals.into_boxed_slice()?;
    entity.elem_dropped = Box::zeroed_in(wasm.elem_count().div_ceil(32) as usize, heap)?;
    entity.data_dropped = Box::zeroed_in(wasm.data_count().div_ceil(32) as usize, heap)?;
    evaluate_globals(entity);
    Ok(instance)
}

fn define_funcs(
    store: &mut StoreInner,
    loaded: NonNull<LoadedModule>,
    instance: NonNull<InstanceEntity>,
    funcs: &mut Vec<NonNull<FuncEntity>>,
) -> Result<(), Error> {
    // SAFETY: loaded modules live as long as the store.
    let loaded = unsafe { loaded.as_ref() };
    let wasm = loaded.module.wasm();
    let imported = wasm.imported_func_count();
    let count = wasm.func_count().saturating_sub(imported) as usize;
    let first = store.arena.add_slice(count, |at| {
        let index = imported.wrapping_add(at as u32);
        let ty = wasm.func_type_idx(FuncIdx(index)).and_then(|ty| loaded.type_ids.get(ty.index()));
        // Validation proved that each function has a type.
        FuncEntity { type_id: ty.copied().unwrap_or(u32::MAX), index, instance: Some(instance) }
    })?;
    for at in 0..count {
        // SAFETY: there are `count` of them.
        funcs.push(unsafe { first.add(at) })?;
    }
    Ok(())
}

fn define_globals(
    store: &mut StoreInner,
    loaded: NonNull<LoadedModule>,
    globals: &mut Vec<NonNull<GlobalEntity>>,
) -> Result<(), Error> {
    // SAFETY: loaded modules live as long as the store.
    let wasm = unsafe { loaded.as_ref().module.wasm() };
    let imported = wasm.imported_global_count();
    for global in imported..wasm.global_count() {
        let ty = wasm.global_type(GlobalIdx(global)).ok_or(Error::Type)?;
        globals.push(store.arena.add(GlobalEntity { bits: 0, ty })?)?;
    }
    Ok(())
}

/// Gives the globals that the module defines their values, in order: each may refer to those before it.
fn evaluate_globals(instance: &InstanceEntity) {
    // SAFETY: loaded modules live as long as the store.
    let module = unsafe { &instance.loaded.as_ref().module };
    let imported = module.wasm().imported_global_count();
    for (at, address) in (0..).zip(&*instance.globals).skip(imported as usize) {
        let init = module.wasm().global_init(module.bytes(), GlobalIdx(at));
        let value = init.and_then(|init| init.eval(&mut ConstValues(instance)).ok());
        // Validation proved that it evaluates. SAFETY: globals live as long as the store.
        unsafe { *address.as_ptr() = value.unwrap_or(0) };
    }
}

/// Copies the active segments, elements first, and drops those that no instruction can use.
///
/// # Safety
/// The instance is whole; nobody else uses its memories and tables meanwhile.
unsafe fn copy_segments(instance: NonNull<InstanceEntity>) -> Result<(), Error> {
    // SAFETY: the caller's promise; loaded modules live as long as the store.
    let (entity, module) = unsafe {
        let entity = &mut *instance.as_ptr();
        let loaded = entity.loaded;
        (entity, &(*loaded.as_ptr()).module)
    };
    let (wasm, bytes) = (module.wasm(), module.bytes());
    for at in 0..wasm.elem_count() {
        let Some(elem) = wasm.elem(bytes, ElemIdx(at)) else { continue };
        if let ElemMode::Passive = elem.mode {
            continue;
        }
        if let ElemMode::Active { table, offset } = &elem.mode {
            let offset = offset.eval(&mut ConstValues(entity)).map_err(Error::from)? as u32;
            // SAFETY: the caller's promise.
            unsafe { bulk::table_init(entity, at, table.0, offset, 0, elem.len())? };
        }
        bulk::elem_drop(entity, at);
    }
    for at in 0..wasm.data_count() {
        let Some(data) = wasm.data(bytes, DataIdx(at)) else { continue };
        if let DataMode::Active { memory, offset } = &data.mode {
            let offset = offset.eval(&mut ConstValues(entity)).map_err(Error::from)? as u32;
            let len = data.bytes.len() as u32;
            // SAFETY: the caller's promise.
            unsafe { bulk::memory_init(entity, memory.0, at, offset, 0, len)? };
            bulk::data_drop(entity, at);
        }
    }
    Ok(())
}
