//! The types of WebAssembly: of values, functions, tables, memories and globals.
//!
//! They have room for what is refused today (`v128`, references that cannot be null, 64-bit limits), so that those
//! proposals change the decoder and not every user.

use core::fmt;

use crate::index::TypeIdx;

/// The type of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ValType {
    /// A 32-bit integer.
    I32,
    /// A 64-bit integer.
    I64,
    /// A 32-bit IEEE 754 number.
    F32,
    /// A 64-bit IEEE 754 number.
    F64,
    /// A 128-bit vector; no module that uses it is accepted yet.
    V128,
    /// A reference.
    Ref(RefType),
}

impl ValType {
    /// `funcref`.
    pub const FUNCREF: ValType = ValType::Ref(RefType::FUNCREF);
    /// `externref`.
    pub const EXTERNREF: ValType = ValType::Ref(RefType::EXTERNREF);

    /// Is this a reference?
    pub const fn is_ref(self) -> bool {
        matches!(self, ValType::Ref(_))
    }
}

impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValType::I32 => f.write_str("i32"),
            ValType::I64 => f.write_str("i64"),
            ValType::F32 => f.write_str("f32"),
            ValType::F64 => f.write_str("f64"),
            ValType::V128 => f.write_str("v128"),
            ValType::Ref(ty) => ty.fmt(f),
        }
    }
}

/// The type of a reference.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct RefType {
    /// May it be null? Always, as long as typed function references are refused.
    pub nullable: bool,
    /// What it refers to.
    pub heap: HeapType,
}

impl RefType {
    /// `funcref`: a function or null.
    pub const FUNCREF: RefType = RefType { nullable: true, heap: HeapType::Func };
    /// `externref`: something of the host's or null.
    pub const EXTERNREF: RefType = RefType { nullable: true, heap: HeapType::Extern };
}

impl fmt::Display for RefType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.nullable, self.heap) {
            (true, HeapType::Func) => f.write_str("funcref"),
            (true, HeapType::Extern) => f.write_str("externref"),
            (false, heap) => write!(f, "(ref {heap})"),
        }
    }
}

/// What a reference refers to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HeapType {
    /// A function of any type.
    Func,
    /// Something of the host's.
    Extern,
}

impl fmt::Display for HeapType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HeapType::Func => "func",
            HeapType::Extern => "extern",
        })
    }
}

/// The type of a function. Types are equal when their parameters and results are, whatever their indices.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FuncType<'a> {
    /// What it takes.
    pub params: &'a [ValType],
    /// What it returns.
    pub results: &'a [ValType],
}

impl fmt::Display for FuncType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, self.params)?;
        f.write_str(" -> ")?;
        list(f, self.results)
    }
}

fn list(f: &mut fmt::Formatter<'_>, types: &[ValType]) -> fmt::Result {
    f.write_str("[")?;
    for (at, ty) in types.iter().enumerate() {
        if at > 0 {
            f.write_str(" ")?;
        }
        write!(f, "{ty}")?;
    }
    f.write_str("]")
}

/// The size of a table or memory: in elements or in pages.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Limits {
    /// The size at the start.
    pub min: u64,
    /// The size it may grow to.
    pub max: Option<u64>,
}

/// The type of a table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TableType {
    /// The type of its elements.
    pub element: RefType,
    /// Its size in elements.
    pub limits: Limits,
}

/// The type of a memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct MemoryType {
    /// Its size in pages.
    pub limits: Limits,
    /// How large a page is.
    pub page: PageSize,
}

impl MemoryType {
    /// A memory with pages of 64 KiB.
    pub const fn new(limits: Limits) -> MemoryType {
        MemoryType { limits, page: PageSize::Standard }
    }

    /// Bytes that it has at the start. A minimum beyond 32 bits, which no valid module has, counts as the most of them.
    pub const fn bytes_min(self) -> u64 {
        let pages = if self.limits.min > u32::MAX as u64 { u32::MAX } else { self.limits.min as u32 };
        self.page.bytes_of(pages)
    }
}

/// The unit in which a memory is measured, and grows.
///
/// SPEC: the custom-page-sizes proposal has these two.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[repr(u8)]
pub enum PageSize {
    /// One byte.
    Byte = 0,
    /// 64 KiB, as in all modules that do not say otherwise.
    #[default]
    Standard = 16,
}

impl PageSize {
    /// The page size with this binary logarithm, if there is one.
    pub const fn from_log2(log2: u32) -> Option<PageSize> {
        match log2 {
            0 => Some(PageSize::Byte),
            16 => Some(PageSize::Standard),
            _ => None,
        }
    }

    /// The binary logarithm of the bytes of a page.
    pub const fn log2(self) -> u32 {
        self as u32
    }

    /// Bytes of so many pages.
    pub const fn bytes_of(self, pages: u32) -> u64 {
        // Two shifts by constants: one by a variable is a function of its own on small machines.
        match self {
            PageSize::Byte => pages as u64,
            PageSize::Standard => (pages as u64) << 16,
        }
    }

    /// Pages that a memory with 32-bit addresses may have: 4 GiB, less one byte where that is counted in bytes, so that
    /// every size is an `i32`.
    pub const fn count_max(self) -> u64 {
        match self {
            PageSize::Byte => u32::MAX as u64,
            PageSize::Standard => crate::limits::MEMORY_PAGES,
        }
    }
}

/// The type of a global.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct GlobalType {
    /// The type of its value.
    pub value: ValType,
    /// May it be set?
    pub mutable: bool,
}

/// What a block takes and returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BlockType {
    /// It takes and returns nothing.
    Empty,
    /// It takes nothing and returns one value.
    Value(ValType),
    /// It takes and returns what a function of this type does.
    Func(TypeIdx),
}

/// The type of an operand in a byte: a value type, or none.
///
/// It is what the validator's stack is made of, what errors tell, and what operators' signatures are coded with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OperandType(pub(crate) u8);

#[allow(non_upper_case_globals)] // The operator table writes types like the enum does.
impl OperandType {
    /// No value type. In code that is never executed it is the type of a value that may have any.
    pub(crate) const None: OperandType = OperandType(0);
    pub(crate) const I32: OperandType = OperandType(1);
    pub(crate) const I64: OperandType = OperandType(2);
    pub(crate) const F32: OperandType = OperandType(3);
    pub(crate) const F64: OperandType = OperandType(4);
    pub(crate) const V128: OperandType = OperandType(5);
    pub(crate) const FuncRef: OperandType = OperandType(6);
    pub(crate) const ExternRef: OperandType = OperandType(7);

    /// Is this a reference, or may it be one?
    #[cfg_attr(not(feature = "bodies"), allow(dead_code))]
    pub(crate) const fn may_be_ref(self) -> bool {
        matches!(self, OperandType::FuncRef | OperandType::ExternRef | OperandType::None)
    }

    pub(crate) const fn new(ty: ValType) -> OperandType {
        match ty {
            ValType::I32 => OperandType::I32,
            ValType::I64 => OperandType::I64,
            ValType::F32 => OperandType::F32,
            ValType::F64 => OperandType::F64,
            ValType::V128 => OperandType::V128,
            ValType::Ref(RefType { heap: HeapType::Func, .. }) => OperandType::FuncRef,
            ValType::Ref(RefType { heap: HeapType::Extern, .. }) => OperandType::ExternRef,
        }
    }

    /// The value type, if there is one.
    pub const fn val_type(self) -> Option<ValType> {
        Some(match self {
            OperandType::I32 => ValType::I32,
            OperandType::I64 => ValType::I64,
            OperandType::F32 => ValType::F32,
            OperandType::F64 => ValType::F64,
            OperandType::V128 => ValType::V128,
            OperandType::FuncRef => ValType::FUNCREF,
            OperandType::ExternRef => ValType::EXTERNREF,
            _ => return None,
        })
    }
}
