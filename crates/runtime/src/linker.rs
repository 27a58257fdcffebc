//! The linker: names for what modules may import.

use core::marker::PhantomData;

use moteur_pool::Vec;
use moteur_wasm::ValType;

use crate::context::{AsContext, AsContextMut, Handle, StorePtr};
use crate::engine::Engine;
use crate::error::{Error, LinkError};
use crate::externs::Extern;
use crate::func::Func;
use crate::func::caller::Caller;
use crate::func::host::{HostDef, IntoFunc};
use crate::instance::Instance;
use crate::module::Module;
use crate::store::instantiate::instantiate;
use crate::val::Val;

/// Satisfies the imports of modules by name: with host functions, which may serve any number of stores with data of
/// type `T`, and with items of one store.
///
/// ```
/// use moteur::{Caller, Config, Engine, Heap, Linker, Module, Store};
///
/// let engine = Engine::new(Config::new(Heap::system()))?;
/// # let wasm = wat::parse_str(r#"(module (import "env" "led" (func $led (param i32)))
/// #     (func (export "run") (call $led (i32.const 1))))"#).unwrap();
/// let module = Module::new(&engine, &wasm)?; // imports "env" "led", exports "run"
///
/// let mut linker = Linker::new(&engine);
/// linker.func("env", "led", |mut caller: Caller<'_, bool>, on: i32| *caller.data_mut() = on != 0)?;
///
/// let mut store = Store::new(&engine, false)?;
/// let instance = linker.instantiate(&mut store, &module)?;
/// instance.typed_func::<(), ()>(&store, "run")?.call(&mut store, ())?;
/// assert!(*store.data());
/// # Ok::<(), moteur::Error>(())
/// ```
pub struct Linker<T> {
    names: Names,
    engine: Engine,
    /// Host functions are code for stores with this very type of data.
    data: PhantomData<fn(T) -> T>,
}

/// All that a linker has but its type parameter.
struct Names {
    /// The texts of all names, one after the other.
    texts: Vec<u8>,
    entries: Vec<Entry>,
    shadowing: bool,
}

struct Entry {
    start: u32,
    module_len: u32,
    name_len: u32,
    item: Item,
}

enum Item {
    Host(HostDef),
    Extern(Extern),
}

impl<T> Linker<T> {
    /// A linker without definitions.
    pub fn new(engine: &Engine) -> Linker<T> {
        let heap = engine.heap();
        let names = Names { texts: Vec::new_in(heap), entries: Vec::new_in(heap), shadowing: false };
        Linker { names, engine: engine.clone(), data: PhantomData }
    }

    /// Whether a later definition replaces an earlier one of the same name, instead of being refused.
    pub fn allow_shadowing(&mut self, allow: bool) {
        self.names.shadowing = allow;
    }

    /// Defines a host function made of a closure with typed arguments: see [`IntoFunc`].
    ///
    /// # Errors
    /// [`Error::AlreadyDefined`], [`Error::OutOfMemory`].
    pub fn func<P, R>(&mut self, module: &str, name: &str, closure: impl IntoFunc<T, P, R>) -> Result<(), Error> {
        let host = HostDef::typed::<T, P, R, _>(closure, self.engine.heap())?;
        self.names.add(module, name, Item::Host(host))
    }

    /// Defines a host function whose type is known only at run time: see [`Func::new`].
    ///
    /// # Errors
    /// As [`func`](Linker::func).
    pub fn func_dyn<F>(
        &mut self,
        module: &str,
        name: &str,
        params: &[ValType],
        results: &[ValType],
        closure: F,
    ) -> Result<(), Error>
    where
        F: Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<(), Error> + Send + Sync + 'static,
    {
        let host = HostDef::dynamic(params, results, closure, self.engine.heap())?;
        self.names.add(module, name, Item::Host(host))
    }

    /// Defines an item of a store; modules that import it can be instantiated in that store only.
    ///
    /// # Errors
    /// As [`func`](Linker::func).
    pub fn define(&mut self, module: &str, name: &str, item: impl Into<Extern>) -> Result<(), Error> {
        self.names.add(module, name, Item::Extern(item.into()))
    }

    /// Defines all that an instance exports, as of the module `module`.
    ///
    /// # Errors
    /// As [`func`](Linker::func), and [`Error::ForeignStore`].
    pub fn instance(&mut self, store: &impl AsContext, module: &str, instance: Instance) -> Result<(), Error> {
        for (name, item) in instance.exports(store)? {
            self.names.add(module, name, Item::Extern(item))?;
        }
        Ok(())
    }

    /// What is defined under this name, for use in `store`.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn get(
        &self,
        store: &mut impl AsContextMut<Data = T>,
        module: &str,
        name: &str,
    ) -> Result<Option<Extern>, Error> {
        // SAFETY: the store is borrowed exclusively, and its data is a `T`.
        unsafe { self.names.get(store.store_ptr(), module, name) }
    }

    /// Instantiates a module, its imports taken from the definitions: see [`Instance::new`].
    ///
    /// # Errors
    /// As [`Instance::new`].
    pub fn instantiate(&self, store: &mut impl AsContextMut<Data = T>, module: &Module) -> Result<Instance, Error> {
        // SAFETY: the store is borrowed exclusively, and its data is a `T`.
        unsafe { self.names.instantiate(store.store_ptr(), module) }
    }
}

impl Names {
    fn find(&self, module: &str, name: &str) -> Option<usize> {
        self.entries.iter().position(|entry| self.is(entry, module.as_bytes(), name.as_bytes()))
    }

    fn is(&self, entry: &Entry, module: &[u8], name: &[u8]) -> bool {
        let text = |start: u32, len: u32| self.texts.get(start as usize..).and_then(|rest| rest.get(..len as usize));
        entry.module_len as usize == module.len()
            && entry.name_len as usize == name.len()
            && text(entry.start, entry.module_len) == Some(module)
            && text(entry.start.wrapping_add(entry.module_len), entry.name_len) == Some(name)
    }

    fn add(&mut self, module: &str, name: &str, item: Item) -> Result<(), Error> {
        if let Some(entry) = self.find(module, name).and_then(|at| self.entries.get_mut(at)) {
            if !self.shadowing {
                return Err(Error::AlreadyDefined);
            }
            entry.item = item;
            return Ok(());
        }
        let start = self.texts.len();
        let narrow = |len: usize| u32::try_from(len).map_err(|_| Error::OutOfMemory);
        let entry =
            Entry { start: narrow(start)?, module_len: narrow(module.len())?, name_len: narrow(name.len())?, item };
        self.texts.extend_from_slice(module.as_bytes())?;
        let added = self.texts.extend_from_slice(name.as_bytes()).and_then(|()| self.entries.push(entry));
        if added.is_err() {
            self.texts.truncate(start);
        }
        Ok(added?)
    }

    /// # Safety
    /// The store is borrowed exclusively, and its data has the type that the linker's host functions are made for.
    unsafe fn get(&self, store: StorePtr, module: &str, name: &str) -> Result<Option<Extern>, Error> {
        let Some(entry) = self.find(module, name).and_then(|at| self.entries.get(at)) else {
            return Ok(None);
        };
        match &entry.item {
            Item::Extern(item) => Ok(Some(*item)),
            Item::Host(host) => {
                let mut store = store.0;
                // SAFETY: the caller's promise.
                let store = unsafe { store.as_mut() };
                let entity = store.add_host(&host.func, host.ty())?;
                Ok(Some(Func(Handle::new(store, entity)).into()))
            }
        }
    }

    /// # Safety
    /// As for `get`.
    unsafe fn instantiate(&self, store: StorePtr, module: &Module) -> Result<Instance, Error> {
        let mut imports = Vec::new_in(module.engine().heap());
        for (at, import) in (0..).zip(module.wasm().imports(module.bytes())) {
            // SAFETY: the caller's promise.
            let item = unsafe { self.get(store, import.module, import.name)? };
            imports.push(item.ok_or(Error::Link { import: at, reason: LinkError::Unknown })?)?;
        }
        // SAFETY: the caller's promise.
        unsafe { instantiate(store, module, &imports) }
    }
}
