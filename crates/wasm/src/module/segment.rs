//! Element and data segments.

use crate::const_expr::ConstExpr;
use crate::error::ErrorKind;
use crate::index::{FuncIdx, MemIdx, TableIdx};
use crate::limits;
use crate::reader::{Read, Reader};
use crate::types::RefType;

/// An element segment.
#[derive(Clone, Copy, Debug)]
pub struct Elem<'b> {
    /// The type of its items.
    pub ty: RefType,
    /// What happens to it at instantiation.
    pub mode: ElemMode<'b>,
    items: ElemItems<'b>,
}

/// What happens to an element segment at instantiation.
#[derive(Clone, Copy, Debug)]
pub enum ElemMode<'b> {
    /// It is copied to a table, and dropped.
    Active {
        /// The table.
        table: TableIdx,
        /// Where in the table.
        offset: ConstExpr<'b>,
    },
    /// It is there for `table.init`.
    Passive,
    /// It is dropped; it only names functions that `ref.func` may refer to.
    Declared,
}

/// Bits of an element segment's flags: the segment is not active, or has a table's index; if passive, it is declared;
/// items are expressions.
const PASSIVE: u32 = 1;
const EXPLICIT: u32 = 2;
const EXPRESSIONS: u32 = 4;

impl<'b> Elem<'b> {
    /// Reads the segment up to its first item.
    pub(super) fn read(reader: &mut Reader<'b>) -> Read<Elem<'b>> {
        let start = reader.pos();
        let flags = reader.u32()?;
        if flags > PASSIVE | EXPLICIT | EXPRESSIONS {
            return Err(reader.fail(ErrorKind::BadElemFlags, start));
        }
        let mode = match (flags & PASSIVE != 0, flags & EXPLICIT != 0) {
            (true, false) => ElemMode::Passive,
            (true, true) => ElemMode::Declared,
            (false, explicit) => ElemMode::Active {
                table: TableIdx(if explicit { reader.u32()? } else { 0 }),
                offset: ConstExpr::read(reader)?,
            },
        };
        let expressions = flags & EXPRESSIONS != 0;
        let ty = if flags & (PASSIVE | EXPLICIT) == 0 {
            RefType::FUNCREF
        } else if expressions {
            reader.ref_type()?
        } else if reader.byte()? == 0 {
            RefType::FUNCREF
        } else {
            return Err(reader.fail(ErrorKind::BadElemKind, start));
        };
        let left = reader.count(limits::ELEM_ITEMS, ErrorKind::TooManyItems)?;
        Ok(Elem { ty, mode, items: ElemItems { reader: *reader, left, expressions } })
    }

    /// How many items it has.
    #[allow(clippy::len_without_is_empty)] // Nobody asks.
    pub fn len(&self) -> u32 {
        self.items.left
    }

    /// Reads the next item where `reader` is.
    pub(super) fn read_item(&self, reader: &mut Reader<'b>) -> Read<ElemItem<'b>> {
        ElemItem::read(reader, self.items.expressions)
    }

    /// Its items.
    pub fn items(&self) -> ElemItems<'b> {
        self.items
    }
}

/// An item of an element segment.
#[derive(Clone, Copy, Debug)]
pub enum ElemItem<'b> {
    /// A function.
    Func(FuncIdx),
    /// An expression that gives a reference.
    Expr(ConstExpr<'b>),
}

impl<'b> ElemItem<'b> {
    fn read(reader: &mut Reader<'b>, expression: bool) -> Read<ElemItem<'b>> {
        if expression {
            ConstExpr::read(reader).map(ElemItem::Expr)
        } else {
            reader.u32().map(|func| ElemItem::Func(FuncIdx(func)))
        }
    }
}

/// Iterator over the items of an element segment.
#[derive(Clone, Copy, Debug)]
pub struct ElemItems<'b> {
    reader: Reader<'b>,
    left: u32,
    expressions: bool,
}

impl<'b> Iterator for ElemItems<'b> {
    type Item = ElemItem<'b>;

    /// Ends early if the bytes are not those that were validated.
    fn next(&mut self) -> Option<ElemItem<'b>> {
        self.left = self.left.checked_sub(1)?;
        ElemItem::read(&mut self.reader, self.expressions).ok()
    }
}

/// A data segment.
#[derive(Clone, Copy, Debug)]
pub struct Data<'b> {
    /// What happens to it at instantiation.
    pub mode: DataMode<'b>,
    /// Its contents.
    pub bytes: &'b [u8],
}

/// What happens to a data segment at instantiation.
#[derive(Clone, Copy, Debug)]
pub enum DataMode<'b> {
    /// It is copied to memory, and dropped.
    Active {
        /// The memory.
        memory: MemIdx,
        /// Where in memory.
        offset: ConstExpr<'b>,
    },
    /// It is there for `memory.init`.
    Passive,
}

impl<'b> Data<'b> {
    pub(super) fn read(reader: &mut Reader<'b>) -> Read<Data<'b>> {
        let start = reader.pos();
        let mode = match reader.u32()? {
            0 => DataMode::Active { memory: MemIdx(0), offset: ConstExpr::read(reader)? },
            1 => DataMode::Passive,
            2 => DataMode::Active { memory: MemIdx(reader.u32()?), offset: ConstExpr::read(reader)? },
            _ => return Err(reader.fail(ErrorKind::BadDataFlags, start)),
        };
        let len = reader.u32()?;
        Ok(Data { mode, bytes: reader.take(len as usize)? })
    }
}
