//! Numbers as C reads and prints them, for arguments and results of functions that a person calls.

use core::fmt::{self, Write};

/// Reads an integer as `strtoull` does with base 0: a sign, `0x`, an octal `0`. Gives what follows it.
pub fn integer(text: &[u8]) -> Option<(u64, &[u8])> {
    let (negative, digits) = sign(text);
    let (digits, radix) = match digits {
        [b'0', b'x' | b'X', rest @ ..] if rest.first().is_some_and(u8::is_ascii_hexdigit) => (rest, 16),
        [b'0', ..] => (digits, 8),
        _ => (digits, 10),
    };
    let digit = |byte: &u8| char::from(*byte).to_digit(radix);
    let len = digits.iter().take_while(|byte| digit(byte).is_some()).count();
    let (digits, rest) = digits.split_at_checked(len)?;
    if digits.is_empty() {
        return None;
    }
    let value = digits
        .iter()
        .filter_map(digit)
        .fold(0_u64, |value, digit| value.saturating_mul(u64::from(radix)).saturating_add(u64::from(digit)));
    Some((if negative { value.wrapping_neg() } else { value }, rest))
}

fn sign(text: &[u8]) -> (bool, &[u8]) {
    let text = text.trim_ascii_start();
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

/// Reads a float of so many bits of precision (24 or 53) as `strtod` does: decimal, hexadecimal, `inf`, `nan`, and with the
/// bits of its fraction `nan:0x…`. Gives its bits and what follows it.
pub fn float(text: &[u8], precision: u32) -> Option<(u64, &[u8])> {
    let (negative, rest) = sign(text);
    let is_single = precision == 24;
    let (bits, rest) = if let Some(rest) = strip(rest, b"infinity").or_else(|| strip(rest, b"inf")) {
        (of(f64::INFINITY, is_single), rest)
    } else if let Some(rest) = strip(rest, b"nan") {
        nan(rest, is_single)?
    } else if let Some(digits) = strip(rest, b"0x") {
        let (value, rest) = hexadecimal(digits)?;
        (of(value, is_single), rest)
    } else {
        decimal(rest, is_single)?
    };
    let sign = if negative { 1 << (if is_single { 31 } else { 63 }) } else { 0 };
    Some((bits | sign, rest))
}

fn of(value: f64, is_single: bool) -> u64 {
    if is_single { u64::from((value as f32).to_bits()) } else { value.to_bits() }
}

fn strip<'t>(text: &'t [u8], word: &[u8]) -> Option<&'t [u8]> {
    let (start, rest) = text.split_at_checked(word.len())?;
    start.eq_ignore_ascii_case(word).then_some(rest)
}

fn nan(rest: &[u8], is_single: bool) -> Option<(u64, &[u8])> {
    let (exponent, quiet, fraction) =
        if is_single { (0x7f80_0000, 1 << 22, (1 << 23) - 1) } else { (0x7ff << 52, 1 << 51, (1 << 52) - 1) };
    match rest.strip_prefix(b":") {
        Some(payload) => integer(payload).map(|(payload, rest)| (exponent | (payload & fraction), rest)),
        None => Some((exponent | quiet, rest)),
    }
}

fn decimal(text: &[u8], is_single: bool) -> Option<(u64, &[u8])> {
    let count = |from: usize| text.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let whole = count(0);
    let has_point = text.get(whole) == Some(&b'.');
    let fraction = if has_point { count(whole.wrapping_add(1)) } else { 0 };
    if whole.wrapping_add(fraction) == 0 {
        return None;
    }
    let mut end = whole.wrapping_add(fraction).wrapping_add(usize::from(has_point));
    if let Some(b'e' | b'E') = text.get(end) {
        let signed = usize::from(matches!(text.get(end.wrapping_add(1)), Some(b'+' | b'-')));
        let digits = count(end.wrapping_add(1).wrapping_add(signed));
        // An exponent without digits is none.
        if digits > 0 {
            end = end.wrapping_add(1).wrapping_add(signed).wrapping_add(digits);
        }
    }
    let (number, rest) = text.split_at_checked(end)?;
    let number = core::str::from_utf8(number).ok()?;
    let bits = match is_single {
        true => u64::from(number.parse::<f32>().ok()?.to_bits()),
        false => number.parse::<f64>().ok()?.to_bits(),
    };
    Some((bits, rest))
}

/// What stands behind `0x`: digits, a point, and an exponent of two.
fn hexadecimal(text: &[u8]) -> Option<(f64, &[u8])> {
    let (mut value, mut exponent, mut digits) = (0_u64, 0_i32, 0);
    let (mut behind_point, mut at) = (false, 0);
    while let Some(byte) = text.get(at) {
        match char::from(*byte).to_digit(16) {
            // Digits that no float has room for only move the point.
            Some(digit) if value >> 60 == 0 => {
                value = value << 4 | u64::from(digit);
                exponent = exponent.saturating_sub(if behind_point { 4 } else { 0 });
            }
            Some(_) => exponent = exponent.saturating_add(if behind_point { 0 } else { 4 }),
            None if *byte == b'.' && !behind_point => {
                behind_point = true;
                at = at.wrapping_add(1);
                continue;
            }
            None => break,
        }
        digits += 1;
        at = at.wrapping_add(1);
    }
    let mut rest = text.get(at..)?;
    if digits == 0 {
        return None;
    }
    if let Some(scale) = strip(rest, b"p") {
        let (negative, scale) = sign(scale);
        let len = scale.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (scale, behind) = scale.split_at_checked(len)?;
        let scale = scale
            .iter()
            .fold(0_i32, |scale, digit| scale.saturating_mul(10).saturating_add(i32::from(digit.wrapping_sub(b'0'))));
        exponent = exponent.saturating_add(if negative { scale.saturating_neg() } else { scale });
        rest = behind;
    }
    let mut scaled = value as f64;
    // Powers of two are exact until the result leaves the range.
    for _ in 0..exponent.unsigned_abs().min(2200) {
        scaled = if exponent < 0 { scaled * 0.5 } else { scaled * 2.0 };
    }
    Some((scaled, rest))
}

/// Prints as `%.7g` does.
pub fn print(out: &mut impl Write, value: f64) -> fmt::Result {
    const DIGITS: i32 = 7;
    if value.is_nan() {
        return out.write_str(if value.is_sign_negative() { "-nan" } else { "nan" });
    }
    if value.is_infinite() {
        return out.write_str(if value < 0.0 { "-inf" } else { "inf" });
    }
    let mut scientific = Short::default();
    write!(scientific, "{value:.6e}")?;
    let (mantissa, exponent) = scientific.text().split_once('e').unwrap_or((scientific.text(), "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..DIGITS).contains(&exponent) {
        let mut fixed = Short::default();
        write!(fixed, "{value:.*}", usize::try_from(DIGITS - 1 - exponent).unwrap_or(0))?;
        return out.write_str(without_zeros(fixed.text()));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    write!(out, "{}e{sign}{:02}", without_zeros(mantissa), exponent.unsigned_abs())
}

fn without_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// A text that is never long.
#[derive(Default)]
struct Short {
    bytes: [u8; 32],
    len: usize,
}

impl Short {
    fn text(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len.saturating_add(text.len());
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_as_c_reads_them() {
        for (text, value, rest) in [
            ("0", 0, ""),
            ("42", 42, ""),
            ("-1", u64::MAX, ""),
            ("+7", 7, ""),
            (" 7", 7, ""),
            ("0x1F", 31, ""),
            ("017", 15, ""),
            ("08", 0, "8"),
            ("0x", 0, "x"),
            ("12_000", 12, "_000"),
            ("18446744073709551615", u64::MAX, ""),
            ("99999999999999999999", u64::MAX, ""),
        ] {
            assert_eq!(integer(text.as_bytes()), Some((value, rest.as_bytes())), "{text}");
        }
        for text in ["", "-", "x", "--1"] {
            assert_eq!(integer(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn floats_are_read_as_c_reads_them() {
        for (text, value) in [
            ("0", 0.0),
            ("-0", -0.0),
            ("1.5", 1.5),
            (".5", 0.5),
            ("5.", 5.0),
            ("1e3", 1000.0),
            ("-1E-3", -0.001),
            ("inf", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
            ("0x1.8p3", 12.0),
            ("0x10", 16.0),
            ("0x1p-1074", f64::from_bits(1)),
            ("0x1p1024", f64::INFINITY),
        ] {
            assert_eq!(float(text.as_bytes(), 53), Some((value.to_bits(), &b""[..])), "{text}");
        }
        assert_eq!(float(b"0.1", 24), Some((u64::from(0.1_f32.to_bits()), &b""[..])));
        assert_eq!(float(b"nan", 24), Some((0x7fc0_0000, &b""[..])));
        assert_eq!(float(b"-nan:0x200000", 24), Some((0xffa0_0000, &b""[..])));
        assert_eq!(float(b"nan:0x1", 53), Some((0x7ff0_0000_0000_0001, &b""[..])));
        assert_eq!(float(b"1e", 53), Some((1.0_f64.to_bits(), &b"e"[..])));
        for text in ["", ".", "e5", "0xg", "one"] {
            assert!(float(text.as_bytes(), 53).is_none_or(|(_, rest)| !rest.is_empty()), "{text}");
        }
    }

    #[test]
    fn floats_are_printed_as_c_prints_them() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.5, "1.5"),
            (0.1, "0.1"),
            (100_000.0, "100000"),
            (1_234_567.0, "1234567"),
            (12_345_678.0, "1.234568e+07"),
            (0.000_1, "0.0001"),
            (0.000_01, "1e-05"),
            (1e100, "1e+100"),
            (9_999_999.5, "1e+07"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "nan"),
        ] {
            let mut out = Short::default();
            print(&mut out, value).unwrap();
            assert_eq!(out.text(), text);
        }
    }
}
