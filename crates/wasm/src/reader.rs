//! A cursor over the module's bytes: integers, names and types of the binary format.
//!
//! Positions are always counted from the module's first byte, also in a reader that ends with a section or a body.

use crate::error::{Error, ErrorKind, Feature};
use crate::limits;
use crate::types::{BlockType, GlobalType, HeapType, Limits, MemoryType, PageSize, RefType, TableType, ValType};

/// The flag of a memory's limits that says that a page size follows them.
pub(crate) const CUSTOM_PAGE_SIZE: u8 = 0x08;

/// A cursor over the module's bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    /// The bytes up to where reading ends.
    bytes: &'a [u8],
    /// Where the next byte is read; at most the length of `bytes`.
    pos: usize,
    /// What is wrong at `pos`, once something is.
    fault: ErrorKind,
}

/// Reading failed: the reader knows why, and stands where. Nothing more is read from it then.
///
/// FAST: it takes no room, so that a result is in the registers of what was read; an [`Error`] in each of them made the
/// decoder a fifth larger on small machines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Failed;

/// What was read, if it could be.
pub(crate) type Read<T = ()> = Result<T, Failed>;

impl<'a> Reader<'a> {
    /// A reader of all of the module.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader::of_range(bytes, 0, bytes.len())
    }

    /// A reader of a part of the module; of nothing if there is no such part.
    pub fn of_range(bytes: &'a [u8], start: usize, end: usize) -> Reader<'a> {
        let bytes = bytes.get(..end).unwrap_or(&[]);
        Reader { bytes, pos: start.min(bytes.len()), fault: ErrorKind::UnexpectedEnd }
    }

    /// A reader of what follows `start`; of nothing if that is outside the module.
    pub fn from(bytes: &'a [u8], start: u32) -> Reader<'a> {
        Reader::of_range(bytes, start as usize, bytes.len())
    }

    /// The module's bytes up to here.
    pub fn before(&self) -> &'a [u8] {
        self.bytes.get(..self.pos).unwrap_or(&[])
    }

    /// Reads the next `len` bytes, with nothing behind them.
    pub fn within<T>(&mut self, len: usize, read: impl FnOnce(&mut Reader<'a>) -> Read<T>) -> Read<T> {
        let all = self.bytes;
        self.bytes = self.up_to(len)?;
        let result = read(self);
        self.bytes = all;
        result
    }

    /// Reads from an earlier place, and goes on here.
    pub fn again<T>(&mut self, start: u32, read: impl FnOnce(&mut Reader<'a>) -> Read<T>) -> Read<T> {
        let pos = self.pos;
        self.pos = pos.min(start as usize);
        let result = read(self)?;
        self.pos = pos;
        Ok(result)
    }

    /// Where the next byte is.
    pub fn pos(&self) -> usize {
        self.pos
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.bytes.len() - self.pos
    }

    /// Is nothing left?
    pub fn is_empty(&self) -> bool {
        self.pos >= self.bytes.len()
    }

    /// Notes what is wrong, and where.
    #[cold]
    #[inline(never)]
    pub fn fail(&mut self, kind: ErrorKind, at: usize) -> Failed {
        self.fault = kind;
        self.pos = at.min(self.bytes.len());
        Failed
    }

    /// Why reading failed.
    pub fn error(&self) -> Error {
        Error::new(self.fault, self.pos)
    }

    /// The next byte.
    #[inline]
    pub fn byte(&mut self) -> Read<u8> {
        match self.bytes.get(self.pos) {
            Some(&byte) => {
                self.pos += 1;
                Ok(byte)
            }
            None => Err(self.fail(ErrorKind::UnexpectedEnd, self.pos)),
        }
    }

    /// The next byte, which stays the next one.
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.pos).copied()
    }

    /// The byte before; zero if nothing was read yet.
    #[cfg_attr(not(feature = "bodies"), allow(dead_code))]
    pub fn last(&self) -> u8 {
        self.bytes.get(self.pos.wrapping_sub(1)).copied().unwrap_or(0)
    }

    /// The next `len` bytes.
    pub fn take(&mut self, len: usize) -> Read<&'a [u8]> {
        let bytes = self.up_to(len)?;
        let taken = bytes.get(self.pos..).unwrap_or(&[]);
        self.pos = bytes.len();
        Ok(taken)
    }

    /// A reader of the next `len` bytes.
    pub fn split(&mut self, len: usize) -> Read<Reader<'a>> {
        let bytes = self.up_to(len)?;
        let part = Reader { bytes, ..*self };
        self.pos = bytes.len();
        Ok(part)
    }

    /// The bytes up to the end of the next `len` ones.
    fn up_to(&mut self, len: usize) -> Read<&'a [u8]> {
        let end = self.pos.checked_add(len);
        end.and_then(|end| self.bytes.get(..end)).ok_or_else(|| self.fail(ErrorKind::LengthOutOfBounds, self.pos))
    }

    /// An LEB128 integer of so many bits. The last of the bytes that it may take has bits to spare, which must repeat
    /// the sign.
    fn leb(&mut self, bits: u32, signed: bool) -> Read<u64> {
        let start = self.pos;
        let mut value = 0;
        let mut shift = 0;
        loop {
            let byte = self.byte()?;
            let last = byte & 0x80 == 0;
            let digit = if last && signed { i32::from((byte << 1) as i8 >> 1) } else { i32::from(byte & 0x7F) };
            value |= (digit as u64) << shift;
            let left = bits - shift;
            if left < 7 {
                if !last {
                    return Err(self.fail(ErrorKind::IntegerTooLong, start));
                }
                if !matches!(digit >> (left - u32::from(signed)), 0 | -1) {
                    return Err(self.fail(ErrorKind::IntegerTooLarge, start));
                }
            }
            if last {
                return Ok(value);
            }
            shift += 7;
        }
    }

    /// An unsigned 32-bit integer. Most are one byte.
    #[inline]
    pub fn u32(&mut self) -> Read<u32> {
        match self.bytes.get(self.pos) {
            Some(&byte) if byte < 0x80 => {
                self.pos += 1;
                Ok(u32::from(byte))
            }
            _ => self.leb(32, false).map(|value| value as u32),
        }
    }

    /// A signed 32-bit integer.
    #[inline]
    pub fn s32(&mut self) -> Read<u32> {
        self.leb(32, true).map(|value| value as u32)
    }

    /// A signed 64-bit integer.
    pub fn s64(&mut self) -> Read<u64> {
        self.leb(64, true)
    }

    /// A 32-bit word, lowest byte first.
    pub fn word(&mut self) -> Read<u32> {
        let mut word = [0; 4];
        self.fill(&mut word)?;
        Ok(u32::from_le_bytes(word))
    }

    /// A 64-bit word, lowest byte first.
    pub fn double_word(&mut self) -> Read<u64> {
        let mut word = [0; 8];
        self.fill(&mut word)?;
        Ok(u64::from_le_bytes(word))
    }

    fn fill(&mut self, word: &mut [u8]) -> Read {
        for byte in word {
            *byte = self.byte()?;
        }
        Ok(())
    }

    /// The number of items that follow. Each takes a byte or more, so a number that passes can be trusted for memory in
    /// proportion to the module.
    pub fn count(&mut self, max: u32, too_many: ErrorKind) -> Read<u32> {
        let start = self.pos;
        let count = self.u32()?;
        if count as usize > self.left() {
            return Err(self.fail(ErrorKind::LengthOutOfBounds, start));
        }
        if count > max {
            return Err(self.fail(too_many, start));
        }
        Ok(count)
    }

    /// A name.
    pub fn name(&mut self) -> Read<&'a str> {
        let len = self.count(limits::NAME_BYTES, ErrorKind::NameTooLong)?;
        let start = self.pos;
        let bytes = self.take(len as usize)?;
        core::str::from_utf8(bytes).map_err(|_| self.fail(ErrorKind::BadUtf8, start))
    }

    /// A value type.
    pub fn val_type(&mut self) -> Read<ValType> {
        let start = self.pos;
        let byte = self.byte()?;
        Ok(match byte {
            0x7F => ValType::I32,
            0x7E => ValType::I64,
            0x7D => ValType::F32,
            0x7C => ValType::F64,
            0x70 => ValType::FUNCREF,
            0x6F => ValType::EXTERNREF,
            _ => return Err(self.fail(not_a_type(byte, ErrorKind::BadValType), start)),
        })
    }

    /// A reference type.
    pub fn ref_type(&mut self) -> Read<RefType> {
        self.heap_type().map(|heap| RefType { nullable: true, heap })
    }

    /// A heap type.
    pub fn heap_type(&mut self) -> Read<HeapType> {
        let start = self.pos;
        let byte = self.byte()?;
        Ok(match byte {
            0x70 => HeapType::Func,
            0x6F => HeapType::Extern,
            // The index of a type.
            0x00..=0x3F => return Err(self.fail(ErrorKind::Unsupported(Feature::FunctionReferences), start)),
            _ => return Err(self.fail(not_a_type(byte, ErrorKind::BadRefType), start)),
        })
    }

    /// The type of a block, which only bodies have. Its first byte says what it is: value types are negative numbers of one byte.
    #[cfg_attr(not(feature = "bodies"), allow(dead_code))]
    pub fn block_type(&mut self) -> Read<BlockType> {
        let start = self.pos;
        match self.peek() {
            Some(0x40) => {
                self.pos += 1;
                Ok(BlockType::Empty)
            }
            Some(0x41..=0x7F) => self.val_type().map(BlockType::Value),
            _ => match u32::try_from(self.leb(33, true)?) {
                Ok(index) => Ok(BlockType::Func(crate::TypeIdx(index))),
                Err(_) => Err(self.fail(ErrorKind::BadBlockType, start)),
            },
        }
    }

    /// The limits of a table or memory, whose flags may have the bits of `flags_mask`, and the size of a page.
    fn limits(&mut self, flags_mask: u8) -> Read<MemoryType> {
        let start = self.pos;
        let flags = self.byte()?;
        let kind = match flags & !flags_mask {
            0x00 | 0x01 => None,
            0x02 | 0x03 => Some(ErrorKind::Unsupported(Feature::Threads)),
            0x04..=0x07 => Some(ErrorKind::Unsupported(Feature::Memory64)),
            0x08..=0x7F => Some(ErrorKind::IntegerTooLarge),
            _ => Some(ErrorKind::IntegerTooLong),
        };
        if let Some(kind) = kind {
            return Err(self.fail(kind, start));
        }
        let min = self.u32()?;
        let max = if flags & 1 != 0 { Some(self.u32()?) } else { None };
        if max.is_some_and(|max| max < min) {
            return Err(self.fail(ErrorKind::LimitsOrder, start));
        }
        let log2 = if flags & CUSTOM_PAGE_SIZE != 0 { self.u32()? } else { PageSize::Standard.log2() };
        let page = PageSize::from_log2(log2).ok_or_else(|| self.fail(ErrorKind::BadPageSize, start))?;
        Ok(MemoryType { limits: Limits { min: u64::from(min), max: max.map(u64::from) }, page })
    }

    /// The type of a table.
    pub fn table_type(&mut self) -> Read<TableType> {
        if self.peek() == Some(0x40) {
            // A table with an initial value.
            return Err(self.fail(ErrorKind::Unsupported(Feature::FunctionReferences), self.pos));
        }
        Ok(TableType { element: self.ref_type()?, limits: self.limits(0)?.limits })
    }

    /// The type of a memory.
    pub fn memory_type(&mut self) -> Read<MemoryType> {
        let start = self.pos;
        let ty = self.limits(CUSTOM_PAGE_SIZE)?;
        let most = ty.limits.max.unwrap_or(ty.limits.min);
        // Any 32-bit number of bytes will do.
        if ty.page == PageSize::Standard && most > limits::MEMORY_PAGES {
            return Err(self.fail(ErrorKind::MemorySize, start));
        }
        Ok(ty)
    }

    /// The type of a global.
    pub fn global_type(&mut self) -> Read<GlobalType> {
        let value = self.val_type()?;
        let start = self.pos;
        match self.byte()? {
            mutable @ 0..=1 => Ok(GlobalType { value, mutable: mutable == 1 }),
            _ => Err(self.fail(ErrorKind::BadMutability, start)),
        }
    }
}

/// The proposal to which a byte that is no type of ours belongs, or else `malformed`.
fn not_a_type(byte: u8, malformed: ErrorKind) -> ErrorKind {
    ErrorKind::Unsupported(match byte {
        0x7B => Feature::V128,
        0x63 | 0x64 => Feature::FunctionReferences,
        0x69 | 0x74 => Feature::Exceptions,
        0x6A..=0x6E | 0x71..=0x73 => Feature::Gc,
        _ => return malformed,
    })
}
