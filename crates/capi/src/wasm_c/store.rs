//! The store behind all handles: each of them shares it, so they may be deleted in any order, and the last one ends it.
//!
//! A store is for one thread at a time, which the header demands, so what is shared here needs no locks. Functions of the
//! program run in the midst of calls and may use and delete any handle then; whatever calls them holds no reference into
//! the store's parts, but a share of the store itself.

use core::cell::{Cell, UnsafeCell};
use core::fmt::{self, Write};
use core::mem::ManuallyDrop;
use core::ptr;

use moteur::pool::{Arc, Vec};
use moteur::{Caller, Error, ExternRef, Global, Heap, Instance, Module, OutOfMemory, Table, Val};

use super::engine::Engine;
use super::heap::{give_made, take};
use super::host_info::{Entity, HostInfo, HostInfos};
use super::pins::Pins;
use super::refs::Object;
use super::trap::Pending;
use super::vec::Vector;

/// `wasm_store_t`: a share of the store.
pub struct Store(pub(super) Arc<StoreShared>);

/// The way back from a store of the runtime to what C knows as the store.
#[derive(Clone, Copy)]
pub(super) struct Home(*const StoreShared);

// SAFETY: a store and what it leads to are used by one thread at a time, as the header demands.
unsafe impl Send for Home {}
// SAFETY: as above.
unsafe impl Sync for Home {}

impl Home {
    /// The store, whose count goes up.
    ///
    /// # Safety
    /// A call into the store is under way.
    pub unsafe fn share(self) -> Option<Arc<StoreShared>> {
        // SAFETY: whoever made the call has a share of the store.
        unsafe { self.0.as_ref() }.and_then(|store| store.this.lend(|this| this.clone()))
    }
}

/// A part of the store that is lent to code which calls nothing of the program's.
pub(super) struct Part<T>(UnsafeCell<T>);

impl<T> Part<T> {
    pub fn new(value: T) -> Part<T> {
        Part(UnsafeCell::new(value))
    }

    /// Runs `work` on the part. It calls nothing of the program's, so nothing lends the part meanwhile.
    pub fn lend<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: the store is for one thread, and `work` comes back before the part is lent again.
        work(unsafe { &mut *self.0.get() })
    }
}

/// What all handles of a store share.
pub(super) struct StoreShared {
    /// The runtime's store as the innermost function of the program that is active got it.
    context: UnsafeCell<Caller<'static, Home>>,
    /// Calls into the guest that are under way.
    depth: Cell<u32>,
    /// The share that functions of the program take, while a call is under way.
    this: Part<Option<Arc<StoreShared>>>,
    /// The trap that a function of the program ended the guest with, on its way to who called the guest.
    pub pending: Cell<Option<Pending>>,
    /// Why the last function failed.
    error: Cell<Option<Error>>,
    infos: Part<HostInfos>,
    pins: Part<Pins>,
    /// Where guests can hold objects of the program's.
    roots: Part<Roots>,
    /// Whether all such places are known.
    knows_roots: Cell<bool>,
    collecting: Cell<bool>,
    pub engine: moteur::Engine,
    /// Only used through `context`, until it goes.
    guests: ManuallyDrop<moteur::Store<Home>>,
}

struct Roots {
    instances: Vec<Instance>,
    tables: Vec<Table>,
    globals: Vec<Global>,
}

impl StoreShared {
    fn new(engine: &moteur::Engine) -> Result<Arc<StoreShared>, Error> {
        let heap = engine.heap();
        let mut guests = moteur::Store::new(engine, Home(ptr::null()))?;
        // SAFETY: the store goes after what has this, and is used through it only. It may be moved: it is a shell.
        let context = unsafe { core::mem::transmute::<Caller<'_, Home>, Caller<'static, Home>>(guests.caller()) };
        let shared = Arc::new_in(
            StoreShared {
                context: UnsafeCell::new(context),
                depth: Cell::new(0),
                this: Part::new(None),
                pending: Cell::new(None),
                error: Cell::new(None),
                infos: Part::new(HostInfos::new(heap)),
                pins: Part::new(Pins::new(heap)),
                roots: Part::new(Roots {
                    instances: Vec::new_in(heap),
                    tables: Vec::new_in(heap),
                    globals: Vec::new_in(heap),
                }),
                knows_roots: Cell::new(true),
                collecting: Cell::new(false),
                engine: engine.clone(),
                guests: ManuallyDrop::new(guests),
            },
            heap,
        )?;
        *shared.context().data_mut() = Home(Arc::as_ptr(&shared));
        Ok(shared)
    }

    pub fn heap(&self) -> Heap {
        self.engine.heap()
    }

    /// The runtime's store.
    pub fn context(&self) -> Caller<'_, Home> {
        // SAFETY: the reference ends here. What the caller gets is valid as long as the function of the program that is
        // active now, and so as long as what calls us.
        unsafe { (*self.context.get()).reborrow() }
    }

    /// Runs `work` while the store is used as a function of the program got it.
    pub fn within<R>(&self, caller: Caller<'_, Home>, work: impl FnOnce() -> R) -> R {
        // SAFETY: it is replaced before the function of the program returns; no reference into it is kept anywhere.
        unsafe {
            let caller = core::mem::transmute::<Caller<'_, Home>, Caller<'static, Home>>(caller);
            let outer = core::mem::replace(&mut *self.context.get(), caller);
            let result = work();
            *self.context.get() = outer;
            result
        }
    }

    /// Runs `work`, which calls into the guest.
    pub fn entered<R>(this: &Arc<StoreShared>, work: impl FnOnce() -> R) -> R {
        let outermost = this.depth.get() == 0;
        this.depth.set(this.depth.get().saturating_add(1));
        if outermost {
            this.this.lend(|share| *share = Some(this.clone()));
        }
        let result = work();
        this.depth.set(this.depth.get().saturating_sub(1));
        if outermost {
            drop(this.this.lend(Option::take));
        }
        result
    }

    /// Remembers why a function fails.
    pub fn fail(&self, error: impl Into<Error>) {
        self.error.set(Some(error.into()));
    }

    /// The result, where there is one; otherwise its error is remembered.
    pub fn note<T, E: Into<Error>>(&self, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.fail(error)).ok()
    }

    /// What is attached to an entity.
    pub fn host_info(&self, entity: Entity) -> *mut core::ffi::c_void {
        self.infos.lend(|infos| infos.get(entity))
    }

    /// Attaches something to an entity. Whatever goes is finalized: what was there, or the new where memory runs out.
    pub fn set_host_info(&self, entity: Entity, info: HostInfo) {
        let replaced = self.infos.lend(|infos| infos.set(entity, info));
        if let Err((_, error)) = &replaced {
            self.fail(*error);
        }
    }

    /// The number of an object that is given to a guest.
    pub fn pin(&self, object: &Object) -> Result<ExternRef, OutOfMemory> {
        if let Some(at) = object.pinned() {
            // A finalizer may hand it over while it is not yet seen to be in use.
            self.pins.lend(|pins| pins.mark(at));
            return Ok(ExternRef::new(at));
        }
        let at = self.pins.lend(|pins| pins.add(object.clone()))?;
        object.set_pinned(Some(at));
        Ok(ExternRef::new(at))
    }

    /// The object behind a number of a guest's.
    pub fn pinned(&self, number: ExternRef) -> Option<Object> {
        self.pins.lend(|pins| pins.get(number.number()).cloned())
    }

    /// An instance is there, which may hold objects.
    pub fn reserve_root(&self) -> Result<(), OutOfMemory> {
        self.roots.lend(|roots| {
            roots.instances.reserve(1)?;
            roots.tables.reserve(1)?;
            roots.globals.reserve(1)
        })
    }

    /// Something is there that may hold objects. There is room, as `reserve_root` made.
    pub fn add_root(&self, root: Entity) {
        let added = self.roots.lend(|roots| match root {
            Entity::Instance(instance) => roots.instances.push(instance),
            Entity::Table(table) => roots.tables.push(table),
            Entity::Global(global) => roots.globals.push(global),
            Entity::Func(_) | Entity::Memory(_) => Ok(()),
        });
        if added.is_err() {
            self.knows_roots.set(false);
        }
    }

    /// There is an instance that nobody knows, since its start failed: it may hold objects for ever.
    pub fn add_unknown_root(&self) {
        self.knows_roots.set(false);
    }

    /// Lets objects go that no guest can hand back, if there are many and no guest runs. Finalizers may run then, and delete
    /// the handle that the caller has the store of: here is a share to go on with.
    pub fn collected(this: &Arc<StoreShared>) -> Arc<StoreShared> {
        let this = this.clone();
        let may_collect = this.depth.get() == 0 && !this.collecting.get() && this.knows_roots.get();
        if may_collect && this.pins.lend(|pins| pins.is_full()) {
            this.collecting.set(true);
            this.collect();
            this.collecting.set(false);
        }
        this
    }

    fn collect(&self) {
        self.pins.lend(Pins::clear_marks);
        self.mark();
        let mut next = 0;
        while let Some((at, object)) = self.pins.lend(|pins| pins.take_unmarked(next)) {
            object.set_pinned(None);
            // This may run a finalizer, which may use the store.
            drop(object);
            next = at.wrapping_add(1);
        }
        self.pins.lend(Pins::set_next_look);
    }

    fn mark(&self) {
        let context = self.context();
        let visit = |number: ExternRef| self.pins.lend(|pins| pins.mark(number.number()));
        let value = |value: Result<Val, Error>| {
            if let Ok(Val::ExternRef(Some(number))) = value {
                visit(number);
            }
        };
        self.roots.lend(|roots| {
            for instance in &roots.instances {
                // The instance is of this store.
                let _ = instance.extern_refs(&context, visit);
            }
            for table in &roots.tables {
                (0..table.size(&context).unwrap_or(0)).for_each(|at| value(table.get(&context, at)));
            }
            roots.globals.iter().for_each(|global| value(global.get(&context)));
        });
    }
}

impl Drop for StoreShared {
    fn drop(&mut self) {
        // SAFETY: it is not used afterwards: finalizers have no handle of this store any more.
        unsafe { ManuallyDrop::drop(&mut self.guests) };
    }
}

/// Writes text to a vector, as far as there is memory.
struct Text<'a>(&'a mut Vec<u8>);

impl Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes()).map_err(|OutOfMemory| fmt::Error)
    }
}

/// What `text` displays, with a zero behind it.
pub(super) fn text(text: impl fmt::Display, heap: Heap) -> Result<Vec<u8>, OutOfMemory> {
    let mut bytes = Vec::new_in(heap);
    write!(Text(&mut bytes), "{text}\0").map_err(|fmt::Error| OutOfMemory)?;
    Ok(bytes)
}

/// An error as the module knows it that it is about.
pub(super) fn describe(error: &Error, module: Option<&Module>, heap: Heap) -> Result<Vec<u8>, OutOfMemory> {
    match module {
        Some(module) => text(error.describe(module), heap),
        None => text(error, heap),
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_store_new(engine: *mut Engine) -> *mut Store {
    // SAFETY: the engine is there, or null.
    let Some(engine) = (unsafe { engine.as_ref() }) else { return ptr::null_mut() };
    give_made(StoreShared::new(&engine.0).map(|store| {
        let heap = store.heap();
        (Store(store), heap)
    }))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_store_delete(store: *mut Store) {
    // SAFETY: C owns it, or gives null.
    drop(unsafe { take(store) });
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_store_error(store: *const Store, out: *mut Vector<u8>) {
    // SAFETY: the store is there, or null.
    let store = unsafe { store.as_ref() };
    let message = store.and_then(|store| {
        let heap = store.0.heap();
        let text = text(store.0.error.get()?, heap).ok()?;
        super::ports::bytes(&text, heap).ok()
    });
    // SAFETY: C gives a place for a vector, or null.
    unsafe { Vector::put(Ok(message.map_or(Vector::EMPTY, |message| message.into_vector())), out) };
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_store_set_fuel(store: *mut Store, fuel: u64) -> bool {
    // SAFETY: the store is there, or null.
    let Some(store) = (unsafe { store.as_ref() }) else { return false };
    store.0.note(store.0.context().set_fuel(fuel)).is_some()
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_store_fuel(store: *const Store) -> u64 {
    // SAFETY: the store is there, or null.
    unsafe { store.as_ref() }.and_then(|store| store.0.note(store.0.context().fuel())).unwrap_or(0)
}
