//! A module as its file shows it: sections, and a reader that gives up quietly where they make no sense. It is for
//! explaining modules, also those that were refused; what a module means is the runtime's business.

use std::ops::Range;

use moteur::{Limits, MemoryType, PageSize};

/// The numbers of sections.
pub const IMPORT: u8 = 2;
/// Types of the module's own tables.
pub const TABLE: u8 = 4;
/// Types of the module's own memories.
pub const MEMORY: u8 = 5;
/// Exports.
pub const EXPORT: u8 = 7;
/// The start function.
pub const START: u8 = 8;
/// Bodies of functions.
pub const CODE: u8 = 10;

/// Bytes of magic number and version.
const HEADER_BYTES: usize = 8;

/// A section's header, as far as the sections before it make sense.
#[derive(Debug, Clone)]
pub struct Section<'b> {
    /// Its number; 0 is a custom section.
    pub id: u8,
    /// A custom section's name.
    pub name: Option<&'b str>,
    /// Where its content stands, a custom section's name included.
    pub content: Range<usize>,
}

/// The sections of a module in their order.
pub fn sections(module: &[u8]) -> impl Iterator<Item = Section<'_>> {
    let mut reader = Reader::new(module, HEADER_BYTES..module.len());
    std::iter::from_fn(move || {
        let id = reader.byte()?;
        let content = reader.sized()?;
        let mut inside = Reader::new(module, content.clone());
        let name = if id == 0 { inside.name() } else { None };
        Some(Section { id, name, content })
    })
}

/// The name that a section's number stands for.
pub fn name(id: u8) -> &'static str {
    const NAMES: [&str; 14] = [
        "custom",
        "type",
        "import",
        "function",
        "table",
        "memory",
        "global",
        "export",
        "start",
        "element",
        "code",
        "data",
        "data count",
        "tag",
    ];
    NAMES.get(usize::from(id)).copied().unwrap_or("unknown")
}

/// Reads a part of the module; every answer is `None` once something does not fit.
pub struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    end: usize,
}

impl<'b> Reader<'b> {
    /// Reads the bytes of `module` in `range`.
    pub fn new(module: &'b [u8], range: Range<usize>) -> Self {
        Reader { bytes: module, at: range.start, end: range.end }
    }

    /// Where in the module the next byte is read.
    pub fn position(&self) -> usize {
        self.at
    }

    /// The next byte.
    pub fn byte(&mut self) -> Option<u8> {
        if self.at >= self.end {
            return None;
        }
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    /// An unsigned LEB128 number of at most 64 bits, of which the low 32 are wanted.
    pub fn number(&mut self) -> Option<u32> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number as u32);
            }
        }
        None
    }

    /// A length, and the range of that many bytes after it.
    pub fn sized(&mut self) -> Option<Range<usize>> {
        let size = usize::try_from(self.number()?).ok()?;
        let start = self.at;
        self.at = start.checked_add(size).filter(|&end| end <= self.end)?;
        Some(start..self.at)
    }

    /// A name.
    pub fn name(&mut self) -> Option<&'b str> {
        let range = self.sized()?;
        std::str::from_utf8(self.bytes.get(range)?).ok()
    }

    /// The smallest and the largest size of a table.
    pub fn limits(&mut self) -> Option<Limits> {
        self.size().map(|ty| ty.limits)
    }

    /// The type of a memory.
    pub fn memory_type(&mut self) -> Option<MemoryType> {
        self.size()
    }

    /// A size, and in what it is counted if that is said.
    fn size(&mut self) -> Option<MemoryType> {
        let flags = self.byte()?;
        let min = self.number()?.into();
        let max = if flags & 1 != 0 { Some(self.number()?.into()) } else { None };
        let page = if flags & 8 != 0 { PageSize::from_log2(self.number()?)? } else { PageSize::Standard };
        Some(MemoryType { limits: Limits { min, max }, page })
    }
}
