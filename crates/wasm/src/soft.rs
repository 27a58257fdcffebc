//! Floats, and integers of 64 bits, in software: all roundings are made in one place, all divisions in another.
//!
//! Written for little code; what the compiler's library has instead takes three times as much. A float is handed over
//! by its bits. Inside, a finite number is `fraction · 2^exponent`, with the highest bit of `fraction` set unless it is
//! zero. Bits that are dropped leave their trace in the lowest one that is kept, which rounds the same.

#![cfg_attr(not(feature = "small"), allow(dead_code))] // Tested everywhere, against the machine's own.

use crate::trap::Trap;

/// How floats of one width lie in their bits: sign, exponent, fraction without its highest bit.
#[derive(Clone, Copy)]
pub(crate) struct Format {
    fraction_bits: u32,
    exponent_bits: u32,
}

pub(crate) const F32: Format = Format { fraction_bits: 23, exponent_bits: 8 };
pub(crate) const F64: Format = Format { fraction_bits: 52, exponent_bits: 11 };

const SIGN: u64 = 1 << 63;
const BIAS: u32 = 1023;
const INFINITY: u64 = 0x7FF << 52;
const NAN: u64 = INFINITY | 1 << 51;
const ONE: u64 = 1023 << 52;

impl Format {
    /// The exponent's bits when all are set: an infinity or a NaN.
    fn exponent_max(self) -> u32 {
        (1 << self.exponent_bits) - 1
    }

    /// The exponent that belongs to the exponent's bits 1, of the fraction's lowest bit.
    fn exponent_min(self) -> i32 {
        2 - (1 << (self.exponent_bits - 1)) - self.fraction_bits as i32
    }

    fn infinity(self) -> u64 {
        u64::from(self.exponent_max()) << self.fraction_bits
    }

    fn sign_shift(self) -> u32 {
        self.fraction_bits + self.exponent_bits
    }
}

/// Shifts to the right, by any number of bits, leaving a trace of what is dropped.
fn shift_right(fraction: u64, by: u32) -> u64 {
    match fraction.checked_shr(by) {
        Some(kept) => kept | u64::from(kept << by != fraction),
        None => u64::from(fraction != 0),
    }
}

/// The float nearest to `fraction · 2^exponent`, the even one when two are equally near. `fraction` may be any number.
#[inline(never)]
fn pack(format: Format, negative: bool, exponent: i32, fraction: u64) -> u64 {
    let sign = u64::from(negative) << format.sign_shift();
    if fraction == 0 {
        return sign;
    }
    let zeros = fraction.leading_zeros();
    let dropped = 63 - format.fraction_bits;
    // Bits of the exponent for the highest bit of the fraction, as if there were no bounds.
    let place = exponent - zeros as i32 + dropped as i32 - format.exponent_min() + 1;
    if place >= format.exponent_max() as i32 {
        return sign | format.infinity();
    }
    // Below the least exponent there are fewer bits.
    let below = if place < 1 { 1 - place } else { 0 };
    let fraction = shift_right(fraction << zeros, below as u32);
    let kept = fraction >> dropped;
    let rest = fraction - (kept << dropped);
    let half = 1 << (dropped - 1);
    let up = rest > half || (rest == half && kept & 1 != 0);
    // The highest bit of `kept`, and what rounding carries into it, add to the exponent's bits.
    let below_place = (place + below - 1) as u64;
    sign | ((below_place << format.fraction_bits) + kept + u64::from(up))
}

/// The exponent and the fraction of a finite number.
#[inline(never)]
fn unpack(bits: u64) -> (i32, u64) {
    let place = (bits >> 52 & 0x7FF) as i32;
    let highest = if place == 0 { 0 } else { SIGN };
    let fraction = bits << 11 & !SIGN | highest;
    let zeros = fraction.leading_zeros() & 63;
    (place.max(1) + F64.exponent_min() - 12 - zeros as i32, fraction << zeros)
}

fn is_nan(bits: u64) -> bool {
    bits << 1 > INFINITY << 1
}

/// An infinity, or a NaN, for a magnitude behind all numbers.
fn beyond(format: Format, negative: bool, is_nan: bool) -> u64 {
    u64::from(negative) << format.sign_shift() | format.infinity() | u64::from(is_nan) << (format.fraction_bits - 1)
}

/// From 32 bits.
#[inline(never)]
pub(crate) fn promote(a: u32) -> u64 {
    let negative = a >> 31 != 0;
    let (place, fraction) = (a >> 23 & 0xFF, a & 0x7F_FFFF);
    if place == 0xFF {
        return beyond(F64, negative, fraction != 0);
    }
    let highest = if place == 0 { 0 } else { 1 << 23 };
    pack(F64, negative, place.max(1) as i32 - 1 + F32.exponent_min(), u64::from(fraction | highest))
}

/// To 32 bits.
#[inline(never)]
pub(crate) fn demote(a: u64) -> u32 {
    let negative = a & SIGN != 0;
    if a << 1 >= INFINITY << 1 {
        return beyond(F32, negative, is_nan(a)) as u32;
    }
    let (exponent, fraction) = unpack(a);
    pack(F32, negative, exponent, fraction) as u32
}

pub(crate) fn from_unsigned(format: Format, integer: u64) -> u64 {
    pack(format, false, 0, integer)
}

pub(crate) fn from_signed(format: Format, integer: u64) -> u64 {
    pack(format, (integer as i64) < 0, 0, (integer as i64).unsigned_abs())
}

#[inline(never)]
pub(crate) fn add(a: u64, b: u64) -> u64 {
    // The greater one first.
    let (a, b) = if a << 1 < b << 1 { (b, a) } else { (a, b) };
    if a << 1 >= INFINITY << 1 {
        // A NaN is greater than all numbers. Infinities of different signs have no sum.
        return if is_nan(a) || a ^ b == SIGN { NAN } else { a };
    }
    let ((a_exponent, a_fraction), (b_exponent, b_fraction)) = (unpack(a), unpack(b));
    // One bit of room for the sum; eleven are free below.
    let (greater, less) = (a_fraction >> 1, shift_right(b_fraction >> 1, (a_exponent - b_exponent) as u32));
    let sum = if (a ^ b) & SIGN == 0 { greater + less } else { greater - less };
    // A difference of nothing is positive.
    let negative = if sum == 0 { a & b } else { a } & SIGN != 0;
    pack(F64, negative, a_exponent + 1, sum)
}

#[inline(never)]
pub(crate) fn mul(a: u64, b: u64) -> u64 {
    let sign = (a ^ b) & SIGN;
    let (a, b) = (a & !SIGN, b & !SIGN);
    if a.max(b) >= INFINITY {
        return if is_nan(a) || is_nan(b) || a.min(b) == 0 { NAN } else { sign | INFINITY };
    }
    let ((a_exponent, a), (b_exponent, b)) = (unpack(a), unpack(b));
    // The upper half of 128 bits, and a trace of the lower.
    let low = |n: u64| n & 0xFFFF_FFFF;
    let carried = low(a) * (b >> 32) + ((low(a) * low(b)) >> 32);
    let middle = (a >> 32) * low(b) + low(carried);
    let high = (a >> 32) * (b >> 32) + (carried >> 32) + (middle >> 32);
    let trace = u64::from(a.wrapping_mul(b) != 0);
    pack(F64, sign != 0, a_exponent + b_exponent + 64, high | trace)
}

#[inline(never)]
pub(crate) fn div(a: u64, b: u64) -> u64 {
    let sign = (a ^ b) & SIGN;
    let (a, b) = (a & !SIGN, b & !SIGN);
    if is_nan(a) || is_nan(b) || (a == b && (a == 0 || a == INFINITY)) {
        return NAN;
    }
    if a == INFINITY || b == 0 {
        return sign | INFINITY;
    }
    if a == 0 || b == INFINITY {
        return sign;
    }
    let ((a_exponent, a), (b_exponent, b)) = (unpack(a), unpack(b));
    let (quotient, rest) = divide(a >> 1, 0, b);
    pack(F64, sign != 0, a_exponent - b_exponent - 63, quotient | u64::from(rest != 0))
}

#[inline(never)]
pub(crate) fn sqrt(a: u64) -> u64 {
    if a << 1 == 0 || a == INFINITY {
        return a;
    }
    if a > INFINITY {
        return NAN;
    }
    let (exponent, fraction) = unpack(a);
    // Bit by bit, one bit more than are needed: `root² ≤ radicand · 2^53`, where the radicand has 54 bits or 55, so
    // that what is left of the exponent is even.
    let odd = (exponent & 1) as u32;
    let mut rest = fraction >> (9 + odd);
    let (mut root, mut twice) = (0, 0);
    let mut bit = 1_u64 << 53;
    while bit != 0 {
        if twice + bit <= rest {
            rest -= twice + bit;
            twice += 2 * bit;
            root += bit;
        }
        rest <<= 1;
        bit >>= 1;
    }
    // The radicand was cut by `9 + odd` bits, all zero.
    let exponent = (exponent + 9 + odd as i32 - 53) / 2;
    pack(F64, false, exponent - 1, root << 1 | u64::from(rest != 0))
}

/// How two numbers compare: one of these bits, or none if one is a NaN.
pub(crate) const LESS: u32 = 1;
pub(crate) const EQUAL: u32 = 2;
pub(crate) const GREATER: u32 = 4;

#[inline(never)]
pub(crate) fn order(a: u64, b: u64) -> u32 {
    // As integers: zeros of both signs are one.
    let place = |bits: u64| {
        let magnitude = (bits & !SIGN) as i64;
        if bits & SIGN == 0 { magnitude } else { -magnitude }
    };
    match place(a).cmp(&place(b)) {
        _ if is_nan(a) || is_nan(b) => 0,
        core::cmp::Ordering::Less => LESS,
        core::cmp::Ordering::Equal => EQUAL,
        core::cmp::Ordering::Greater => GREATER,
    }
}

#[inline(never)]
pub(crate) fn min(a: u64, b: u64) -> u64 {
    match order(a, b) {
        LESS => a,
        GREATER => b,
        // The sign of zeros.
        EQUAL => a | b,
        _ => NAN,
    }
}

/// Which integer a number is rounded to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    ToZero,
    Down,
    Up,
    Nearest,
}

/// To an integer, as a float.
#[inline(never)]
pub(crate) fn round(a: u64, mode: Mode) -> u64 {
    let (sign, magnitude) = (a & SIGN, a & !SIGN);
    if is_nan(a) {
        return NAN;
    }
    let place = (magnitude >> 52) as u32;
    if place >= BIAS + 52 {
        return a;
    }
    let away = mode == if sign == 0 { Mode::Up } else { Mode::Down };
    if place < BIAS {
        let half = ONE - (1 << 52);
        let up = (away && magnitude != 0) || (mode == Mode::Nearest && magnitude > half);
        return if up { sign | ONE } else { sign };
    }
    // What the integer's lowest bit is worth; all below goes. A carry adds to the exponent, as it should.
    let unit = 1 << (BIAS + 52 - place);
    let more = match mode {
        _ if away => unit - 1,
        Mode::Nearest => unit / 2 - u64::from(a & unit == 0),
        _ => 0,
    };
    (a + more) & !(unit - 1)
}

/// The integers that floats are truncated to.
#[derive(Clone, Copy)]
pub(crate) enum Integer {
    I32,
    U32,
    I64,
    U64,
}

/// The integer, or the nearest there is and why it is another.
fn integer(a: u64, to: Integer) -> (u64, Option<Trap>) {
    if is_nan(a) {
        return (0, Some(Trap::BadConversionToInteger));
    }
    let negative = a & SIGN != 0;
    let (most, least) = match to {
        Integer::I32 => (u64::from(u32::MAX >> 1), 1 << 31),
        Integer::U32 => (u64::from(u32::MAX), 0),
        Integer::I64 => (u64::MAX >> 1, 1 << 63),
        Integer::U64 => (u64::MAX, 0),
    };
    let bound = if negative { least } else { most };
    let (exponent, fraction) = unpack(a & !SIGN);
    let magnitude = if exponent > 0 { None } else { Some(fraction.checked_shr(exponent.unsigned_abs()).unwrap_or(0)) };
    let (magnitude, trap) = match magnitude {
        Some(magnitude) if magnitude <= bound => (magnitude, None),
        _ => (bound, Some(Trap::IntegerOverflow)),
    };
    (if negative { magnitude.wrapping_neg() } else { magnitude }, trap)
}

/// The integer, if it fits.
#[inline(never)]
pub(crate) fn truncate(a: u64, to: Integer) -> Result<u64, Trap> {
    match integer(a, to) {
        (integer, None) => Ok(integer),
        (_, Some(trap)) => Err(trap),
    }
}

/// The nearest integer of those that fit; 0 for a NaN.
#[inline(never)]
pub(crate) fn saturate(a: u64, to: Integer) -> u64 {
    integer(a, to).0
}

/// 128 bits by 64, where the quotient has 64: `high` is less than the divisor. Quotient and rest.
#[inline(never)]
fn divide(high: u64, low: u64, divisor: u64) -> (u64, u64) {
    let (mut rest, mut quotient) = (high, low);
    for _ in 0..64 {
        let overflows = rest >> 63 != 0;
        rest = rest << 1 | quotient >> 63;
        quotient <<= 1;
        if overflows || rest >= divisor {
            rest = rest.wrapping_sub(divisor);
            quotient |= 1;
        }
    }
    (quotient, rest)
}

/// Which integer division is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Division {
    Quotient,
    Rest,
}

/// The division of integers.
#[inline(never)]
pub(crate) fn divide_integers(a: u64, b: u64, wanted: Division, signed: bool) -> Result<u64, Trap> {
    if b == 0 {
        return Err(Trap::IntegerDivideByZero);
    }
    let magnitude = |n: u64| if signed { (n as i64).unsigned_abs() } else { n };
    let (quotient, rest) = divide(0, magnitude(a), magnitude(b));
    let (result, sign) = if wanted == Division::Rest { (rest, a) } else { (quotient, a ^ b) };
    if !signed {
        return Ok(result);
    }
    if sign & SIGN != 0 {
        return Ok(result.wrapping_neg());
    }
    // Only the least number divided by -1 has a quotient that does not fit.
    if result & SIGN != 0 { Err(Trap::IntegerOverflow) } else { Ok(result) }
}

#[inline(never)]
pub(crate) fn count_ones(a: u32) -> u32 {
    let (mut left, mut count) = (a, 0);
    while left != 0 {
        left &= left - 1;
        count += 1;
    }
    count
}

#[cfg(all(test, feature = "std"))]
mod tests;
