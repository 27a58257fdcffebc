//! Tables, as the embedder and host functions see them.

use core::ptr::NonNull;

use moteur_wasm::{TableType, ValType};

use crate::context::{AsContext, AsContextMut, Handle, store_mut, store_ref};
use crate::error::Error;
use crate::slot::Slot;
use crate::store::entity::TableEntity;
use crate::val::Val;

/// A table of references in a store.
///
/// ```
/// use moteur::{Config, Engine, ExternRef, Heap, Limits, RefType, Store, Table, TableType, Val};
///
/// let engine = Engine::new(Config::new(Heap::system()))?;
/// let mut store = Store::new(&engine, ())?;
/// let ty = TableType { element: RefType::EXTERNREF, limits: Limits { min: 2, max: None } };
/// let table = Table::new(&mut store, ty, Val::ExternRef(None))?;
/// table.set(&mut store, 1, ExternRef::new(7).into())?;
/// assert_eq!(table.get(&store, 1)?, ExternRef::new(7).into());
/// assert!(table.get(&store, 2).is_err());
/// assert_eq!(table.grow(&mut store, 3, Val::ExternRef(None))?, Some(2));
/// assert_eq!(table.size(&store)?, 5);
/// # Ok::<(), moteur::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Table(pub(crate) Handle<TableEntity>);

impl Table {
    /// A table with all elements `init`.
    ///
    /// # Errors
    /// [`Error::Limit`], [`Error::OutOfMemory`]; [`Error::Type`] if `init` has another type or the type's maximum is
    /// below its minimum.
    pub fn new(store: &mut impl AsContextMut, ty: TableType, init: Val) -> Result<Table, Error> {
        let store = store_mut(store);
        if ty.limits.max.is_some_and(|max| ty.limits.min > max) {
            return Err(Error::Type);
        }
        let init = init.to_bits(store, ValType::Ref(ty.element))? as Slot;
        let entity = TableEntity::new(ty, init, store.engine.config().table_elements_max, store.heap)?;
        let entity = store.arena.add(entity)?;
        Ok(Table(Handle::new(store, entity)))
    }

    /// The table as an address, for a layer that has one word for it. Its store still owns it.
    pub fn into_raw(self) -> NonNull<()> {
        self.0.raw()
    }

    /// The table that [`into_raw`](Table::into_raw) gave.
    ///
    /// # Safety
    /// `raw` is of a table of this store.
    pub unsafe fn from_raw(store: &impl AsContext, raw: NonNull<()>) -> Table {
        Table(Handle::new(store_ref(store), raw.cast()))
    }

    /// The table's type, with its present size as the minimum.
    ///
    /// # Errors
    /// [`Error::ForeignStore`].
    pub fn ty(&self, store: &impl AsContext) -> Result<TableType, Error> {
        Ok(self.entity(store)?.ty())
    }

    /// The number of elements.
    ///
    /// # Errors
    /// [`Error::ForeignStore`].
    pub fn size(&self, store: &impl AsContext) -> Result<u32, Error> {
        Ok(self.entity(store)?.len())
    }

    /// The element with index `at`.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`], [`Error::ForeignStore`].
    pub fn get(&self, store: &impl AsContext, at: u32) -> Result<Val, Error> {
        let entity = self.entity(store)?;
        let bits = entity.get(at).map_err(|_| Error::OutOfBounds)?;
        Ok(Val::from_bits(store_ref(store), ValType::Ref(entity.ty.element), bits as u64))
    }

    /// Replaces the element with index `at`.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`], [`Error::Type`], [`Error::ForeignStore`].
    pub fn set(&self, store: &mut impl AsContextMut, at: u32, value: Val) -> Result<(), Error> {
        let bits = self.bits(store, value)?;
        self.entity_mut(store)?.set(at, bits).map_err(|_| Error::OutOfBounds)
    }

    /// Grows by `delta` elements, all `init`, and gives the old size, or `None` if the table's maximum, the engine's
    /// limit or the heap refuses.
    ///
    /// # Errors
    /// [`Error::Type`], [`Error::ForeignStore`].
    pub fn grow(&self, store: &mut impl AsContextMut, delta: u32, init: Val) -> Result<Option<u32>, Error> {
        let bits = self.bits(store, init)?;
        Ok(self.entity_mut(store)?.grow(delta, bits))
    }

    /// A reference of this table's type as it stands in slots.
    fn bits(&self, store: &impl AsContext, value: Val) -> Result<Slot, Error> {
        let element = self.entity(store)?.ty.element;
        Ok(value.to_bits(store_ref(store), ValType::Ref(element))? as Slot)
    }

    fn entity<'a>(&self, store: &'a impl AsContext) -> Result<&'a TableEntity, Error> {
        // SAFETY: tables live as long as the store, which is borrowed.
        Ok(unsafe { self.0.get(store_ref(store))?.as_ref() })
    }

    fn entity_mut<'a>(&self, store: &'a mut impl AsContextMut) -> Result<&'a mut TableEntity, Error> {
        // SAFETY: tables live as long as the store, which is borrowed exclusively.
        Ok(unsafe { self.0.get(store_mut(store))?.as_mut() })
    }
}
