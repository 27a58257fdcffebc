//! Functions whose type the compiler knows: arguments go to the guest's stack without a list of values between.

use core::marker::PhantomData;

use super::Func;
use super::ty::WasmValues;
use crate::context::{AsContextMut, store_mut};
use crate::error::Error;
use crate::interp;
use crate::slot::Slot;
use crate::store::StoreInner;

/// A function that takes `P` and returns `R`: see [`WasmValues`].
///
/// ```
/// use moteur::{Config, Engine, Heap, Instance, Module, Store};
///
/// let engine = Engine::new(Config::new(Heap::system()))?;
/// # let wasm = wat::parse_str(r#"(module (func (export "swap") (param i32 i64) (result i64 i32)
/// #     (local.get 1) (local.get 0)))"#).unwrap();
/// let module = Module::new(&engine, &wasm)?; // (func (export "swap") (param i32 i64) (result i64 i32) ...)
/// let mut store = Store::new(&engine, ())?;
/// let instance = Instance::new(&mut store, &module, &[])?;
/// let swap = instance.typed_func::<(i32, i64), (i64, i32)>(&store, "swap")?;
/// assert_eq!(swap.call(&mut store, (1, 2)), Ok((2, 1)));
/// # Ok::<(), moteur::Error>(())
/// ```
pub struct TypedFunc<P, R> {
    func: Func,
    ty: PhantomData<fn(P) -> R>,
}

impl<P, R> Clone for TypedFunc<P, R> {
    fn clone(&self) -> TypedFunc<P, R> {
        *self
    }
}

impl<P, R> Copy for TypedFunc<P, R> {}

impl<P: WasmValues, R: WasmValues> TypedFunc<P, R> {
    /// The types were checked by the caller.
    pub(crate) fn new(func: Func) -> TypedFunc<P, R> {
        TypedFunc { func, ty: PhantomData }
    }

    /// The function without its type.
    pub fn func(&self) -> Func {
        self.func
    }

    /// Calls the function.
    ///
    /// # Errors
    /// [`Error::ForeignStore`], or what ended the call, such as [`Error::Trap`].
    pub fn call(&self, store: &mut impl AsContextMut, params: P) -> Result<R, Error> {
        let ptr = store.store_ptr();
        let inner = store_mut(store);
        let func = self.func.0.get(inner)?;
        let frame = frame::<P, R>(inner)?;
        // SAFETY: the frame has room for arguments and results; `Func::typed` compared the types.
        unsafe {
            params.write(ptr, frame)?;
            interp::invoke(ptr.0, func, frame)?;
            Ok(R::read(ptr, frame))
        }
    }
}

/// The first free slot of the stack, if there is room for a function's parameters and results.
#[inline]
pub(super) fn frame<P: WasmValues, R: WasmValues>(store: &StoreInner) -> Result<*mut Slot, Error> {
    super::frame(store, const { if P::SLOTS > R::SLOTS { P::SLOTS } else { R::SLOTS } })
}
