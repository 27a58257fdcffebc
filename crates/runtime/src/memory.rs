//! Memories, as the embedder and host functions see them.

use moteur_wasm::{MemoryType, Trap};

use crate::context::{AsContext, AsContextMut, Handle, store_mut, store_ref};
use crate::error::Error;
use crate::func::ty::GuestAddr;
use crate::native;
use crate::store::copy_slice;
use crate::store::entity::MemoryEntity;

/// A linear memory of a store.
///
/// Addresses that come from the guest are claims: [`slice`](Memory::slice), [`slice_mut`](Memory::slice_mut) and
/// [`str`](Memory::str) check them and give the trap that an access of the guest would get.
///
/// ```
/// use moteur::{Config, Engine, GuestAddr, Heap, Limits, Memory, MemoryType, Store};
///
/// let engine = Engine::new(Config::new(Heap::system()))?;
/// let mut store = Store::new(&engine, ())?;
/// let memory = Memory::new(&mut store, MemoryType::new(Limits { min: 1, max: Some(2) }))?;
/// memory.write(&mut store, GuestAddr(8), b"hello")?;
/// assert_eq!(memory.str(&store, GuestAddr(8), 5)?, "hello");
/// assert!(memory.slice(&store, GuestAddr(65_530), 7).is_err());
/// assert_eq!(memory.grow(&mut store, 1)?, Some(1));
/// assert_eq!(memory.grow(&mut store, 1)?, None);
/// assert_eq!(memory.size(&store)?, 2);
/// # Ok::<(), moteur::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Memory(pub(crate) Handle<MemoryEntity>);

impl Memory {
    /// A memory of zeros.
    ///
    /// # Errors
    /// [`Error::Limit`], [`Error::OutOfMemory`]; [`Error::Type`] if the type's maximum is below its minimum or either
    /// is above [`PageSize::count_max`](moteur_wasm::PageSize::count_max).
    pub fn new(store: &mut impl AsContextMut, ty: MemoryType) -> Result<Memory, Error> {
        let store = store_mut(store);
        let count_max = ty.page.count_max();
        let max = ty.limits.max.unwrap_or(count_max);
        if max > count_max || ty.limits.min > max {
            return Err(Error::Type);
        }
        let config = store.engine.config();
        let entity = MemoryEntity::new(ty, store.memory_bytes_max, native::source(config, store.heap))?;
        let entity = store.arena.add(entity)?;
        Ok(Memory(Handle::new(store, entity)))
    }

    /// The memory's type, with its present size as the minimum.
    ///
    /// # Errors
    /// [`Error::ForeignStore`].
    pub fn ty(&self, store: &impl AsContext) -> Result<MemoryType, Error> {
        Ok(self.entity(store)?.ty())
    }

    /// The memory's size in its pages, which are of 64 KiB each, or of one byte where its type says so. The length of
    /// [`data`](Memory::data) is its size in bytes.
    ///
    /// # Errors
    /// [`Error::ForeignStore`].
    pub fn size(&self, store: &impl AsContext) -> Result<u32, Error> {
        Ok(self.entity(store)?.pages())
    }

    /// Grows by `pages` and gives the old size, or `None` if the memory's maximum, the engine's limit or the heap
    /// refuses.
    ///
    /// # Errors
    /// [`Error::ForeignStore`].
    pub fn grow(&self, store: &mut impl AsContextMut, pages: u32) -> Result<Option<u32>, Error> {
        Ok(self.entity_mut(store)?.grow(pages))
    }

    /// Grows by `pages` even if the memory's maximum is below that, which then is raised: for an embedder who needs room of
    /// his own in a memory. Gives the old size, or `None` if the engine's limit or the heap refuses.
    ///
    /// # Errors
    /// [`Error::ForeignStore`].
    pub fn extend(&self, store: &mut impl AsContextMut, pages: u32) -> Result<Option<u32>, Error> {
        let limit = store_ref(store).memory_bytes_max;
        Ok(self.entity_mut(store)?.extend(pages, limit))
    }

    /// All bytes.
    ///
    /// # Errors
    /// [`Error::ForeignStore`].
    pub fn data<'a>(&self, store: &'a impl AsContext) -> Result<&'a [u8], Error> {
        Ok(self.entity(store)?.bytes())
    }

    /// All bytes, for writing.
    ///
    /// # Errors
    /// [`Error::ForeignStore`].
    pub fn data_mut<'a>(&self, store: &'a mut impl AsContextMut) -> Result<&'a mut [u8], Error> {
        Ok(self.entity_mut(store)?.bytes_mut())
    }

    /// All bytes and the embedder's data, both for writing.
    ///
    /// # Errors
    /// [`Error::ForeignStore`].
    pub fn data_and_store_mut<'a, C: AsContextMut>(
        &self,
        store: &'a mut C,
    ) -> Result<(&'a mut [u8], &'a mut C::Data), Error> {
        let store = store_mut(store);
        // SAFETY: the embedder's data is a `C::Data`; it and the memory are allocations of their own.
        let data = unsafe { store.data.cast().as_mut() };
        // SAFETY: memories live as long as the store, which is borrowed exclusively.
        let memory = unsafe { self.0.get(store)?.as_mut() };
        Ok((memory.bytes_mut(), data))
    }

    /// The `len` bytes that the guest claims to have at `addr`.
    ///
    /// # Errors
    /// [`Error::Trap`] with [`Trap::MemoryOutOfBounds`](crate::Trap) if they are not all inside the memory,
    /// [`Error::ForeignStore`].
    pub fn slice<'a>(&self, store: &'a impl AsContext, addr: GuestAddr, len: u32) -> Result<&'a [u8], Error> {
        Ok(self.entity(store)?.slice(addr.0, len)?)
    }

    /// The `len` bytes that the guest claims to have at `addr`, for writing.
    ///
    /// # Errors
    /// As [`slice`](Memory::slice).
    pub fn slice_mut<'a>(
        &self,
        store: &'a mut impl AsContextMut,
        addr: GuestAddr,
        len: u32,
    ) -> Result<&'a mut [u8], Error> {
        Ok(self.entity_mut(store)?.slice_mut(addr.0, len)?)
    }

    /// The text of `len` bytes that the guest claims to have at `addr`.
    ///
    /// # Errors
    /// As [`slice`](Memory::slice), and [`Error::Utf8`].
    pub fn str<'a>(&self, store: &'a impl AsContext, addr: GuestAddr, len: u32) -> Result<&'a str, Error> {
        core::str::from_utf8(self.slice(store, addr, len)?).map_err(|_| Error::Utf8)
    }

    /// As [`str`](Memory::str), with the embedder's data for writing.
    ///
    /// # Errors
    /// As [`str`](Memory::str).
    pub fn str_and_data_mut<'a, C: AsContextMut>(
        &self,
        store: &'a mut C,
        addr: GuestAddr,
        len: u32,
    ) -> Result<(&'a str, &'a mut C::Data), Error> {
        let store = store_mut(store);
        // SAFETY: as in `data_and_store_mut`.
        let data = unsafe { store.data.cast().as_mut() };
        // SAFETY: as above.
        let memory = unsafe { self.0.get(store)?.as_ref() };
        let text = core::str::from_utf8(memory.slice(addr.0, len)?).map_err(|_| Error::Utf8)?;
        Ok((text, data))
    }

    /// Copies bytes out of the memory.
    ///
    /// # Errors
    /// As [`slice`](Memory::slice).
    pub fn read(&self, store: &impl AsContext, addr: GuestAddr, to: &mut [u8]) -> Result<(), Error> {
        copy_slice(to, self.slice(store, addr, len(to)?)?);
        Ok(())
    }

    /// Copies bytes into the memory.
    ///
    /// # Errors
    /// As [`slice`](Memory::slice).
    pub fn write(&self, store: &mut impl AsContextMut, addr: GuestAddr, from: &[u8]) -> Result<(), Error> {
        copy_slice(self.slice_mut(store, addr, len(from)?)?, from);
        Ok(())
    }

    fn entity<'a>(&self, store: &'a impl AsContext) -> Result<&'a MemoryEntity, Error> {
        // SAFETY: memories live as long as the store, which is borrowed.
        Ok(unsafe { self.0.get(store_ref(store))?.as_ref() })
    }

    fn entity_mut<'a>(&self, store: &'a mut impl AsContextMut) -> Result<&'a mut MemoryEntity, Error> {
        // SAFETY: memories live as long as the store, which is borrowed exclusively.
        Ok(unsafe { self.0.get(store_mut(store))?.as_mut() })
    }
}

/// A length as a guest could claim it.
fn len(bytes: &[u8]) -> Result<u32, Error> {
    u32::try_from(bytes.len()).map_err(|_| Error::Trap(Trap::MemoryOutOfBounds))
}
