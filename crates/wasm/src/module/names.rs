//! Custom sections, and the names in the one called `name`.
//!
//! Nothing here can make a module invalid: a name that cannot be read is one that is not there.

use crate::index::FuncIdx;
use crate::reader::Reader;

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
        loop {
            let (id, mut section) = part(&mut self.reader)?;
            if id == super::decode::CUSTOM {
                let name = section.name().ok()?;
                let offset = section.pos() as u32;
                let bytes = section.take(section.left()).ok()?;
                return Some(CustomSection { name, bytes, offset });
            }
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
        let (id, part) = part(&mut section)?;
        if id == wanted {
            return Some(part);
        }
    }
}

/// The next section or subsection: a number, a length, contents.
fn part<'b>(reader: &mut Reader<'b>) -> Option<(u8, Reader<'b>)> {
    let id = reader.byte().ok()?;
    let len = reader.u32().ok()?;
    Some((id, reader.split(len as usize).ok()?))
}
