//! A number as digits: what all conversions of `printf` print, and where binary fractions become decimal ones, exactly.
//!
//! A digit takes a byte, which is wasteful and small: one multiplication in place does it all, and neither floating-point
//! arithmetic nor division of 64 bits is linked. A `double` has at most 767 digits that count, so a ring of 1,024 holds
//! them wherever the decimal point is.
//!
//! ```text
//! position    -2  -1   0   1   2        first = -1: where the first digit is
//! digit            4   2 . 5            end   =  2: after the last one
//! ```

use core::num::NonZero;

const RING: usize = 1024;

/// Factors stay below this, so that ten times their product with a small one fits 32 bits.
const FACTOR_MAX: u32 = 1 << 26;

/// Digits by position: those at 0 are worth 1, those at 1 a tenth (or what the base says).
#[repr(C)]
pub struct Digits {
    /// Where the first digit is.
    pub first: i32,
    /// After the last digit. Outside of `first..end` all digits are zero.
    pub end: i32,
    /// Even, and at most 36.
    base: NonZero<u32>,
    ring: [u8; RING],
}

impl Digits {
    /// No digits.
    pub const fn new() -> Digits {
        Digits { first: 0, end: 0, base: NonZero::<u32>::MIN, ring: [0; RING] }
    }

    /// Takes a number whose last digit is the one before `end`. Zero has no digits.
    pub fn load(&mut self, mut number: u64, base: NonZero<u32>, end: i32) {
        self.base = base;
        (self.first, self.end) = (end, end);
        for _ in 0..4 {
            number = number.rotate_left(16);
            self.multiply(1 << 16, number as u32 & 0xffff);
        }
    }

    /// The digit at a position.
    pub fn get(&self, at: i32) -> u32 {
        if at < self.first || at >= self.end { 0 } else { u32::from(self.ring[at as usize % RING]) }
    }

    /// Multiplies by `factor`, and adds `carry` at the last digit.
    fn multiply(&mut self, factor: u32, mut carry: u32) {
        let mut at = self.end;
        while at > self.first || carry != 0 {
            at -= 1;
            carry += self.get(at) * factor;
            self.ring[at as usize % RING] = (carry % self.base) as u8;
            carry /= self.base;
        }
        self.first = at;
    }

    /// Multiplies by `factor`, 2 or 5, `times` times.
    pub fn scale(&mut self, factor: u32, mut times: i32) {
        while times > 0 {
            let mut product = factor;
            times -= 1;
            while times > 0 && product < FACTOR_MAX {
                product *= factor;
                times -= 1;
            }
            self.multiply(product, 0);
        }
    }

    /// Rounds to the digits before the position `end`, halves to the even one, and drops zeros at the end.
    pub fn round(&mut self, end: i32) {
        self.trim();
        if end < self.end {
            let odd = self.end > end + 1 || self.get(end - 1) & 1 != 0;
            let up = self.get(end) * 2 + u32::from(odd) > self.base.get();
            self.end = end;
            self.multiply(1, up.into());
            self.trim();
        }
    }

    fn trim(&mut self) {
        while self.end > self.first && self.get(self.end - 1) == 0 {
            self.end -= 1;
        }
    }
}
