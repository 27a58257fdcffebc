//! What a small machine has no instructions for, done by the machine that has them or by the compiler's library, which
//! is fast; `small` does the same in a fraction of the code.

#![allow(clippy::manual_range_contains)] // Half of the bounds are open, and all should look alike.

use crate::float;
use crate::trap::Trap;

meanings! {
    f64 => bool {
        f64_eq(a, b) = a == b;
        f64_ne(a, b) = a != b;
        f64_lt(a, b) = a < b;
        f64_gt(a, b) = a > b;
        f64_le(a, b) = a <= b;
        f64_ge(a, b) = a >= b;
    }
    u32 => u32 {
        i32_popcnt(a) = a.count_ones();
    }
    u64 => u64 {
        i64_popcnt(a) = u64::from(a.count_ones());
    }
    u64 => Result<u64, Trap> {
        i64_div_s(a, b) = match b {
            0 => Err(Trap::IntegerDivideByZero),
            _ => (a as i64).checked_div(b as i64).map(|quotient| quotient as u64).ok_or(Trap::IntegerOverflow),
        };
        i64_div_u(a, b) = a.checked_div(b).ok_or(Trap::IntegerDivideByZero);
        i64_rem_s(a, b) = match b {
            0 => Err(Trap::IntegerDivideByZero),
            _ => Ok((a as i64).wrapping_rem(b as i64) as u64),
        };
        i64_rem_u(a, b) = a.checked_rem(b).ok_or(Trap::IntegerDivideByZero);
    }
    f32 => f32 {
        f32_ceil(a) = float::ceil_32(a);
        f32_floor(a) = float::floor_32(a);
        f32_trunc(a) = float::trunc_32(a);
        f32_nearest(a) = float::nearest_32(a);
        f32_sqrt(a) = float::sqrt_32(a);
    }
    f64 => f64 {
        f64_ceil(a) = float::ceil_64(a);
        f64_floor(a) = float::floor_64(a);
        f64_trunc(a) = float::trunc_64(a);
        f64_nearest(a) = float::nearest_64(a);
        f64_sqrt(a) = float::sqrt_64(a);
        f64_add(a, b) = a + b;
        f64_sub(a, b) = a - b;
        f64_mul(a, b) = a * b;
        f64_div(a, b) = a / b;
        f64_min(a, b) = if a < b {
            a
        } else if b < a {
            b
        } else if a == b {
            f64::from_bits(a.to_bits() | b.to_bits()) // The sign of zeros.
        } else {
            a + b
        };
        f64_max(a, b) = if a > b {
            a
        } else if b > a {
            b
        } else if a == b {
            f64::from_bits(a.to_bits() & b.to_bits()) // The sign of zeros.
        } else {
            a + b
        };
    }
    u64 => f32 {
        f32_convert_i64_s(a) = a as i64 as f32;
        f32_convert_i64_u(a) = a as f32;
    }
    u32 => f64 {
        f64_convert_i32_s(a) = f64::from(a as i32);
        f64_convert_i32_u(a) = f64::from(a);
    }
    u64 => f64 {
        f64_convert_i64_s(a) = a as i64 as f64;
        f64_convert_i64_u(a) = a as f64;
    }
    f64 => f32 {
        f32_demote_f64(a) = a as f32;
    }
    f32 => f64 {
        f64_promote_f32(a) = float::promote(a);
    }
    f32 => u32 {
        i32_trunc_sat_f32_s(a) = a as i32 as u32;
        i32_trunc_sat_f32_u(a) = a as u32;
    }
    f64 => u32 {
        i32_trunc_sat_f64_s(a) = a as i32 as u32;
        i32_trunc_sat_f64_u(a) = a as u32;
    }
    f32 => u64 {
        i64_trunc_sat_f32_s(a) = a as i64 as u64;
        i64_trunc_sat_f32_u(a) = a as u64;
    }
    f64 => u64 {
        i64_trunc_sat_f64_s(a) = a as i64 as u64;
        i64_trunc_sat_f64_u(a) = a as u64;
    }
    // Whatever lies between the bounds fits once truncated; each bound is the nearest float that makes this so.
    f32 => Result<u32, Trap> {
        i32_trunc_f32_s(a) = if a >= -2147483648.0 && a < 2147483648.0 {
            Ok(a as i32 as u32)
        } else {
            Err(unfit(a.is_nan()))
        };
        i32_trunc_f32_u(a) = if a > -1.0 && a < 4294967296.0 {
            Ok(a as u32)
        } else {
            Err(unfit(a.is_nan()))
        };
    }
    f64 => Result<u32, Trap> {
        i32_trunc_f64_s(a) = if a > -2147483649.0 && a < 2147483648.0 {
            Ok(a as i32 as u32)
        } else {
            Err(unfit(a.is_nan()))
        };
        i32_trunc_f64_u(a) = if a > -1.0 && a < 4294967296.0 {
            Ok(a as u32)
        } else {
            Err(unfit(a.is_nan()))
        };
    }
    f32 => Result<u64, Trap> {
        i64_trunc_f32_s(a) = if a >= -9223372036854775808.0 && a < 9223372036854775808.0 {
            Ok(a as i64 as u64)
        } else {
            Err(unfit(a.is_nan()))
        };
        i64_trunc_f32_u(a) = if a > -1.0 && a < 18446744073709551616.0 {
            Ok(a as u64)
        } else {
            Err(unfit(a.is_nan()))
        };
    }
    f64 => Result<u64, Trap> {
        i64_trunc_f64_s(a) = if a >= -9223372036854775808.0 && a < 9223372036854775808.0 {
            Ok(a as i64 as u64)
        } else {
            Err(unfit(a.is_nan()))
        };
        i64_trunc_f64_u(a) = if a > -1.0 && a < 18446744073709551616.0 {
            Ok(a as u64)
        } else {
            Err(unfit(a.is_nan()))
        };
    }
}

/// Why a float could not become an integer.
fn unfit(is_nan: bool) -> Trap {
    if is_nan { Trap::BadConversionToInteger } else { Trap::IntegerOverflow }
}
