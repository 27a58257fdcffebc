//! What only large machines have instructions for, in little code: 64-bit floats and divisions, all from `soft`.
//!
//! Roundings and conversions of `f32` go by way of `f64`, which holds every `f32` and, of the results, nothing that an
//! `f32` would round. The square root is rounded twice, which does no harm with more than twice the digits.

use crate::soft::{self, Division, EQUAL, F32, F64, GREATER, Integer, LESS, Mode};
use crate::trap::Trap;

const SIGN: u64 = 1 << 63;

fn wide(a: f32) -> u64 {
    soft::promote(a.to_bits())
}

fn narrow(bits: u64) -> f32 {
    f32::from_bits(soft::demote(bits))
}

/// The rows of one shape: an `f64` is handed over by its bits.
macro_rules! by_bits {
    ($($ty:ty => $res:ty { $($name:ident($a:ident $(, $b:ident)?) = $e:expr;)* })*) => { $($(
        #[doc = concat!("The meaning of the operator `", stringify!($name), "`.")]
        #[inline]
        pub fn $name($a: $ty $(, $b: $ty)?) -> $res {
            let $a = $a.to_bits();
            $(let $b = $b.to_bits();)?
            $e
        }
    )*)* };
}

by_bits! {
    f64 => bool {
        f64_eq(a, b) = soft::order(a, b) == EQUAL;
        f64_ne(a, b) = soft::order(a, b) != EQUAL;
        f64_lt(a, b) = soft::order(a, b) == LESS;
        f64_gt(a, b) = soft::order(a, b) == GREATER;
        f64_le(a, b) = soft::order(a, b) & (LESS | EQUAL) != 0;
        f64_ge(a, b) = soft::order(a, b) & (GREATER | EQUAL) != 0;
    }
    f64 => f64 {
        f64_ceil(a) = f64::from_bits(soft::round(a, Mode::Up));
        f64_floor(a) = f64::from_bits(soft::round(a, Mode::Down));
        f64_trunc(a) = f64::from_bits(soft::round(a, Mode::ToZero));
        f64_nearest(a) = f64::from_bits(soft::round(a, Mode::Nearest));
        f64_sqrt(a) = f64::from_bits(soft::sqrt(a));
        f64_add(a, b) = f64::from_bits(soft::add(a, b));
        f64_sub(a, b) = f64::from_bits(soft::add(a, b ^ SIGN));
        f64_mul(a, b) = f64::from_bits(soft::mul(a, b));
        f64_div(a, b) = f64::from_bits(soft::div(a, b));
        f64_min(a, b) = f64::from_bits(soft::min(a, b));
        f64_max(a, b) = f64::from_bits(soft::min(a ^ SIGN, b ^ SIGN) ^ SIGN);
    }
    f64 => f32 {
        f32_demote_f64(a) = narrow(a);
    }
    f64 => u32 {
        i32_trunc_sat_f64_s(a) = soft::saturate(a, Integer::I32) as u32;
        i32_trunc_sat_f64_u(a) = soft::saturate(a, Integer::U32) as u32;
    }
    f64 => u64 {
        i64_trunc_sat_f64_s(a) = soft::saturate(a, Integer::I64);
        i64_trunc_sat_f64_u(a) = soft::saturate(a, Integer::U64);
    }
    f64 => Result<u32, Trap> {
        i32_trunc_f64_s(a) = soft::truncate(a, Integer::I32).map(|integer| integer as u32);
        i32_trunc_f64_u(a) = soft::truncate(a, Integer::U32).map(|integer| integer as u32);
    }
    f64 => Result<u64, Trap> {
        i64_trunc_f64_s(a) = soft::truncate(a, Integer::I64);
        i64_trunc_f64_u(a) = soft::truncate(a, Integer::U64);
    }
}

meanings! {
    u32 => u32 {
        i32_popcnt(a) = soft::count_ones(a);
    }
    u64 => u64 {
        i64_popcnt(a) = u64::from(soft::count_ones(a as u32).wrapping_add(soft::count_ones((a >> 32) as u32)));
    }
    u64 => Result<u64, Trap> {
        i64_div_s(a, b) = soft::divide_integers(a, b, Division::Quotient, true);
        i64_div_u(a, b) = soft::divide_integers(a, b, Division::Quotient, false);
        i64_rem_s(a, b) = soft::divide_integers(a, b, Division::Rest, true);
        i64_rem_u(a, b) = soft::divide_integers(a, b, Division::Rest, false);
    }
    f32 => f32 {
        f32_ceil(a) = narrow(soft::round(wide(a), Mode::Up));
        f32_floor(a) = narrow(soft::round(wide(a), Mode::Down));
        f32_trunc(a) = narrow(soft::round(wide(a), Mode::ToZero));
        f32_nearest(a) = narrow(soft::round(wide(a), Mode::Nearest));
        f32_sqrt(a) = narrow(soft::sqrt(wide(a)));
    }
    u64 => f32 {
        f32_convert_i64_s(a) = f32::from_bits(soft::from_signed(F32, a) as u32);
        f32_convert_i64_u(a) = f32::from_bits(soft::from_unsigned(F32, a) as u32);
    }
    u32 => f64 {
        f64_convert_i32_s(a) = f64::from_bits(soft::from_signed(F64, a as i32 as u64));
        f64_convert_i32_u(a) = f64::from_bits(soft::from_unsigned(F64, u64::from(a)));
    }
    u64 => f64 {
        f64_convert_i64_s(a) = f64::from_bits(soft::from_signed(F64, a));
        f64_convert_i64_u(a) = f64::from_bits(soft::from_unsigned(F64, a));
    }
    f32 => f64 {
        f64_promote_f32(a) = f64::from_bits(wide(a));
    }
    f32 => u32 {
        i32_trunc_sat_f32_s(a) = soft::saturate(wide(a), Integer::I32) as u32;
        i32_trunc_sat_f32_u(a) = soft::saturate(wide(a), Integer::U32) as u32;
    }
    f32 => u64 {
        i64_trunc_sat_f32_s(a) = soft::saturate(wide(a), Integer::I64);
        i64_trunc_sat_f32_u(a) = soft::saturate(wide(a), Integer::U64);
    }
    f32 => Result<u32, Trap> {
        i32_trunc_f32_s(a) = soft::truncate(wide(a), Integer::I32).map(|integer| integer as u32);
        i32_trunc_f32_u(a) = soft::truncate(wide(a), Integer::U32).map(|integer| integer as u32);
    }
    f32 => Result<u64, Trap> {
        i64_trunc_f32_s(a) = soft::truncate(wide(a), Integer::I64);
        i64_trunc_f32_u(a) = soft::truncate(wide(a), Integer::U64);
    }
}
