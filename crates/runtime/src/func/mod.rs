//! Functions: of guests and of the host, called with values or with typed arguments.

use core::ptr::NonNull;

use moteur_wasm::{FuncType, Trap, ValType};

#[cfg(feature = "interpreter")]
pub(crate) mod awaited;
#[cfg(feature = "interpreter")]
pub(crate) mod call_async;
pub(crate) mod caller;
pub(crate) mod host;
pub(crate) mod resume;
pub(crate) mod rows;
pub(crate) mod ty;
pub(crate) mod typed;
mod words;

use crate::context::{AsContext, AsContextMut, Handle, store_mut, store_ref};
use crate::error::Error;
use crate::interp;
use crate::slot::{SLOT_BYTES, Slot, read_bits, slots_of, write_bits};
use crate::store::StoreInner;
use crate::store::entity::FuncEntity;
use crate::val::Val;

use caller::Caller;
use host::{HostDef, IntoFunc};
use resume::Call;
use ty::WasmValues;
use typed::TypedFunc;

/// A function of a store.
///
/// ```
/// use moteur::{Config, Engine, Func, Heap, Store, Val};
///
/// let engine = Engine::new(Config::new(Heap::system()))?;
/// let mut store = Store::new(&engine, ())?;
/// let add = Func::wrap(&mut store, |a: i32, b: i32| a.wrapping_add(b))?;
/// let mut results = [Val::I32(0)];
/// add.call(&mut store, &[Val::I32(40), Val::I32(2)], &mut results)?;
/// assert_eq!(results, [Val::I32(42)]);
/// let add = add.typed::<(i32, i32), i32>(&store)?;
/// assert_eq!(add.call(&mut store, (1, 2)), Ok(3));
/// # Ok::<(), moteur::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Func(pub(crate) Handle<FuncEntity>);

impl Func {
    /// A host function made of a closure with typed arguments: see [`IntoFunc`].
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn wrap<C, P, R>(store: &mut C, closure: impl IntoFunc<C::Data, P, R>) -> Result<Func, Error>
    where
        C: AsContextMut,
    {
        let inner = store_mut(store);
        let host = HostDef::typed::<C::Data, P, R, _>(closure, inner.heap)?;
        Func::add(inner, &host)
    }

    /// A host function whose type is known only at run time. The closure gets the arguments, and as many results as
    /// the type has, which are zero or null to begin with and must keep their types.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn new<C, F>(store: &mut C, params: &[ValType], results: &[ValType], closure: F) -> Result<Func, Error>
    where
        C: AsContextMut,
        F: Fn(Caller<'_, C::Data>, &[Val], &mut [Val]) -> Result<(), Error> + Send + Sync + 'static,
    {
        let inner = store_mut(store);
        let host = HostDef::dynamic(params, results, closure, inner.heap)?;
        Func::add(inner, &host)
    }

    fn add(store: &mut StoreInner, host: &HostDef) -> Result<Func, Error> {
        let entity = store.add_host(&host.func, 0, host.ty())?;
        Ok(Func(Handle::new(store, entity)))
    }

    /// The function's type.
    ///
    /// # Errors
    /// [`Error::ForeignStore`].
    pub fn ty<'a>(&self, store: &'a impl AsContext) -> Result<FuncType<'a>, Error> {
        let store = store_ref(store);
        ty_of(store, self.0.get(store)?)
    }

    /// The same function with its type known to the compiler.
    ///
    /// # Errors
    /// [`Error::Type`] if the types differ, [`Error::ForeignStore`].
    pub fn typed<P: WasmValues, R: WasmValues>(&self, store: &impl AsContext) -> Result<TypedFunc<P, R>, Error> {
        let ty = self.ty(store)?;
        if ty.params != P::TYPES || ty.results != R::TYPES {
            return Err(Error::Type);
        }
        Ok(TypedFunc::new(*self))
    }

    /// Calls the function. What stands in `results` before does not matter; afterwards the results stand there.
    ///
    /// # Errors
    /// [`Error::Type`] if arguments or number of results don't fit the function's type, [`Error::ForeignStore`], or
    /// what ended the call, such as [`Error::Trap`].
    pub fn call(&self, store: &mut impl AsContextMut, args: &[Val], results: &mut [Val]) -> Result<(), Error> {
        call(store_mut(store), *self, args, results)
    }

    /// As [`call`](Func::call), but running out of fuel suspends the call instead of ending it with a trap.
    ///
    /// Fuel is taken for each run of operators without a branch at once, up to 256 units; a portion that is smaller than
    /// that may make no progress. A bulk operator that costs more does what a portion pays for. Inside host functions
    /// nothing can be suspended.
    ///
    /// ```
    /// use moteur::{Call, Config, Engine, Heap, Instance, Module, Store, Val};
    ///
    /// let engine = Engine::new(Config::new(Heap::system()).fuel(true))?;
    /// # let wasm = wat::parse_str(r#"(module (func (export "count") (result i32) (local i32)
    /// #     (loop (local.set 0 (i32.add (local.get 0) (i32.const 1)))
    /// #     (br_if 0 (i32.lt_u (local.get 0) (i32.const 1000)))) (local.get 0)))"#).unwrap();
    /// let module = Module::new(&engine, &wasm)?; // counts to 1000 in a loop
    /// let mut store = Store::new(&engine, ())?;
    /// let instance = Instance::new(&mut store, &module, &[])?;
    /// let count = instance.func(&store, "count").unwrap();
    /// let mut results = [Val::I32(0)];
    /// let mut times = 0;
    /// store.set_fuel(100)?;
    /// let mut call = count.call_resumable(&mut store, &[], &mut results)?;
    /// while let Call::Suspended(suspended) = call {
    ///     times += 1;
    ///     store.set_fuel(100)?;
    ///     call = suspended.resume(&mut store, &mut results)?;
    /// }
    /// assert!(times > 5);
    /// assert_eq!(results, [Val::I32(1000)]);
    /// # Ok::<(), moteur::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`call`](Func::call), and [`Error::NotResumable`] inside a host function.
    pub fn call_resumable(
        &self,
        store: &mut impl AsContextMut,
        args: &[Val],
        results: &mut [Val],
    ) -> Result<Call, Error> {
        resume::call(store_mut(store), *self, args, results)
    }
}

/// The type of a function of the store.
pub(crate) fn ty_of(store: &StoreInner, func: NonNull<FuncEntity>) -> Result<FuncType<'_>, Error> {
    // SAFETY: functions live as long as the store; each one's type is in its registry.
    let id = unsafe { func.as_ref() }.type_id;
    store.types.get(id).ok_or(Error::Type)
}

/// The first free slot of the stack, if so many are free from there on.
pub(crate) fn frame(store: &StoreInner, slots: usize) -> Result<*mut Slot, Error> {
    let free = store.stack_end.addr().wrapping_sub(store.stack_top.addr()) / SLOT_BYTES;
    if slots > free { Err(Error::Trap(Trap::StackOverflow)) } else { Ok(store.stack_top) }
}

fn call(store: &mut StoreInner, func: Func, args: &[Val], results: &mut [Val]) -> Result<(), Error> {
    let entity = func.0.get(store)?;
    let frame = put_args(store, entity, args, results.len())?;
    // SAFETY: the function is of the store, its arguments stand at the frame.
    unsafe {
        interp::invoke(NonNull::from(&mut *store), entity, frame)?;
        take_results(store, entity, frame, results);
    }
    Ok(())
}

/// Checks arguments and number of results against the function's type and writes the arguments to a new frame.
fn put_args(store: &StoreInner, func: NonNull<FuncEntity>, args: &[Val], results: usize) -> Result<*mut Slot, Error> {
    let ty = ty_of(store, func)?;
    if ty.params.len() != args.len() || ty.results.len() != results {
        return Err(Error::Type);
    }
    let count = |types: &[ValType]| types.iter().fold(0_usize, |sum, ty| sum.saturating_add(slots_of(*ty)));
    let frame = frame(store, count(ty.params).max(count(ty.results)))?;
    let mut at = frame;
    for (ty, value) in ty.params.iter().zip(args) {
        let bits = value.to_bits(store, *ty)?;
        // SAFETY: `frame` has room for all of them.
        unsafe {
            write_bits(at, *ty, bits);
            at = at.add(slots_of(*ty));
        }
    }
    Ok(frame)
}

/// Reads a function's results from where they were left.
///
/// # Safety
/// The function has just returned to `frame`.
unsafe fn take_results(store: &StoreInner, func: NonNull<FuncEntity>, frame: *mut Slot, results: &mut [Val]) {
    let Ok(ty) = ty_of(store, func) else {
        return;
    };
    let mut at = frame;
    for (ty, value) in ty.results.iter().zip(results) {
        // SAFETY: the caller's promise.
        unsafe {
            *value = Val::from_bits(store, *ty, read_bits(at, *ty));
            at = at.add(slots_of(*ty));
        }
    }
}
