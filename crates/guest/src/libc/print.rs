//! `printf` and its relatives: one engine that reads the format and its arguments from guest memory and writes to the
//! console or to guest memory, byte by byte, without any storage but the digits of one number.
//!
//! Every conversion is made twice: first silently, to learn its length, then between its padding. What is printed is
//! always the same row of parts, most of them empty:
//!
//! ```text
//! spaces | prefix: sign, 0x | zeros | digits, with a point | bytes of the guest | suffix: exponent | spaces
//! ```
//!
//! Arguments stand where clang puts those of variadic functions for wasm32: one after the other in memory, 4 bytes each,
//! or 8 bytes at a multiple of 8 for `long long` and `double`.

use core::num::NonZero;

use moteur::Words;

use super::digits::Digits;
use super::run::Call;
use super::table::Code;

/// Widths end here, and precisions of numbers. The standard asks for 4,095.
const AMOUNT_MAX: i32 = 0xffff;

/// Where counting digits of widths and precisions ends: ten times as much fits 32 bits.
const DIGITS_MAX: i32 = 1 << 27;

/// Bytes that go to the console at once.
const CHUNK: usize = 64;

/// Infinity and not-a-number are their names, read as numbers in base 36.
const INF: u64 = (18 * 36 + 23) * 36 + 15;
const NAN: u64 = (23 * 36 + 10) * 36 + 23;

const BASE_8: NonZero<u32> = NonZero::new(8).unwrap();
const BASE_10: NonZero<u32> = NonZero::new(10).unwrap();
const BASE_16: NonZero<u32> = NonZero::new(16).unwrap();
const BASE_36: NonZero<u32> = NonZero::new(36).unwrap();

/// Flags, as bits by their distance from the space.
const LEFT: u32 = flag(b'-');
const PLUS: u32 = flag(b'+');
const SPACE: u32 = flag(b' ');
const ALTERNATIVE: u32 = flag(b'#');
const ZERO: u32 = flag(b'0');
const FLAGS: u32 = LEFT | PLUS | SPACE | ALTERNATIVE | ZERO;

const fn flag(byte: u8) -> u32 {
    1 << (byte - b' ')
}

/// What a conversion prints.
#[derive(Default)]
#[repr(C)]
struct Field {
    /// Added to a capital letter: 32 for small ones.
    case: u8,
    /// The sign, or 0.
    sign: u8,
    /// Whether `0x` comes before the digits.
    hexadecimal: bool,
    /// The letter before the exponent, or 0.
    exponent_letter: u8,
    flags: u32,
    width: u32,
    /// Negative if the program gave none.
    precision: i32,
    exponent: i32,
    /// The digits to print: positions from the first to after the last.
    from: i32,
    to: i32,
    /// The position before the decimal point.
    point: i32,
    /// Bytes of the guest.
    text: u32,
    text_len: u32,
}

/// Where output goes, how much there has been, and the format that is read. In this order everything is
/// in the reach of short instructions: bytes first, arrays last.
#[repr(C)]
struct Printer<'p, 'c> {
    call: &'p mut Call<'c>,
    /// Whether it is for the guest's buffer, and not for the console.
    to_buffer: bool,
    /// Whether bytes are only counted.
    silent: bool,
    /// The byte of the format that was read last.
    letter: u8,
    field: Field,
    /// How many bytes have been printed.
    count: u32,
    /// How many bytes the buffer takes.
    limit: u32,
    buffer: u32,
    /// The next argument.
    arguments: u32,
    digits: Digits,
    chunk: [u8; CHUNK],
}

impl Call<'_> {
    /// Prints to the console, or to the buffer that is the first argument.
    #[inline(never)]
    pub fn print(&mut self, words: &Words) -> u32 {
        let [buffer, second, third, fourth, ..] = *words;
        let (limit, format, arguments) = match self.code {
            Code::Print => (0, buffer, second),
            Code::PrintTo => (u64::MAX, second, third),
            _ => (second, third, fourth),
        };
        self.at = format as u32;
        let mut printer = Printer {
            to_buffer: self.code != Code::Print,
            call: self,
            silent: false,
            letter: 0,
            count: 0,
            limit: limit as u32,
            buffer: buffer as u32,
            arguments: arguments as u32,
            field: Field::new(),
            digits: Digits::new(),
            chunk: [0; CHUNK],
        };
        loop {
            printer.next();
            match printer.letter {
                0 => return printer.finish(),
                b'%' => printer.conversion(),
                byte => printer.put(byte.into()),
            }
        }
    }
}

impl Field {
    // One copy for two places.
    #[inline(never)]
    fn new() -> Field {
        Field { point: i32::MAX, precision: -1, ..Field::default() }
    }
}

impl Printer<'_, '_> {
    /// Prints one byte.
    fn put(&mut self, byte: u32) {
        let at = self.count;
        self.count = at.wrapping_add(1);
        if self.silent {
            return;
        }
        if !self.to_buffer {
            self.chunk[at as usize % CHUNK] = byte as u8;
            if (self.count as usize).is_multiple_of(CHUNK) {
                self.flush(CHUNK);
            }
        } else if at < self.limit {
            self.call.set_byte(self.buffer.wrapping_add(at), byte as u8);
        }
    }

    /// Prints bytes of the guest.
    fn text(&mut self, mut text: u32, mut len: u32) {
        while len != 0 && self.call.error.is_none() {
            let byte = self.call.byte(text);
            self.put(byte.into());
            text = text.wrapping_add(1);
            len -= 1;
        }
    }

    /// Sends what was printed to the console, or ends the text in the buffer; returns how much was printed in all.
    fn finish(&mut self) -> u32 {
        let count = self.count;
        if !self.to_buffer {
            self.flush(count as usize % CHUNK);
        } else if self.limit != 0 {
            self.call.set_byte(self.buffer.wrapping_add(count.min(self.limit.wrapping_sub(1))), 0);
        }
        count
    }

    fn flush(&self, len: usize) {
        self.call.write(self.chunk.get(..len).unwrap_or_default());
    }

    fn fill(&mut self, byte: u8, mut count: u32) {
        while count != 0 {
            count -= 1;
            self.put(byte.into());
        }
    }

    fn field(&mut self, zeros: u32) {
        if self.field.sign != 0 {
            self.put(self.field.sign.into());
        }
        if self.field.hexadecimal {
            self.put(b'0'.into());
            self.put(u32::from(b'X' + self.field.case));
        }
        self.fill(b'0', zeros);
        for at in self.field.from..self.field.to {
            let digit = self.digits.get(at);
            self.put(if digit < 10 { 48 + digit } else { 55 + digit + u32::from(self.field.case) });
            if at == self.field.point && (at + 1 < self.field.to || self.field.flags & ALTERNATIVE != 0) {
                self.put(b'.'.into());
            }
        }
        self.text(self.field.text, self.field.text_len);
        let letter = self.field.exponent_letter;
        if letter != 0 {
            self.put(letter.into());
            self.put(if self.field.exponent < 0 { b'-' } else { b'+' }.into());
            // At least two digits after E, which is odd, and one after P.
            self.decimal(self.field.exponent.unsigned_abs(), letter & 1 != 0);
        }
    }

    fn decimal(&mut self, number: u32, more: bool) {
        if more || number >= 10 {
            self.decimal(number / 10, false);
        }
        self.put(48 + number % 10);
    }

    fn next(&mut self) {
        self.letter = self.call.next();
    }

    fn word(&mut self) -> u32 {
        let word = self.call.word(self.arguments);
        self.arguments = self.arguments.wrapping_add(4);
        word
    }

    fn wide(&mut self) -> u64 {
        self.arguments = self.arguments.wrapping_add(7) & !7;
        u64::from(self.word()) | u64::from(self.word()) << 32
    }

    /// A width or a precision; negative if an argument is.
    fn amount(&mut self) -> i32 {
        let mut amount = 0;
        if self.letter == b'*' {
            amount = self.word().cast_signed();
            self.next();
        }
        while self.letter.is_ascii_digit() {
            amount = amount.wrapping_mul(10).wrapping_add((self.letter - b'0').into()).min(DIGITS_MAX);
            self.next();
        }
        amount
    }

    #[inline(never)]
    fn conversion(&mut self) {
        let start = self.call.at.wrapping_sub(1);
        self.field = Field::new();
        loop {
            self.next();
            let flag = 1_u32.checked_shl(u32::from(self.letter).wrapping_sub(32)).unwrap_or_default() & FLAGS;
            if flag == 0 {
                break;
            }
            self.field.flags |= flag;
        }
        let width = self.amount();
        if width < 0 {
            self.field.flags |= LEFT;
        }
        self.field.width = width.unsigned_abs().min(AMOUNT_MAX.cast_unsigned());
        if self.letter == b'.' {
            self.next();
            self.field.precision = self.amount();
        }
        let (mut narrow, mut wide) = (0, 0);
        loop {
            match self.letter {
                // By how much an argument is too wide: 16 bits, then 24.
                b'h' => narrow = 16 | narrow >> 1,
                b'l' => wide += 1,
                b'j' => wide = 2,
                b'z' | b't' => {}
                _ => break,
            }
            self.next();
        }
        let style = self.letter | 0x20;
        self.field.case = self.letter & 0x20;
        match style {
            b'd' | b'i' | b'u' | b'o' | b'x' | b'p' => self.integer(style, narrow, wide >= 2),
            b'a' | b'e' | b'f' | b'g' => self.float(style),
            b'c' => {
                self.field.text = self.arguments;
                self.field.text_len = 1;
                self.word();
            }
            b's' | b'n' => {
                let text = self.word();
                self.field.text = text;
                if style == b's' {
                    self.field.text_len = self.call.len(text, self.field.precision.cast_unsigned());
                }
            }
            _ => {
                if self.letter == 0 {
                    self.call.at = self.call.at.wrapping_sub(1);
                }
                self.field.text = if self.letter == b'%' { self.call.at.wrapping_sub(1) } else { start };
                self.field.text_len = self.call.at.wrapping_sub(self.field.text);
                self.field.width = 0;
            }
        }
        let before = self.count;
        self.silent = true;
        self.field(0);
        let mut missing = self.field.width.saturating_sub(self.count.wrapping_sub(before));
        self.count = before;
        self.silent = false;
        if self.field.flags & (LEFT | ZERO) == 0 {
            self.fill(b' ', missing);
            missing = 0;
        }
        let left = self.field.flags & LEFT != 0;
        self.field(if left { 0 } else { missing });
        if left {
            self.fill(b' ', missing);
        }
    }

    fn sign(&mut self, negative: bool) {
        let flags = self.field.flags;
        self.field.sign = if negative {
            b'-'
        } else if flags & PLUS != 0 {
            b'+'
        } else {
            // The flag's bit is the lowest.
            (flags as u8 & 1) << 5
        };
    }

    #[inline(never)]
    fn integer(&mut self, style: u8, narrow: u32, wide: bool) {
        let signed = matches!(style, b'd' | b'i');
        let mut number = if wide {
            self.wide()
        } else {
            let word = self.word() << (narrow & 31);
            match signed {
                true => i64::from(word.cast_signed() >> (narrow & 31)).cast_unsigned(),
                false => (word >> (narrow & 31)).into(),
            }
        };
        if signed {
            let negative = number.cast_signed() < 0;
            self.sign(negative);
            if negative {
                number = number.wrapping_neg();
            }
        }
        let base = match style {
            b'o' => BASE_8,
            b'x' | b'p' => BASE_16,
            _ => BASE_10,
        };
        self.digits.load(number, base, 1);
        let mut digits = 1;
        if self.field.precision >= 0 {
            digits = self.field.precision.min(AMOUNT_MAX);
            self.field.flags &= !ZERO;
        }
        if self.field.flags & ALTERNATIVE != 0 || style == b'p' {
            if style == b'o' {
                digits = digits.max(2 - self.digits.first);
            }
            self.field.hexadecimal = base == BASE_16 && number != 0;
        }
        self.field.from = self.digits.first.min(1 - digits);
        self.field.to = 1;
    }

    #[inline(never)]
    fn float(&mut self, style: u8) {
        let bits = self.wide();
        self.sign(bits.cast_signed() < 0);
        let mut mantissa = bits & ((1 << 52) - 1);
        let mut exponent = (bits >> 52) as i32 & 0x7ff;
        if exponent == 0x7ff {
            self.digits.load(if mantissa == 0 { INF } else { NAN }, BASE_36, 1);
            self.field.from = -2;
            self.field.to = 1;
            self.field.flags &= !ZERO;
            return;
        }
        if exponent != 0 {
            mantissa |= 1 << 52;
            exponent -= 1;
        }
        // The number is the mantissa times 2 to the power of `exponent - 1074`.
        let given = self.field.precision;
        let mut precision = given.min(AMOUNT_MAX);
        // Zeros at the end are left out where the program did not ask for them.
        let mut short = style == b'g' && self.field.flags & ALTERNATIVE == 0;
        let mut fixed = style == b'f';
        let first;
        if style == b'a' {
            self.field.hexadecimal = true;
            self.field.exponent = if mantissa == 0 { 0 } else { exponent - 1022 };
            self.digits.load(mantissa, BASE_16, if mantissa == 0 { -12 } else { 1 });
            if given < 0 {
                short = true;
                precision = 13;
            }
            first = -13;
            self.digits.round(first + precision + 1);
        } else {
            if given < 0 {
                precision = 6;
            }
            if style == b'g' && precision != 0 {
                precision -= 1;
            }
            let scale = exponent - 1074;
            let (factor, times) = if scale < 0 { (5, -scale) } else { (2, scale) };
            let end = if mantissa == 0 { 0 } else { 1 + (-scale).max(0) };
            self.digits.load(mantissa, BASE_10, end);
            self.digits.scale(factor, times);
            self.digits.round(precision + 1 + if fixed { 0 } else { self.digits.first });
            first = self.digits.first;
            exponent = -first;
            self.field.exponent = exponent;
            if style == b'g' && exponent >= -4 && exponent <= precision {
                fixed = true;
                precision -= exponent;
            }
        }
        self.field.from = first;
        self.field.point = first;
        if fixed {
            self.field.from = first.min(0);
            self.field.point = 0;
        } else {
            self.field.exponent_letter = self.field.case + if style == b'a' { b'P' } else { b'E' };
        }
        let least = self.field.point + 1;
        let to = least + precision;
        self.field.to = if short { to.min(self.digits.end.max(least)) } else { to };
    }
}
