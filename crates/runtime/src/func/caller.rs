//! What a host function knows of the call it is in.

use core::marker::PhantomData;
use core::ptr::NonNull;

use crate::backtrace::Backtrace;
use crate::context::Handle;
use crate::error::Error;
use crate::externs::Extern;
use crate::instance::Instance;
use crate::interrupt::InterruptHandle;
use crate::memory::Memory;
use crate::store::StoreInner;
use crate::store::entity::InstanceEntity;

/// The store, borrowed by a running host function, and the instance that called it.
///
/// ```
/// use moteur::{Caller, Config, Engine, Error, GuestAddr, Heap, Linker};
///
/// let engine = Engine::new(Config::new(Heap::system()))?;
/// let mut linker = Linker::<String>::new(&engine);
/// linker.func("env", "print", |mut caller: Caller<'_, String>, addr: GuestAddr, len: u32| {
///     let memory = caller.memory()?;
///     let (text, out) = memory.str_and_data_mut(&mut caller, addr, len)?;
///     out.push_str(text);
///     Ok::<(), Error>(())
/// })?;
/// # Ok::<(), Error>(())
/// ```
pub struct Caller<'a, T> {
    store: NonNull<StoreInner>,
    instance: Option<NonNull<InstanceEntity>>,
    borrows: PhantomData<&'a mut T>,
}

impl<T> Caller<'_, T> {
    /// # Safety
    /// The store has data of type `T` and is not used through anything else during `'a`; the instance is of the store.
    pub(crate) unsafe fn new(store: NonNull<StoreInner>, instance: Option<NonNull<InstanceEntity>>) -> Self {
        Caller { store, instance, borrows: PhantomData }
    }

    #[inline]
    pub(crate) fn store(&self) -> NonNull<StoreInner> {
        self.store
    }

    fn inner(&self) -> &StoreInner {
        // SAFETY: `new`: nobody else uses the store.
        unsafe { self.store.as_ref() }
    }

    /// The embedder's data.
    pub fn data(&self) -> &T {
        // SAFETY: `new`: the data is a `T`.
        unsafe { self.inner().data.cast::<T>().as_ref() }
    }

    /// The embedder's data, for writing.
    pub fn data_mut(&mut self) -> &mut T {
        // SAFETY: as in `data`, exclusively.
        unsafe { self.inner().data.cast::<T>().as_mut() }
    }

    /// The instance whose function made the call; `None` when the embedder called the host function itself.
    pub fn instance(&self) -> Option<Instance> {
        self.instance.map(|instance| Instance(Handle::new(self.inner(), instance)))
    }

    /// The memory of the calling instance, exported or not.
    ///
    /// # Errors
    /// [`Error::NoExport`] if the caller has none.
    pub fn memory(&self) -> Result<Memory, Error> {
        // SAFETY: `new`: the instance is of the store, and lives as long.
        let instance = self.instance.as_ref().map(|instance| unsafe { instance.as_ref() });
        let memory = instance.and_then(|instance| instance.memories.first()).ok_or(Error::NoExport)?;
        Ok(Memory(Handle::new(self.inner(), *memory)))
    }

    /// What the calling instance exports under this name.
    pub fn export(&self, name: &str) -> Option<Extern> {
        self.instance()?.export(self, name)
    }

    /// The same, borrowed anew: to be handed on and still be there afterwards.
    pub fn reborrow(&mut self) -> Caller<'_, T> {
        Caller { store: self.store, instance: self.instance, borrows: PhantomData }
    }

    /// The guest functions that were active when the last call failed that was made in this store.
    pub fn backtrace(&self) -> &Backtrace {
        &self.inner().backtrace
    }

    /// Whether the guest is to stop: a host function that waits for something should look now and then, and return
    /// [`Trap::Interrupted`](crate::Trap::Interrupted).
    pub fn is_interrupted(&self) -> bool {
        self.inner().is_interrupted()
    }

    /// A handle that another thread or an interrupt handler may stop the guest with: see
    /// [`Store::interrupt_handle`](crate::Store::interrupt_handle).
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle::new(self.inner().interrupt.clone())
    }

    /// Sets how much fuel guests have left.
    ///
    /// # Errors
    /// As [`Store::set_fuel`](crate::Store::set_fuel).
    pub fn set_fuel(&mut self, fuel: u64) -> Result<(), Error> {
        // SAFETY: `new`: nobody else uses the store.
        unsafe { self.store.as_mut() }.set_fuel(fuel)
    }

    /// How much fuel is left.
    ///
    /// # Errors
    /// As [`Store::fuel`](crate::Store::fuel).
    pub fn fuel(&self) -> Result<u64, Error> {
        self.inner().fuel()
    }
}
