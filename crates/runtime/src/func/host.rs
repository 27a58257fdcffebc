//! Host functions: closures with typed arguments, or with values and a type known only at run time.
//!
//! Arguments are read from the frame's slots and results written over them, by code that the closure's type gives: no
//! list of values is built. The embedder's data type stands in that code only, never in the store.

use core::ptr::NonNull;

use moteur_pool::{Arc, Box, Heap, Vec, unsize};
use moteur_wasm::{FuncType, Trap, ValType};

use super::caller::Caller;
use super::rows::Row;
use super::ty::list::List;
use super::ty::{HostResult, WasmTy};
use crate::context::StorePtr;
use crate::error::{Error, Limit};
use crate::slot::{Slot, read_bits, slots_of, write_bits};
use crate::store::StoreInner;
use crate::store::entity::{FuncEntity, InstanceEntity};
use crate::val::Val;

/// What host functions need so that stores and linkers may go to other threads. Where the machine has no
/// compare-and-swap, these stay where they are, and what comes from a heap can be part of a host function all the same.
#[cfg(target_has_atomic = "ptr")]
pub(crate) trait Shared: Send + Sync {}
#[cfg(target_has_atomic = "ptr")]
impl<F: Send + Sync> Shared for F {}
#[cfg(not(target_has_atomic = "ptr"))]
pub(crate) trait Shared {}
#[cfg(not(target_has_atomic = "ptr"))]
impl<F> Shared for F {}

/// A host function, or a table of them, as the interpreter calls it.
pub(crate) trait HostFunc: Shared {
    /// The function of that name in a table, and its type.
    fn find(&self, name: &str) -> Option<(Row, &'static FuncType<'static>)> {
        let _ = name;
        None
    }

    /// Reads the arguments from `frame` on and writes the results there.
    ///
    /// # Safety
    /// `store` is the store that the function was added to, nothing else borrows it, its `stack_top` is above the
    /// frame, and the frame has the function's arguments and room for its results.
    unsafe fn call(
        &self,
        row: Row,
        store: NonNull<StoreInner>,
        caller: Option<NonNull<InstanceEntity>>,
        frame: *mut Slot,
    ) -> Result<(), Error>;
}

/// A host function in a store.
pub(crate) struct HostEntry {
    pub func: Arc<dyn HostFunc>,
    pub row: Row,
    /// Slots of its arguments.
    pub params: u16,
    /// Slots of its results.
    pub results: u16,
    /// The function as the guest sees it.
    pub entity: NonNull<FuncEntity>,
}

impl StoreInner {
    /// The store's function for a host function of this type, added when the store doesn't have it yet.
    pub fn add_host(
        &mut self,
        func: &Arc<dyn HostFunc>,
        row: Row,
        ty: FuncType<'_>,
    ) -> Result<NonNull<FuncEntity>, Error> {
        for entry in &self.hosts {
            if entry.row == row && Arc::ptr_eq(&entry.func, func) {
                return Ok(entry.entity);
            }
        }
        let count = |types: &[ValType]| {
            let slots = types.iter().fold(0_usize, |sum, ty| sum.saturating_add(slots_of(*ty)));
            u16::try_from(slots).map_err(|_| Error::Limit(Limit::Arguments))
        };
        let (params, results) = (count(ty.params)?, count(ty.results)?);
        let type_id = self.types.intern(ty)?;
        self.hosts.reserve(1)?;
        let index = self.hosts.len() as u32;
        let entity = self.arena.add(FuncEntity { type_id, index, instance: None, code: Default::default() })?;
        self.hosts.push(HostEntry { func: func.clone(), row, params, results, entity })?;
        Ok(entity)
    }
}

/// Calls the host function with this index; gives the slots of its results.
///
/// # Safety
/// The arguments stand at `frame`.
pub(crate) unsafe fn call_host(
    store: NonNull<StoreInner>,
    index: u32,
    caller: Option<NonNull<InstanceEntity>>,
    frame: *mut Slot,
) -> Result<usize, Error> {
    // SAFETY: the caller's promise; the entry is cloned, because the function may add others.
    unsafe {
        let inner = store.as_ptr();
        let hosts: &[HostEntry] = &(*inner).hosts;
        let Some(entry) = hosts.get(index as usize) else {
            return Err(Error::OutOfBounds);
        };
        let (func, row, params, results) = (entry.func.clone(), entry.row, entry.params, entry.results);
        if (*inner).host_depth >= (*inner).engine.config().host_depth_max {
            return Err(Error::Limit(Limit::HostDepth));
        }
        let top = frame.wrapping_add(usize::from(params.max(results)));
        if top > (*inner).stack_end {
            return Err(Error::Trap(Trap::StackOverflow));
        }
        let (old_top, old_instance) = ((*inner).stack_top, (*inner).ctx.instance);
        (*inner).stack_top = top;
        (*inner).host_depth += 1;
        let result = func.call(row, store, caller, frame);
        (*inner).host_depth -= 1;
        (*inner).stack_top = old_top;
        debug_assert!((*inner).ctx.instance == old_instance, "calls restore the instance");
        if result.is_ok() {
            (*inner).backtrace.clear();
            (*inner).ctx.refresh_memory();
        }
        result.map(|()| usize::from(results))
    }
}

/// Slots of parameters and results of the host function with this index.
///
/// # Safety
/// The store is valid.
#[cfg_attr(not(feature = "interpreter"), allow(dead_code))]
pub(crate) unsafe fn slots_of_host(store: NonNull<StoreInner>, index: u32) -> (usize, usize) {
    // SAFETY: the caller's promise.
    let hosts: &[HostEntry] = unsafe { &(*store.as_ptr()).hosts };
    hosts.get(index as usize).map_or((0, 0), |entry| (usize::from(entry.params), usize::from(entry.results)))
}

/// A closure that can be a host function of stores with data of type `T`.
///
/// Closures take up to 16 arguments of the types [`WasmTy`], after an optional [`Caller`], and return nothing, one such
/// value, a tuple of them, or a `Result` of these with [`Error`]. `P` and `R` follow from the closure.
///
/// ```
/// use moteur::{Caller, Config, Engine, Error, Func, Heap, Store, Trap};
///
/// let engine = Engine::new(Config::new(Heap::system()))?;
/// let mut store = Store::new(&engine, 0_u64)?;
/// Func::wrap(&mut store, || {})?;
/// Func::wrap(&mut store, |a: i32, b: i64| (b, a))?;
/// Func::wrap(&mut store, |mut caller: Caller<'_, u64>, n: u32| *caller.data_mut() += u64::from(n))?;
/// Func::wrap(&mut store, |n: f64| if n < 0.0 { Err(Error::trap(Trap::Unreachable)) } else { Ok(n.sqrt()) })?;
/// # Ok::<(), Error>(())
/// ```
pub trait IntoFunc<T, P, R>: sealed::Sealed<T, P, R> + Send + Sync + 'static {}

mod sealed {
    use super::*;

    #[doc(hidden)]
    pub trait Sealed<T, P, R> {
        const PARAMS: &'static [ValType];
        const RESULTS: &'static [ValType];

        /// # Safety
        /// As for `HostFunc::call`.
        unsafe fn invoke(&self, caller: Caller<'_, T>, frame: *mut Slot) -> Result<(), Error>;
    }
}

/// A closure with the code that calls it. The code knows the data type `T`, so this type need not.
struct Closure<F> {
    closure: F,
    code: Code<F>,
}

type Code<F> = unsafe fn(&F, NonNull<StoreInner>, Option<NonNull<InstanceEntity>>, *mut Slot) -> Result<(), Error>;

impl<F: Shared> HostFunc for Closure<F> {
    unsafe fn call(
        &self,
        _: Row,
        store: NonNull<StoreInner>,
        caller: Option<NonNull<InstanceEntity>>,
        frame: *mut Slot,
    ) -> Result<(), Error> {
        // SAFETY: the caller's promise.
        unsafe { (self.code)(&self.closure, store, caller, frame) }
    }
}

/// A host function that is not yet in a store, with its type.
pub(crate) struct HostDef {
    pub func: Arc<dyn HostFunc>,
    pub params: Types,
    pub results: Types,
}

/// Types that were known when the program was compiled, or not.
pub(crate) enum Types {
    Static(&'static [ValType]),
    Owned(Box<[ValType]>),
}

impl Types {
    fn as_slice(&self) -> &[ValType] {
        match self {
            Types::Static(types) => types,
            Types::Owned(types) => types,
        }
    }
}

impl HostDef {
    /// A typed closure.
    pub fn typed<T, P, R, F: IntoFunc<T, P, R>>(closure: F, heap: Heap) -> Result<HostDef, Error> {
        unsafe fn code<T, P, R, F: IntoFunc<T, P, R>>(
            closure: &F,
            store: NonNull<StoreInner>,
            caller: Option<NonNull<InstanceEntity>>,
            frame: *mut Slot,
        ) -> Result<(), Error> {
            // SAFETY: the caller's promise; a function made for `T` is only added to stores with data of type `T`.
            unsafe { closure.invoke(Caller::new(store, caller), frame) }
        }
        let func = Arc::new_in(Closure { closure, code: code::<T, P, R, F> }, heap)?;
        Ok(HostDef {
            func: unsize!(func => dyn HostFunc),
            params: Types::Static(F::PARAMS),
            results: Types::Static(F::RESULTS),
        })
    }

    /// A closure on values.
    pub fn dynamic<T, F>(params: &[ValType], results: &[ValType], closure: F, heap: Heap) -> Result<HostDef, Error>
    where
        F: Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<(), Error> + Send + Sync + 'static,
    {
        unsafe fn code<T, F>(
            this: &Dynamic<F>,
            store: NonNull<StoreInner>,
            caller: Option<NonNull<InstanceEntity>>,
            frame: *mut Slot,
        ) -> Result<(), Error>
        where
            F: Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<(), Error>,
        {
            // SAFETY: the caller's promise; a function made for `T` is only added to stores with data of type `T`.
            unsafe {
                let mut values = this.arguments(store.as_ref(), frame)?;
                if let Some((args, results)) = values.split_at_mut_checked(this.params.len()) {
                    (this.closure)(Caller::new(store, caller), args, results)?;
                    this.results(store.as_ref(), results, frame)?;
                }
                Ok(())
            }
        }
        let copy = |types| Box::from_slice_in(types, heap);
        let this = Dynamic { params: copy(params)?, results: copy(results)?, closure };
        let func = Arc::new_in(Closure { closure: this, code: code::<T, F> }, heap)?;
        Ok(HostDef {
            func: unsize!(func => dyn HostFunc),
            params: Types::Owned(copy(params)?),
            results: Types::Owned(copy(results)?),
        })
    }

    /// The function's type.
    pub fn ty(&self) -> FuncType<'_> {
        FuncType { params: self.params.as_slice(), results: self.results.as_slice() }
    }
}

/// A closure on values, with its type.
struct Dynamic<F> {
    params: Box<[ValType]>,
    results: Box<[ValType]>,
    closure: F,
}

impl<F> Dynamic<F> {
    /// The arguments, followed by the default values of the results.
    ///
    /// # Safety
    /// The arguments stand at `frame`.
    unsafe fn arguments(&self, store: &StoreInner, frame: *mut Slot) -> Result<Vec<Val>, Error> {
        let mut values = Vec::new_in(store.heap);
        values.reserve_exact(self.params.len().saturating_add(self.results.len()))?;
        let mut at = frame;
        for ty in &*self.params {
            // SAFETY: the caller's promise.
            unsafe {
                values.push(Val::from_bits(store, *ty, read_bits(at, *ty)))?;
                at = at.add(slots_of(*ty));
            }
        }
        for ty in &*self.results {
            values.push(Val::default(*ty))?;
        }
        Ok(values)
    }

    /// # Safety
    /// There is room for the results at `frame`.
    unsafe fn results(&self, store: &StoreInner, results: &[Val], frame: *mut Slot) -> Result<(), Error> {
        let mut at = frame;
        for (ty, value) in self.results.iter().zip(results) {
            let bits = value.to_bits(store, *ty)?;
            // SAFETY: the caller's promise.
            unsafe {
                write_bits(at, *ty, bits);
                at = at.add(slots_of(*ty));
            }
        }
        Ok(())
    }
}

macro_rules! into_func {
    ($($arg:ident)*) => {
        impl<T, F, R, $($arg,)*> sealed::Sealed<T, ($($arg,)*), R> for F
        where
            F: Fn($($arg),*) -> R + Send + Sync + 'static,
            R: HostResult,
            $($arg: WasmTy,)*
        {
            const PARAMS: &'static [ValType] = <($($arg,)*) as List>::TYPES;
            const RESULTS: &'static [ValType] = <R::Values as List>::TYPES;

            #[allow(non_snake_case)]
            unsafe fn invoke(&self, caller: Caller<'_, T>, frame: *mut Slot) -> Result<(), Error> {
                let store = StorePtr(caller.store());
                // SAFETY: the caller's promise: arguments stand there, and there is room for the results.
                unsafe {
                    let ($($arg,)*) = <($($arg,)*) as List>::read(store, frame);
                    self($($arg),*).into_values()?.write(store, frame)
                }
            }
        }

        impl<T, F, R, $($arg,)*> IntoFunc<T, ($($arg,)*), R> for F
        where
            F: Fn($($arg),*) -> R + Send + Sync + 'static,
            R: HostResult,
            $($arg: WasmTy,)*
        {}

        impl<T, F, R, $($arg,)*> sealed::Sealed<T, (Caller<'_, T>, $($arg,)*), R> for F
        where
            F: Fn(Caller<'_, T>, $($arg),*) -> R + Send + Sync + 'static,
            R: HostResult,
            $($arg: WasmTy,)*
        {
            const PARAMS: &'static [ValType] = <($($arg,)*) as List>::TYPES;
            const RESULTS: &'static [ValType] = <R::Values as List>::TYPES;

            #[allow(non_snake_case)]
            unsafe fn invoke(&self, caller: Caller<'_, T>, frame: *mut Slot) -> Result<(), Error> {
                let store = StorePtr(caller.store());
                // SAFETY: as above.
                unsafe {
                    let ($($arg,)*) = <($($arg,)*) as List>::read(store, frame);
                    self(caller, $($arg),*).into_values()?.write(store, frame)
                }
            }
        }

        impl<T, F, R, $($arg,)*> IntoFunc<T, (Caller<'_, T>, $($arg,)*), R> for F
        where
            F: Fn(Caller<'_, T>, $($arg),*) -> R + Send + Sync + 'static,
            R: HostResult,
            $($arg: WasmTy,)*
        {}
    };
}

super::ty::for_each_arity!(into_func);
