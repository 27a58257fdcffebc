//! Arguments and expected results: read from the stream, compared with what a call gave.

use core::fmt;

use moteur::{ExternRef, Val};

use crate::format::{Malformed, Reader, Tag};

/// The most arguments or results of one call in the suite; a call that has more is a malformed stream.
pub const VALUES_MAX: usize = 64;

/// Reads one value (not a pattern).
pub fn read(stream: &mut Reader<'_>) -> Result<Val, Malformed> {
    Ok(match stream.tag()? {
        Tag::I32 => Val::I32(stream.u32()?.cast_signed()),
        Tag::I64 => Val::I64(stream.u64()?.cast_signed()),
        Tag::F32 => Val::F32(stream.u32()?),
        Tag::F64 => Val::F64(stream.u64()?),
        Tag::NullFunc => Val::FuncRef(None),
        Tag::NullExtern => Val::ExternRef(None),
        Tag::Extern => Val::ExternRef(Some(ExternRef::new(stream.u32()?))),
        _ => return Err(Malformed),
    })
}

/// Reads one pattern and says whether `actual` matches it. Always reads the whole pattern.
pub fn matches(stream: &mut Reader<'_>, actual: Option<&Val>) -> Result<bool, Malformed> {
    let tag = stream.tag()?;
    Ok(match tag {
        Tag::I32 => {
            let expected = stream.u32()?;
            matches!(actual, Some(Val::I32(v)) if v.cast_unsigned() == expected)
        }
        Tag::I64 => {
            let expected = stream.u64()?;
            matches!(actual, Some(Val::I64(v)) if v.cast_unsigned() == expected)
        }
        Tag::F32 => {
            let expected = stream.u32()?;
            matches!(actual, Some(Val::F32(v)) if *v == expected)
        }
        Tag::F64 => {
            let expected = stream.u64()?;
            matches!(actual, Some(Val::F64(v)) if *v == expected)
        }
        Tag::Extern => {
            let expected = ExternRef::new(stream.u32()?);
            matches!(actual, Some(Val::ExternRef(Some(v))) if *v == expected)
        }
        Tag::NullFunc => matches!(actual, Some(Val::FuncRef(None))),
        Tag::NullExtern => matches!(actual, Some(Val::ExternRef(None))),
        Tag::AnyNull => matches!(actual, Some(Val::FuncRef(None) | Val::ExternRef(None))),
        Tag::AnyFunc => matches!(actual, Some(Val::FuncRef(Some(_)))),
        Tag::AnyExtern => matches!(actual, Some(Val::ExternRef(Some(_)))),
        Tag::F32Canonical => matches!(actual, Some(Val::F32(v)) if is_canonical_f32(*v)),
        Tag::F32Arithmetic => matches!(actual, Some(Val::F32(v)) if is_arithmetic_f32(*v)),
        Tag::F64Canonical => matches!(actual, Some(Val::F64(v)) if is_canonical_f64(*v)),
        Tag::F64Arithmetic => matches!(actual, Some(Val::F64(v)) if is_arithmetic_f64(*v)),
        Tag::Either => either(stream, actual)?,
    })
}

/// The patterns inside an `either` are plain ones, so this recurses once.
fn either(stream: &mut Reader<'_>, actual: Option<&Val>) -> Result<bool, Malformed> {
    let mut found = false;
    for _ in 0..stream.u8()? {
        found |= matches(stream, actual)?;
    }
    Ok(found)
}

/// SPEC: a canonical NaN has the most significant bit of its payload set and no other, and any sign.
fn is_canonical_f32(bits: u32) -> bool {
    bits & 0x7FFF_FFFF == 0x7FC0_0000
}

/// SPEC: an arithmetic NaN has the most significant bit of its payload set.
fn is_arithmetic_f32(bits: u32) -> bool {
    bits & 0x7FC0_0000 == 0x7FC0_0000
}

fn is_canonical_f64(bits: u64) -> bool {
    bits & 0x7FFF_FFFF_FFFF_FFFF == 0x7FF8_0000_0000_0000
}

fn is_arithmetic_f64(bits: u64) -> bool {
    bits & 0x7FF8_0000_0000_0000 == 0x7FF8_0000_0000_0000
}

/// Prints values with their bits, as a message about a mismatch needs them.
pub struct Shown<'a>(pub &'a [Val]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (index, value) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            match value {
                Val::I32(v) => write!(f, "i32 {v} = {v:#x}")?,
                Val::I64(v) => write!(f, "i64 {v} = {v:#x}")?,
                Val::F32(v) => write!(f, "f32 bits {v:#x}")?,
                Val::F64(v) => write!(f, "f64 bits {v:#x}")?,
                Val::FuncRef(None) => f.write_str("null func")?,
                Val::FuncRef(Some(_)) => f.write_str("func")?,
                Val::ExternRef(None) => f.write_str("null extern")?,
                Val::ExternRef(Some(_)) => f.write_str("extern")?,
            }
        }
        f.write_str("]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &[u8], value: Val) -> bool {
        let mut stream = Reader::new(pattern);
        let matched = matches(&mut stream, Some(&value)).unwrap();
        assert!(stream.is_empty(), "the whole pattern is read");
        matched
    }

    #[test]
    fn nan_patterns_look_at_the_payload_only() {
        let canonical = [Tag::F32Canonical as u8];
        let arithmetic = [Tag::F32Arithmetic as u8];
        let values = [0x7FC0_0000, 0xFFC0_0000, 0x7FC0_0001, 0x7FA0_0000, 0x7F80_0000];
        let f32s = values.map(Val::F32);
        assert_eq!(f32s.map(|v| check(&canonical, v)), [true, true, false, false, false]);
        assert_eq!(f32s.map(|v| check(&arithmetic, v)), [true, true, true, false, false]);
        assert!(check(&[Tag::F64Canonical as u8], Val::F64(0xFFF8_0000_0000_0000)));
        assert!(!check(&[Tag::F64Arithmetic as u8], Val::from(f64::INFINITY)));
    }

    #[test]
    fn either_takes_any_of_its_patterns() {
        let pattern = [Tag::Either as u8, 2, Tag::I32 as u8, 1, 0, 0, 0, Tag::I32 as u8, 2, 0, 0, 0];
        assert!(check(&pattern, Val::I32(1)));
        assert!(check(&pattern, Val::I32(2)));
        assert!(!check(&pattern, Val::I32(3)));
        assert!(!check(&pattern, Val::I64(1)));
    }

    #[test]
    fn zeros_of_two_signs_differ() {
        assert!(!check(&[Tag::F32 as u8, 0, 0, 0, 0x80], Val::from(0.0_f32)));
        assert!(check(&[Tag::F32 as u8, 0, 0, 0, 0x80], Val::from(-0.0_f32)));
    }
}
