//! Instances, as the embedder sees them.

use core::ptr::NonNull;

use moteur_wasm::{ExternIdx, RefType, ValType};

use crate::context::{AsContext, AsContextMut, Handle, StorePtr, store_ref};
use crate::error::Error;
use crate::externs::Extern;
use crate::func::Func;
use crate::func::ty::WasmValues;
use crate::func::typed::TypedFunc;
use crate::global::Global;
use crate::memory::Memory;
use crate::module::Module;
use crate::store::entity::InstanceEntity;
use crate::store::instantiate::instantiate;
use crate::table::Table;
use crate::val::ExternRef;

/// A module with its own memories, tables and globals, and with its imports satisfied.
///
/// ```
/// use moteur::{Config, Engine, Func, Heap, Instance, Module, Store};
///
/// let engine = Engine::new(Config::new(Heap::system()))?;
/// # let wasm = wat::parse_str(r#"(module (import "env" "double" (func $double (param i32) (result i32)))
/// #     (func (export "run") (param i32) (result i32) (call $double (call $double (local.get 0)))))"#).unwrap();
/// let module = Module::new(&engine, &wasm)?; // imports "env" "double", exports "run"
/// let mut store = Store::new(&engine, ())?;
/// let double = Func::wrap(&mut store, |n: i32| n.wrapping_mul(2))?;
/// let instance = Instance::new(&mut store, &module, &[double.into()])?;
/// let run = instance.typed_func::<i32, i32>(&store, "run")?;
/// assert_eq!(run.call(&mut store, 3), Ok(12));
/// # Ok::<(), moteur::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Instance(pub(crate) Handle<InstanceEntity>);

impl Instance {
    /// Instantiates a module: checks `imports`, which stand in the module's order, allocates, copies the active
    /// segments, and runs the start function.
    ///
    /// # Errors
    /// [`Error::Link`], [`Error::Limit`], [`Error::OutOfMemory`], [`Error::ForeignStore`], [`Error::ForeignEngine`], or
    /// a trap of a segment or of the start function. What these wrote to imported memories and tables stays.
    pub fn new(store: &mut impl AsContextMut, module: &Module, imports: &[Extern]) -> Result<Instance, Error> {
        // SAFETY: the store is borrowed exclusively.
        unsafe { instantiate(store.store_ptr(), module, imports) }
    }

    /// What the instance exports under this name; nothing if the instance is of another store.
    pub fn export(&self, store: &impl AsContext, name: &str) -> Option<Extern> {
        export(store.store_ptr(), *self, name)
    }

    /// All exports with their names, in the module's order.
    ///
    /// # Errors
    /// [`Error::ForeignStore`].
    pub fn exports<'a, C: AsContext>(
        &self,
        store: &'a C,
    ) -> Result<impl Iterator<Item = (&'a str, Extern)> + use<'a, C>, Error> {
        let store = store_ref(store);
        // SAFETY: instances and loaded modules live as long as the store, which is borrowed.
        let (instance, module): (&'a InstanceEntity, &'a Module) = unsafe {
            let instance = self.0.get(store)?.as_ref();
            (instance, &(*instance.loaded.as_ptr()).module)
        };
        let exports = module.wasm().exports(module.bytes());
        Ok(exports.filter_map(move |export| Some((export.name, Extern::of(store, instance, export.item)?))))
    }

    /// What the instance has under this index, exported or not; nothing if the instance is of another store.
    pub fn item(&self, store: &impl AsContext, item: ExternIdx) -> Option<Extern> {
        let store = store_ref(store);
        // SAFETY: instances live as long as the store, which is borrowed.
        Extern::of(store, unsafe { self.0.get(store).ok()?.as_ref() }, item)
    }

    /// The exported function of this name.
    pub fn func(&self, store: &impl AsContext, name: &str) -> Option<Func> {
        self.export(store, name)?.func()
    }

    /// The exported memory of this name.
    pub fn memory(&self, store: &impl AsContext, name: &str) -> Option<Memory> {
        self.export(store, name)?.memory()
    }

    /// The exported table of this name.
    pub fn table(&self, store: &impl AsContext, name: &str) -> Option<Table> {
        self.export(store, name)?.table()
    }

    /// The exported global of this name.
    pub fn global(&self, store: &impl AsContext, name: &str) -> Option<Global> {
        self.export(store, name)?.global()
    }

    /// The exported function of this name with its type known to the compiler.
    ///
    /// # Errors
    /// [`Error::NoExport`], [`Error::Type`].
    pub fn typed_func<P: WasmValues, R: WasmValues>(
        &self,
        store: &impl AsContext,
        name: &str,
    ) -> Result<TypedFunc<P, R>, Error> {
        self.func(store, name).ok_or(Error::NoExport)?.typed(store)
    }

    /// Calls `visit` with each thing of the embedder's that the instance holds in its tables and globals, exported or not.
    /// With what the embedder itself keeps, and while no guest runs, these are all that this instance can ever ask for:
    /// what else was handed to it may be forgotten.
    ///
    /// # Errors
    /// [`Error::ForeignStore`].
    pub fn extern_refs(&self, store: &impl AsContext, mut visit: impl FnMut(ExternRef)) -> Result<(), Error> {
        // SAFETY: entities live as long as the store, which is borrowed.
        unsafe {
            let instance: &InstanceEntity = self.0.get(store_ref(store))?.as_ref();
            let tables = instance.tables.iter().map(|table| table.as_ref());
            for table in tables.filter(|table| table.ty.element == RefType::EXTERNREF) {
                table.elems.iter().filter_map(|bits| ExternRef::from_bits(*bits as u64)).for_each(&mut visit);
            }
            let globals = instance.global_entities.iter().map(|global| global.as_ref());
            for global in globals.filter(|global| global.ty.value == ValType::EXTERNREF) {
                ExternRef::from_bits(global.bits).into_iter().for_each(&mut visit);
            }
        }
        Ok(())
    }

    /// The module that this is an instance of.
    ///
    /// # Errors
    /// [`Error::ForeignStore`].
    pub fn module<'a>(&self, store: &'a impl AsContext) -> Result<&'a Module, Error> {
        let instance: NonNull<InstanceEntity> = self.0.get(store_ref(store))?;
        // SAFETY: instances and loaded modules live as long as the store, which is borrowed.
        Ok(unsafe { &(*(*instance.as_ptr()).loaded.as_ptr()).module })
    }
}

fn export(store: StorePtr, instance: Instance, name: &str) -> Option<Extern> {
    // SAFETY: the caller has borrowed the store; instances and loaded modules live as long.
    unsafe {
        let store = store.0.as_ref();
        let instance = instance.0.get(store).ok()?.as_ref();
        let module = &instance.loaded.as_ref().module;
        Extern::of(store, instance, module.wasm().export(module.bytes(), name)?.item)
    }
}
