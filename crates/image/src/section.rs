//! The custom section `moteur.native`: native code for one kind of machine, and what is needed to load it.
//!
//! ```text
//!   0  magic "MNAT"          4  ABI version u16        6  bytes of this header u16
//!   8  architecture u8       9  float ABI u8          10  checks u8           11  metering u8
//!  12  context layout u32   16  CPU features u64      24  SHA-256 of the module without native sections
//!  56  largest frame u32    60  (place, count) u32 each of: needs, functions, entries, traps; (place, bytes) of code
//! 100  bytes of all u32    104  check sum of all others u32                 108  lists, then code
//! ```
//!
//! Numbers are little endian. A place is counted from the section's first byte after its name. Lists:
//!
//! | list | an element |
//! |---|---|
//! | needs | u32: index in the architecture's library of a function that the code calls |
//! | functions | u32: where the code of a function begins, for each function that the module defines, ascending; one that is part of all its callers begins where the next one does |
//! | entries | u32: where the code begins that calls functions of a type with a list of words; all ones if there is none; all behind the functions |
//! | traps | u32, u32: an address in the code, ascending, and what it belongs to: see below |
//!
//! An address in the list of traps is that of a call, and counts up to the next one. It belongs to the operator at an
//! offset in the module. If that is in a function that was made part of its caller, the next element has the same address
//! and [`IN_FUNCTION`] with that function's index, and the one after it the offset of the call in the caller, and so on;
//! the last one is of the function whose code it is. If that was still being entered, [`ENTERED`] stands there.
//!
//! The code stands at a multiple of [`CODE_ALIGN`] bytes from the beginning of the file, so that it can run where it is.
//! Behind the bytes that the header counts, in the same custom section, there may be signatures: module `signature`.

use core::fmt;

use crate::ABI_VERSION;
use crate::target::{Arch, Checks, FloatAbi};

/// The section's name.
pub const NAME: &str = "moteur.native";
/// What the section begins with.
pub const MAGIC: [u8; 4] = *b"MNAT";
/// Bytes of the header.
pub const HEADER_BYTES: u16 = 108;
/// Where the check sum stands: the last word of the header.
const SUM_PLACE: usize = HEADER_BYTES as usize - 4;
/// The code's alignment in the file, in bytes.
pub const CODE_ALIGN: usize = 16;
/// An entry that does not exist.
pub const NO_ENTRY: u32 = u32::MAX;

/// In the list of traps: the offset before it is in the function with the index that the other bits are.
pub const IN_FUNCTION: u32 = 1 << 31;
/// In the list of traps, instead of an offset: the function was being entered, so that its caller is who was active.
pub const ENTERED: u32 = u32::MAX;

/// What was active at an address in the code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Active {
    /// The function, if it is another than that whose code it is.
    pub func: Option<u32>,
    /// Where in the module, if that is known.
    pub offset: Option<u32>,
}

/// What must be the same for code to run: all of it is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fingerprint {
    /// [`ABI_VERSION`] of the compiler.
    pub abi_version: u16,
    /// The instruction set.
    pub arch: Arch,
    /// How floats are passed.
    pub float_abi: FloatAbi,
    /// How accesses are kept inside memory.
    pub checks: Checks,
    /// Whether the code counts fuel.
    pub metering: bool,
    /// The number of the context's layout.
    pub context_hash: u32,
    /// The CPU features that the code uses, one bit each: [`crate::feature`] says which.
    pub features: u64,
    /// SHA-256 of the module without its native sections.
    pub module_hash: [u8; 32],
}

/// Why a section is not run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// The section is shorter than it says.
    Truncated,
    /// It does not begin with [`MAGIC`].
    Magic,
    /// The header has another size, or a field has a value that has no meaning.
    Header,
    /// The check sum is not that of the bytes: something changed them.
    Damaged,
    /// A list or the code does not lie inside the section, a list's element not inside the code, or a list has not as
    /// many elements as the module asks for.
    Bounds,
    /// Another ABI version.
    AbiVersion,
    /// Another instruction set.
    Arch,
    /// Floats are passed in another way.
    FloatAbi,
    /// Accesses are checked in a way that this machine does not support.
    Checks,
    /// Fuel is counted and should not be, or the other way round.
    Metering,
    /// The context is laid out differently.
    Context,
    /// The CPU lacks a feature.
    Features,
    /// It was compiled from another module.
    Module,
    /// It calls a function that this runtime does not have.
    Needs,
    /// The code is not aligned where it is.
    Alignment,
    /// There is no memory that it can run in, or the machine does not let it be executed.
    CodeMemory,
    /// Nobody vouches for it: native code is not trusted at all.
    Trust,
    /// Nobody vouches for it: it is not signed.
    Unsigned,
    /// It is signed, but by no key that is trusted.
    UnknownKey,
    /// It is signed in the name of a key that is trusted, but that key did not sign this.
    WrongSignature,
    /// What stands behind the code is no list of signatures, or too long a one.
    SignatureForm,
    /// There is none.
    Missing,
    /// The runtime was built without the part that runs native code.
    Unsupported,
}

impl Refusal {
    /// Whether the code may fit, but nobody who is trusted vouches for it.
    pub const fn is_for_lack_of_trust(self) -> bool {
        matches!(
            self,
            Refusal::Trust | Refusal::Unsigned | Refusal::UnknownKey | Refusal::WrongSignature | Refusal::SignatureForm
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::Truncated => "the section is truncated",
            Refusal::Magic => "the section does not begin with MNAT",
            Refusal::Header => "the header is not valid",
            Refusal::Damaged => "the section is damaged",
            Refusal::Bounds => "a list or the code does not fit",
            Refusal::AbiVersion => "another ABI version",
            Refusal::Arch => "another architecture",
            Refusal::FloatAbi => "another float ABI",
            Refusal::Checks => "another kind of bounds checks",
            Refusal::Metering => "another kind of metering",
            Refusal::Context => "another context layout",
            Refusal::Features => "CPU features that this machine lacks",
            Refusal::Module => "compiled from another module",
            Refusal::Needs => "it needs a function that this runtime lacks",
            Refusal::Alignment => "the code is not aligned",
            Refusal::CodeMemory => "there is no memory that it can run in",
            Refusal::Trust => "nobody vouches for it",
            Refusal::Unsigned => "it is not signed",
            Refusal::UnknownKey => "it is signed, but by no key that is trusted",
            Refusal::WrongSignature => "the signature is wrong",
            Refusal::SignatureForm => "what should be its signatures is something else",
            Refusal::Missing => "there is none",
            Refusal::Unsupported => "this runtime was built without it",
        })
    }
}

impl core::error::Error for Refusal {}

/// A section that was read: everything in it lies inside it.
#[derive(Clone, Copy, Debug)]
pub struct Native<'a> {
    bytes: &'a [u8],
    /// What must fit.
    pub fingerprint: Fingerprint,
    /// Bytes of the largest frame of the code.
    pub frame_bytes_max: u32,
    /// The lists, as they stand in the section.
    needs: &'a [u8],
    functions: &'a [u8],
    entries: &'a [u8],
    traps: &'a [u8],
    code: &'a [u8],
    /// Where the code of functions ends, and that of entries begins.
    functions_end: u32,
}

/// The check sum of no bytes.
const SUM_BEGIN: u32 = 0x811C_9DC5;

/// Goes on with a check sum (FNV-1a). Each step is one to one, so no single byte changes unnoticed. It is there for bits
/// that fell over, not for adversaries.
fn check_sum(sum: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(sum, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// The number that stands there; zero where no bytes are.
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |word| u32::from_le_bytes(*word))
}

impl<'a> Native<'a> {
    /// Reads a section. What it refers to is checked, not whether it fits a machine.
    ///
    /// # Errors
    /// [`Refusal::Truncated`], [`Refusal::Magic`], [`Refusal::Header`], [`Refusal::Damaged`], [`Refusal::Bounds`]; for
    /// another version [`Refusal::AbiVersion`], as the rest may be another too. A field of the fingerprint with a value
    /// that means nothing is refused with the field's name.
    pub fn read(bytes: &'a [u8]) -> Result<Native<'a>, Refusal> {
        if bytes.get(..4).ok_or(Refusal::Truncated)? != MAGIC {
            return Err(Refusal::Magic);
        }
        // What lies outside of the bytes is read as zero.
        let version = u32_at(bytes, 4);
        let all = u32_at(bytes, 100) as usize;
        match bytes.get(..all) {
            _ if bytes.len() < 8 => Err(Refusal::Truncated),
            _ if version as u16 != ABI_VERSION => Err(Refusal::AbiVersion),
            _ if (version >> 16) as u16 != HEADER_BYTES => Err(Refusal::Header),
            _ if bytes.len() < usize::from(HEADER_BYTES) => Err(Refusal::Truncated),
            None => Err(Refusal::Truncated),
            Some(bytes) => Native::read_whole(bytes),
        }
    }

    /// Reads a section with a header of this version, all of whose bytes are there.
    fn read_whole(bytes: &'a [u8]) -> Result<Native<'a>, Refusal> {
        let rest = bytes.get(usize::from(HEADER_BYTES)..).ok_or(Refusal::Header)?;
        let sum = check_sum(check_sum(SUM_BEGIN, bytes.get(..SUM_PLACE).unwrap_or_default()), rest);
        if u32_at(bytes, SUM_PLACE) != sum {
            return Err(Refusal::Damaged);
        }
        let list = |at: usize, size: usize| {
            let (place, count) = (u32_at(bytes, at) as usize, u32_at(bytes, at + 4) as usize);
            let end = count.checked_mul(size).and_then(|len| len.checked_add(place)).ok_or(Refusal::Bounds)?;
            bytes.get(place..end).ok_or(Refusal::Bounds)
        };
        let mut native = Native {
            bytes,
            fingerprint: read_fingerprint(bytes)?,
            frame_bytes_max: u32_at(bytes, 56),
            needs: list(60, 4)?,
            functions: list(68, 4)?,
            entries: list(76, 4)?,
            traps: list(84, 8)?,
            code: list(92, 1)?,
            functions_end: 0,
        };
        native.functions_end = native.check_code_offsets()?;
        Ok(native)
    }

    /// Every place in the code that a list names is in the code, where an instruction can begin, and in order. Gives where
    /// the code of functions ends.
    fn check_code_offsets(&self) -> Result<u32, Refusal> {
        let align = match self.fingerprint.arch {
            Arch::X86_64 => 1,
            Arch::Thumb | Arch::RiscV32 | Arch::RiscV64 => 2,
            Arch::AArch64 => 4,
        };
        let code_bytes = self.code.len() as u32;
        let inside = |offset: u32| offset < code_bytes && offset.is_multiple_of(align);
        let mut last = 0;
        for function in words(self.functions) {
            // Behind all code there may be functions without any.
            if function < last || !(inside(function) || function == code_bytes) {
                return Err(Refusal::Bounds);
            }
            last = function;
        }
        let mut end = code_bytes;
        for entry in words(self.entries).filter(|entry| *entry != NO_ENTRY) {
            if !inside(entry) || entry < last {
                return Err(Refusal::Bounds);
            }
            end = end.min(entry);
        }
        Ok(end)
    }

    /// Indices in the architecture's library of all that the code calls.
    pub fn needs(&self) -> impl Iterator<Item = u32> + use<'a> {
        words(self.needs)
    }

    /// How many functions there is code for.
    pub fn function_count(&self) -> u32 {
        self.functions.len() as u32 / 4
    }

    /// Where the code begins of the function with this number among those that the module defines; none if nobody but
    /// functions of the module may call it, and it is part of those that do.
    pub fn function(&self, index: u32) -> Option<u32> {
        let begin = word(self.functions, index)?;
        let next = index.checked_add(1).and_then(|next| word(self.functions, next));
        (begin < next.unwrap_or(self.functions_end)).then_some(begin)
    }

    /// Which function's code an address in the code belongs to, by its number among those that the module defines. None
    /// if it is no function's.
    pub fn function_at(&self, code: u32) -> Option<u32> {
        if code >= self.functions_end {
            return None;
        }
        let functions = self.functions.as_chunks().0;
        (functions.partition_point(|begin| u32::from_le_bytes(*begin) <= code) as u32).checked_sub(1)
    }

    /// Where the code begins that calls a function of the type with this index.
    pub fn entry(&self, type_index: u32) -> Option<u32> {
        word(self.entries, type_index).filter(|entry| *entry != NO_ENTRY)
    }

    /// How many types there may be entries for.
    pub fn entry_count(&self) -> u32 {
        self.entries.len() as u32 / 4
    }

    /// What was active at an address in the code, innermost first. The last one is the function whose code it is, unless
    /// that was still being entered.
    pub fn active_at(&self, code: u32) -> impl Iterator<Item = Active> + '_ {
        let mut next = self.first_trap_at(code);
        let place = next.and_then(|at| self.trap(at)).map(|(place, _)| place);
        let mut is_last = false;
        core::iter::from_fn(move || {
            if is_last {
                return None;
            }
            let take = |at: Option<u32>| self.trap(at?).filter(|found| Some(found.0) == place).map(|found| found.1);
            let offset = take(next);
            next = next.and_then(|at| at.checked_add(1));
            // Only the innermost may not be there yet.
            if offset == Some(ENTERED) {
                return None;
            }
            let func = take(next).filter(|what| offset.is_some() && *what & IN_FUNCTION != 0);
            next = next.and_then(|at| at.checked_add(1));
            is_last = func.is_none();
            Some(Active { func: func.map(|what| what & !IN_FUNCTION), offset })
        })
    }

    /// The first of the trap entries that an address belongs to: those of the last address at or before it.
    fn first_trap_at(&self, code: u32) -> Option<u32> {
        let place = self.trap(self.traps_before(code.checked_add(1)?).checked_sub(1)?)?.0;
        Some(self.traps_before(place))
    }

    /// How many trap entries there are before the first whose address is at or behind this one.
    fn traps_before(&self, end: u32) -> u32 {
        let traps = self.traps.as_chunks::<8>().0;
        traps.partition_point(|trap| u32_at(trap, 0) < end) as u32
    }

    fn trap(&self, index: u32) -> Option<(u32, u32)> {
        let trap = self.traps.as_chunks::<8>().0.get(index as usize)?;
        Some((u32_at(trap, 0), u32_at(trap, 4)))
    }

    /// The code.
    pub fn code(&self) -> &'a [u8] {
        self.code
    }

    /// All bytes of the section that count.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

/// One number of a list.
fn word(list: &[u8], index: u32) -> Option<u32> {
    list.as_chunks().0.get(index as usize).map(|word| u32::from_le_bytes(*word))
}

/// The numbers of a list.
fn words(list: &[u8]) -> impl Iterator<Item = u32> + '_ {
    list.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word))
}

/// Reads the fingerprint of a header that is there.
fn read_fingerprint(bytes: &[u8]) -> Result<Fingerprint, Refusal> {
    let [arch, float_abi, checks, metering] = u32_at(bytes, 8).to_le_bytes();
    Ok(Fingerprint {
        abi_version: ABI_VERSION,
        arch: Arch::from_u8(arch).ok_or(Refusal::Arch)?,
        float_abi: match float_abi {
            1 => FloatAbi::Soft,
            2 => FloatAbi::Hard,
            _ => return Err(Refusal::FloatAbi),
        },
        checks: match checks {
            1 => Checks::Explicit,
            2 => Checks::GuardPages,
            _ => return Err(Refusal::Checks),
        },
        metering: match metering {
            0 => false,
            1 => true,
            _ => return Err(Refusal::Metering),
        },
        context_hash: u32_at(bytes, 12),
        features: u64::from(u32_at(bytes, 16)) | u64::from(u32_at(bytes, 20)) << 32,
        module_hash: *bytes.get(24..).and_then(|rest| rest.first_chunk()).ok_or(Refusal::Truncated)?,
    })
}

/// What a section is made of, for the compiler.
#[derive(Clone, Copy, Debug)]
pub struct Contents<'a> {
    /// What must fit.
    pub fingerprint: Fingerprint,
    /// Bytes of the largest frame of the code.
    pub frame_bytes_max: u32,
    /// See the list of this name.
    pub needs: &'a [u32],
    /// See the list of this name.
    pub functions: &'a [u32],
    /// See the list of this name.
    pub entries: &'a [u32],
    /// See the list of this name.
    pub traps: &'a [(u32, u32)],
    /// The code.
    pub code: &'a [u8],
}

impl Contents<'_> {
    /// Writes the section piece by piece. It will begin `place` bytes into the file, which decides how many bytes stand
    /// before the code.
    pub fn write(&self, place: usize, put: &mut dyn FnMut(&[u8])) {
        let header = usize::from(HEADER_BYTES);
        let lists = (self.needs.len() + self.functions.len() + self.entries.len()) * 4 + self.traps.len() * 8;
        let code = (place + header + lists).next_multiple_of(CODE_ALIGN) - place;
        let mut sum = SUM_BEGIN;
        let mut add = |piece: &[u8]| sum = check_sum(sum, piece);
        self.write_header(code, &mut add);
        self.write_lists(code - header - lists, &mut add);
        self.write_header(code, put);
        put(&sum.to_le_bytes());
        self.write_lists(code - header - lists, put);
    }

    /// The header without its last word.
    fn write_header(&self, code: usize, put: &mut dyn FnMut(&[u8])) {
        let print = &self.fingerprint;
        put(&MAGIC);
        put(&print.abi_version.to_le_bytes());
        put(&HEADER_BYTES.to_le_bytes());
        put(&[print.arch as u8, print.float_abi as u8, print.checks as u8, u8::from(print.metering)]);
        put(&print.context_hash.to_le_bytes());
        put(&print.features.to_le_bytes());
        put(&print.module_hash);
        let mut word = |word: usize| put(&(word as u32).to_le_bytes());
        word(self.frame_bytes_max as usize);
        let mut place = usize::from(HEADER_BYTES);
        for (count, size) in
            [(self.needs.len(), 4), (self.functions.len(), 4), (self.entries.len(), 4), (self.traps.len(), 8)]
        {
            word(place);
            word(count);
            place += count * size;
        }
        word(code);
        word(self.code.len());
        word(code + self.code.len());
    }

    /// The lists, and the code behind that many bytes.
    fn write_lists(&self, gap: usize, put: &mut dyn FnMut(&[u8])) {
        for list in [self.needs, self.functions, self.entries] {
            list.iter().for_each(|element| put(&element.to_le_bytes()));
        }
        for (code, offset) in self.traps {
            put(&code.to_le_bytes());
            put(&offset.to_le_bytes());
        }
        (0..gap).for_each(|_| put(&[0]));
        put(self.code);
    }
}

/// Puts the right check sum into a section that was changed: for tests, and for tools that sign.
pub fn mend_check_sum(section: &mut [u8]) {
    let Some((head, rest)) = section.split_at_mut_checked(SUM_PLACE) else { return };
    let Some((place, rest)) = rest.split_first_chunk_mut() else { return };
    *place = check_sum(check_sum(SUM_BEGIN, head), rest).to_le_bytes();
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::vec::Vec;

    pub fn contents() -> Contents<'static> {
        Contents {
            fingerprint: Fingerprint {
                abi_version: ABI_VERSION,
                arch: Arch::Thumb,
                float_abi: FloatAbi::Hard,
                checks: Checks::Explicit,
                metering: true,
                context_hash: 0x1234_5678,
                features: 0x8000_0000_0000_0001,
                module_hash: [7; 32],
            },
            frame_bytes_max: 96,
            needs: &[3],
            functions: &[0, 4],
            entries: &[6, NO_ENTRY],
            traps: &[(2, 100), (4, 7), (4, IN_FUNCTION | 5), (4, 80), (6, 90), (7, ENTERED)],
            code: &[1, 2, 3, 4, 5, 6, 7, 8],
        }
    }

    fn bytes(place: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        contents().write(place, &mut |piece| bytes.extend_from_slice(piece));
        bytes
    }

    #[test]
    fn what_was_written_is_read() {
        for place in 0..32 {
            let bytes = bytes(place);
            let native = Native::read(&bytes).unwrap();
            assert_eq!(native.fingerprint, contents().fingerprint);
            assert_eq!(native.frame_bytes_max, 96);
            assert_eq!(native.needs().collect::<Vec<_>>(), [3]);
            assert_eq!((native.function(0), native.function(1), native.function(2)), (Some(0), Some(4), None));
            assert_eq!((native.entry(0), native.entry(1), native.entry(2)), (Some(6), None, None));
            let functions = [0, 3, 4, 5, 6, 7, u32::MAX].map(|code| native.function_at(code));
            assert_eq!(functions, [Some(0), Some(0), Some(1), Some(1), None, None, None]);
            let active = |code| native.active_at(code).map(|active| (active.func, active.offset)).collect::<Vec<_>>();
            assert_eq!(active(1), [(None, None)]);
            assert_eq!([active(2), active(3)], [[(None, Some(100))], [(None, Some(100))]]);
            assert_eq!([active(4), active(5)], [[(Some(5), Some(7)), (None, Some(80))]; 2]);
            assert_eq!(active(6), [(None, Some(90))]);
            assert_eq!([active(7), active(1000)], [[], []]);
            assert_eq!(native.code(), contents().code);
            let code = native.code().as_ptr() as usize - bytes.as_ptr() as usize;
            assert_eq!((place + code) % CODE_ALIGN, 0);
        }
    }

    #[test]
    fn code_that_is_not_in_order_is_refused() {
        let read = |functions: &[u32], entries: &[u32]| {
            let mut bytes = Vec::new();
            Contents { functions, entries, ..contents() }.write(0, &mut |piece| bytes.extend_from_slice(piece));
            Native::read(&bytes).map(|native| native.function_at(3))
        };
        assert_eq!(read(&[0, 4], &[6, 4]), Ok(Some(0)));
        assert_eq!(read(&[4, 4], &[]), Ok(None));
        assert_eq!(read(&[], &[2]), Ok(None));
        assert_eq!(read(&[4, 2], &[6]), Err(Refusal::Bounds));
        assert_eq!(read(&[0, 4], &[6, 2]), Err(Refusal::Bounds));
    }

    #[test]
    fn every_truncation_is_refused() {
        let bytes = bytes(3);
        for len in 0..bytes.len() {
            assert!(Native::read(&bytes[..len]).is_err(), "{len}");
        }
    }

    #[test]
    fn every_damaged_byte_is_noticed() {
        let whole = bytes(0);
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[at] ^= 1 << bit;
                assert!(Native::read(&bytes).is_err(), "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn no_false_byte_leads_outside() {
        let whole = bytes(0);
        let mut accepted = 0;
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[at] ^= 1 << bit;
                mend_check_sum(&mut bytes);
                let Ok(native) = Native::read(&bytes) else { continue };
                for index in 0..native.function_count() {
                    assert!(native.function(index).is_none_or(|begin| begin < native.code().len() as u32));
                }
                let _ = (native.needs().count(), native.active_at(3).count(), native.entry(0));
                accepted += 1;
            }
        }
        assert!(accepted > 8 * 40, "hash, features and code may be anything: {accepted}");
    }
}
