//! The linker: names for what modules may import.

use core::marker::PhantomData;

use moteur_pool::{Arc, Vec};
use moteur_wasm::{FuncType, ValType};

use crate::context::{AsContext, AsContextMut, Handle, StorePtr};
use crate::engine::Engine;
use crate::error::{Error, LinkError};
use crate::externs::Extern;
use crate::func::Func;
#[cfg(feature = "interpreter")]
use crate::func::awaited::IntoAsyncFunc;
use crate::func::caller::Caller;
use crate::func::host::{HostDef, HostFunc, IntoFunc};
use crate::func::rows::{self, HostFunction, Row, Words};
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
    tables: Vec<Table>,
    shadowing: bool,
}

/// The functions of a table, imported from the module whose name stands in the texts.
struct Table {
    start: u32,
    module_len: u32,
    func: Arc<dyn HostFunc>,
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
        let names =
            Names { texts: Vec::new_in(heap), entries: Vec::new_in(heap), tables: Vec::new_in(heap), shadowing: false };
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

    /// Defines an asynchronous host function: see [`Func::wrap_async`].
    ///
    /// # Errors
    /// As [`func`](Linker::func).
    #[cfg(feature = "interpreter")]
    pub fn func_async<P, R>(
        &mut self,
        module: &str,
        name: &str,
        closure: impl IntoAsyncFunc<T, P, R>,
    ) -> Result<(), Error> {
        let host = HostDef::awaiting::<T, P, R, _>(closure, self.engine.heap())?;
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

    /// Defines all functions of a table at once. `enter` serves each call: it gets the function's row and the arguments as
    /// bits, and gives the bits of the result (what is given for a function without one is dropped).
    ///
    /// The table takes one allocation; a function takes memory of a store when a module imports it. A single definition
    /// of the same name comes first, then the tables in the order in which they were defined.
    ///
    /// ```
    /// use moteur::{Caller, Config, Engine, FuncType, Heap, HostFunction, Linker, ValType, Words};
    ///
    /// const BINARY: &FuncType<'static> =
    ///     &FuncType { params: &[ValType::I32, ValType::I32], results: &[ValType::I32] };
    /// static ROWS: [HostFunction<fn(u32, u32) -> u32>; 2] = [
    ///     HostFunction { name: "min", ty: BINARY, code: u32::min },
    ///     HostFunction { name: "max", ty: BINARY, code: u32::max },
    /// ];
    /// let engine = Engine::new(Config::new(Heap::system()))?;
    /// let mut linker = Linker::<()>::new(&engine);
    /// linker.functions("env", &ROWS, |_: Caller<'_, ()>, row, words: &Words| {
    ///     Ok(u64::from((row.code)(words[0] as u32, words[1] as u32)))
    /// })?;
    /// # let wasm = wat::parse_str(r#"(module (import "env" "max" (func $max (param i32 i32) (result i32)))
    /// #     (func (export "f") (result i32) (call $max (i32.const 3) (i32.const 4))))"#).unwrap();
    /// # let module = moteur::Module::new(&engine, &wasm)?;
    /// # let mut store = moteur::Store::new(&engine, ())?;
    /// # let instance = linker.instantiate(&mut store, &module)?;
    /// # assert_eq!(instance.typed_func::<(), i32>(&store, "f")?.call(&mut store, ())?, 4);
    /// # Ok::<(), moteur::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::OutOfMemory`]; [`Error::Type`] or [`Error::Limit`] if a row's type is not one that [`HostFunction`]
    /// allows.
    pub fn functions<C: Sync>(
        &mut self,
        module: &str,
        rows: &'static [HostFunction<C>],
        enter: impl Fn(Caller<'_, T>, &'static HostFunction<C>, &Words) -> Result<u64, Error> + Send + Sync + 'static,
    ) -> Result<(), Error> {
        let func = rows::table::<T, C, _>(rows, enter, self.engine.heap())?;
        self.names.add_table(module, func)
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
        self.text(entry.start, entry.module_len) == Some(module)
            && self.text(entry.start.wrapping_add(entry.module_len), entry.name_len) == Some(name)
    }

    fn text(&self, start: u32, len: u32) -> Option<&[u8]> {
        self.texts.get(start as usize..)?.get(..len as usize)
    }

    fn add_table(&mut self, module: &str, func: Arc<dyn HostFunc>) -> Result<(), Error> {
        let start = u32::try_from(self.texts.len()).map_err(|_| Error::OutOfMemory)?;
        let module_len = u32::try_from(module.len()).map_err(|_| Error::OutOfMemory)?;
        self.tables.reserve(1)?;
        self.texts.extend_from_slice(module.as_bytes())?;
        Ok(self.tables.push(Table { start, module_len, func })?)
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
        let (func, row, ty) = match self.find(module, name).and_then(|at| self.entries.get(at)) {
            Some(Entry { item: Item::Extern(item), .. }) => return Ok(Some(*item)),
            Some(Entry { item: Item::Host(host), .. }) => (&host.func, 0, host.ty()),
            None => match self.find_row(module, name) {
                Some((func, row, ty)) => (func, row, *ty),
                None => return Ok(None),
            },
        };
        let mut store = store.0;
        // SAFETY: the caller's promise.
        let store = unsafe { store.as_mut() };
        let entity = store.add_host(func, row, ty)?;
        Ok(Some(Func(Handle::new(store, entity)).into()))
    }

    fn find_row(&self, module: &str, name: &str) -> Option<(&Arc<dyn HostFunc>, Row, &'static FuncType<'static>)> {
        self.tables.iter().find_map(|table| {
            if self.text(table.start, table.module_len) != Some(module.as_bytes()) {
                return None;
            }
            let (row, ty) = table.func.find(name)?;
            Some((&table.func, row, ty))
        })
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
