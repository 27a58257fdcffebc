//! A module with a smaller memory. Linkers count memory in pages of 64 KiB, which is more than many a machine has; a
//! module whose memory never grows needs no more than its data, its stack, and the heap that somebody gives out behind
//! them.
//!
//! ```text
//! before   data, stack │ heap, as far as the page goes                                     │ 65,536, or more of them
//! after    data, stack │ heap │ so many pages of one byte, and no more
//!                      └ __heap_base
//! ```
//!
//! SPEC: the custom-page-sizes proposal. Only the memory section changes.

use core::fmt;

use crate::alloc::Alloc;
use crate::const_expr::{ConstEnv, ConstExpr};
use crate::error::Error;
use crate::index::{DataIdx, FuncIdx, GlobalIdx, MemIdx};
use crate::module::{DataMode, ExternIdx, Module};
use crate::op::Op;
use crate::reader::{CUSTOM_PAGE_SIZE, Read, Reader};
use crate::types::{GlobalType, PageSize, ValType};
use crate::validate::{FuncValidator, Scratch};

/// The name of the global that linkers of LLVM export, on demand (`--export=__heap_base`), with the address behind data
/// and stack.
pub const HEAP_BASE: &str = "__heap_base";

/// What the size of a memory is rounded up to, in bytes: the alignment that a heap's end may be expected to have.
const ALIGN: u32 = 16;

/// The flag of limits that have a maximum.
const HAS_MAXIMUM: u8 = 0x01;
/// The number of the memory section.
const MEMORY: u8 = 5;
/// Bytes of magic number and version.
const PREAMBLE_BYTES: usize = 8;

/// How large a memory shall be. Sizes are rounded up to 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Size {
    /// What is below [`HEAP_BASE`], and so many bytes behind it.
    Heap(u32),
    /// So many bytes in all. That data is inside is checked; that the stack is, is the caller's promise.
    Bytes(u32),
}

/// What became of a memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trimmed {
    /// Bytes that it had at the start.
    pub before: u64,
    /// Bytes that it has now.
    pub now: u32,
}

/// Why a memory stays as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// The module is not valid, or checking it ran out of memory.
    Module(Error),
    /// It has no memory.
    NoMemory,
    /// Its memory is that of another module.
    Imported,
    /// The bodies of its functions were taken out, so that nobody knows what they do with memory.
    Stripped,
    /// This function has `memory.grow`.
    Grows(FuncIdx),
    /// This function has `memory.size`, which would give it another number.
    AsksSize(FuncIdx),
    /// It exports no global [`HEAP_BASE`] that is a constant `i32` of its own.
    NoHeapBase,
    /// This data segment begins where an imported global says.
    DataAnywhere(DataIdx),
    /// This data segment would not be inside.
    DataOutside {
        /// Which one.
        data: DataIdx,
        /// Where it ends, in bytes from the memory's first.
        end: u64,
    },
    /// The memory would not become smaller.
    TooLarge {
        /// Bytes that were asked for.
        asked: u64,
        /// Bytes that it has.
        before: u64,
    },
}

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        Refused::Module(error)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Module(error) => error.fmt(f),
            Refused::NoMemory => f.write_str("it has no memory"),
            Refused::Imported => f.write_str("its memory is imported: whoever defines that decides about its size"),
            Refused::Stripped => f.write_str("the bodies of its functions were taken out"),
            Refused::Grows(func) => write!(f, "its memory may grow: function {} has memory.grow", func.0),
            Refused::AsksSize(func) => write!(
                f,
                "function {} asks with memory.size how many pages of 64 KiB there are, and would get bytes",
                func.0
            ),
            Refused::NoHeapBase => write!(
                f,
                "it does not say where its data and its stack end: link it with --export={HEAP_BASE} (a constant i32)"
            ),
            Refused::DataAnywhere(data) => {
                write!(f, "data segment {} may lie anywhere: an imported global decides", data.0)
            }
            Refused::DataOutside { data, end } => {
                write!(f, "data segment {} ends at {end}, outside of the smaller memory", data.0)
            }
            Refused::TooLarge { asked, before } => {
                write!(f, "the memory would not become smaller: it has {before} bytes, and {asked} are asked for")
            }
        }
    }
}

impl core::error::Error for Refused {}

/// Writes the module with its own memory in bytes instead of pages, so many that `size` is met, which are its maximum too.
/// Every other byte is as it was, custom sections included: what they say of functions and code stays true. What was
/// computed from all bytes, such as a signature or native code for them, does not fit the result.
///
/// A module that exports its memory may be trimmed, but who imports that has to ask for one in bytes then.
///
/// What is checked is that the module could notice no change but traps: it does not grow its memory nor ask for its size,
/// and its data segments are inside. A program with an allocator of its own that takes what is behind its data for granted
/// would trap there: give it that with [`Size`].
///
/// ```
/// use moteur_wasm::trim::{Size, trim};
/// use moteur_wasm::{Global, MemIdx, Module, PageSize};
///
/// // (module (memory 1) (global (export "__heap_base") i32 (i32.const 100)))
/// let module = b"\0asm\x01\0\0\0\x05\x03\x01\0\x01\x06\x07\x01\x7F\0\x41\xE4\0\x0B\x07\x0F\x01\x0B__heap_base\x03\0";
/// let mut smaller = Vec::new();
/// let trimmed = trim(module, Size::Heap(500), &Global, &mut |piece| smaller.extend_from_slice(piece))?;
/// assert_eq!((trimmed.before, trimmed.now), (65_536, 608));
/// let ty = Module::new(&smaller, &Global)?.memory_type(MemIdx(0)).unwrap();
/// assert_eq!((ty.limits.min, ty.limits.max, ty.page), (608, Some(608), PageSize::Byte));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Those of [`Refused`]; nothing is written then.
pub fn trim<A: Alloc>(bytes: &[u8], size: Size, alloc: &A, write: &mut dyn FnMut(&[u8])) -> Result<Trimmed, Refused> {
    let module = Module::new(bytes, alloc)?;
    let before = module.memory_type(MemIdx(0)).ok_or(Refused::NoMemory)?.bytes_min();
    if module.imported_memory_count() != 0 {
        return Err(Refused::Imported);
    }
    check_bodies(&module, bytes, alloc)?;
    let asked = match size {
        Size::Heap(heap) => u64::from(heap_base(&module, bytes).ok_or(Refused::NoHeapBase)?) + u64::from(heap),
        Size::Bytes(bytes) => bytes.into(),
    };
    let asked = asked.next_multiple_of(ALIGN.into());
    let too_large = Refused::TooLarge { asked, before };
    let now = u32::try_from(asked).ok().filter(|now| u64::from(*now) < before).ok_or(too_large)?;
    check_data(&module, bytes, now)?;
    let (head, tail) = around_memory_section(bytes)?;
    write(head);
    write(MemorySection::new(now).bytes());
    write(tail);
    Ok(Trimmed { before, now })
}

/// No function may depend on how large a page is, or on memory that comes later.
fn check_bodies<A: Alloc>(module: &Module<A>, bytes: &[u8], alloc: &A) -> Result<(), Refused> {
    if module.is_stripped() {
        return Err(Refused::Stripped);
    }
    let mut scratch = Scratch::new(alloc);
    for func in (module.imported_func_count()..module.func_count()).map(FuncIdx) {
        let mut validator = FuncValidator::new(module, bytes, func, &mut scratch)?;
        while let Some(instr) = validator.step()? {
            match instr.op {
                Op::MemoryGrow => return Err(Refused::Grows(func)),
                Op::MemorySize => return Err(Refused::AsksSize(func)),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Segments that are copied at instantiation must still fit.
fn check_data<A: Alloc>(module: &Module<A>, bytes: &[u8], now: u32) -> Result<(), Refused> {
    for data in (0..module.data_count()).map(DataIdx) {
        let Some(segment) = module.data(bytes, data) else { continue };
        if let DataMode::Active { offset, .. } = segment.mode {
            let start = constant(&offset).ok_or(Refused::DataAnywhere(data))?;
            let end = u64::from(start) + segment.bytes.len() as u64;
            if end > now.into() {
                return Err(Refused::DataOutside { data, end });
            }
        }
    }
    Ok(())
}

/// What the exported global says, if it always says the same.
fn heap_base<A: Alloc>(module: &Module<A>, bytes: &[u8]) -> Option<u32> {
    let export = module.exports(bytes).find(|export| export.name == HEAP_BASE)?;
    let ExternIdx::Global(global) = export.item else { return None };
    let is_constant = module.global_type(global)? == GlobalType { value: ValType::I32, mutable: false };
    if is_constant { constant(&module.global_init(bytes, global)?) } else { None }
}

/// The value of an expression for an `i32` that reads no global.
fn constant(expr: &ConstExpr<'_>) -> Option<u32> {
    let mut env = NoGlobals { asked: false };
    let value = expr.eval(&mut env).ok()?;
    if env.asked { None } else { Some(value as u32) }
}

struct NoGlobals {
    asked: bool,
}

impl ConstEnv for NoGlobals {
    fn global(&mut self, _: GlobalIdx) -> u64 {
        self.asked = true;
        0
    }

    fn ref_func(&mut self, _: FuncIdx) -> u64 {
        self.asked = true;
        0
    }
}

/// All that is before the memory section, and all that is behind it.
fn around_memory_section(bytes: &[u8]) -> Result<(&[u8], &[u8]), Refused> {
    let mut reader = Reader::of_range(bytes, PREAMBLE_BYTES, bytes.len());
    let (start, end) = memory_section(&mut reader).map_err(|_| reader.error())?;
    Ok((bytes.get(..start).unwrap_or(&[]), bytes.get(end..).unwrap_or(&[])))
}

/// Where the memory section starts, and where it ends.
fn memory_section(reader: &mut Reader<'_>) -> Read<(usize, usize)> {
    loop {
        let start = reader.pos();
        let id = reader.byte()?;
        let len = reader.u32()?;
        reader.take(len as usize)?;
        if id == MEMORY {
            return Ok((start, reader.pos()));
        }
    }
}

/// A memory section with one memory in bytes.
struct MemorySection {
    bytes: [u8; MemorySection::BYTES_MAX],
    len: usize,
}

impl MemorySection {
    /// Number and length of the section, count, flags, two numbers of 32 bits, page size.
    const BYTES_MAX: usize = 2 + 2 + 5 + 5 + 1;

    fn new(bytes: u32) -> MemorySection {
        let mut section = MemorySection { bytes: [0; MemorySection::BYTES_MAX], len: 0 };
        // The length comes last.
        for byte in [MEMORY, 0, 1, CUSTOM_PAGE_SIZE | HAS_MAXIMUM] {
            section.push(byte);
        }
        section.number(bytes);
        section.number(bytes);
        section.push(PageSize::Byte as u8);
        let [_, len, ..] = &mut section.bytes;
        *len = section.len as u8 - 2;
        section
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = byte;
            self.len += 1;
        }
    }

    /// A number in LEB128.
    fn number(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.push(value as u8);
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&[])
    }
}
