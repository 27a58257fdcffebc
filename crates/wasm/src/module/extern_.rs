//! Imports and exports.

use super::Section;
use crate::error::{ErrorKind, Feature};
use crate::index::{FuncIdx, GlobalIdx, MemIdx, TableIdx, TypeIdx};
use crate::reader::{Read, Reader};
use crate::types::{GlobalType, MemoryType, TableType};

/// An import.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Import<'b> {
    /// The name of the module it comes from.
    pub module: &'b str,
    /// Its name there.
    pub name: &'b str,
    /// What it must be.
    pub ty: ExternType,
    /// Where it stands in the module, in bytes.
    pub offset: u32,
}

/// The type of what is imported or exported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExternType {
    /// A function of this type.
    Func(TypeIdx),
    /// A table.
    Table(TableType),
    /// A memory.
    Memory(MemoryType),
    /// A global.
    Global(GlobalType),
}

impl<'b> Import<'b> {
    pub(super) fn read(reader: &mut Reader<'b>) -> Read<Import<'b>> {
        let offset = reader.pos() as u32;
        let module = reader.name()?;
        let name = reader.name()?;
        let start = reader.pos();
        let ty = match reader.byte()? {
            0 => ExternType::Func(TypeIdx(reader.u32()?)),
            1 => ExternType::Table(reader.table_type()?),
            2 => ExternType::Memory(reader.memory_type()?),
            3 => ExternType::Global(reader.global_type()?),
            4 => return Err(reader.fail(ErrorKind::Unsupported(Feature::Exceptions), start)),
            _ => return Err(reader.fail(ErrorKind::BadImportKind, start)),
        };
        Ok(Import { module, name, ty, offset })
    }
}

/// An export.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Export<'b> {
    /// Its name.
    pub name: &'b str,
    /// What it is.
    pub item: ExternIdx,
}

/// What is exported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExternIdx {
    /// A function.
    Func(FuncIdx),
    /// A table.
    Table(TableIdx),
    /// A memory.
    Memory(MemIdx),
    /// A global.
    Global(GlobalIdx),
}

impl<'b> Export<'b> {
    pub(super) fn read(reader: &mut Reader<'b>) -> Read<Export<'b>> {
        let name = reader.name()?;
        let start = reader.pos();
        let kind = reader.byte()?;
        let idx = reader.u32()?;
        let item = match kind {
            0 => ExternIdx::Func(FuncIdx(idx)),
            1 => ExternIdx::Table(TableIdx(idx)),
            2 => ExternIdx::Memory(MemIdx(idx)),
            3 => ExternIdx::Global(GlobalIdx(idx)),
            4 => return Err(reader.fail(ErrorKind::Unsupported(Feature::Exceptions), start)),
            _ => return Err(reader.fail(ErrorKind::BadExportKind, start)),
        };
        Ok(Export { name, item })
    }
}

/// Defines an iterator over a section; it ends early if the bytes are not those that were validated.
macro_rules! iterator {
    ($(#[$doc:meta])* $name:ident of $item:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name<'b> {
            reader: Reader<'b>,
            left: u32,
        }

        impl<'b> $name<'b> {
            pub(super) fn new(bytes: &'b [u8], section: Section) -> $name<'b> {
                $name { reader: Reader::from(bytes, section.start), left: section.count }
            }
        }

        impl<'b> Iterator for $name<'b> {
            type Item = $item<'b>;

            fn next(&mut self) -> Option<$item<'b>> {
                self.left = self.left.checked_sub(1)?;
                $item::read(&mut self.reader).ok()
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                (0, Some(self.left as usize))
            }
        }
    };
}

iterator! {
    /// Iterator over the imports.
    Imports of Import
}
iterator! {
    /// Iterator over the exports.
    Exports of Export
}
