//! The pass over a module's bytes: section by section, validated as it goes.

use super::{Data, DataMode, Elem, unique};
use super::{
    ElemEntry, ElemItem, ElemMode, Export, ExternIdx, ExternType, FuncEntry, GlobalEntry, Import, Imported, Module,
    STRIPPED, Section, TypeEntry, count,
};
use crate::alloc::{Alloc, Buffer};
use crate::const_expr::{ConstExpr, check_const};
use crate::error::{ErrorKind, Feature, Result};
use crate::index::{FuncIdx, TypeIdx};
use crate::limits;
use crate::reader::{Read, Reader};
use crate::types::{MemoryType, TableType, ValType};
use crate::validate::{COMPARES_NAMES, Scratch, check_body};

/// The bytes before the first section: `\0asm`, version 1.
pub(super) const HEADER_BYTES: u32 = 8;
const MAGIC: u32 = u32::from_le_bytes(*b"\0asm");
const VERSION: u32 = 1;
/// What stands there in a component.
const COMPONENT: u32 = 0x1_000D;

/// The numbers of the sections.
pub(super) const CUSTOM: u8 = 0;
const TYPE: u8 = 1;
const IMPORT: u8 = 2;
const FUNC: u8 = 3;
const TABLE: u8 = 4;
const MEMORY: u8 = 5;
const GLOBAL: u8 = 6;
const EXPORT: u8 = 7;
const START: u8 = 8;
const ELEM: u8 = 9;
const CODE: u8 = 10;
const DATA: u8 = 11;
const DATA_COUNT: u8 = 12;
const TAG: u8 = 13;

/// The place of each section in the order, by its number. Custom sections may stand anywhere.
const ORDER: [u8; 13] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 10];

/// Decodes and validates a module.
pub(super) fn module<A: Alloc>(bytes: &[u8], alloc: &A) -> Result<Module<A>> {
    let mut reader = Reader::new(bytes);
    let mut module = empty(alloc);
    let mut decoder = Decoder { bytes, alloc, module: &mut module, scratch: Scratch::new(alloc), bodies: 0 };
    match decoder.sections(&mut reader) {
        Ok(()) => Ok(module),
        Err(_) => Err(reader.error()),
    }
}

fn header(reader: &mut Reader<'_>) -> Read {
    if reader.word()? != MAGIC {
        return Err(reader.fail(ErrorKind::BadMagic, 0));
    }
    let start = reader.pos();
    match reader.word()? {
        VERSION => Ok(()),
        COMPONENT => Err(reader.fail(ErrorKind::Unsupported(Feature::Components), start)),
        _ => Err(reader.fail(ErrorKind::BadVersion, start)),
    }
}

fn empty<A: Alloc>(alloc: &A) -> Module<A> {
    Module {
        types: alloc.buffer(),
        type_values: alloc.buffer(),
        funcs: alloc.buffer(),
        tables: alloc.buffer(),
        memories: alloc.buffer(),
        globals: alloc.buffer(),
        elems: alloc.buffer(),
        data: alloc.buffer(),
        data_count: None,
        imports: Section::default(),
        exports: Section::default(),
        imported: Imported::default(),
        start: None,
        code_end: 0,
        names: 0..0,
        stripped: false,
    }
}

/// A module on the way, and what only decoding needs.
struct Decoder<'b, 'a, A: Alloc> {
    bytes: &'b [u8],
    alloc: &'a A,
    module: &'a mut Module<A>,
    scratch: Scratch<A>,
    /// How many function bodies were there.
    bodies: u32,
}

impl<'b, A: Alloc> Decoder<'b, '_, A> {
    fn sections(&mut self, reader: &mut Reader<'b>) -> Read {
        if self.bytes.len() > limits::MODULE_BYTES {
            return Err(reader.fail(ErrorKind::ModuleTooLarge, 0));
        }
        header(reader)?;
        let mut last = 0;
        while !reader.is_empty() {
            let start = reader.pos();
            let id = reader.byte()?;
            if id == TAG {
                return Err(reader.fail(ErrorKind::Unsupported(Feature::Exceptions), start));
            }
            let place = *ORDER.get(usize::from(id)).ok_or_else(|| reader.fail(ErrorKind::BadSectionId, start))?;
            let len = reader.u32()?;
            reader.within(len as usize, |reader| {
                if id != CUSTOM {
                    if place <= last {
                        return Err(reader.fail(ErrorKind::SectionOrder, start));
                    }
                    last = place;
                }
                self.section(id, reader)
            })?;
        }
        self.finish(reader)
    }

    fn section(&mut self, id: u8, reader: &mut Reader<'b>) -> Read {
        self.contents(id, reader)?;
        if reader.is_empty() { Ok(()) } else { Err(reader.fail(ErrorKind::SectionSize, reader.pos())) }
    }

    fn contents(&mut self, id: u8, reader: &mut Reader<'b>) -> Read {
        match id {
            CUSTOM => self.custom(reader),
            TYPE => self.types(reader),
            IMPORT => self.imports(reader),
            FUNC => self.funcs(reader),
            TABLE => self.tables(reader),
            MEMORY => self.memories(reader),
            GLOBAL => self.globals(reader),
            EXPORT => self.exports(reader),
            START => self.start(reader),
            ELEM => self.elems(reader),
            CODE => self.code(reader),
            DATA => self.data(reader),
            DATA_COUNT => {
                self.module.data_count = Some(reader.u32()?);
                Ok(())
            }
            _ => Err(reader.fail(ErrorKind::BadSectionId, reader.pos())),
        }
    }

    /// What can only be told at the end of the module.
    fn finish(&self, reader: &mut Reader<'b>) -> Read {
        let (module, at) = (&self.module, reader.pos());
        if self.bodies != module.func_count() - module.imported.funcs {
            return Err(reader.fail(ErrorKind::CodeCount, at));
        }
        if module.data_count.is_some_and(|declared| declared != module.data_count()) {
            return Err(reader.fail(ErrorKind::DataCount, at));
        }
        Ok(())
    }

    fn custom(&mut self, reader: &mut Reader<'b>) -> Read {
        let name = reader.name()?;
        let start = reader.pos() as u32;
        reader.take(reader.left())?;
        match name {
            "name" => self.module.names = start..reader.pos() as u32,
            STRIPPED => self.module.stripped = true,
            _ => {}
        }
        Ok(())
    }

    fn types(&mut self, reader: &mut Reader<'b>) -> Read {
        let count = reader.count(limits::TYPES, ErrorKind::TooManyTypes)?;
        reserve(&mut self.module.types, count, reader)?;
        for _ in 0..count {
            let start = reader.pos();
            let form = reader.byte()?;
            if form != 0x60 {
                return Err(reader.fail(not_a_func_type(form), start));
            }
            let start = self.module.type_values.len() as u32;
            let params = self.type_values(reader, limits::PARAMS, ErrorKind::TooManyParams)?;
            let results = self.type_values(reader, limits::RESULTS, ErrorKind::TooManyResults)?;
            push(&mut self.module.types, TypeEntry { start, params, results }, reader)?;
        }
        self.module.type_values.shrink_to_fit();
        Ok(())
    }

    fn type_values(&mut self, reader: &mut Reader<'b>, max: u32, too_many: ErrorKind) -> Read<u16> {
        let count = reader.count(max, too_many)?;
        for _ in 0..count {
            let ty = reader.val_type()?;
            push(&mut self.module.type_values, ty, reader)?;
        }
        Ok(count as u16)
    }

    fn imports(&mut self, reader: &mut Reader<'b>) -> Read {
        let count = reader.count(limits::IMPORTS, ErrorKind::TooManyImports)?;
        self.module.imports = Section { count, start: reader.pos() as u32 };
        for _ in 0..count {
            let import = Import::read(reader)?;
            let at = import.offset as usize;
            match import.ty {
                ExternType::Func(ty) => self.add_func(ty, at, reader)?,
                ExternType::Table(ty) => self.add_table(ty, at, reader)?,
                ExternType::Memory(ty) => self.add_memory(ty, at, reader)?,
                ExternType::Global(ty) => self.add_global(GlobalEntry { ty, init: 0 }, at, reader)?,
            }
        }
        // The sections with definitions come later.
        self.module.imported = Imported {
            funcs: self.module.func_count(),
            tables: self.module.table_count(),
            memories: self.module.memory_count(),
            globals: self.module.global_count(),
        };
        Ok(())
    }

    fn funcs(&mut self, reader: &mut Reader<'b>) -> Read {
        let count = reader.count(limits::FUNCS, ErrorKind::TooManyFuncs)?;
        reserve(&mut self.module.funcs, count, reader)?;
        for _ in 0..count {
            let start = reader.pos();
            let ty = TypeIdx(reader.u32()?);
            self.add_func(ty, start, reader)?;
        }
        Ok(())
    }

    fn add_func(&mut self, ty: TypeIdx, at: usize, reader: &mut Reader<'b>) -> Read {
        if ty.0 >= self.module.type_count() {
            return Err(reader.fail(ErrorKind::UnknownType, at));
        }
        add(&mut self.module.funcs, FuncEntry::new(ty), limits::FUNCS, ErrorKind::TooManyFuncs, at, reader)
    }

    fn tables(&mut self, reader: &mut Reader<'b>) -> Read {
        for _ in 0..reader.count(limits::TABLES, ErrorKind::TooManyTables)? {
            let start = reader.pos();
            let ty = reader.table_type()?;
            self.add_table(ty, start, reader)?;
        }
        Ok(())
    }

    fn add_table(&mut self, ty: TableType, at: usize, reader: &mut Reader<'b>) -> Read {
        add(&mut self.module.tables, ty, limits::TABLES, ErrorKind::TooManyTables, at, reader)
    }

    fn memories(&mut self, reader: &mut Reader<'b>) -> Read {
        for _ in 0..reader.count(u32::MAX, ErrorKind::Unsupported(Feature::MultiMemory))? {
            let start = reader.pos();
            let ty = reader.memory_type()?;
            self.add_memory(ty, start, reader)?;
        }
        Ok(())
    }

    fn add_memory(&mut self, ty: MemoryType, at: usize, reader: &mut Reader<'b>) -> Read {
        let too_many = ErrorKind::Unsupported(Feature::MultiMemory);
        add(&mut self.module.memories, ty, limits::MEMORIES, too_many, at, reader)
    }

    fn globals(&mut self, reader: &mut Reader<'b>) -> Read {
        for _ in 0..reader.count(limits::GLOBALS, ErrorKind::TooManyGlobals)? {
            let start = reader.pos();
            let ty = reader.global_type()?;
            let init = ConstExpr::read(reader)?;
            self.check_const(init, ty.value, reader)?;
            self.add_global(GlobalEntry { ty, init: init.offset() }, start, reader)?;
        }
        Ok(())
    }

    fn add_global(&mut self, global: GlobalEntry, at: usize, reader: &mut Reader<'b>) -> Read {
        add(&mut self.module.globals, global, limits::GLOBALS, ErrorKind::TooManyGlobals, at, reader)
    }

    /// Checks a constant expression, and declares the function that it refers to.
    fn check_const(&mut self, expr: ConstExpr<'b>, ty: ValType, reader: &mut Reader<'b>) -> Read {
        match reader.again(expr.offset(), |code| check_const(self.module, code, ty))? {
            Some(func) => self.declare(func, expr.offset() as usize, reader),
            None => Ok(()),
        }
    }

    /// From here on, `ref.func` may refer to this function.
    fn declare(&mut self, func: FuncIdx, at: usize, reader: &mut Reader<'b>) -> Read {
        let func = self.module.funcs.get_mut(func.index()).ok_or_else(|| reader.fail(ErrorKind::UnknownFunc, at))?;
        func.packed |= FuncEntry::DECLARED;
        Ok(())
    }

    fn exports(&mut self, reader: &mut Reader<'b>) -> Read {
        let count = reader.count(limits::EXPORTS, ErrorKind::TooManyExports)?;
        self.module.exports = Section { count, start: reader.pos() as u32 };
        let mut names = self.alloc.buffer();
        if COMPARES_NAMES {
            reserve(&mut names, count, reader)?;
        }
        for _ in 0..count {
            let at = reader.pos();
            if COMPARES_NAMES {
                push(&mut names, at as u32, reader)?;
            }
            let (known, unknown) = match Export::read(reader)?.item {
                ExternIdx::Func(func) => {
                    self.declare(func, at, reader)?;
                    continue;
                }
                ExternIdx::Table(table) => (table.0 < self.module.table_count(), ErrorKind::UnknownTable),
                ExternIdx::Memory(memory) => (memory.0 < self.module.memory_count(), ErrorKind::UnknownMemory),
                ExternIdx::Global(global) => (global.0 < self.module.global_count(), ErrorKind::UnknownGlobal),
            };
            if !known {
                return Err(reader.fail(unknown, at));
            }
        }
        if COMPARES_NAMES && let Some(at) = unique::duplicate(self.bytes, &mut names) {
            return Err(reader.fail(ErrorKind::DuplicateExport, at as usize));
        }
        Ok(())
    }

    fn start(&mut self, reader: &mut Reader<'b>) -> Read {
        let at = reader.pos();
        let func = FuncIdx(reader.u32()?);
        let ty = self.module.func_type_idx(func).ok_or_else(|| reader.fail(ErrorKind::UnknownFunc, at))?;
        let ty = self.module.func_type(ty).ok_or_else(|| reader.fail(ErrorKind::UnknownType, at))?;
        if !(ty.params.is_empty() && ty.results.is_empty()) {
            return Err(reader.fail(ErrorKind::StartType, at));
        }
        self.module.start = Some(func);
        Ok(())
    }

    fn elems(&mut self, reader: &mut Reader<'b>) -> Read {
        for _ in 0..reader.count(limits::ELEMS, ErrorKind::TooManyElems)? {
            let at = reader.pos();
            let elem = Elem::read(reader)?;
            if let ElemMode::Active { table, offset } = elem.mode {
                let table = self.module.table_type(table).ok_or_else(|| reader.fail(ErrorKind::UnknownTable, at))?;
                if table.element != elem.ty {
                    return Err(reader.fail(ErrorKind::ElemType, at));
                }
                self.check_const(offset, ValType::I32, reader)?;
            }
            for _ in 0..elem.len() {
                let at = reader.pos();
                match elem.read_item(reader)? {
                    ElemItem::Func(func) => self.declare(func, at, reader)?,
                    ElemItem::Expr(expr) => self.check_const(expr, ValType::Ref(elem.ty), reader)?,
                }
            }
            push(&mut self.module.elems, ElemEntry { ty: elem.ty, start: at as u32 }, reader)?;
        }
        Ok(())
    }

    fn code(&mut self, reader: &mut Reader<'b>) -> Read {
        let at = reader.pos();
        let bodies = reader.count(limits::FUNCS, ErrorKind::TooManyFuncs)?;
        let first = self.module.imported.funcs;
        if bodies != self.module.func_count() - first {
            return Err(reader.fail(ErrorKind::CodeCount, at));
        }
        for func in (first..).take(bodies as usize).map(FuncIdx) {
            let len_start = reader.pos();
            let len = reader.count(limits::BODY_BYTES, ErrorKind::BodyTooLarge)?;
            let start = reader.pos();
            reader.take(len as usize)?;
            let body = start..reader.pos();
            check_body(self.module, self.bytes, func, body, &mut self.scratch)
                .map_err(|e| reader.fail(e.kind, e.offset as usize))?;
            if let Some(func) = self.module.funcs.get_mut(func.index()) {
                func.set_body(start, start - len_start);
            }
        }
        self.bodies = bodies;
        self.module.code_end = reader.pos() as u32;
        Ok(())
    }

    fn data(&mut self, reader: &mut Reader<'b>) -> Read {
        let count = reader.count(limits::DATA, ErrorKind::TooManyData)?;
        reserve(&mut self.module.data, count, reader)?;
        for _ in 0..count {
            let at = reader.pos();
            let data = Data::read(reader)?;
            if let DataMode::Active { memory, offset } = data.mode {
                if memory.0 >= self.module.memory_count() {
                    return Err(reader.fail(ErrorKind::UnknownMemory, at));
                }
                self.check_const(offset, ValType::I32, reader)?;
            }
            push(&mut self.module.data, at as u32, reader)?;
        }
        Ok(())
    }
}

/// The proposal that has a type of this form, if there is one.
fn not_a_func_type(form: u8) -> ErrorKind {
    match form {
        0x4E..=0x50 | 0x5E | 0x5F => ErrorKind::Unsupported(Feature::Gc),
        0x5D => ErrorKind::Unsupported(Feature::StackSwitching),
        _ => ErrorKind::BadFuncType,
    }
}

/// Makes room for what a section says it holds, which its own length has bounded.
fn reserve<T: Copy>(buffer: &mut impl Buffer<T>, count: u32, reader: &mut Reader<'_>) -> Read {
    buffer.reserve_exact(count as usize).map_err(|e| reader.fail(e.into(), reader.pos()))
}

fn push<T: Copy>(buffer: &mut impl Buffer<T>, item: T, reader: &mut Reader<'_>) -> Read {
    buffer.push(item).map_err(|e| reader.fail(e.into(), reader.pos()))
}

/// Adds to an index space that imports and a section fill together.
fn add<T: Copy>(
    space: &mut impl Buffer<T>,
    item: T,
    max: u32,
    too_many: ErrorKind,
    at: usize,
    reader: &mut Reader<'_>,
) -> Read {
    if count(space) >= max {
        return Err(reader.fail(too_many, at));
    }
    space.push(item).map_err(|e| reader.fail(e.into(), at))
}
