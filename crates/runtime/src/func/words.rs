//! Functions on words: values as bits, for layers that know types at run time only and have values of their own, such as
//! an interface for C. No value is made of a word on the way.

use core::ptr::NonNull;

use moteur_pool::{Arc, Box, Vec, unsize};
use moteur_wasm::{FuncType, ValType};

use super::caller::Caller;
use super::host::{HostFunc, Shared};
use super::rows::Row;
use super::{Func, frame, ty_of};
use crate::context::{AsContext, AsContextMut, Handle, store_mut, store_ref};
use crate::error::Error;
use crate::interp;
use crate::slot::{Slot, read_bits, slots_of, slots_of_all, write_bits};
use crate::store::StoreInner;
use crate::store::entity::{FuncEntity, InstanceEntity};

/// So many words of arguments or results take no memory from the heap.
const WORDS_IN_PLACE: usize = 16;

/// A closure on words, with its type and the code that knows the store's data.
struct OnWords<F> {
    /// Parameters, then results.
    types: Box<[ValType]>,
    params: usize,
    closure: F,
    code: Code<F>,
}

type Code<F> = unsafe fn(&F, NonNull<StoreInner>, Option<NonNull<InstanceEntity>>, &mut [u64]) -> Result<(), Error>;

impl Func {
    /// A host function on words. The closure gets as many as the type has parameters or results, whichever are more: the
    /// arguments stand there in order, and the results are expected there. An `i32` or `f32` takes the low half of its word;
    /// a reference to a function is what [`into_raw`](Func::into_raw) gives, an [`ExternRef`](crate::ExternRef) its number
    /// plus one, and null is 0.
    ///
    /// ```
    /// use moteur::{Config, Engine, Func, FuncType, Heap, Store, ValType};
    ///
    /// let engine = Engine::new(Config::new(Heap::system()))?;
    /// let mut store = Store::new(&engine, ())?;
    /// let ty = FuncType { params: &[ValType::I64, ValType::I64], results: &[ValType::I64] };
    /// let add = Func::on_words(&mut store, ty, |_, words| {
    ///     words[0] = words[0].wrapping_add(words[1]);
    ///     Ok(())
    /// })?;
    /// let mut words = [40, 2];
    /// add.call_words(&mut store, &mut words)?;
    /// assert_eq!(words[0], 42);
    /// # Ok::<(), moteur::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn on_words<C, F>(store: &mut C, ty: FuncType<'_>, closure: F) -> Result<Func, Error>
    where
        C: AsContextMut,
        F: Fn(Caller<'_, C::Data>, &mut [u64]) -> Result<(), Error> + Send + Sync + 'static,
    {
        unsafe fn code<T, F>(
            closure: &F,
            store: NonNull<StoreInner>,
            caller: Option<NonNull<InstanceEntity>>,
            words: &mut [u64],
        ) -> Result<(), Error>
        where
            F: Fn(Caller<'_, T>, &mut [u64]) -> Result<(), Error>,
        {
            // SAFETY: the caller's promise; a function made for `T` is only added to stores with data of type `T`.
            closure(unsafe { Caller::new(store, caller) }, words)
        }
        let inner = store_mut(store);
        let mut types = Vec::with_capacity_in(ty.params.len().saturating_add(ty.results.len()), inner.heap)?;
        types.extend_from_slice(ty.params)?;
        types.extend_from_slice(ty.results)?;
        let on_words =
            OnWords { types: types.into_boxed_slice()?, params: ty.params.len(), closure, code: code::<C::Data, F> };
        let func = Arc::new_in(on_words, inner.heap)?;
        let func = unsize!(func => dyn HostFunc);
        let entity = inner.add_host(&func, 0, ty)?;
        Ok(Func(Handle::new(inner, entity)))
    }

    /// Calls the function with words, as [`on_words`](Func::on_words) has them: arguments stand there, results replace them.
    ///
    /// # Errors
    /// [`Error::Type`] if there are fewer words than parameters or results; [`Error::ForeignStore`], or what ended the call.
    pub fn call_words(&self, store: &mut impl AsContextMut, words: &mut [u64]) -> Result<(), Error> {
        call_words(store_mut(store), *self, words)
    }

    /// The function as an address, for a layer that has one word for it. Its store still owns it.
    pub fn into_raw(self) -> NonNull<()> {
        self.0.raw()
    }

    /// The function that [`into_raw`](Func::into_raw) gave.
    ///
    /// # Safety
    /// `raw` is of a function of this store.
    pub unsafe fn from_raw(store: &impl AsContext, raw: NonNull<()>) -> Func {
        Func(Handle::new(store_ref(store), raw.cast::<FuncEntity>()))
    }
}

fn call_words(store: &mut StoreInner, func: Func, words: &mut [u64]) -> Result<(), Error> {
    let entity = func.0.get(store)?;
    let ty = ty_of(store, entity)?;
    if words.len() < ty.params.len().max(ty.results.len()) {
        return Err(Error::Type);
    }
    let frame = frame(store, slots_of_all(ty.params).max(slots_of_all(ty.results)))?;
    // SAFETY: the frame has room for arguments and results; the function is of the store.
    unsafe {
        write_words(frame, ty.params, words);
        interp::invoke(NonNull::from(&mut *store), entity, frame)?;
        if let Ok(ty) = ty_of(store, entity) {
            read_words(frame, ty.results, words);
        }
    }
    Ok(())
}

/// # Safety
/// Values of these types stand at `at`.
unsafe fn read_words(mut at: *mut Slot, types: &[ValType], words: &mut [u64]) {
    for (word, ty) in words.iter_mut().zip(types) {
        // SAFETY: the caller's promise.
        unsafe {
            *word = read_bits(at, *ty);
            at = at.add(slots_of(*ty));
        }
    }
}

/// # Safety
/// There is room for values of these types at `at`.
unsafe fn write_words(mut at: *mut Slot, types: &[ValType], words: &[u64]) {
    for (word, ty) in words.iter().zip(types) {
        // Narrow values are zero-extended, whatever stands in the other half.
        let bits = if matches!(ty, ValType::I32 | ValType::F32) { u64::from(*word as u32) } else { *word };
        // SAFETY: the caller's promise.
        unsafe {
            write_bits(at, *ty, bits);
            at = at.add(slots_of(*ty));
        }
    }
}

impl<F: Shared> HostFunc for OnWords<F> {
    unsafe fn call(
        &self,
        _: Row,
        store: NonNull<StoreInner>,
        caller: Option<NonNull<InstanceEntity>>,
        frame: *mut Slot,
    ) -> Result<(), Error> {
        let (params, results) = self.types.split_at_checked(self.params).unwrap_or_default();
        let count = params.len().max(results.len());
        let mut in_place = [0; WORDS_IN_PLACE];
        // SAFETY: the caller's promise.
        let mut more = Vec::new_in(unsafe { store.as_ref() }.heap);
        let words = match in_place.get_mut(..count) {
            Some(words) => words,
            None => {
                more.resize(count, 0)?;
                &mut more[..]
            }
        };
        // SAFETY: the caller's promise: the arguments stand there, and there is room for the results.
        unsafe {
            read_words(frame, params, words);
            (self.code)(&self.closure, store, caller, words)?;
            write_words(frame, results, words);
        }
        Ok(())
    }
}
