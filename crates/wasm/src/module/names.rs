//! Custom sections, and the names in the one called `name`.
//!
//! Nothing here can make a module invalid: a name that cannot be read is one that is not there.

use crate::index::FuncIdx;
use crate::reader::{Read, Reader};

/// A custom section.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CustomSection<'b> {
    /// Its name.
    pub name: &'b str,
    /// Its contents, after the name.
    pub bytes: &'b [u8],
    /// Where the contents stand in the module, in bytes.
    pub offset: u32,
}

impl<'b> CustomSection<'b> {
    fn read(reader: &mut Reader<'b>) -> Read<CustomSection<'b>> {
        let name = reader.name()?;
        let offset = reader.pos() as u32;
        Ok(CustomSection { name, bytes: reader.take(reader.left())?, offset })
    }
}

/// Iterator over the custom sections.
#[derive(Clone, Debug)]
pub struct CustomSections<'b> {
    reader: Reader<'b>,
}

impl<'b> CustomSections<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> CustomSections<'b> {
        CustomSections { reader: Reader::from(bytes, super::decode::HEADER_BYTES) }
    }
}

impl<'b> Iterator for CustomSections<'b> {
    type Item = CustomSection<'b>;

    fn next(&mut self) -> Option<CustomSection<'b>> {
        let reader = &mut self.reader;
        loop {
            let id = reader.byte().ok()?;
            let len = reader.u32().ok()? as usize;
            if id == super::decode::CUSTOM {
                return reader.within(len, CustomSection::read).ok();
            }
            reader.take(len).ok()?;
        }
    }
}

/// The module's name: subsection 0.
pub(super) fn module_name(section: Reader<'_>) -> Option<&str> {
    subsection(section, 0)?.name().ok()
}

/// The name of a function: subsection 1, indices and names.
pub(super) fn func_name(section: Reader<'_>, idx: FuncIdx) -> Option<&str> {
    let mut names = subsection(section, 1)?;
    for _ in 0..names.u32().ok()? {
        let at = names.u32().ok()?;
        let len = names.u32().ok()?;
        let mut name = names.split(len as usize).ok()?;
        if at == idx.0 {
            return core::str::from_utf8(name.take(name.left()).ok()?).ok();
        }
    }
    None
}

fn subsection(mut section: Reader<'_>, wanted: u8) -> Option<Reader<'_>> {
    loop {
        let id = section.byte().ok()?;
        let len = section.u32().ok()?;
        let part = section.split(len as usize).ok()?;
        if id == wanted {
            return Some(part);
        }
    }
}
