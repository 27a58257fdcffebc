//! Kinds of characters, and numbers in texts.

use super::run::Call;
use super::table::Code;

/// Characters from one to another, three times.
pub type Class = [u8; 6];

/// What functions like `isupper` are true for, in the order of [`Code`](super::table::Code), and the letters that
/// `tolower` and `toupper` change. Ranges that are not needed are there twice.
pub static CLASSES: [Class; 10] = [
    *b"AZAZAZ",
    *b"AZazaz",
    *b"\t\r    ",
    *b"!~!~!~",
    *b" ~ ~ ~",
    *b"090909",
    *b"09AFaf",
    *b"09AZaz",
    *b"AZAZAZ",
    *b"azazaz",
];

/// Whether a character is of a class.
pub fn is(character: u32, class: &Class) -> bool {
    let (ranges, _) = class.as_chunks();
    ranges.iter().any(|[from, to]| u32::from(*from) <= character && character <= u32::from(*to))
}

impl Call<'_> {
    /// Reads a number as `strtol` does, or as `strtoul` if this is that. Where it ends is written to `end`, unless that is
    /// 0.
    pub fn number(&mut self, text: u32, end: u32, mut base: u32) -> u32 {
        self.at = text;
        let mut byte = self.next();
        while is(byte.into(), &CLASSES[2]) {
            byte = self.next();
        }
        let mut negative = byte == b'-';
        if negative || byte == b'+' {
            byte = self.next();
        }
        if base & !16 == 0 {
            let second = self.at;
            let mut found = 10;
            if byte == b'0' {
                found = 8;
                if self.next() | 0x20 == b'x' {
                    byte = self.next();
                    found = 16;
                }
                if found == 8 || digit(byte) >= 16 {
                    // No prefix: the zero is a digit.
                    byte = b'0';
                    found = 8;
                    self.at = second;
                }
            }
            if base == 0 {
                base = found;
            }
        }
        let (mut number, mut too_large, mut after) = (0_u32, false, text);
        loop {
            let digit = digit(byte);
            if digit >= base {
                break;
            }
            let wide = u64::from(base) * u64::from(number) + u64::from(digit);
            number = wide as u32;
            too_large |= wide >> 32 != 0;
            after = self.at;
            byte = self.next();
        }
        let signed = self.code != Code::Unsigned;
        let most = if signed { 0x7fff_ffff + u32::from(negative) } else { u32::MAX };
        if too_large || number > most {
            number = most;
            negative &= signed;
        }
        if end != 0 {
            self.set_word(end, after);
        }
        if negative { number.wrapping_neg() } else { number }
    }
}

/// What a digit stands for, up to 35 for `z`; more for all that is none.
fn digit(byte: u8) -> u32 {
    char::from(byte).to_digit(36).unwrap_or(u32::MAX)
}
