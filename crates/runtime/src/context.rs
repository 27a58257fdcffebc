//! What handles are used with: a store, or what a host function got of it.

use core::hash::{Hash, Hasher};
use core::ptr::NonNull;

use crate::func::caller::Caller;
use crate::store::{StoreId, StoreInner};

/// A store or a [`Caller`], for reading.
pub trait AsContext: sealed::Context {
    /// The embedder's data.
    type Data;
}

/// A store or a [`Caller`], for anything.
pub trait AsContextMut: AsContext {}

/// A store's address as public traits may name it.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct StorePtr(pub(crate) NonNull<StoreInner>);

pub(crate) mod sealed {
    use super::StorePtr;

    /// Gives the store away.
    #[doc(hidden)]
    pub trait Context {
        fn store_ptr(&self) -> StorePtr;
    }
}

impl<C: sealed::Context + ?Sized> sealed::Context for &C {
    #[inline]
    fn store_ptr(&self) -> StorePtr {
        (**self).store_ptr()
    }
}

impl<C: AsContext + ?Sized> AsContext for &C {
    type Data = C::Data;
}

impl<C: sealed::Context + ?Sized> sealed::Context for &mut C {
    #[inline]
    fn store_ptr(&self) -> StorePtr {
        (**self).store_ptr()
    }
}

impl<C: AsContext + ?Sized> AsContext for &mut C {
    type Data = C::Data;
}

impl<C: AsContextMut + ?Sized> AsContextMut for &mut C {}

impl<T> sealed::Context for Caller<'_, T> {
    #[inline]
    fn store_ptr(&self) -> StorePtr {
        StorePtr(self.store())
    }
}

impl<T> AsContext for Caller<'_, T> {
    type Data = T;
}

impl<T> AsContextMut for Caller<'_, T> {}

/// The store behind a context, for reading.
#[inline]
pub(crate) fn store_ref<C: AsContext + ?Sized>(context: &C) -> &StoreInner {
    // SAFETY: a context owns its store or borrows it exclusively, and is borrowed here.
    unsafe { context.store_ptr().0.as_ref() }
}

/// The store behind a context, for writing.
#[inline]
pub(crate) fn store_mut<C: AsContextMut + ?Sized>(context: &mut C) -> &mut StoreInner {
    // SAFETY: as in `store_ref`, exclusively.
    unsafe { context.store_ptr().0.as_mut() }
}

/// An entity's address together with the store that owns it: what every public handle is.
pub(crate) struct Handle<E> {
    entity: NonNull<E>,
    store: StoreId,
}

impl<E> Clone for Handle<E> {
    fn clone(&self) -> Handle<E> {
        *self
    }
}

impl<E> Copy for Handle<E> {}

impl<E> PartialEq for Handle<E> {
    fn eq(&self, other: &Handle<E>) -> bool {
        self.entity == other.entity && self.store == other.store
    }
}

impl<E> Eq for Handle<E> {}

impl<E> Hash for Handle<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.entity.hash(state);
        self.store.hash(state);
    }
}

impl<E> core::fmt::Debug for Handle<E> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:p}", self.entity)
    }
}

// SAFETY: a handle is a number as long as its store is not at hand, and then the store's rules hold.
unsafe impl<E> Send for Handle<E> {}
// SAFETY: as above.
unsafe impl<E> Sync for Handle<E> {}

impl<E> Handle<E> {
    /// A handle of an entity that `store` owns.
    pub fn new(store: &StoreInner, entity: NonNull<E>) -> Handle<E> {
        Handle::of(store.id, entity)
    }

    /// A handle of an entity that the store with this number owns.
    pub fn of(store: StoreId, entity: NonNull<E>) -> Handle<E> {
        Handle { entity, store }
    }

    /// The entity's address.
    pub fn raw(self) -> NonNull<()> {
        self.entity.cast()
    }

    /// The entity, if `store` is the store that it belongs to. It lives as long as that store.
    #[inline]
    pub fn get(self, store: &StoreInner) -> Result<NonNull<E>, crate::Error> {
        if self.store == store.id { Ok(self.entity) } else { Err(crate::Error::ForeignStore) }
    }
}
