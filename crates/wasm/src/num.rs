//! The meaning of each numeric operator: one pure function each, named like the operator.
//!
//! The interpreter, the constant folder and the evaluation of constant expressions all call these. `i32` is `u32` and
//! `i64` is `u64` here; an operator that looks at the sign says so in its name.
//!
//! SPEC: where the standard leaves the choice of a NaN open, any quiet one comes out; `neg`, `abs`, `copysign` and the
//! reinterpretations keep every bit.

//!
//! What only large machines have instructions for is `hard`: the compiler's way, or with the feature `small` one that
//! takes a fraction of the code and more time.

use crate::trap::Trap;

/// Defines functions of one shape: `name(operands) = expression;`.
macro_rules! meanings {
    ($($ty:ty => $res:ty { $($name:ident($a:ident $(, $b:ident)?) = $e:expr;)* })*) => { $($(
        #[doc = concat!("The meaning of the operator `", stringify!($name), "`.")]
        #[inline]
        pub fn $name($a: $ty $(, $b: $ty)?) -> $res { $e }
    )*)* };
}

meanings! {
    u32 => bool {
        i32_eqz(a) = a == 0;
        i32_eq(a, b) = a == b;
        i32_ne(a, b) = a != b;
        i32_lt_s(a, b) = (a as i32) < b as i32;
        i32_lt_u(a, b) = a < b;
        i32_gt_s(a, b) = a as i32 > b as i32;
        i32_gt_u(a, b) = a > b;
        i32_le_s(a, b) = a as i32 <= b as i32;
        i32_le_u(a, b) = a <= b;
        i32_ge_s(a, b) = a as i32 >= b as i32;
        i32_ge_u(a, b) = a >= b;
    }
    u64 => bool {
        i64_eqz(a) = a == 0;
        i64_eq(a, b) = a == b;
        i64_ne(a, b) = a != b;
        i64_lt_s(a, b) = (a as i64) < b as i64;
        i64_lt_u(a, b) = a < b;
        i64_gt_s(a, b) = a as i64 > b as i64;
        i64_gt_u(a, b) = a > b;
        i64_le_s(a, b) = a as i64 <= b as i64;
        i64_le_u(a, b) = a <= b;
        i64_ge_s(a, b) = a as i64 >= b as i64;
        i64_ge_u(a, b) = a >= b;
    }
    f32 => bool {
        f32_eq(a, b) = a == b;
        f32_ne(a, b) = a != b;
        f32_lt(a, b) = a < b;
        f32_gt(a, b) = a > b;
        f32_le(a, b) = a <= b;
        f32_ge(a, b) = a >= b;
    }
    u32 => u32 {
        i32_clz(a) = a.leading_zeros();
        i32_ctz(a) = a.trailing_zeros();
        i32_add(a, b) = a.wrapping_add(b);
        i32_sub(a, b) = a.wrapping_sub(b);
        i32_mul(a, b) = a.wrapping_mul(b);
        i32_and(a, b) = a & b;
        i32_or(a, b) = a | b;
        i32_xor(a, b) = a ^ b;
        i32_shl(a, b) = a.wrapping_shl(b);
        i32_shr_s(a, b) = (a as i32).wrapping_shr(b) as u32;
        i32_shr_u(a, b) = a.wrapping_shr(b);
        i32_rotl(a, b) = a.rotate_left(b & 31);
        i32_rotr(a, b) = a.rotate_right(b & 31);
        i32_extend8_s(a) = a as i8 as u32;
        i32_extend16_s(a) = a as i16 as u32;
    }
    u64 => u64 {
        i64_clz(a) = u64::from(a.leading_zeros());
        i64_ctz(a) = u64::from(a.trailing_zeros());
        i64_add(a, b) = a.wrapping_add(b);
        i64_sub(a, b) = a.wrapping_sub(b);
        i64_mul(a, b) = a.wrapping_mul(b);
        i64_and(a, b) = a & b;
        i64_or(a, b) = a | b;
        i64_xor(a, b) = a ^ b;
        i64_shl(a, b) = a.wrapping_shl(b as u32);
        i64_shr_s(a, b) = (a as i64).wrapping_shr(b as u32) as u64;
        i64_shr_u(a, b) = a.wrapping_shr(b as u32);
        i64_rotl(a, b) = a.rotate_left(b as u32 & 63);
        i64_rotr(a, b) = a.rotate_right(b as u32 & 63);
        i64_extend8_s(a) = a as i8 as u64;
        i64_extend16_s(a) = a as i16 as u64;
        i64_extend32_s(a) = a as i32 as u64;
    }
    u32 => Result<u32, Trap> {
        i32_div_s(a, b) = match b {
            0 => Err(Trap::IntegerDivideByZero),
            _ => (a as i32).checked_div(b as i32).map(|quotient| quotient as u32).ok_or(Trap::IntegerOverflow),
        };
        i32_div_u(a, b) = a.checked_div(b).ok_or(Trap::IntegerDivideByZero);
        i32_rem_s(a, b) = match b {
            0 => Err(Trap::IntegerDivideByZero),
            _ => Ok((a as i32).wrapping_rem(b as i32) as u32),
        };
        i32_rem_u(a, b) = a.checked_rem(b).ok_or(Trap::IntegerDivideByZero);
    }
    f32 => f32 {
        f32_abs(a) = f32::from_bits(a.to_bits() & !SIGN_32);
        f32_neg(a) = f32::from_bits(a.to_bits() ^ SIGN_32);
        f32_add(a, b) = a + b;
        f32_sub(a, b) = a - b;
        f32_mul(a, b) = a * b;
        f32_div(a, b) = a / b;
        f32_min(a, b) = if a < b {
            a
        } else if b < a {
            b
        } else if a == b {
            f32::from_bits(a.to_bits() | b.to_bits()) // The sign of zeros.
        } else {
            a + b
        };
        f32_max(a, b) = if a > b {
            a
        } else if b > a {
            b
        } else if a == b {
            f32::from_bits(a.to_bits() & b.to_bits()) // The sign of zeros.
        } else {
            a + b
        };
        f32_copysign(a, b) = f32::from_bits((a.to_bits() & !SIGN_32) | (b.to_bits() & SIGN_32));
    }
    f64 => f64 {
        f64_abs(a) = f64::from_bits(a.to_bits() & !SIGN_64);
        f64_neg(a) = f64::from_bits(a.to_bits() ^ SIGN_64);
        f64_copysign(a, b) = f64::from_bits((a.to_bits() & !SIGN_64) | (b.to_bits() & SIGN_64));
    }
    u32 => u64 {
        i64_extend_i32_s(a) = a as i32 as u64;
        i64_extend_i32_u(a) = u64::from(a);
    }
    u64 => u32 {
        i32_wrap_i64(a) = a as u32;
    }
    u32 => f32 {
        f32_convert_i32_s(a) = a as i32 as f32;
        f32_convert_i32_u(a) = a as f32;
        f32_reinterpret_i32(a) = f32::from_bits(a);
    }
    u64 => f64 {
        f64_reinterpret_i64(a) = f64::from_bits(a);
    }
    f32 => u32 {
        i32_reinterpret_f32(a) = a.to_bits();
    }
    f64 => u64 {
        i64_reinterpret_f64(a) = a.to_bits();
    }
}

const SIGN_32: u32 = 1 << 31;
const SIGN_64: u64 = 1 << 63;

#[cfg_attr(feature = "small", path = "num/small.rs")]
#[cfg_attr(not(feature = "small"), path = "num/native.rs")]
mod hard;
pub use hard::*;

#[cfg(test)]
mod tests;
