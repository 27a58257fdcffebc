//! Why a module was refused: one small `Copy` value with a byte offset, and all the texts.

use core::fmt;

use crate::alloc::OutOfMemory;
use crate::types::OperandType;

/// Why a module was refused, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Where it is, in bytes from the module's first.
    pub offset: u32,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, offset: usize) -> Error {
        Error { kind, offset: offset as u32 }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {:#x}", self.kind, self.offset)
    }
}

impl core::error::Error for Error {}

/// The result of decoding and validation.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// What a rule of validation says. Whoever applies it knows which instruction it was about.
///
/// FAST: a register is enough for it, on any machine.
pub(crate) type Checked<T = ()> = core::result::Result<T, ErrorKind>;

const _: () = assert!(size_of::<Checked>() <= 4);

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $text:literal;)*) => {
        /// What is wrong with a module. The texts are those of the specification's tests where those have one.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum ErrorKind {
            /// An operand has another type than the operator takes.
            TypeMismatch {
                /// What was needed; none if any reference, or any number, would do.
                expected: OperandType,
                /// What was there; none if the operand stack was empty.
                found: OperandType,
            },
            /// It uses a proposal that is not supported.
            Unsupported(Feature),
            $($(#[$doc])* $name),*
        }

        impl ErrorKind {
            /// The text of the kinds that carry nothing.
            fn text(self) -> &'static str {
                match self {
                    ErrorKind::TypeMismatch { .. } => "type mismatch",
                    ErrorKind::Unsupported(feature) => feature.name(),
                    $(ErrorKind::$name => $text),*
                }
            }
        }
    };
}

kinds! {
    /// There was not enough memory to decode it.
    OutOfMemory "out of memory";
    /// It does not start with `\0asm`.
    BadMagic "magic header not detected";
    /// It is no module of version 1.
    BadVersion "unknown binary version";
    /// It is larger than can be addressed.
    ModuleTooLarge "module too large";
    /// It ends too early.
    UnexpectedEnd "unexpected end";
    /// A length reaches beyond the end of what contains it.
    LengthOutOfBounds "length out of bounds";
    /// An integer takes more bytes than it may.
    IntegerTooLong "integer representation too long";
    /// An integer has bits set that its type lacks.
    IntegerTooLarge "integer too large";
    /// A name is not UTF-8.
    BadUtf8 "malformed UTF-8 encoding";
    /// There is no such section.
    BadSectionId "malformed section id";
    /// A section stands where it may not, or twice.
    SectionOrder "unexpected content after last section";
    /// A section's contents are shorter than it says.
    SectionSize "section size mismatch";
    /// A function's body is longer than its code.
    BodySize "section size mismatch: the function body does not end with its `end`";
    /// As many functions must be declared as have bodies.
    CodeCount "function and code section have inconsistent lengths";
    /// The count of data segments must be that of the data count section.
    DataCount "data count and data section have inconsistent lengths";
    /// `memory.init` and `data.drop` need a data count section.
    DataCountRequired "data count section required";
    /// There is no such value type.
    BadValType "malformed value type";
    /// There is no such reference type.
    BadRefType "malformed reference type";
    /// A type does not start with 0x60.
    BadFuncType "malformed function type";
    /// A block type is neither empty, nor a value type, nor a type's index.
    BadBlockType "malformed block type";
    /// There is no such kind of import.
    BadImportKind "malformed import kind";
    /// There is no such kind of export.
    BadExportKind "malformed export kind";
    /// A global is neither constant nor mutable.
    BadMutability "malformed mutability";
    /// There is no such kind of element segment.
    BadElemKind "malformed element kind";
    /// There are no such flags of an element segment.
    BadElemFlags "malformed elements segment kind";
    /// There are no such flags of a data segment.
    BadDataFlags "malformed data segment kind";
    /// The byte that is reserved for a memory index must be zero.
    ZeroByteExpected "zero byte expected";
    /// There is no such operator.
    IllegalOpcode "illegal opcode";
    /// An `else` without an `if`.
    ElseUnexpected "unexpected token: else without if";
    /// There is no such type.
    UnknownType "unknown type";
    /// There is no such function.
    UnknownFunc "unknown function";
    /// There is no such table.
    UnknownTable "unknown table";
    /// There is no such memory.
    UnknownMemory "unknown memory";
    /// There is no such global.
    UnknownGlobal "unknown global";
    /// There is no such element segment.
    UnknownElem "unknown elem segment";
    /// There is no such data segment.
    UnknownData "unknown data segment";
    /// There is no such local.
    UnknownLocal "unknown local";
    /// There is no such label.
    UnknownLabel "unknown label";
    /// `ref.func` may only refer to functions that are named outside of bodies.
    UndeclaredFunc "undeclared function reference";
    /// The global may not be set.
    ImmutableGlobal "global is immutable";
    /// The targets of a `br_table` take different numbers of values.
    BranchArity "type mismatch: the targets of br_table differ";
    /// Values are left on the stack at the end of a block.
    ValuesRemain "type mismatch: values remaining on stack at end of block";
    /// An `if` without `else` must return what it takes.
    ElseRequired "type mismatch: if without else must return its operands";
    /// A tail call must return what the function does.
    TailCallResults "type mismatch: results of the tail call";
    /// A table's elements have another type than the segment or table they are set from.
    ElemType "type mismatch: element types differ";
    /// Only tables of functions can be called through.
    CallThroughTable "type mismatch: calls need a table of functions";
    /// `select` with a type takes exactly one.
    SelectArity "invalid result arity";
    /// There are no such flags of an access.
    BadMemArg "malformed memop flags";
    /// An alignment greater than the access.
    Alignment "alignment must not be larger than natural";
    /// An operator that constant expressions may not use.
    ConstExpected "constant expression required";
    /// Two exports have the same name.
    DuplicateExport "duplicate export name";
    /// The start function must take and return nothing.
    StartType "start function";
    /// A maximum below the minimum.
    LimitsOrder "size minimum must not be greater than maximum";
    /// A memory's pages have neither one byte nor 64 KiB.
    BadPageSize "invalid custom page size";
    /// A memory larger than 4 GiB.
    MemorySize "memory size must be at most 65536 pages (4GiB)";
    /// More than 2^32-1 locals, or more than the limit.
    TooManyLocals "too many locals";
    /// More types than the limit.
    TooManyTypes "too many types";
    /// More functions than the limit.
    TooManyFuncs "too many functions";
    /// More imports than the limit.
    TooManyImports "too many imports";
    /// More exports than the limit.
    TooManyExports "too many exports";
    /// More tables than the limit.
    TooManyTables "too many tables";
    /// More globals than the limit.
    TooManyGlobals "too many globals";
    /// More element segments than the limit.
    TooManyElems "too many element segments";
    /// More items in an element segment than the limit.
    TooManyItems "too many items in an element segment";
    /// More data segments than the limit.
    TooManyData "too many data segments";
    /// More parameters than the limit.
    TooManyParams "too many parameters";
    /// More results than the limit.
    TooManyResults "too many results";
    /// More operands on the stack than the limit.
    TooManyOperands "too many operands";
    /// Blocks nested deeper than the limit.
    TooDeep "blocks nested too deep";
    /// A constant expression that needs a deeper stack than the limit.
    ConstTooDeep "constant expression too deep";
    /// A body larger than the limit.
    BodyTooLarge "function body too large";
    /// More targets of a `br_table` than the limit.
    TooManyTargets "too many targets of br_table";
    /// A name longer than the limit.
    NameTooLong "name too long";
}

impl From<OutOfMemory> for ErrorKind {
    fn from(_: OutOfMemory) -> ErrorKind {
        ErrorKind::OutOfMemory
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())?;
        match self {
            ErrorKind::Unsupported(feature) if feature.name().ends_with('s') => f.write_str(" are not supported yet"),
            ErrorKind::Unsupported(_) => f.write_str(" is not supported yet"),
            ErrorKind::TypeMismatch { expected, found } => match (expected.val_type(), found.val_type()) {
                (Some(expected), Some(found)) => write!(f, ": expected {expected}, found {found}"),
                (Some(expected), None) => write!(f, ": expected {expected}, found nothing"),
                (None, Some(found)) => write!(f, ": unexpected {found}"),
                (None, None) => f.write_str(": expected a value, found nothing"),
            },
            _ => Ok(()),
        }
    }
}

macro_rules! features {
    ($($(#[$doc:meta])* $name:ident $text:literal;)*) => {
        /// A part of WebAssembly that is not supported yet.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Feature { $($(#[$doc])* $name),* }

        impl Feature {
            /// What users call it.
            pub const fn name(self) -> &'static str {
                match self { $(Feature::$name => $text),* }
            }
        }
    };
}

features! {
    /// 128-bit vectors.
    V128 "v128";
    /// Exceptions: tags, `try_table`, `throw`, and their older form.
    Exceptions "exception handling";
    /// Structures and arrays under garbage collection.
    Gc "garbage collection";
    /// References to functions of a given type, and references that cannot be null.
    FunctionReferences "typed function references";
    /// More than one memory.
    MultiMemory "multi-memory";
    /// Memories and tables with 64-bit addresses.
    Memory64 "memory64";
    /// Shared memories and atomic operators.
    Threads "threads";
    /// 128-bit arithmetic on pairs of `i64`.
    WideArithmetic "wide arithmetic";
    /// `memory.discard`.
    MemoryControl "memory control";
    /// Continuations.
    StackSwitching "stack switching";
    /// Components and their modules.
    Components "component model";
}
