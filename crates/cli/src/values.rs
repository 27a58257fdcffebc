//! Values between a person and a function: arguments read by the type of the parameter, results printed by theirs.
//!
//! | type | read | printed |
//! |---|---|---|
//! | `i32`, `i64` | `-1`, `255`, `0xff`, `1_000`: signed or unsigned | signed decimal |
//! | `f32`, `f64` | `1.5`, `-1e-3`, `inf`, `nan`, `nan:0x7fc00001` | the shortest text that reads back as the same number |
//! | references | `null` | `null`, or what kind it is |

use moteur::{Val, ValType};

/// Reads `text` as a value of type `ty`; the error says what was expected.
pub fn parse(ty: ValType, text: &str) -> Result<Val, String> {
    let value = match ty {
        ValType::I32 => integer(text, 32).map(|bits| Val::I32(bits as u32 as i32)),
        ValType::I64 => integer(text, 64).map(|bits| Val::I64(bits as i64)),
        ValType::F32 => float32(text).map(Val::F32),
        ValType::F64 => float64(text).map(Val::F64),
        ValType::FUNCREF => (text == "null").then_some(Val::FuncRef(None)),
        ValType::EXTERNREF => (text == "null").then_some(Val::ExternRef(None)),
        ValType::V128 | ValType::Ref(_) => None,
    };
    value.ok_or_else(|| {
        let expected = match ty {
            ValType::I32 => "a 32-bit integer such as -1, 4294967295 or 0xff",
            ValType::I64 => "a 64-bit integer such as -1 or 0xff",
            ValType::F32 | ValType::F64 => "a number such as 1.5, 1e-3, inf or nan",
            ValType::V128 | ValType::Ref(_) => "null",
        };
        format!("{text:?} is no {ty}: expected {expected}")
    })
}

/// The bits of an integer that fits `width` bits, signed or unsigned.
fn integer(text: &str, width: u32) -> Option<u64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (digits, radix) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hexadecimal) if !hexadecimal.starts_with('+') => (hexadecimal, 16),
        Some(_) => return None,
        None => (digits, 10),
    };
    let magnitude = i128::from(u64::from_str_radix(&digits.replace('_', ""), radix).ok()?);
    let value = if negative { -magnitude } else { magnitude };
    let range = -(1i128 << (width - 1))..1i128 << width;
    range.contains(&value).then_some(value as u64)
}

fn float32(text: &str) -> Option<u32> {
    match payload(text) {
        Some((negative, bits)) => {
            let bits = u32::try_from(bits).ok()?;
            f32::from_bits(bits).is_nan().then_some(bits | u32::from(negative) << 31)
        }
        None => text.replace('_', "").parse::<f32>().ok().map(f32::to_bits),
    }
}

fn float64(text: &str) -> Option<u64> {
    match payload(text) {
        Some((negative, bits)) => f64::from_bits(bits).is_nan().then_some(bits | u64::from(negative) << 63),
        None => text.replace('_', "").parse::<f64>().ok().map(f64::to_bits),
    }
}

/// `nan:0x…`: the bits of a NaN, and whether a minus stands before it.
fn payload(text: &str) -> Option<(bool, u64)> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let bits = u64::from_str_radix(rest.strip_prefix("nan:0x")?, 16).ok()?;
    Some((negative, bits))
}

/// The text of a value.
pub fn print(value: &Val) -> String {
    match *value {
        Val::I32(value) => value.to_string(),
        Val::I64(value) => value.to_string(),
        Val::F32(bits) => match f32::from_bits(bits) {
            value if value.is_nan() => nan(bits == 0x7fc0_0000, u64::from(bits)),
            value => format!("{value:?}"),
        },
        Val::F64(bits) => match f64::from_bits(bits) {
            value if value.is_nan() => nan(bits == 0x7ff8_0000_0000_0000, bits),
            value => format!("{value:?}"),
        },
        Val::FuncRef(None) | Val::ExternRef(None) => "null".into(),
        Val::FuncRef(Some(_)) => "funcref".into(),
        Val::ExternRef(Some(_)) => "externref".into(),
    }
}

/// The plain NaN by its name, any other with its bits.
fn nan(plain: bool, bits: u64) -> String {
    if plain { "nan".into() } else { format!("nan:{bits:#x}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_printed_again() {
        for (ty, text, printed) in [
            (ValType::I32, "0", "0"),
            (ValType::I32, "-2147483648", "-2147483648"),
            (ValType::I32, "4294967295", "-1"),
            (ValType::I32, "0xffff_fffe", "-2"),
            (ValType::I32, "-0x10", "-16"),
            (ValType::I32, "+7", "7"),
            (ValType::I64, "18446744073709551615", "-1"),
            (ValType::I64, "-9223372036854775808", "-9223372036854775808"),
            (ValType::F32, "1.5", "1.5"),
            (ValType::F32, "1e30", "1e30"),
            (ValType::F32, "-0", "-0.0"),
            (ValType::F32, "nan", "nan"),
            (ValType::F32, "-nan:0x7fa00000", "nan:0xffa00000"),
            (ValType::F64, "0.1", "0.1"),
            (ValType::F64, "-inf", "-inf"),
            (ValType::F64, "nan:0x7ff8000000000001", "nan:0x7ff8000000000001"),
            (ValType::FUNCREF, "null", "null"),
            (ValType::EXTERNREF, "null", "null"),
        ] {
            assert_eq!(parse(ty, text).map(|value| print(&value)), Ok(printed.into()), "{ty} {text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (ty, text) in [
            (ValType::I32, ""),
            (ValType::I32, "-"),
            (ValType::I32, "--1"),
            (ValType::I32, "+-1"),
            (ValType::I32, "4294967296"),
            (ValType::I32, "-2147483649"),
            (ValType::I32, "1.0"),
            (ValType::I32, "0x"),
            (ValType::I32, "0x+1"),
            (ValType::I64, "18446744073709551616"),
            (ValType::I64, "-9223372036854775809"),
            (ValType::F32, "one"),
            (ValType::F32, "nan:0x0"),
            (ValType::F32, "nan:0x17fc00000"),
            (ValType::F64, "nan:0x7ff0000000000000"),
            (ValType::FUNCREF, "0"),
            (ValType::V128, "null"),
        ] {
            assert!(parse(ty, text).is_err(), "{ty} {text}");
        }
    }
}
