//! Asynchronous host functions: the guest that calls one waits until its future is ready, while others run.
//!
//! The future stands in the heap and borrows the store, as a running host function does. It is polled by whoever polls the
//! guest's call, [`CallAsync`](super::call_async::CallAsync), so there is no executor here.

use core::future::Future;
use core::mem::transmute;
use core::pin::Pin;
use core::ptr::NonNull;
use core::task::{Context, Poll};

use moteur_pool::{Arc, Box, Heap, unsize};
use moteur_wasm::ValType;

use super::Func;
use super::caller::Caller;
use super::host::{HostDef, HostFunc, Shared, Types};
use super::rows::Row;
use super::ty::list::List;
use super::ty::{HostResult, WasmTy};
use crate::context::{AsContextMut, StorePtr, store_mut};
use crate::error::Error;
use crate::slot::Slot;
use crate::store::StoreInner;
use crate::store::entity::InstanceEntity;

/// The future of a host function that a guest waits for. When it is ready, its results stand in the guest's stack.
pub(crate) struct Awaited(Box<Pending<'static>>);

type Pending<'f> = dyn Future<Output = Result<(), Error>> + 'f;

// It is in the heap, and stays at its place there.
impl Unpin for Awaited {}

impl Future for Awaited {
    type Output = Result<(), Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        // SAFETY: the box never gives the future away, and drops it where it is.
        unsafe { Pin::new_unchecked(&mut *self.0) }.poll(context)
    }
}

/// A closure that can be an asynchronous host function of stores with data of type `T`: an `async` closure, or one that
/// returns a future.
///
/// It takes arguments and gives results as [`IntoFunc`](crate::IntoFunc) says. A [`Caller`] may be used across `await`:
/// nobody else uses the store before the future is ready.
///
/// ```
/// use moteur::{Caller, Config, Engine, Error, Func, GuestAddr, Heap, Store};
/// # async fn measure() -> u32 { 20 }
///
/// let engine = Engine::new(Config::new(Heap::system()))?;
/// let mut store = Store::new(&engine, 0_u32)?;
/// Func::wrap_async(&mut store, async |a: u32| a + measure().await)?;
/// Func::wrap_async(&mut store, async |mut caller: Caller<'_, u32>, to: GuestAddr| {
///     let value = measure().await;
///     *caller.data_mut() += 1;
///     let memory = caller.memory()?;
///     memory.write(&mut caller, to, &value.to_le_bytes())
/// })?;
/// # Ok::<(), Error>(())
/// ```
pub trait IntoAsyncFunc<T, P, R>: sealed::Sealed<T, P, R> + Send + Sync + 'static {}

mod sealed {
    use super::*;

    #[doc(hidden)]
    pub trait Sealed<T, P, R> {
        const PARAMS: &'static [ValType];
        const RESULTS: &'static [ValType];

        /// # Safety
        /// As for `HostFunc::call`, until the future is ready or dropped.
        unsafe fn start<'f>(
            &'f self,
            caller: Caller<'f, T>,
            frame: *mut Slot,
        ) -> impl Future<Output = Result<(), Error>>;
    }
}

/// A closure with the code that starts it. The code knows the data type `T`, so this type need not.
struct AsyncClosure<F> {
    closure: F,
    code: Code<F>,
}

type Code<F> =
    unsafe fn(&F, NonNull<StoreInner>, Option<NonNull<InstanceEntity>>, *mut Slot, Heap) -> Result<Awaited, Error>;

impl<F: Shared> HostFunc for AsyncClosure<F> {
    /// Leaves the future where the slice that runs says, and gives [`Error::NotAsync`] in any case: this is as far as
    /// anybody gets who cannot wait.
    unsafe fn call(
        &self,
        _: Row,
        store: NonNull<StoreInner>,
        caller: Option<NonNull<InstanceEntity>>,
        frame: *mut Slot,
    ) -> Result<(), Error> {
        // SAFETY: the caller's promise; the place is there as long as the slice runs.
        unsafe {
            let inner = store.as_ptr();
            // The store's own address outlives the borrow that this call was made through.
            if let (Some(awaited), Some(store)) = ((*inner).ctx.awaited().as_mut(), NonNull::new((*inner).ctx.store)) {
                *awaited = Some((self.code)(&self.closure, store, caller, frame, (*inner).heap)?);
            }
        }
        Err(Error::NotAsync)
    }
}

/// Starts a closure: its future, in the heap.
///
/// # Safety
/// As for `HostFunc::call`, until the future is dropped; as long the closure is not. The store's data is a `T`.
unsafe fn code<T, P, R, F: IntoAsyncFunc<T, P, R>>(
    closure: &F,
    store: NonNull<StoreInner>,
    caller: Option<NonNull<InstanceEntity>>,
    frame: *mut Slot,
    heap: Heap,
) -> Result<Awaited, Error> {
    // SAFETY: the caller's promise.
    let future = Box::new_in(unsafe { closure.start(Caller::new(store, caller), frame) }, heap)?;
    let future = unsize!(future => Pending<'_>);
    // SAFETY: only the lifetime changes. The store keeps the closure, and whoever has the future borrows the store.
    Ok(Awaited(unsafe { transmute::<Box<Pending<'_>>, Box<Pending<'static>>>(future) }))
}

impl HostDef {
    /// An asynchronous closure.
    pub fn awaiting<T, P, R, F: IntoAsyncFunc<T, P, R>>(closure: F, heap: Heap) -> Result<HostDef, Error> {
        let func = Arc::new_in(AsyncClosure { closure, code: code::<T, P, R, F> }, heap)?;
        Ok(HostDef {
            func: unsize!(func => dyn HostFunc),
            params: Types::Static(F::PARAMS),
            results: Types::Static(F::RESULTS),
        })
    }
}

impl Func {
    /// An asynchronous host function made of a closure with typed arguments: see [`IntoAsyncFunc`].
    ///
    /// Each call takes memory of the heap for the closure's future; without it, the guest's call ends with
    /// [`Error::OutOfMemory`]. A guest that was not called with [`Func::call_async`] gets [`Error::NotAsync`].
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn wrap_async<C, P, R>(store: &mut C, closure: impl IntoAsyncFunc<C::Data, P, R>) -> Result<Func, Error>
    where
        C: AsContextMut,
    {
        let inner = store_mut(store);
        let host = HostDef::awaiting::<C::Data, P, R, _>(closure, inner.heap)?;
        Func::add(inner, &host)
    }
}

macro_rules! into_async_func {
    ($($arg:ident)*) => {
        impl<T, F, R, $($arg,)*> sealed::Sealed<T, ($($arg,)*), R> for F
        where
            F: AsyncFn($($arg),*) -> R + Send + Sync + 'static,
            R: HostResult,
            $($arg: WasmTy,)*
        {
            const PARAMS: &'static [ValType] = <($($arg,)*) as List>::TYPES;
            const RESULTS: &'static [ValType] = <R::Values as List>::TYPES;

            #[allow(non_snake_case)]
            unsafe fn start<'f>(
                &'f self,
                caller: Caller<'f, T>,
                frame: *mut Slot,
            ) -> impl Future<Output = Result<(), Error>> {
                let store = StorePtr(caller.store());
                // SAFETY: the caller's promise: arguments stand there.
                let ($($arg,)*) = unsafe { <($($arg,)*) as List>::read(store, frame) };
                async move {
                    let results = self($($arg),*).await.into_values()?;
                    // SAFETY: the caller's promise: there is room for the results, still.
                    unsafe { results.write(store, frame) }
                }
            }
        }

        impl<T, F, R, $($arg,)*> IntoAsyncFunc<T, ($($arg,)*), R> for F
        where
            F: AsyncFn($($arg),*) -> R + Send + Sync + 'static,
            R: HostResult,
            $($arg: WasmTy,)*
        {}

        impl<T, F, R, $($arg,)*> sealed::Sealed<T, (Caller<'_, T>, $($arg,)*), R> for F
        where
            F: AsyncFn(Caller<'_, T>, $($arg),*) -> R + Send + Sync + 'static,
            R: HostResult,
            $($arg: WasmTy,)*
        {
            const PARAMS: &'static [ValType] = <($($arg,)*) as List>::TYPES;
            const RESULTS: &'static [ValType] = <R::Values as List>::TYPES;

            #[allow(non_snake_case)]
            unsafe fn start<'f>(
                &'f self,
                caller: Caller<'f, T>,
                frame: *mut Slot,
            ) -> impl Future<Output = Result<(), Error>> {
                let store = StorePtr(caller.store());
                // SAFETY: as above.
                let ($($arg,)*) = unsafe { <($($arg,)*) as List>::read(store, frame) };
                async move {
                    let results = self(caller, $($arg),*).await.into_values()?;
                    // SAFETY: as above.
                    unsafe { results.write(store, frame) }
                }
            }
        }

        impl<T, F, R, $($arg,)*> IntoAsyncFunc<T, (Caller<'_, T>, $($arg,)*), R> for F
        where
            F: AsyncFn(Caller<'_, T>, $($arg),*) -> R + Send + Sync + 'static,
            R: HostResult,
            $($arg: WasmTy,)*
        {}
    };
}

super::ty::for_each_arity!(into_async_func);
