//! Calls as futures: the guest runs in slices of fuel, between which its call lets others run, and waits for asynchronous
//! host functions. Nothing here knows an executor or takes memory.

use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::ptr::NonNull;
use core::task::{Context, Poll};

use moteur_wasm::Trap;

use super::awaited::Awaited;
use super::resume::{self, Suspended, slot_number};
use super::ty::WasmValues;
use super::typed::{TypedFunc, frame};
use super::{Func, put_args, take_results};
use crate::context::{AsContextMut, store_mut};
use crate::error::Error;
use crate::interp::{self, Outcome};
use crate::slot::Slot;
use crate::store::StoreInner;
use crate::store::entity::FuncEntity;
use crate::val::Val;

/// Fuel after which a call lets others run, unless told otherwise.
const YIELD_EVERY: u64 = 10_000;

/// A call that is under way, or will be, or was: what all kinds of futures here have alike.
struct Course {
    func: Func,
    every: u64,
    state: State,
    /// What the guest waits for. It borrows the store.
    awaited: Option<Awaited>,
}

enum State {
    New,
    Waits(Suspended),
    Ended,
}

/// How far a call came.
enum Step {
    /// The results stand there.
    Done(*mut Slot),
    /// The slice is used up.
    Yields(Suspended),
    /// It goes on, when what it may wait for is ready, with so many units left of the slice.
    GoesOn(Suspended, u64),
}

/// Writes a call's arguments to a frame, if they fit the function's type and the frame has room for its results, too.
type Put<'a> = &'a mut dyn FnMut(&mut StoreInner, NonNull<FuncEntity>) -> Result<*mut Slot, Error>;

impl Course {
    const fn new(func: Func) -> Course {
        Course { func, every: YIELD_EVERY, state: State::New, awaited: None }
    }

    /// Starts the call or goes on with it. Gives the frame where the results stand.
    ///
    /// # Safety
    /// The store is valid, nothing else borrows it, and it is the same each time; `put` does what `Put` says. Host functions
    /// keep the store's address, so no reference to it lives on while they run.
    unsafe fn poll(
        &mut self,
        store: NonNull<StoreInner>,
        context: &mut Context<'_>,
        put: Put<'_>,
    ) -> Poll<Result<*mut Slot, Error>> {
        let mut step = match core::mem::replace(&mut self.state, State::Ended) {
            // SAFETY: the caller's promise.
            State::New => unsafe { self.begin(store, put)? },
            State::Waits(call) => {
                let units = self.every.max(call.state().units());
                Step::GoesOn(call, units)
            }
            State::Ended => return Poll::Ready(Err(Error::NotResumable)),
        };
        loop {
            step = match step {
                Step::Done(frame) => return Poll::Ready(Ok(frame)),
                Step::Yields(call) => {
                    self.state = State::Waits(call);
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                // SAFETY: the caller's promise.
                Step::GoesOn(call, units) => match unsafe { self.wait(store, &call, context) } {
                    Poll::Pending => {
                        self.state = State::Waits(call);
                        return Poll::Pending;
                    }
                    // SAFETY: the caller's promise.
                    Poll::Ready(Ok(())) => unsafe { self.go_on(store, call, units)? },
                    // SAFETY: the caller's promise.
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(unsafe { self.fail(store, &call, error) })),
                },
            };
        }
    }

    /// # Safety
    /// As for `poll`.
    unsafe fn begin(&mut self, mut store: NonNull<StoreInner>, put: Put<'_>) -> Result<Step, Error> {
        // SAFETY: the caller's promise; `put` wrote the arguments of a function of the store.
        unsafe {
            let inner = store.as_mut();
            inner.fuel()?;
            resume::may_suspend(inner)?;
            let entity = self.func.0.get(inner)?;
            let frame = put(inner, entity)?;
            let number = slot_number(inner, frame);
            inner.ctx.begin_slice(self.every, &raw mut self.awaited);
            let outcome = interp::invoke_resumable(store, entity, frame);
            self.end_slice(store.as_mut(), outcome, number)
        }
    }

    /// # Safety
    /// As for `poll`.
    unsafe fn go_on(&mut self, mut store: NonNull<StoreInner>, call: Suspended, units: u64) -> Result<Step, Error> {
        // SAFETY: the caller's promise; it is the newest suspended call of this store, as is checked here.
        unsafe {
            if let Err(error) = call.release(store.as_mut()) {
                self.state = State::Waits(call);
                return Err(error);
            }
            store.as_mut().ctx.begin_slice(units, &raw mut self.awaited);
            let outcome = interp::resume(store, call.state());
            self.end_slice(store.as_mut(), outcome, call.frame())
        }
    }

    /// What the end of a slice means, of a call whose frame has this number.
    fn end_slice(
        &mut self,
        store: &mut StoreInner,
        outcome: Result<Outcome, Error>,
        frame: usize,
    ) -> Result<Step, Error> {
        let left = store.ctx.end_slice();
        Ok(match outcome? {
            Outcome::Done => Step::Done(store.stack_base.wrapping_add(frame)),
            Outcome::Suspended(state) => {
                let call = Suspended::new(store, self.func, frame, state);
                if self.awaited.is_some() { Step::GoesOn(call, left) } else { Step::Yields(call) }
            }
        })
    }

    /// Asks what the guest waits for, if it does, how far it is.
    ///
    /// # Safety
    /// As for `poll`.
    unsafe fn wait(
        &mut self,
        store: NonNull<StoreInner>,
        call: &Suspended,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Error>> {
        let Some(awaited) = &mut self.awaited else { return Poll::Ready(Ok(())) };
        // SAFETY: the caller's promise; the call left what it waits for.
        let result = unsafe {
            // Calls of the host function itself may be suspended above this one.
            resume::may_suspend(store.as_ref())?;
            match store.as_ref().is_interrupted() {
                true => Poll::Ready(Err(Error::Trap(Trap::Interrupted))),
                false => interp::wait(store, call.state(), awaited, context),
            }
        };
        if result.is_ready() {
            self.awaited = None;
        }
        result
    }

    /// Ends a suspended call with an error.
    ///
    /// # Safety
    /// As for `poll`.
    unsafe fn fail(&mut self, mut store: NonNull<StoreInner>, call: &Suspended, error: Error) -> Error {
        self.awaited = None;
        // SAFETY: the caller's promise; it is the newest suspended call of this store, as is checked here.
        let ended = unsafe { call.release(store.as_mut()).and_then(|()| interp::fail(store, call.state())) };
        ended.err().unwrap_or(error)
    }

    /// Gives up what is there of the call.
    ///
    /// # Safety
    /// As for `poll`.
    unsafe fn cancel(&mut self, mut store: NonNull<StoreInner>) {
        // What the guest waits for may still look at the store, and writes to the frames that go next.
        self.awaited = None;
        if let State::Waits(call) = core::mem::replace(&mut self.state, State::Ended) {
            // Calls that began later and were leaked keep the frames, which the store gives back in the end.
            // SAFETY: the caller's promise.
            let _ = call.cancel_in(unsafe { store.as_mut() });
        }
    }
}

/// A call of a function under way: see [`Func::call_async`].
#[must_use = "a future does nothing until it is polled"]
pub struct CallAsync<'a, C: AsContextMut> {
    store: &'a mut C,
    args: &'a [Val],
    results: &'a mut [Val],
    course: Course,
}

impl<C: AsContextMut> CallAsync<'_, C> {
    /// Lets others run after so many units of fuel, 10,000 if this is not said. Less than 256 is as good as that where the
    /// guest's operators need it: see [`Func::call_async`].
    pub fn yield_every(mut self, fuel: u64) -> Self {
        self.course.every = fuel;
        self
    }
}

impl<C: AsContextMut> Future for CallAsync<'_, C> {
    type Output = Result<(), Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let CallAsync { store, args, results, course } = self.get_mut();
        let expected = results.len();
        let put = &mut |store: &mut StoreInner, func| put_args(store, func, args, expected);
        // SAFETY: `put_args` compares types and looks for room; the store is borrowed exclusively.
        match unsafe { course.poll(store.store_ptr().0, context, put) } {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(frame)) => {
                let inner = store_mut(*store);
                let func = course.func.0.get(inner)?;
                // SAFETY: the function has just returned to this frame.
                unsafe { take_results(inner, func, frame, results) };
                Poll::Ready(Ok(()))
            }
        }
    }
}

impl<C: AsContextMut> Drop for CallAsync<'_, C> {
    fn drop(&mut self) {
        // SAFETY: the store is borrowed exclusively.
        unsafe { self.course.cancel(self.store.store_ptr().0) };
    }
}

/// A call of a typed function under way: see [`TypedFunc::call_async`].
#[must_use = "a future does nothing until it is polled"]
pub struct TypedCallAsync<'a, C: AsContextMut, P, R> {
    store: &'a mut C,
    params: Option<P>,
    results: PhantomData<fn() -> R>,
    course: Course,
}

impl<C: AsContextMut, P, R> TypedCallAsync<'_, C, P, R> {
    /// See [`CallAsync::yield_every`].
    pub fn yield_every(mut self, fuel: u64) -> Self {
        self.course.every = fuel;
        self
    }
}

// Parameters are moved out when the call begins; nothing refers to where they stand.
impl<C: AsContextMut, P, R> Unpin for TypedCallAsync<'_, C, P, R> {}

impl<C: AsContextMut, P: WasmValues, R: WasmValues> Future for TypedCallAsync<'_, C, P, R> {
    type Output = Result<R, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<R, Error>> {
        let TypedCallAsync { store, params, course, .. } = self.get_mut();
        let ptr = store.store_ptr();
        let put = &mut |store: &mut StoreInner, _| {
            let frame = frame::<P, R>(store)?;
            // SAFETY: the frame has room for arguments and results; `Func::typed` compared the types.
            params.take().ok_or(Error::NotResumable).and_then(|params| unsafe { params.write(ptr, frame) })?;
            Ok(frame)
        };
        // SAFETY: as just said; the store is borrowed exclusively.
        match unsafe { course.poll(ptr.0, context, put) } {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            // SAFETY: the function has just returned to this frame, and its results are of these types.
            Poll::Ready(Ok(frame)) => Poll::Ready(Ok(unsafe { R::read(ptr, frame) })),
        }
    }
}

impl<C: AsContextMut, P, R> Drop for TypedCallAsync<'_, C, P, R> {
    fn drop(&mut self) {
        // SAFETY: the store is borrowed exclusively.
        unsafe { self.course.cancel(self.store.store_ptr().0) };
    }
}

impl Func {
    /// Calls the function as a future: the guest runs while that is polled, and comes back
    ///
    /// - after each 10,000 units of fuel, or as many as [`CallAsync::yield_every`] says: the future has itself woken and is
    ///   pending, so that an executor runs other tasks first;
    /// - when it calls an asynchronous host function ([`Func::wrap_async`]) that is not ready: the future is pending until
    ///   that one wakes it.
    ///
    /// A run of operators without branch targets is paid for in advance, up to 256 units of it at once, and an operator
    /// that moves many values costs more: a slice is made longer where these need it. Bulk operators go on in the next slice
    /// where they stopped, except `table.init`. `docs/real-time.md` tells what else takes time, and how much.
    ///
    /// The fuel that was set is what the guest may use in all; without any left the call ends with
    /// [`Trap::OutOfFuel`]. Host functions that the guest calls, and calls of the guest that these make, are
    /// over before the future comes back. Dropping the future gives the call up: its frames and what it waits for are gone,
    /// and the store can be used as before. The future takes no memory; it is not `Send`, since host functions' futures
    /// need not be.
    ///
    /// ```
    /// use core::future::Future;
    /// use core::pin::pin;
    /// use core::task::{Context, Poll, Waker};
    /// use moteur::{Config, Engine, Heap, Instance, Linker, Module, Store, Val};
    ///
    /// let engine = Engine::new(Config::new(Heap::system()).fuel(true))?;
    /// # let wasm = wat::parse_str(r#"(module (import "env" "button" (func $button (result i32)))
    /// #     (func (export "run") (result i32) (i32.add (call $button) (i32.const 1))))"#).unwrap();
    /// let module = Module::new(&engine, &wasm)?; // returns what "button" gives, plus 1
    /// let mut linker = Linker::new(&engine);
    /// # async fn pressed() -> i32 { 41 }
    /// linker.func_async("env", "button", async || pressed().await)?;
    /// let mut store = Store::new(&engine, ())?;
    /// let instance = linker.instantiate(&mut store, &module)?;
    /// let run = instance.func(&store, "run").unwrap();
    ///
    /// store.set_fuel(1_000_000)?; // in all
    /// let mut results = [Val::I32(0)];
    /// {
    ///     let mut call = pin!(run.call_async(&mut store, &[], &mut results).yield_every(1_000));
    ///     // An executor does this.
    ///     let mut context = Context::from_waker(Waker::noop());
    ///     while call.as_mut().poll(&mut context).is_pending() {}
    /// }
    /// assert_eq!(results, [Val::I32(42)]);
    /// # Ok::<(), moteur::Error>(())
    /// ```
    ///
    /// # Errors
    /// The future gives what [`call`](Func::call) would. [`Error::FuelOff`] where [`Config::fuel`](crate::Config::fuel) is
    /// not on, [`Error::NotResumable`] inside a host function that is not asynchronous, [`Error::NativeAsync`] where the
    /// guest reaches native code.
    pub fn call_async<'a, C: AsContextMut>(
        &self,
        store: &'a mut C,
        args: &'a [Val],
        results: &'a mut [Val],
    ) -> CallAsync<'a, C> {
        CallAsync { store, args, results, course: Course::new(*self) }
    }
}

impl<P: WasmValues, R: WasmValues> TypedFunc<P, R> {
    /// Calls the function as a future: see [`Func::call_async`].
    pub fn call_async<'a, C: AsContextMut>(&self, store: &'a mut C, params: P) -> TypedCallAsync<'a, C, P, R> {
        TypedCallAsync { store, params: Some(params), results: PhantomData, course: Course::new(self.func()) }
    }
}
