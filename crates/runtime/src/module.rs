//! A module: its bytes, checked, with the index tables that find things in them. Nothing is copied out of the bytes.

use core::ops::Deref;

use moteur_pool::{Arc, Box};
use moteur_wasm::{ExternIdx, FuncIdx, FuncType, GlobalType, MemoryType, TableType, TypeIdx};

use crate::alloc::HeapAlloc;
use crate::engine::Engine;
use crate::error::Error;
use crate::{lower, native};

/// A module that was decoded and validated. Cloning gives another handle of the same module; it may be instantiated
/// any number of times, in any store of its engine.
///
/// ```
/// use moteur::{Config, Engine, ExternType, Heap, Module, ValType};
///
/// let engine = Engine::new(Config::new(Heap::system()))?;
/// # let wasm = wat::parse_str(r#"(module (func (export "add") (param i32 i32) (result i32) unreachable))"#).unwrap();
/// let module = Module::new(&engine, &wasm)?; // (func (export "add") (param i32 i32) (result i32) ...)
/// let export = module.exports().next().unwrap();
/// assert_eq!(export.name, "add");
/// assert!(matches!(export.ty, ExternType::Func(ty) if ty.params == [ValType::I32, ValType::I32]));
/// # Ok::<(), moteur::Error>(())
/// ```
#[derive(Clone)]
pub struct Module(Arc<ModuleInner>);

struct ModuleInner {
    /// Refers to the bytes: it goes first.
    #[allow(dead_code, reason = "only native code asks")]
    attached: native::Attached,
    engine: Engine,
    bytes: Bytes,
    wasm: moteur_wasm::Module<HeapAlloc>,
}

/// Where a module's bytes stand.
enum Bytes {
    Static(&'static [u8]),
    Owned(Box<[u8]>),
}

impl Deref for Bytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Static(bytes) => bytes,
            Bytes::Owned(bytes) => bytes,
        }
    }
}

impl Module {
    /// Decodes and validates a module, and keeps a copy of its bytes in the engine's heap.
    ///
    /// # Errors
    /// [`Error::Module`] with cause and offset, or [`Error::OutOfMemory`]. A runtime that was built without the feature
    /// `interpreter` only takes modules whose native code it runs; otherwise [`Error::Native`] says why it does not. It does
    /// not look into function bodies either: the module is as good as the word of who vouches for its native code.
    pub fn new(engine: &Engine, bytes: &[u8]) -> Result<Module, Error> {
        let owned = Box::from_slice_in(bytes, engine.heap())?;
        Module::load(engine, Bytes::Owned(owned))
    }

    /// Decodes and validates a module whose bytes stay where they are, such as in flash. They are never written.
    ///
    /// # Errors
    /// As [`Module::new`].
    pub fn from_static(engine: &Engine, bytes: &'static [u8]) -> Result<Module, Error> {
        Module::load(engine, Bytes::Static(bytes))
    }

    /// Checks whether bytes are a module that this runtime accepts, without keeping anything.
    ///
    /// # Errors
    /// As [`Module::new`].
    pub fn validate(engine: &Engine, bytes: &[u8]) -> Result<(), Error> {
        let wasm = moteur_wasm::Module::new(bytes, &HeapAlloc(engine.heap()))?;
        // SAFETY: it is dropped at once.
        let attached = unsafe { native::Attached::find(engine, &wasm, bytes) };
        check_native(&attached, &wasm, bytes)
    }

    fn load(engine: &Engine, bytes: Bytes) -> Result<Module, Error> {
        let heap = engine.heap();
        let wasm = moteur_wasm::Module::new(&bytes, &HeapAlloc(heap))?;
        // SAFETY: it is part of what owns the bytes, whose place does not change, and is dropped before them.
        let attached = unsafe { native::Attached::find(engine, &wasm, &bytes) };
        let inner = ModuleInner { attached, engine: engine.clone(), bytes, wasm };
        let module = Module(Arc::new_in(inner, heap)?);
        check_native(&module.0.attached, &module.0.wasm, &module.0.bytes)?;
        Ok(module)
    }

    /// The engine that the module was made for.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// What the module asks for, in its order.
    pub fn imports(&self) -> impl Iterator<Item = ImportType<'_>> {
        self.wasm().imports(self.bytes()).map(|import| ImportType {
            module: import.module,
            name: import.name,
            ty: self.extern_type(import.ty),
        })
    }

    /// The import with this number, counted from 0.
    pub fn import(&self, import: u32) -> Option<ImportType<'_>> {
        self.imports().nth(import as usize)
    }

    /// What the module offers, in its order.
    pub fn exports(&self) -> impl Iterator<Item = ExportType<'_>> {
        self.wasm().exports(self.bytes()).filter_map(|export| {
            let ty = self.item_type(export.item)?;
            Some(ExportType { name: export.name, ty })
        })
    }

    /// Whether its function bodies were taken out, as `moteur compile --strip-bodies` does: then it runs as native code or
    /// not at all, and the offsets of its backtraces are those of the module before.
    pub fn is_stripped(&self) -> bool {
        self.wasm().is_stripped()
    }

    /// Refuses to run bodies that were taken out.
    pub(crate) fn check_bodies(&self) -> Result<(), Error> {
        let runs = !lower::RUNS_BODIES || !self.is_stripped() || self.attached().is_native();
        if runs { Ok(()) } else { Err(Error::Native(self.attached().missing(self.wasm(), self.bytes()))) }
    }

    /// The module's own name, where its name section gives one.
    pub fn name(&self) -> Option<&str> {
        self.wasm().module_name(self.bytes())
    }

    /// The name of a function, where the name section gives one.
    pub fn func_name(&self, func: u32) -> Option<&str> {
        self.wasm().func_name(self.bytes(), FuncIdx(func))
    }

    /// The custom sections, in order: their names and what stands behind them.
    pub fn custom_sections(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.wasm().custom_sections(self.bytes()).map(|section| (section.name, section.bytes))
    }

    /// The module's bytes.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// The decoded module, for tools that look into it.
    #[inline]
    pub(crate) fn wasm(&self) -> &moteur_wasm::Module<HeapAlloc> {
        &self.0.wasm
    }

    /// What is known of the module's native code.
    #[inline]
    #[allow(dead_code, reason = "only native code asks")]
    pub(crate) fn attached(&self) -> &native::Attached {
        &self.0.attached
    }

    /// Whether both are handles of one module.
    pub fn same(&self, other: &Module) -> bool {
        core::ptr::eq(&*self.0, &*other.0)
    }

    fn extern_type(&self, ty: moteur_wasm::ExternType) -> ExternType<'_> {
        match ty {
            moteur_wasm::ExternType::Func(ty) => ExternType::Func(self.func_type(ty)),
            moteur_wasm::ExternType::Table(ty) => ExternType::Table(ty),
            moteur_wasm::ExternType::Memory(ty) => ExternType::Memory(ty),
            moteur_wasm::ExternType::Global(ty) => ExternType::Global(ty),
        }
    }

    fn item_type(&self, item: ExternIdx) -> Option<ExternType<'_>> {
        let wasm = self.wasm();
        Some(match item {
            ExternIdx::Func(func) => ExternType::Func(self.func_type(wasm.func_type_idx(func)?)),
            ExternIdx::Table(table) => ExternType::Table(wasm.table_type(table)?),
            ExternIdx::Memory(memory) => ExternType::Memory(wasm.memory_type(memory)?),
            ExternIdx::Global(global) => ExternType::Global(wasm.global_type(global)?),
        })
    }

    fn func_type(&self, ty: TypeIdx) -> FuncType<'_> {
        // Validation proved that the type exists.
        self.wasm().func_type(ty).unwrap_or(FuncType { params: &[], results: &[] })
    }
}

/// Refuses a module without native code where no other is run.
fn check_native(attached: &native::Attached, wasm: &moteur_wasm::Module<HeapAlloc>, bytes: &[u8]) -> Result<(), Error> {
    if lower::RUNS_BODIES || attached.is_native() { Ok(()) } else { Err(Error::Native(attached.missing(wasm, bytes))) }
}

/// Something that a module asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportType<'a> {
    /// The first part of its name: the module that it is expected from.
    pub module: &'a str,
    /// The second part of its name.
    pub name: &'a str,
    /// What it must be.
    pub ty: ExternType<'a>,
}

/// Something that a module offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportType<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub ty: ExternType<'a>,
}

/// The type of something that is imported or exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExternType<'a> {
    /// A function.
    Func(FuncType<'a>),
    /// A table.
    Table(TableType),
    /// A memory.
    Memory(MemoryType),
    /// A global.
    Global(GlobalType),
}
