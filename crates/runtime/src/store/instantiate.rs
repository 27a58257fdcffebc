//! Instantiation, in the specification's order: check the imports, allocate, evaluate globals, copy active element and
//! data segments, run the start function.
//!
//! What fails before the first segment is copied leaves no trace. What fails later leaves the instance alive, since
//! imported tables may refer to its functions by then.

use core::ptr::NonNull;

use moteur_wasm::{DataIdx, DataMode, ElemIdx, ElemMode, FuncIdx, GlobalIdx, MemIdx, TableIdx};

use super::arena::List;
use super::bulk::{self, ConstValues};
use super::entity::{FuncEntity, GlobalEntity, InstanceEntity, LoadedModule, MemoryEntity, TableEntity};
use crate::alloc::HeapAlloc;
use crate::context::{Handle, StorePtr};
use crate::error::{Error, Limit, LinkError};
use crate::externs::Extern;
use crate::func::frame;
use crate::instance::Instance;
use crate::module::Module;
use crate::native;
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
    module.check_bodies()?;
    let loaded = inner.load(module)?;
    // SAFETY: `loaded` is of this store, and lives as long.
    unsafe {
        check_imports(StorePtr(store), loaded, imports)?;
        if inner.engine.config().eager {
            lower::lower_all(loaded)?;
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

/// Makes the instance and all that it defines.
fn allocate(
    store: &mut StoreInner,
    loaded: NonNull<LoadedModule>,
    imports: &[Extern],
) -> Result<NonNull<InstanceEntity>, Error> {
    // SAFETY: loaded modules live as long as the store.
    let wasm = unsafe { (*loaded.as_ptr()).module.wasm() };
    // SAFETY: the block has as many words as the lists need.
    let mut lists = unsafe { Lists::new(store.arena.add_slice(Lists::words(wasm), |_| 0)?, wasm) };
    for import in imports {
        let (kind, entity) = match import {
            Extern::Func(func) => (FUNCS, func.0.get(store)?.cast()),
            Extern::Table(table) => (TABLES, table.0.get(store)?.cast()),
            Extern::Memory(memory) => (MEMORIES, memory.0.get(store)?.cast()),
            Extern::Global(global) => (GLOBALS, global.0.get(store)?.cast()),
        };
        lists.push(kind, entity);
    }
    // SAFETY: the lists are filled below, each with as many entities as the module has of the kind.
    let entity = unsafe { lists.instance(loaded) };
    let instance = store.arena.add(entity)?;

    define_funcs(store, loaded, instance, &mut lists)?;
    for table in wasm.imported_table_count()..wasm.table_count() {
        let ty = wasm.table_type(TableIdx(table)).ok_or(Error::Type)?;
        let table = TableEntity::new(ty, 0, store.engine.config().table_elements_max, store.heap)?;
        lists.push(TABLES, store.arena.add(table)?.cast());
    }
    for memory in wasm.imported_memory_count()..wasm.memory_count() {
        let ty = wasm.memory_type(MemIdx(memory)).ok_or(Error::Type)?;
        let config = store.engine.config();
        let memory = MemoryEntity::new(ty, store.memory_bytes_max, native::source(config, store.heap))?;
        lists.push(MEMORIES, store.arena.add(memory)?.cast());
    }
    for global in wasm.imported_global_count()..wasm.global_count() {
        let ty = wasm.global_type(GlobalIdx(global)).ok_or(Error::Type)?;
        lists.push(GLOBALS, store.arena.add(GlobalEntity { bits: 0, ty })?.cast());
    }
    debug_assert!(lists.full(), "one entity for each index");
    // SAFETY: just made, with full lists now.
    evaluate_globals(unsafe { instance.as_ref() });
    Ok(instance)
}

/// The kinds of entities that have an index space.
const KINDS: usize = 4;
const FUNCS: usize = 0;
const TABLES: usize = 1;
const MEMORIES: usize = 2;
const GLOBALS: usize = 3;

type Wasm = moteur_wasm::Module<HeapAlloc>;

/// How many entities of each kind a module has, imported ones included.
fn lens(wasm: &Wasm) -> [u32; KINDS] {
    [wasm.func_count(), wasm.table_count(), wasm.memory_count(), wasm.global_count()]
}

/// Words that hold a bit for each segment.
fn bit_words(segments: u32) -> usize {
    segments.div_ceil(32) as usize
}

/// An instance's lists while they are filled: one block of words.
///
/// ```text
/// functions | tables | memories | globals | dropped elements' bits | dropped data's bits
/// ```
struct Lists {
    lists: [Filling; KINDS],
    /// Words of bits behind them, for elements and for data.
    bits: NonNull<usize>,
    elem_words: usize,
    data_words: usize,
}

#[derive(Clone, Copy)]
struct Filling {
    first: NonNull<NonNull<()>>,
    len: usize,
    filled: usize,
}

impl Lists {
    /// How many words the lists of an instance take.
    fn words(wasm: &Wasm) -> usize {
        let entities = lens(wasm).iter().fold(0_usize, |sum, len| sum.saturating_add(*len as usize));
        entities.saturating_add(bit_words(wasm.elem_count())).saturating_add(bit_words(wasm.data_count()))
    }

    /// # Safety
    /// `words` zeros stand at `at`.
    unsafe fn new(mut at: NonNull<usize>, wasm: &Wasm) -> Lists {
        let lists = lens(wasm).map(|len| {
            let first = at.cast();
            // SAFETY: the caller's promise.
            at = unsafe { at.add(len as usize) };
            Filling { first, len: len as usize, filled: 0 }
        });
        Lists { lists, bits: at, elem_words: bit_words(wasm.elem_count()), data_words: bit_words(wasm.data_count()) }
    }

    /// Adds the next entity of a kind. The module has no more than the list has room for.
    fn push(&mut self, kind: usize, entity: NonNull<()>) {
        if let Some(list) = self.lists.get_mut(kind)
            && list.filled < list.len
        {
            // SAFETY: just compared.
            unsafe { list.first.add(list.filled).write(entity) };
            list.filled = list.filled.wrapping_add(1);
        }
    }

    fn full(&self) -> bool {
        self.lists.iter().all(|list| list.filled == list.len)
    }

    /// The instance that the lists belong to.
    ///
    /// # Safety
    /// The lists are filled before anybody looks into them.
    unsafe fn instance(&self, loaded: NonNull<LoadedModule>) -> InstanceEntity {
        let [funcs, tables, memories, globals] = self.lists;
        // SAFETY: the block has all of them; the caller sees to their content. Bits are half a word at most.
        unsafe {
            InstanceEntity {
                loaded,
                funcs: List::new(funcs.first.cast(), funcs.len),
                tables: List::new(tables.first.cast(), tables.len),
                memories: List::new(memories.first.cast(), memories.len),
                globals: List::new(globals.first.cast(), globals.len),
                global_entities: List::new(globals.first.cast(), globals.len),
                elem_dropped: List::new(self.bits.cast(), self.elem_words),
                data_dropped: List::new(self.bits.add(self.elem_words).cast(), self.data_words),
            }
        }
    }
}

fn define_funcs(
    store: &mut StoreInner,
    loaded: NonNull<LoadedModule>,
    instance: NonNull<InstanceEntity>,
    lists: &mut Lists,
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
        let code = native::address_of(&loaded.module, FuncIdx(index));
        FuncEntity { type_id: ty.copied().unwrap_or(u32::MAX), index, instance: Some(instance), code }
    })?;
    for at in 0..count {
        // SAFETY: there are `count` of them.
        lists.push(FUNCS, unsafe { first.add(at) }.cast());
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
