//! The store: everything that instances need at run time, and the embedder's data, owned by one value.
//!
//! [`Store<T>`] is a thin shell: all work is done on `StoreInner`, which does not depend on `T`, so a program with
//! several kinds of store has the code once. `StoreInner` stands in the heap and never moves.

use core::alloc::Layout;
use core::marker::PhantomData;
use core::ptr::NonNull;
use core::sync::atomic::Ordering;

use moteur_pool::{Arc, Box, Heap, OutOfMemory, Vec};

use crate::backtrace::Backtrace;
use crate::context::{AsContext, AsContextMut, StorePtr, sealed};
use crate::engine::Engine;
use crate::error::Error;
use crate::func::caller::Caller;
use crate::func::host::HostEntry;
use crate::interp::Ctx;
use crate::interrupt::{InterruptFlag, InterruptHandle};
use crate::lower::Codes;
use crate::module::Module;
use crate::native;
use crate::slot::{SLOT_BYTES, Slot};

pub(crate) mod arena;
#[cfg_attr(not(feature = "interpreter"), allow(dead_code))]
pub(crate) mod bulk;
pub(crate) mod entity;
mod id;
pub(crate) mod instantiate;
mod memory;
mod table;
mod types;

use arena::Arena;
use entity::LoadedModule;
pub(crate) use id::StoreId;
pub(crate) use memory::copy_slice;
pub(crate) use types::TypeRegistry;

/// All that a store has but its type parameter.
pub(crate) struct StoreInner {
    pub ctx: Ctx,
    pub engine: Engine,
    pub heap: Heap,
    pub id: StoreId,
    /// The guest's stack: its first slot, the end, and the first slot that no active call uses.
    pub stack_base: *mut Slot,
    pub stack_end: *mut Slot,
    pub stack_top: *mut Slot,
    /// How many host functions are active that were called by the guest.
    pub host_depth: u32,
    pub instance_count: u32,
    /// Bytes that a memory may have at most.
    pub memory_bytes_max: usize,
    /// The newest suspended call, 0 for none, and how many there ever were.
    pub suspended: u64,
    pub suspensions: u64,
    pub hosts: Vec<HostEntry>,
    pub types: TypeRegistry,
    /// Modules that were loaded into this store; the arena owns them.
    pub loaded: Vec<NonNull<LoadedModule>>,
    pub backtrace: Backtrace,
    #[allow(dead_code, reason = "only native code asks")]
    pub native: native::StorePart,
    /// Keeps alive what `ctx.interrupt` points to.
    pub interrupt: Arc<InterruptFlag>,
    /// The embedder's data, a `T` that `Store<T>` owns.
    pub data: NonNull<()>,
    pub arena: Arena,
}

/// Owns instances and all they consist of, and the embedder's data of type `T`.
///
/// Handles such as [`Func`](crate::Func) or [`Memory`](crate::Memory) are small and `Copy`; they are used together with
/// the store that they belong to, and refused by any other. Dropping the store gives all its memory back.
///
/// ```
/// use moteur::{Config, Engine, Heap, Store};
///
/// let engine = Engine::new(Config::new(Heap::system()))?;
/// let mut store = Store::new(&engine, 41)?;
/// *store.data_mut() += 1;
/// assert_eq!(store.into_data(), 42);
/// # Ok::<(), moteur::Error>(())
/// ```
pub struct Store<T> {
    inner: NonNull<StoreInner>,
    /// Owns a `T`; and neither a longer nor a shorter lifetime in `T` will do, because host functions write to it.
    owns: PhantomData<Owned<T>>,
}

type Owned<T> = (T, fn(T) -> T);

// SAFETY: all that a store reaches belongs to it or is shared through atomics; host functions are `Send` and `Sync`.
#[cfg(target_has_atomic = "ptr")]
unsafe impl<T: Send> Send for Store<T> {}
// SAFETY: as above; a shared store is only read.
#[cfg(target_has_atomic = "ptr")]
unsafe impl<T: Sync> Sync for Store<T> {}

impl<T> Store<T> {
    /// An empty store with the embedder's `data`. The guest's stack is allocated here.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn new(engine: &Engine, data: T) -> Result<Store<T>, Error> {
        Store::with_stack_bytes(engine, data, engine.config().stack_bytes)
    }

    /// As [`new`](Store::new), with a stack of so many bytes instead of what [`Config`](crate::Config) says.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn with_stack_bytes(engine: &Engine, data: T, stack_bytes: usize) -> Result<Store<T>, Error> {
        let (data, heap) = Box::into_raw(Box::new_in(data, engine.heap())?);
        match StoreInner::new(engine, data.cast(), stack_bytes) {
            Ok(inner) => Ok(Store { inner, owns: PhantomData }),
            Err(error) => {
                // SAFETY: the parts come from a box.
                drop(unsafe { Box::from_raw(data, heap) });
                Err(error)
            }
        }
    }

    /// Gives guests a stack of so many bytes from now on.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`], and the old stack stays; [`Error::NotResumable`] while a guest is running or suspended.
    pub fn set_stack_bytes(&mut self, bytes: usize) -> Result<(), Error> {
        self.inner_mut().replace_stack(bytes)
    }

    /// Lets the memories that are made from now on have at most so many bytes each, if the engine allows no fewer.
    pub fn limit_memories(&mut self, bytes: u64) {
        let inner = self.inner_mut();
        let limit = inner.engine.config().memory_bytes_max;
        inner.memory_bytes_max = usize::try_from(bytes).unwrap_or(usize::MAX).min(limit);
    }

    /// The embedder's data.
    pub fn data(&self) -> &T {
        // SAFETY: the store owns a `T` there, and is borrowed.
        unsafe { self.inner().data.cast::<T>().as_ref() }
    }

    /// The embedder's data, for writing.
    pub fn data_mut(&mut self) -> &mut T {
        // SAFETY: as in `data`, exclusively.
        unsafe { self.inner().data.cast::<T>().as_mut() }
    }

    /// Drops the store and returns the embedder's data.
    pub fn into_data(self) -> T {
        let this = core::mem::ManuallyDrop::new(self);
        let (data, heap) = (this.inner().data.cast::<T>(), this.inner().heap);
        // SAFETY: the store is going; its data was made from a box.
        unsafe {
            StoreInner::drop(this.inner);
            Box::into_inner(Box::from_raw(data, heap))
        }
    }

    /// The engine that the store was made for.
    pub fn engine(&self) -> &Engine {
        &self.inner().engine
    }

    /// Sets how much fuel guests have left.
    ///
    /// # Errors
    /// [`Error::FuelOff`] where [`Config::fuel`](crate::Config::fuel) is not on.
    pub fn set_fuel(&mut self, fuel: u64) -> Result<(), Error> {
        self.inner_mut().set_fuel(fuel)
    }

    /// How much fuel is left.
    ///
    /// # Errors
    /// As [`set_fuel`](Store::set_fuel).
    pub fn fuel(&self) -> Result<u64, Error> {
        self.inner().fuel()
    }

    /// A handle that another thread or an interrupt handler may stop the guest with.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle::new(self.inner().interrupt.clone())
    }

    /// Lets `flag` stop the guest instead of what [`interrupt_handle`](Store::interrupt_handle) gives: for firmware,
    /// whose interrupt handlers know statics only.
    pub fn set_interrupt_flag(&mut self, flag: &'static InterruptFlag) {
        self.inner_mut().ctx.interrupt = flag.raw();
    }

    /// The store as a host function gets it that the embedder called itself: for code that serves both.
    ///
    /// ```
    /// use moteur::{Caller, Config, Engine, Error, Func, Heap, Store};
    ///
    /// fn add_twice(mut caller: Caller<'_, u32>, n: u32) {
    ///     *caller.data_mut() += 2 * n;
    /// }
    /// let engine = Engine::new(Config::new(Heap::system()))?;
    /// let mut store = Store::new(&engine, 1)?;
    /// add_twice(store.caller(), 3);
    /// Func::wrap(&mut store, add_twice)?.typed::<u32, ()>(&store)?.call(&mut store, 4)?;
    /// assert_eq!(*store.data(), 15);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn caller(&mut self) -> Caller<'_, T> {
        // SAFETY: the store is borrowed exclusively, and its data is a `T`.
        unsafe { Caller::new(self.inner, None) }
    }

    /// The guest functions that were active when the last call failed.
    pub fn backtrace(&self) -> &Backtrace {
        &self.inner().backtrace
    }

    /// What the store keeps for native code.
    #[cfg(feature = "faults")]
    pub(crate) fn native(&self) -> &native::StorePart {
        &self.inner().native
    }

    fn inner(&self) -> &StoreInner {
        // SAFETY: the store owns it.
        unsafe { self.inner.as_ref() }
    }

    fn inner_mut(&mut self) -> &mut StoreInner {
        // SAFETY: the store owns it, and is borrowed exclusively.
        unsafe { self.inner.as_mut() }
    }
}

impl<T> Drop for Store<T> {
    fn drop(&mut self) {
        let (data, heap) = (self.inner().data.cast::<T>(), self.inner().heap);
        // SAFETY: the store is going; its data was made from a box.
        unsafe {
            StoreInner::drop(self.inner);
            drop(Box::from_raw(data, heap));
        }
    }
}

impl<T> sealed::Context for Store<T> {
    #[inline]
    fn store_ptr(&self) -> StorePtr {
        StorePtr(self.inner)
    }
}

impl<T> AsContext for Store<T> {
    type Data = T;
}

impl<T> AsContextMut for Store<T> {}

impl StoreInner {
    fn new(engine: &Engine, data: NonNull<()>, stack_bytes: usize) -> Result<NonNull<StoreInner>, Error> {
        let heap = engine.heap();
        let id = StoreId::next()?;
        let interrupt = Arc::new_in(InterruptFlag::new(), heap)?;
        let place = heap.allocate(Layout::new::<StoreInner>())?.cast::<StoreInner>();
        let slots = stack_bytes / SLOT_BYTES;
        let stack = match stack_layout(slots).and_then(|layout| heap.allocate(layout)) {
            Ok(stack) => stack.cast::<Slot>().as_ptr(),
            Err(error) => {
                // SAFETY: just allocated.
                unsafe { heap.deallocate(place.cast(), Layout::new::<StoreInner>()) };
                return Err(error.into());
            }
        };
        let stack_end = stack.wrapping_add(slots);
        let ctx = Ctx::new(place.as_ptr(), stack_end, interrupt.raw());
        let inner = StoreInner {
            ctx,
            engine: engine.clone(),
            heap,
            id,
            stack_base: stack,
            stack_end,
            stack_top: stack,
            host_depth: 0,
            instance_count: 0,
            memory_bytes_max: engine.config().memory_bytes_max,
            suspended: 0,
            suspensions: 0,
            hosts: Vec::new_in(heap),
            types: TypeRegistry::new(heap),
            loaded: Vec::new_in(heap),
            backtrace: Backtrace::new(id),
            native: Default::default(),
            interrupt,
            data,
            arena: Arena::new(heap),
        };
        // SAFETY: just allocated for it.
        unsafe { place.write(inner) };
        Ok(place)
    }

    /// Drops all but the embedder's data.
    ///
    /// # Safety
    /// `this` came from `new` and is not used any more.
    unsafe fn drop(this: NonNull<StoreInner>) {
        // SAFETY: the caller's promise. The stack outlives the entities, which cannot be running.
        unsafe {
            let inner = this.as_ref();
            let (heap, stack, slots) = (inner.heap, inner.stack_base, inner.stack_slots());
            this.drop_in_place();
            if let (Some(stack), Ok(layout)) = (NonNull::new(stack), stack_layout(slots)) {
                heap.deallocate(stack.cast(), layout);
            }
            heap.deallocate(this.cast(), Layout::new::<StoreInner>());
        }
    }

    fn replace_stack(&mut self, bytes: usize) -> Result<(), Error> {
        if self.stack_top != self.stack_base || self.host_depth != 0 || !self.ctx.instance.is_null() {
            return Err(Error::NotResumable);
        }
        let slots = bytes / SLOT_BYTES;
        let stack = self.heap.allocate(stack_layout(slots)?)?.cast::<Slot>().as_ptr();
        if let (Some(old), Ok(layout)) = (NonNull::new(self.stack_base), stack_layout(self.stack_slots())) {
            // SAFETY: it came from this heap with this layout, and no call is active.
            unsafe { self.heap.deallocate(old.cast(), layout) };
        }
        self.stack_base = stack;
        self.stack_top = stack;
        self.stack_end = stack.wrapping_add(slots);
        self.ctx.set_stack_end(self.stack_end);
        Ok(())
    }

    fn stack_slots(&self) -> usize {
        (self.stack_end.addr().wrapping_sub(self.stack_base.addr())) / SLOT_BYTES
    }

    pub fn set_fuel(&mut self, fuel: u64) -> Result<(), Error> {
        if !self.engine.config().fuel {
            return Err(Error::FuelOff);
        }
        self.ctx.set_fuel(fuel);
        Ok(())
    }

    pub fn fuel(&self) -> Result<u64, Error> {
        if self.engine.config().fuel { Ok(self.ctx.fuel_left()) } else { Err(Error::FuelOff) }
    }

    pub fn is_interrupted(&self) -> bool {
        // SAFETY: it points to a static or to what `interrupt` keeps alive.
        unsafe { self.ctx.interrupt.as_ref() }.is_some_and(|flag| flag.load(Ordering::Acquire) != 0)
    }

    /// The module's form in this store, made when it is first needed.
    pub fn load(&mut self, module: &Module) -> Result<NonNull<LoadedModule>, Error> {
        if !self.engine.same(module.engine()) {
            return Err(Error::ForeignEngine);
        }
        for loaded in &self.loaded {
            // SAFETY: loaded modules live as long as the store.
            if unsafe { loaded.as_ref() }.module.same(module) {
                return Ok(*loaded);
            }
        }
        let heap = self.heap;
        let wasm = module.wasm();
        let defined = wasm.func_count().saturating_sub(wasm.imported_func_count());
        let codes = Codes::new(defined, heap)?;
        let mut type_ids = Vec::with_capacity_in(wasm.type_count() as usize, heap)?;
        for ty in 0..wasm.type_count() {
            if let Some(ty) = wasm.func_type(moteur_wasm::TypeIdx(ty)) {
                type_ids.push(self.types.intern(ty)?)?;
            }
        }
        let type_ids = type_ids.into_boxed_slice()?;
        self.loaded.reserve(1)?;
        let loaded = self.arena.add(LoadedModule { module: module.clone(), codes, type_ids })?;
        self.loaded.push(loaded)?;
        Ok(loaded)
    }
}

fn stack_layout(slots: usize) -> Result<Layout, OutOfMemory> {
    Layout::array::<Slot>(slots).map_err(|_| OutOfMemory)
}
