//! Globals, as the embedder and host functions see them.

use core::ptr::NonNull;

use moteur_wasm::GlobalType;

use crate::context::{AsContext, AsContextMut, Handle, store_mut, store_ref};
use crate::error::Error;
use crate::store::entity::GlobalEntity;
use crate::val::Val;

/// A global variable or constant of a store.
///
/// ```
/// use moteur::{Config, Engine, Error, Global, GlobalType, Heap, Store, Val, ValType};
///
/// let engine = Engine::new(Config::new(Heap::system()))?;
/// let mut store = Store::new(&engine, ())?;
/// let ty = GlobalType { value: ValType::I64, mutable: true };
/// let counter = Global::new(&mut store, ty, Val::I64(1))?;
/// counter.set(&mut store, Val::I64(2))?;
/// assert_eq!(counter.get(&store)?, Val::I64(2));
/// assert_eq!(counter.set(&mut store, Val::I32(2)), Err(Error::Type));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Global(pub(crate) Handle<GlobalEntity>);

impl Global {
    /// A global with the value `init`.
    ///
    /// # Errors
    /// [`Error::Type`] if the value has another type, [`Error::OutOfMemory`], [`Error::ForeignStore`].
    pub fn new(store: &mut impl AsContextMut, ty: GlobalType, init: Val) -> Result<Global, Error> {
        let store = store_mut(store);
        let bits = init.to_bits(store, ty.value)?;
        let entity = store.arena.add(GlobalEntity { bits, ty })?;
        Ok(Global(Handle::new(store, entity)))
    }

    /// The global's type.
    ///
    /// # Errors
    /// [`Error::ForeignStore`].
    pub fn ty(&self, store: &impl AsContext) -> Result<GlobalType, Error> {
        // SAFETY: globals live as long as the store, which is borrowed.
        Ok(unsafe { self.0.get(store_ref(store))?.as_ref() }.ty)
    }

    /// The global's value.
    ///
    /// # Errors
    /// [`Error::ForeignStore`].
    pub fn get(&self, store: &impl AsContext) -> Result<Val, Error> {
        let store = store_ref(store);
        // SAFETY: as in `ty`.
        let entity = unsafe { self.0.get(store)?.as_ref() };
        Ok(Val::from_bits(store, entity.ty.value, entity.bits))
    }

    /// Where the value's bits stand for as long as the store lives: those of an `i32` or `f32` in the low half. For a layer
    /// that hands out addresses; what is written there must be a number of the global's type.
    ///
    /// # Errors
    /// [`Error::ForeignStore`].
    pub fn place(&self, store: &impl AsContext) -> Result<NonNull<u64>, Error> {
        // The value stands first.
        Ok(self.0.get(store_ref(store))?.cast())
    }

    /// Sets the global's value.
    ///
    /// # Errors
    /// [`Error::Immutable`], [`Error::Type`], [`Error::ForeignStore`].
    pub fn set(&self, store: &mut impl AsContextMut, value: Val) -> Result<(), Error> {
        let store = store_mut(store);
        // SAFETY: as in `ty`; the store is borrowed exclusively.
        let entity = unsafe { &mut *self.0.get(store)?.as_ptr() };
        if !entity.ty.mutable {
            return Err(Error::Immutable);
        }
        entity.bits = value.to_bits(store, entity.ty.value)?;
        Ok(())
    }
}
