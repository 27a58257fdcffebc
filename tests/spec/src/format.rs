//! The stream of commands that a `.wast` file becomes: what the host writes and every target reads.
//!
//! All numbers are little-endian and unaligned; texts are UTF-8 with a 16-bit length, modules have a 32-bit length.
//!
//! ```text
//! stream:  "MSPC" version:u8 files*
//! file:    length:u32 (of what follows) name:text commands*
//! command: opcode:u8 line:u32 body
//! ```
//! `line` is where the directive stands in the `.wast` file. Instances live in numbered slots: slot 0 is the latest
//! module without a name; each named module has a slot of its own. The converter resolves names, the executor doesn't
//! know them.

/// The first bytes of every stream; the last is the version.
pub const MAGIC: [u8; 5] = *b"MSPC\x01";

/// How many slots a file may use. The converter refuses a file that needs more.
pub const SLOTS: usize = 64;

/// The kinds of command. The discriminant is the opcode in the stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// Forget all instances: what follows refers to none of them. No body.
    Reset = 0,
    /// A module to load and instantiate. Body: slot, module.
    Module,
    /// A module to load, for `Instance` to use. Body: slot, module.
    Definition,
    /// Instantiate a definition. Body: slot of the instance, slot of the definition.
    Instance,
    /// Make an instance importable. Body: slot, name.
    Register,
    /// An action that must succeed. Body: action.
    Invoke,
    /// Body: action, number of results (u8), expected values.
    AssertReturn,
    /// Body: action, message.
    AssertTrap,
    /// Body: action, message.
    AssertExhaustion,
    /// A module that must be refused as invalid. Body: module, message.
    AssertInvalid,
    /// A module that must be refused as malformed. Body: module, message.
    AssertMalformed,
    /// A module that is valid and whose imports can't be met. Body: module, message.
    AssertUnlinkable,
    /// A module whose instantiation traps. Body: module, message.
    AssertUninstantiable,
    /// A directive that the converter can't express. Body: name of the directive, reason.
    Skip,
}

impl Kind {
    /// Every kind, at the index of its opcode.
    pub const ALL: [Kind; 14] = [
        Kind::Reset,
        Kind::Module,
        Kind::Definition,
        Kind::Instance,
        Kind::Register,
        Kind::Invoke,
        Kind::AssertReturn,
        Kind::AssertTrap,
        Kind::AssertExhaustion,
        Kind::AssertInvalid,
        Kind::AssertMalformed,
        Kind::AssertUnlinkable,
        Kind::AssertUninstantiable,
        Kind::Skip,
    ];

    /// The directive's name in the text format.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Reset => "reset",
            Kind::Module => "module",
            Kind::Definition => "module definition",
            Kind::Instance => "module instance",
            Kind::Register => "register",
            Kind::Invoke => "invoke",
            Kind::AssertReturn => "assert_return",
            Kind::AssertTrap => "assert_trap",
            Kind::AssertExhaustion => "assert_exhaustion",
            Kind::AssertInvalid => "assert_invalid",
            Kind::AssertMalformed => "assert_malformed",
            Kind::AssertUnlinkable => "assert_unlinkable",
            Kind::AssertUninstantiable => "assert_uninstantiable",
            Kind::Skip => "skipped directive",
        }
    }
}

/// Tags of arguments and expected values. The first seven are values, the others are patterns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Tag {
    /// Four bytes.
    I32 = 0,
    /// Eight bytes.
    I64,
    /// Four bytes, the bits.
    F32,
    /// Eight bytes, the bits.
    F64,
    /// Nothing.
    NullFunc,
    /// Nothing.
    NullExtern,
    /// Four bytes: the host's number.
    Extern,
    /// Any canonical NaN.
    F32Canonical,
    /// Any arithmetic NaN.
    F32Arithmetic,
    /// Any canonical NaN.
    F64Canonical,
    /// Any arithmetic NaN.
    F64Arithmetic,
    /// Any function reference that is not null.
    AnyFunc,
    /// Any external reference that is not null.
    AnyExtern,
    /// A null of any type.
    AnyNull,
    /// A count (u8) of patterns, one of which must match.
    Either,
}

impl Tag {
    /// Every tag, at the index of its number.
    pub const ALL: [Tag; 15] = [
        Tag::I32,
        Tag::I64,
        Tag::F32,
        Tag::F64,
        Tag::NullFunc,
        Tag::NullExtern,
        Tag::Extern,
        Tag::F32Canonical,
        Tag::F32Arithmetic,
        Tag::F64Canonical,
        Tag::F64Arithmetic,
        Tag::AnyFunc,
        Tag::AnyExtern,
        Tag::AnyNull,
        Tag::Either,
    ];
}

/// The first byte of an action.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Action {
    /// Call an export. Body: slot, name, number of arguments (u8), values.
    Call = 0,
    /// Read a global. Body: slot, name.
    Get,
}

/// The stream ends early or holds something unknown: host and target don't agree on the format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Malformed;

/// Reads a stream from its front.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (head, rest) = self.rest.split_at_checked(count).ok_or(Malformed)?;
        self.rest = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.take(N)?.try_into().map_err(|_| Malformed)
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    /// Two bytes.
    pub fn u16(&mut self) -> Result<u16, Malformed> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    /// Four bytes.
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// Eight bytes.
    pub fn u64(&mut self) -> Result<u64, Malformed> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A text with its length in front.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        let length = self.u16()?;
        core::str::from_utf8(self.take(usize::from(length))?).map_err(|_| Malformed)
    }

    /// A module with its length in front.
    pub fn module(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.u32()?;
        self.take(usize::try_from(length).map_err(|_| Malformed)?)
    }

    /// The number of an instance slot.
    pub fn slot(&mut self) -> Result<usize, Malformed> {
        let slot = usize::from(self.u8()?);
        if slot < SLOTS { Ok(slot) } else { Err(Malformed) }
    }

    /// An opcode.
    pub fn kind(&mut self) -> Result<Kind, Malformed> {
        let byte = self.u8()?;
        Kind::ALL.get(usize::from(byte)).copied().ok_or(Malformed)
    }

    /// The tag of a value or pattern.
    pub fn tag(&mut self) -> Result<Tag, Malformed> {
        let byte = self.u8()?;
        Tag::ALL.get(usize::from(byte)).copied().ok_or(Malformed)
    }

    /// The kind of an action.
    pub fn action(&mut self) -> Result<Action, Malformed> {
        match self.u8()? {
            0 => Ok(Action::Call),
            1 => Ok(Action::Get),
            _ => Err(Malformed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opcodes_and_tags_are_their_index() {
        for (index, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, index, "{}", kind.name());
        }
        for (index, tag) in Tag::ALL.iter().enumerate() {
            assert_eq!(*tag as usize, index);
        }
    }

    #[test]
    fn a_short_stream_is_an_error() {
        assert_eq!(Reader::new(&[3]).u16(), Err(Malformed));
        assert_eq!(Reader::new(&[5, 0, b'a']).text(), Err(Malformed));
        assert_eq!(Reader::new(&[200]).kind(), Err(Malformed));
        assert_eq!(Reader::new(&[200]).slot(), Err(Malformed));
        assert_eq!(Reader::new(&[2, 0, b'o', b'k']).text(), Ok("ok"));
    }
}
