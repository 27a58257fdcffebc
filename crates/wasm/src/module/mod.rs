//! A decoded and validated module: index tables over bytes that somebody else keeps.
//!
//! What is looked up while a program runs is here in tables; names, segments and expressions stay in the bytes, and the
//! methods that need those take them. They must be the bytes that the module was made from. With others nothing breaks,
//! but what comes out is meaningless.
//!
//! A function costs 8 bytes here, a type 8 and 2 for each parameter and result, a global 8, a segment 4.

mod decode;
mod extern_;
mod names;
mod segment;
mod unique;

use core::ops::Range;

use crate::alloc::Alloc;
use crate::const_expr::ConstExpr;
use crate::error::Result;
use crate::index::{DataIdx, ElemIdx, FuncIdx, GlobalIdx, MemIdx, TableIdx, TypeIdx};
use crate::reader::Reader;
use crate::types::{BlockType, FuncType, GlobalType, MemoryType, RefType, TableType, ValType};

pub use extern_::{Export, Exports, ExternIdx, ExternType, Import, Imports};
pub use names::{CustomSection, CustomSections};
pub use segment::{Data, DataMode, Elem, ElemItem, ElemItems, ElemMode};

/// The name of a custom section that says: the bodies of the functions were taken out, and `unreachable` stands in their
/// place. Such a module is valid, and runs as native code or not at all. The section is empty.
pub const STRIPPED: &str = "moteur.stripped";

/// A decoded and validated module. It does not hold its bytes.
///
/// ```
/// use moteur_wasm::{ExternIdx, FuncIdx, Global, Module};
/// # fn main() -> Result<(), moteur_wasm::Error> {
/// // (module (func (export "f")))
/// let bytes = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x05\x01\x01f\0\0\x0A\x04\x01\x02\0\x0B";
/// let module = Module::new(bytes, &Global)?;
/// let export = module.export(bytes, "f").map(|export| export.item);
/// assert_eq!(export, Some(ExternIdx::Func(FuncIdx(0))));
/// # Ok(())
/// # }
/// ```
pub struct Module<A: Alloc> {
    types: A::Buffer<TypeEntry>,
    /// Parameters, then results, of all types.
    type_values: A::Buffer<ValType>,
    funcs: A::Buffer<FuncEntry>,
    tables: A::Buffer<TableType>,
    memories: A::Buffer<MemoryType>,
    globals: A::Buffer<GlobalEntry>,
    elems: A::Buffer<ElemEntry>,
    /// Where each data segment starts.
    data: A::Buffer<u32>,
    /// What the data count section says.
    data_count: Option<u32>,
    imports: Section,
    exports: Section,
    imported: Imported,
    start: Option<FuncIdx>,
    /// Where the code section ends.
    code_end: u32,
    /// The contents of the name section after its name.
    names: Range<u32>,
    /// Is there a section of the name [`STRIPPED`]?
    stripped: bool,
}

/// The items of a section in the module's bytes.
#[derive(Clone, Copy, Default)]
struct Section {
    count: u32,
    start: u32,
}

/// How many of each kind are imported.
#[derive(Clone, Copy, Default)]
struct Imported {
    funcs: u32,
    tables: u32,
    memories: u32,
    globals: u32,
}

/// Where a type's parameters and results are.
#[derive(Clone, Copy)]
struct TypeEntry {
    start: u32,
    params: u16,
    results: u16,
}

/// A function. The bodies follow each other, each after its length, so the end of one is known from the next.
///
/// ```text
///   31        27  24 23       0
///  [ declared | len | type    ] [ where the body starts ]      len: bytes that the length before the body takes
/// ```
#[derive(Clone, Copy)]
struct FuncEntry {
    packed: u32,
    start: u32,
}

const _: () = assert!(crate::limits::TYPES < 1 << 24);

impl FuncEntry {
    const DECLARED: u32 = 1 << 31;

    fn new(ty: TypeIdx) -> FuncEntry {
        FuncEntry { packed: ty.0, start: 0 }
    }

    fn ty(self) -> TypeIdx {
        TypeIdx(self.packed & 0xFF_FFFF)
    }

    fn set_body(&mut self, start: usize, len_bytes: usize) {
        self.start = start as u32;
        self.packed |= (len_bytes as u32 & 7) << 24;
    }

    /// Where the length before the body starts.
    fn len_start(self) -> u32 {
        self.start.saturating_sub(self.packed >> 24 & 7)
    }

    /// May `ref.func` refer to it?
    #[cfg_attr(not(feature = "bodies"), allow(dead_code))]
    fn is_declared(self) -> bool {
        self.packed & FuncEntry::DECLARED != 0
    }
}

/// A global, and where the expression for its initial value starts.
#[derive(Clone, Copy)]
struct GlobalEntry {
    ty: GlobalType,
    init: u32,
}

/// An element segment: its type, and where it starts.
#[derive(Clone, Copy)]
struct ElemEntry {
    ty: RefType,
    start: u32,
}

/// The number of items in an index space. Each is below a limit, or counted by the module's bytes.
fn count<T>(items: &[T]) -> u32 {
    items.len() as u32
}

impl<A: Alloc> Module<A> {
    /// Decodes and validates all of a module in one pass over its bytes: function bodies included, with the feature
    /// `bodies`; without it, what is inside of them is not looked at.
    pub fn new(bytes: &[u8], alloc: &A) -> Result<Module<A>> {
        decode::module(bytes, alloc)
    }

    /// How many types there are.
    pub fn type_count(&self) -> u32 {
        count(&self.types)
    }

    /// A type.
    pub fn func_type(&self, idx: TypeIdx) -> Option<FuncType<'_>> {
        let entry = self.types.get(idx.index())?;
        let values = self.type_values.get(entry.start as usize..)?;
        let (params, values) = values.split_at_checked(usize::from(entry.params))?;
        let results = values.get(..usize::from(entry.results))?;
        Some(FuncType { params, results })
    }

    /// What a block of this type takes. Nothing, if there is no such type.
    pub fn block_params<'t>(&'t self, ty: &BlockType) -> &'t [ValType] {
        match *ty {
            BlockType::Empty | BlockType::Value(_) => &[],
            BlockType::Func(ty) => self.func_type(ty).map_or(&[], |ty| ty.params),
        }
    }

    /// What a block of this type returns. Nothing, if there is no such type.
    pub fn block_results<'t>(&'t self, ty: &'t BlockType) -> &'t [ValType] {
        match ty {
            BlockType::Empty => &[],
            BlockType::Value(value) => core::slice::from_ref(value),
            BlockType::Func(ty) => self.func_type(*ty).map_or(&[], |ty| ty.results),
        }
    }

    /// The imports, in order.
    pub fn imports<'b>(&self, bytes: &'b [u8]) -> Imports<'b> {
        Imports::new(bytes, self.imports)
    }

    /// The exports, in order.
    pub fn exports<'b>(&self, bytes: &'b [u8]) -> Exports<'b> {
        Exports::new(bytes, self.exports)
    }

    /// The export of this name.
    pub fn export<'b>(&self, bytes: &'b [u8], name: &str) -> Option<Export<'b>> {
        self.exports(bytes).find(|export| export.name == name)
    }

    /// How many functions there are, imported ones included.
    pub fn func_count(&self) -> u32 {
        count(&self.funcs)
    }

    /// How many functions are imported.
    pub fn imported_func_count(&self) -> u32 {
        self.imported.funcs
    }

    /// How many tables there are, imported ones included.
    pub fn table_count(&self) -> u32 {
        count(&self.tables)
    }

    /// How many tables are imported.
    pub fn imported_table_count(&self) -> u32 {
        self.imported.tables
    }

    /// How many memories there are, imported ones included.
    pub fn memory_count(&self) -> u32 {
        count(&self.memories)
    }

    /// How many memories are imported.
    pub fn imported_memory_count(&self) -> u32 {
        self.imported.memories
    }

    /// How many globals there are, imported ones included.
    pub fn global_count(&self) -> u32 {
        count(&self.globals)
    }

    /// How many globals are imported.
    pub fn imported_global_count(&self) -> u32 {
        self.imported.globals
    }

    /// The type of a function, as an index.
    #[inline]
    pub fn func_type_idx(&self, idx: FuncIdx) -> Option<TypeIdx> {
        self.funcs.get(idx.index()).map(|func| func.ty())
    }

    /// May `ref.func` refer to this function: is it named in an export, a segment or a global?
    pub fn is_declared(&self, idx: FuncIdx) -> Option<bool> {
        self.funcs.get(idx.index()).map(|func| func.is_declared())
    }

    /// The type of a table.
    pub fn table_type(&self, idx: TableIdx) -> Option<TableType> {
        self.tables.get(idx.index()).copied()
    }

    /// The type of a memory.
    pub fn memory_type(&self, idx: MemIdx) -> Option<MemoryType> {
        self.memories.get(idx.index()).copied()
    }

    /// The type of a global.
    pub fn global_type(&self, idx: GlobalIdx) -> Option<GlobalType> {
        self.globals.get(idx.index()).map(|global| global.ty)
    }

    /// Where the body of a function is in the module's bytes: locals and code. None for an imported function.
    pub fn body(&self, idx: FuncIdx) -> Option<Range<usize>> {
        if idx.0 < self.imported.funcs {
            return None;
        }
        let func = self.funcs.get(idx.index())?;
        let end = match self.funcs.get(idx.index() + 1) {
            Some(next) => next.len_start(),
            None => self.code_end,
        };
        Some(func.start as usize..end as usize)
    }

    /// The expression for the initial value of a global. None for an imported global.
    pub fn global_init<'b>(&self, bytes: &'b [u8], idx: GlobalIdx) -> Option<ConstExpr<'b>> {
        if idx.0 < self.imported.globals {
            return None;
        }
        let global = self.globals.get(idx.index())?;
        ConstExpr::read(&mut Reader::from(bytes, global.init)).ok()
    }

    /// Were the bodies of the functions taken out? A custom section of the name [`STRIPPED`] says so.
    pub fn is_stripped(&self) -> bool {
        self.stripped
    }

    /// The function that an instance runs at once.
    pub fn start(&self) -> Option<FuncIdx> {
        self.start
    }

    /// How many element segments there are.
    pub fn elem_count(&self) -> u32 {
        count(&self.elems)
    }

    /// The type of an element segment's items.
    pub fn elem_type(&self, idx: ElemIdx) -> Option<RefType> {
        self.elems.get(idx.index()).map(|elem| elem.ty)
    }

    /// An element segment.
    pub fn elem<'b>(&self, bytes: &'b [u8], idx: ElemIdx) -> Option<Elem<'b>> {
        let elem = self.elems.get(idx.index())?;
        Elem::read(&mut Reader::from(bytes, elem.start)).ok()
    }

    /// How many data segments there are.
    pub fn data_count(&self) -> u32 {
        count(&self.data)
    }

    /// How many data segments code may refer to, if the module says so ahead of the code.
    #[cfg_attr(not(feature = "bodies"), allow(dead_code))]
    pub(crate) fn declared_data_count(&self) -> Option<u32> {
        self.data_count
    }

    /// A data segment.
    pub fn data<'b>(&self, bytes: &'b [u8], idx: DataIdx) -> Option<Data<'b>> {
        let start = self.data.get(idx.index())?;
        Data::read(&mut Reader::from(bytes, *start)).ok()
    }

    /// The custom sections, in order.
    pub fn custom_sections<'b>(&self, bytes: &'b [u8]) -> CustomSections<'b> {
        CustomSections::new(bytes)
    }

    /// The module's name, from its name section.
    pub fn module_name<'b>(&self, bytes: &'b [u8]) -> Option<&'b str> {
        names::module_name(self.name_section(bytes))
    }

    /// The name of a function, from the name section. Takes time in proportion to the section.
    pub fn func_name<'b>(&self, bytes: &'b [u8], idx: FuncIdx) -> Option<&'b str> {
        names::func_name(self.name_section(bytes), idx)
    }

    fn name_section<'b>(&self, bytes: &'b [u8]) -> Reader<'b> {
        Reader::of_range(bytes, self.names.start as usize, self.names.end as usize)
    }
}
