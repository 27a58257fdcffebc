//! A module as a row of parts: what the fingerprint's hash goes over, where native sections are, and what stands before
//! one.

use crate::section;

/// Bytes before the first section: magic number and version.
const PREAMBLE_BYTES: usize = 8;
/// The number of custom sections.
const CUSTOM: u8 = 0;
/// Bytes before what a native section holds: number, length, and the name with its length.
pub const NATIVE_HEAD_BYTES: usize = 1 + LENGTH_BYTES + 1 + section::NAME.len();
/// Bytes of a section's length, however short it is: so its end can change without moving what stands in it.
const LENGTH_BYTES: usize = 5;

/// The preamble, or a section with its head. Parts follow each other without a gap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part<'b> {
    /// All its bytes.
    pub whole: &'b [u8],
    /// If it is a native section: what stands behind its name.
    pub native: Option<&'b [u8]>,
}

/// The parts of a module, in their order. Where bytes make no sense, all that is left is one part.
pub fn parts(module: &[u8]) -> Parts<'_> {
    Parts { rest: module, begun: false }
}

/// What the fingerprint's hash goes over, piece by piece: the module without its native sections.
pub fn hashed(module: &[u8]) -> impl Iterator<Item = &[u8]> {
    parts(module).filter(|part| part.native.is_none()).map(|part| part.whole)
}

/// Writes what stands before so many bytes of a native section.
pub fn write_native_head(bytes: usize, put: &mut dyn FnMut(&[u8])) {
    let name = section::NAME.as_bytes();
    put(&[CUSTOM]);
    let mut len = 1 + name.len() + bytes;
    for index in 1..=LENGTH_BYTES {
        put(&[(len & 0x7F) as u8 | if index < LENGTH_BYTES { 0x80 } else { 0 }]);
        len >>= 7;
    }
    put(&[name.len() as u8]);
    put(name);
}

/// The iterator of [`parts`].
#[derive(Clone, Debug)]
pub struct Parts<'b> {
    rest: &'b [u8],
    begun: bool,
}

impl<'b> Iterator for Parts<'b> {
    type Item = Part<'b>;

    fn next(&mut self) -> Option<Part<'b>> {
        if self.rest.is_empty() {
            return None;
        }
        let (end, native) = match self.begun {
            false => (PREAMBLE_BYTES, None),
            true => section_at(self.rest).unwrap_or((self.rest.len(), None)),
        };
        self.begun = true;
        let (whole, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, &[]));
        self.rest = rest;
        Some(Part { whole, native })
    }
}

/// How long the section is that begins here, and what it holds if it is a native one.
fn section_at(bytes: &[u8]) -> Option<(usize, Option<&[u8]>)> {
    let (id, rest) = bytes.split_first()?;
    let (len, rest) = number(rest)?;
    let contents = rest.get(..len)?;
    let end = (bytes.len() - rest.len()).checked_add(len)?;
    Some((end, if *id == CUSTOM { native(contents) } else { None }))
}

/// What stands behind the name, if that is the one of native sections.
fn native(contents: &[u8]) -> Option<&[u8]> {
    let (len, rest) = number(contents)?;
    let (name, rest) = rest.split_at_checked(len)?;
    (name == section::NAME.as_bytes()).then_some(rest)
}

/// A length in up to five bytes, and what follows it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, bytes.get(index + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    /// A preamble, a custom section `a` with two bytes, a native one whose length takes two bytes, an empty type section.
    fn module() -> Vec<u8> {
        let mut bytes = b"\0asm\x01\0\0\0\x00\x04\x01axy".to_vec();
        bytes.extend_from_slice(b"\x00\x90\x00\x0Dmoteur.nativeMN");
        bytes.extend_from_slice(b"\x01\x01\x00");
        bytes
    }

    #[test]
    fn parts_are_all_of_the_module() {
        let module = module();
        let found: Vec<_> = parts(&module).collect();
        assert_eq!(found.iter().map(|part| part.whole.len()).collect::<Vec<_>>(), [8, 6, 19, 3]);
        assert_eq!(found.iter().map(|part| part.native).collect::<Vec<_>>(), [None, None, Some(&b"MN"[..]), None]);
        assert_eq!(hashed(&module).collect::<Vec<_>>().concat(), [&module[..14], &module[33..]].concat());
    }

    #[test]
    fn a_head_that_was_written_is_read() {
        for bytes in [0, 2, 200, 70_000] {
            let mut module = b"\0asm\x01\0\0\0".to_vec();
            write_native_head(bytes, &mut |piece| module.extend_from_slice(piece));
            assert_eq!(module.len(), 8 + NATIVE_HEAD_BYTES);
            module.resize(module.len() + bytes, 7);
            module.push(1);
            assert_eq!(parts(&module).find_map(|part| part.native), Some(&vec![7; bytes][..]));
        }
    }

    #[test]
    fn nothing_is_lost_where_bytes_make_no_sense() {
        let whole = module();
        for len in 0..=whole.len() {
            for at in 0..len {
                let mut bytes = whole[..len].to_vec();
                bytes[at] ^= 0xFF;
                let found: Vec<_> = parts(&bytes).map(|part| part.whole).collect();
                assert_eq!(found.concat(), bytes);
            }
        }
    }
}
