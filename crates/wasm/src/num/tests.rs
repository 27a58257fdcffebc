//! Tables of values: at least one row for every numeric operator, which the last test makes sure of.

use super::*;

/// Equality of values as the machine has them: floats by their bits.
trait Same {
    fn same(&self, other: &Self) -> bool;
}

macro_rules! same {
    ($($ty:ty: |$a:ident, $b:ident| $same:expr;)*) => { $(
        impl Same for $ty {
            fn same(&self, other: &Self) -> bool {
                let ($a, $b) = (self, other);
                $same
            }
        }
    )* };
}

same! {
    bool: |a, b| a == b;
    u32: |a, b| a == b;
    u64: |a, b| a == b;
    f32: |a, b| a.to_bits() == b.to_bits();
    f64: |a, b| a.to_bits() == b.to_bits();
    Result<u32, Trap>: |a, b| a == b;
    Result<u64, Trap>: |a, b| a == b;
}

/// Rows `operator: operands => result, …;`. Defines one test, and the names of the operators for the last test.
macro_rules! tables {
    ($($test:ident { $($name:ident: $(($($operand:expr),*) => $result:expr),+;)* })*) => {
        $(#[test]
        fn $test() {
            $($(
                let result = $name($($operand),*);
                assert!(result.same(&$result), "{} = {result:?}", stringify!($name($($operand),*)));
            )+)*
        })*
        const TESTED: &[&str] = &[$($(stringify!($name)),*),*];
    };
}

const MIN_32: u32 = 1 << 31;
const MIN_64: u64 = 1 << 63;
const MAX_32: u32 = MIN_32 - 1;
const MAX_64: u64 = MIN_64 - 1;
/// Minus one.
const ONES_32: u32 = u32::MAX;
const ONES_64: u64 = u64::MAX;

/// Minus `n`.
fn neg_32(n: u32) -> u32 {
    n.wrapping_neg()
}

fn neg_64(n: u64) -> u64 {
    n.wrapping_neg()
}

const ZERO: Trap = Trap::IntegerDivideByZero;
const OVERFLOW: Trap = Trap::IntegerOverflow;
const NOT_A_NUMBER: Trap = Trap::BadConversionToInteger;
/// A quiet NaN with a payload and the sign set.
const NAN_32: f32 = f32::from_bits(0xFFC0_1234);
const NAN_64: f64 = f64::from_bits(0xFFF8_0000_0000_1234);
const INF_32: f32 = f32::INFINITY;
const INF_64: f64 = f64::INFINITY;

tables! {
    i32_comparisons {
        i32_eqz: (0) => true, (1) => false, (MIN_32) => false;
        i32_eq: (1, 1) => true, (1, 2) => false;
        i32_ne: (1, 1) => false, (1, ONES_32) => true;
        i32_lt_s: (ONES_32, 0) => true, (0, ONES_32) => false, (1, 1) => false;
        i32_lt_u: (ONES_32, 0) => false, (0, ONES_32) => true, (1, 1) => false;
        i32_gt_s: (0, ONES_32) => true, (MIN_32, MAX_32) => false, (1, 1) => false;
        i32_gt_u: (0, ONES_32) => false, (MIN_32, MAX_32) => true, (1, 1) => false;
        i32_le_s: (ONES_32, 0) => true, (0, ONES_32) => false, (1, 1) => true;
        i32_le_u: (ONES_32, 0) => false, (0, ONES_32) => true, (1, 1) => true;
        i32_ge_s: (0, ONES_32) => true, (MIN_32, MAX_32) => false, (1, 1) => true;
        i32_ge_u: (0, ONES_32) => false, (MIN_32, MAX_32) => true, (1, 1) => true;
    }
    i64_comparisons {
        i64_eqz: (0) => true, (1 << 32) => false;
        i64_eq: (1, 1) => true, (1, 1 << 32 | 1) => false;
        i64_ne: (1, 1) => false, (0, MIN_64) => true;
        i64_lt_s: (ONES_64, 0) => true, (0, ONES_64) => false, (1, 1) => false;
        i64_lt_u: (ONES_64, 0) => false, (0, ONES_64) => true, (1, 1) => false;
        i64_gt_s: (0, ONES_64) => true, (MIN_64, MAX_64) => false, (1, 1) => false;
        i64_gt_u: (0, ONES_64) => false, (MIN_64, MAX_64) => true, (1, 1) => false;
        i64_le_s: (ONES_64, 0) => true, (0, ONES_64) => false, (1, 1) => true;
        i64_le_u: (ONES_64, 0) => false, (0, ONES_64) => true, (1, 1) => true;
        i64_ge_s: (0, ONES_64) => true, (MIN_64, MAX_64) => false, (1, 1) => true;
        i64_ge_u: (0, ONES_64) => false, (MIN_64, MAX_64) => true, (1, 1) => true;
    }
    float_comparisons {
        f32_eq: (0.0, -0.0) => true, (1.0, 2.0) => false, (NAN_32, NAN_32) => false;
        f32_ne: (0.0, -0.0) => false, (1.0, 2.0) => true, (NAN_32, NAN_32) => true;
        f32_lt: (-1.0, 1.0) => true, (-0.0, 0.0) => false, (NAN_32, 1.0) => false;
        f32_gt: (1.0, -1.0) => true, (0.0, -0.0) => false, (1.0, NAN_32) => false;
        f32_le: (-0.0, 0.0) => true, (2.0, 1.0) => false, (NAN_32, 1.0) => false;
        f32_ge: (-0.0, 0.0) => true, (1.0, 2.0) => false, (1.0, NAN_32) => false;
        f64_eq: (0.0, -0.0) => true, (1.0, 2.0) => false, (NAN_64, NAN_64) => false;
        f64_ne: (0.0, -0.0) => false, (1.0, 2.0) => true, (NAN_64, NAN_64) => true;
        f64_lt: (-1.0, 1.0) => true, (-0.0, 0.0) => false, (NAN_64, 1.0) => false;
        f64_gt: (1.0, -1.0) => true, (0.0, -0.0) => false, (1.0, NAN_64) => false;
        f64_le: (-0.0, 0.0) => true, (2.0, 1.0) => false, (NAN_64, 1.0) => false;
        f64_ge: (-0.0, 0.0) => true, (1.0, 2.0) => false, (1.0, NAN_64) => false;
    }
    i32_arithmetic {
        i32_clz: (0) => 32, (1) => 31, (ONES_32) => 0;
        i32_ctz: (0) => 32, (1) => 0, (MIN_32) => 31;
        i32_popcnt: (0) => 0, (ONES_32) => 32, (0xAA) => 4;
        i32_add: (1, 2) => 3, (ONES_32, 1) => 0;
        i32_sub: (1, 2) => ONES_32, (MIN_32, 1) => MAX_32;
        i32_mul: (3, 4) => 12, (1 << 16, 1 << 16) => 0, (ONES_32, ONES_32) => 1;
        i32_div_s: (7, neg_32(2)) => Ok(neg_32(3)), (1, 0) => Err(ZERO), (MIN_32, ONES_32) => Err(OVERFLOW);
        i32_div_u: (ONES_32, 2) => Ok(MAX_32), (1, 0) => Err(ZERO), (MIN_32, ONES_32) => Ok(0);
        i32_rem_s: (neg_32(7), 2) => Ok(ONES_32), (1, 0) => Err(ZERO), (MIN_32, ONES_32) => Ok(0);
        i32_rem_u: (ONES_32, 10) => Ok(5), (1, 0) => Err(ZERO);
        i32_and: (0b1100, 0b1010) => 0b1000;
        i32_or: (0b1100, 0b1010) => 0b1110;
        i32_xor: (0b1100, 0b1010) => 0b0110;
        i32_shl: (1, 31) => MIN_32, (1, 32) => 1, (1, 33) => 2;
        i32_shr_s: (MIN_32, 31) => ONES_32, (neg_32(4), 33) => neg_32(2);
        i32_shr_u: (MIN_32, 31) => 1, (4, 33) => 2;
        i32_rotl: (MIN_32 | 1, 1) => 3, (1, 32) => 1, (1, ONES_32) => MIN_32;
        i32_rotr: (3, 1) => MIN_32 | 1, (1, 32) => 1, (1, ONES_32) => 2;
        i32_extend8_s: (0x7F) => 0x7F, (0x180) => neg_32(128);
        i32_extend16_s: (0x7FFF) => 0x7FFF, (0x1_8000) => neg_32(32768);
    }
    i64_arithmetic {
        i64_clz: (0) => 64, (1) => 63, (ONES_64) => 0;
        i64_ctz: (0) => 64, (1) => 0, (MIN_64) => 63;
        i64_popcnt: (0) => 0, (ONES_64) => 64, (0xAA << 32) => 4;
        i64_add: (1, 2) => 3, (ONES_64, 1) => 0;
        i64_sub: (1, 2) => ONES_64, (MIN_64, 1) => MAX_64;
        i64_mul: (3, 4) => 12, (1 << 32, 1 << 32) => 0, (ONES_64, ONES_64) => 1;
        i64_div_s: (7, neg_64(2)) => Ok(neg_64(3)), (1, 0) => Err(ZERO), (MIN_64, ONES_64) => Err(OVERFLOW);
        i64_div_u: (ONES_64, 2) => Ok(MAX_64), (1, 0) => Err(ZERO), (MIN_64, ONES_64) => Ok(0);
        i64_rem_s: (neg_64(7), 2) => Ok(ONES_64), (1, 0) => Err(ZERO), (MIN_64, ONES_64) => Ok(0);
        i64_rem_u: (ONES_64, 10) => Ok(5), (1, 0) => Err(ZERO);
        i64_and: (0b1100, 0b1010) => 0b1000;
        i64_or: (0b1100, 0b1010) => 0b1110;
        i64_xor: (0b1100, 0b1010) => 0b0110;
        i64_shl: (1, 63) => MIN_64, (1, 64) => 1, (1, 65) => 2, (1, 1 << 32) => 1;
        i64_shr_s: (MIN_64, 63) => ONES_64, (neg_64(4), 65) => neg_64(2);
        i64_shr_u: (MIN_64, 63) => 1, (4, 65) => 2;
        i64_rotl: (MIN_64 | 1, 1) => 3, (1, 64) => 1, (1, ONES_64) => MIN_64;
        i64_rotr: (3, 1) => MIN_64 | 1, (1, 64) => 1, (1, ONES_64) => 2;
        i64_extend8_s: (0x7F) => 0x7F, (0x180) => neg_64(128);
        i64_extend16_s: (0x7FFF) => 0x7FFF, (0x1_8000) => neg_64(32768);
        i64_extend32_s: (0x7FFF_FFFF) => 0x7FFF_FFFF, (0x1_8000_0000) => neg_64(1 << 31);
    }
    f32_arithmetic {
        f32_abs: (-1.5) => 1.5, (-0.0) => 0.0, (NAN_32) => f32::from_bits(0x7FC0_1234);
        f32_neg: (1.5) => -1.5, (0.0) => -0.0, (NAN_32) => f32::from_bits(0x7FC0_1234);
        f32_ceil: (1.2) => 2.0, (-0.5) => -0.0, (-INF_32) => -INF_32;
        f32_floor: (-1.2) => -2.0, (0.5) => 0.0, (-0.0) => -0.0;
        f32_trunc: (-1.7) => -1.0, (-0.5) => -0.0, (INF_32) => INF_32;
        f32_nearest: (2.5) => 2.0, (3.5) => 4.0, (-0.5) => -0.0, (8388609.0) => 8388609.0;
        f32_sqrt: (4.0) => 2.0, (-0.0) => -0.0, (2.0) => core::f32::consts::SQRT_2;
        f32_add: (16777216.0, 1.0) => 16777216.0, (-0.0, 0.0) => 0.0;
        f32_sub: (1.0, 1.0) => 0.0, (INF_32, 1.0) => INF_32;
        f32_mul: (-2.0, 0.0) => -0.0, (f32::MAX, 2.0) => INF_32;
        f32_div: (1.0, -0.0) => -INF_32, (6.0, 3.0) => 2.0;
        f32_min: (1.0, -1.0) => -1.0, (0.0, -0.0) => -0.0, (-0.0, 0.0) => -0.0, (-INF_32, 1.0) => -INF_32;
        f32_max: (1.0, -1.0) => 1.0, (0.0, -0.0) => 0.0, (-0.0, 0.0) => 0.0, (INF_32, 1.0) => INF_32;
        f32_copysign: (1.0, -0.0) => -1.0, (-1.0, 2.0) => 1.0, (NAN_32, 1.0) => f32::from_bits(0x7FC0_1234);
    }
    f64_arithmetic {
        f64_abs: (-1.5) => 1.5, (-0.0) => 0.0, (NAN_64) => f64::from_bits(0x7FF8_0000_0000_1234);
        f64_neg: (1.5) => -1.5, (0.0) => -0.0, (NAN_64) => f64::from_bits(0x7FF8_0000_0000_1234);
        f64_ceil: (1.2) => 2.0, (-0.5) => -0.0, (-INF_64) => -INF_64;
        f64_floor: (-1.2) => -2.0, (0.5) => 0.0, (-0.0) => -0.0;
        f64_trunc: (-1.7) => -1.0, (-0.5) => -0.0, (INF_64) => INF_64;
        f64_nearest: (2.5) => 2.0, (3.5) => 4.0, (-0.5) => -0.0, (4503599627370497.0) => 4503599627370497.0;
        f64_sqrt: (4.0) => 2.0, (-0.0) => -0.0, (2.0) => core::f64::consts::SQRT_2;
        f64_add: (0.1, 0.2) => 0.30000000000000004, (-0.0, 0.0) => 0.0;
        f64_sub: (1.0, 1.0) => 0.0, (INF_64, 1.0) => INF_64;
        f64_mul: (-2.0, 0.0) => -0.0, (f64::MAX, 2.0) => INF_64;
        f64_div: (1.0, -0.0) => -INF_64, (6.0, 3.0) => 2.0;
        f64_min: (1.0, -1.0) => -1.0, (0.0, -0.0) => -0.0, (-0.0, 0.0) => -0.0, (-INF_64, 1.0) => -INF_64;
        f64_max: (1.0, -1.0) => 1.0, (0.0, -0.0) => 0.0, (-0.0, 0.0) => 0.0, (INF_64, 1.0) => INF_64;
        f64_copysign: (1.0, -0.0) => -1.0, (-1.0, 2.0) => 1.0, (NAN_64, 1.0) => f64::from_bits(0x7FF8_0000_0000_1234);
    }
    conversions {
        i32_wrap_i64: (1 << 32 | 5) => 5, (ONES_64) => ONES_32;
        i64_extend_i32_s: (ONES_32) => ONES_64, (MAX_32) => 0x7FFF_FFFF;
        i64_extend_i32_u: (ONES_32) => 0xFFFF_FFFF;
        f32_convert_i32_s: (ONES_32) => -1.0, (16777217) => 16777216.0;
        f32_convert_i32_u: (ONES_32) => 4294967296.0;
        f32_convert_i64_s: (ONES_64) => -1.0, (MIN_64) => -9223372036854775808.0;
        f32_convert_i64_u: (ONES_64) => 18446744073709551616.0;
        f64_convert_i32_s: (ONES_32) => -1.0;
        f64_convert_i32_u: (ONES_32) => 4294967295.0;
        f64_convert_i64_s: (ONES_64) => -1.0, (9007199254740993) => 9007199254740992.0;
        f64_convert_i64_u: (ONES_64) => 18446744073709551616.0, (MIN_64 | 1 << 10) => 9223372036854775808.0;
        f32_demote_f64: (0.1) => 0.1, (1e300) => INF_32, (-1e-300) => -0.0;
        f64_promote_f32: (0.5) => 0.5, (INF_32) => INF_64;
        i32_reinterpret_f32: (NAN_32) => 0xFFC0_1234, (1.0) => 0x3F80_0000;
        i64_reinterpret_f64: (NAN_64) => 0xFFF8_0000_0000_1234;
        f32_reinterpret_i32: (0x7FA0_0001) => f32::from_bits(0x7FA0_0001);
        f64_reinterpret_i64: (0x7FF4_0000_0000_0001) => f64::from_bits(0x7FF4_0000_0000_0001);
    }
    truncations {
        i32_trunc_f32_s: (-1.9) => Ok(ONES_32), (-2147483648.0) => Ok(MIN_32), (2147483648.0) => Err(OVERFLOW),
            (-2147483904.0) => Err(OVERFLOW), (NAN_32) => Err(NOT_A_NUMBER);
        i32_trunc_f32_u: (-0.9) => Ok(0), (4294967040.0) => Ok(0xFFFF_FF00), (4294967296.0) => Err(OVERFLOW),
            (-1.0) => Err(OVERFLOW), (NAN_32) => Err(NOT_A_NUMBER);
        i32_trunc_f64_s: (-2147483648.9) => Ok(MIN_32), (2147483647.9) => Ok(MAX_32), (2147483648.0) => Err(OVERFLOW),
            (-2147483649.0) => Err(OVERFLOW), (NAN_64) => Err(NOT_A_NUMBER);
        i32_trunc_f64_u: (-0.9) => Ok(0), (4294967295.9) => Ok(ONES_32), (4294967296.0) => Err(OVERFLOW),
            (-1.0) => Err(OVERFLOW), (NAN_64) => Err(NOT_A_NUMBER);
        i64_trunc_f32_s: (-1.9) => Ok(ONES_64), (-9223372036854775808.0) => Ok(MIN_64),
            (9223372036854775808.0) => Err(OVERFLOW), (-INF_32) => Err(OVERFLOW), (NAN_32) => Err(NOT_A_NUMBER);
        i64_trunc_f32_u: (-0.9) => Ok(0), (9223372036854775808.0) => Ok(MIN_64),
            (18446744073709551616.0) => Err(OVERFLOW), (-1.0) => Err(OVERFLOW), (NAN_32) => Err(NOT_A_NUMBER);
        i64_trunc_f64_s: (-1.9) => Ok(ONES_64), (-9223372036854775808.0) => Ok(MIN_64),
            (9223372036854775808.0) => Err(OVERFLOW), (-9223372036854777856.0) => Err(OVERFLOW),
            (NAN_64) => Err(NOT_A_NUMBER);
        i64_trunc_f64_u: (-0.9) => Ok(0), (18446744073709549568.0) => Ok(0xFFFF_FFFF_FFFF_F800),
            (18446744073709551616.0) => Err(OVERFLOW), (-1.0) => Err(OVERFLOW), (NAN_64) => Err(NOT_A_NUMBER);
        i32_trunc_sat_f32_s: (-1.9) => ONES_32, (INF_32) => MAX_32, (-INF_32) => MIN_32, (NAN_32) => 0;
        i32_trunc_sat_f32_u: (-1.9) => 0, (INF_32) => ONES_32, (NAN_32) => 0;
        i32_trunc_sat_f64_s: (-1.9) => ONES_32, (INF_64) => MAX_32, (-INF_64) => MIN_32, (NAN_64) => 0;
        i32_trunc_sat_f64_u: (-1.9) => 0, (INF_64) => ONES_32, (NAN_64) => 0;
        i64_trunc_sat_f32_s: (-1.9) => ONES_64, (INF_32) => MAX_64, (-INF_32) => MIN_64, (NAN_32) => 0;
        i64_trunc_sat_f32_u: (-1.9) => 0, (INF_32) => ONES_64, (NAN_32) => 0;
        i64_trunc_sat_f64_s: (-1.9) => ONES_64, (INF_64) => MAX_64, (-INF_64) => MIN_64, (NAN_64) => 0;
        i64_trunc_sat_f64_u: (-1.9) => 0, (INF_64) => ONES_64, (NAN_64) => 0;
    }
}

/// Operations that must give a NaN must give a quiet one, also for a signalling one.
#[test]
fn nans_become_quiet() {
    let (signalling_32, signalling_64) = (f32::from_bits(0x7FA0_0000), f64::from_bits(0x7FF4_0000_0000_0000));
    for nan in [
        f32_add(signalling_32, 1.0),
        f32_sub(INF_32, INF_32),
        f32_mul(INF_32, 0.0),
        f32_div(0.0, 0.0),
        f32_min(signalling_32, 1.0),
        f32_max(1.0, signalling_32),
        f32_sqrt(-1.0),
        f32_ceil(signalling_32),
        f32_floor(signalling_32),
        f32_trunc(signalling_32),
        f32_nearest(signalling_32),
        f32_demote_f64(signalling_64),
    ] {
        assert_eq!(nan.to_bits() & 0x7FC0_0000, 0x7FC0_0000);
    }
    for nan in [
        f64_add(signalling_64, 1.0),
        f64_sub(INF_64, INF_64),
        f64_mul(INF_64, 0.0),
        f64_div(0.0, 0.0),
        f64_min(signalling_64, 1.0),
        f64_max(1.0, signalling_64),
        f64_sqrt(-1.0),
        f64_ceil(signalling_64),
        f64_floor(signalling_64),
        f64_trunc(signalling_64),
        f64_nearest(signalling_64),
        f64_promote_f32(signalling_32),
    ] {
        assert_eq!(nan.to_bits() & 0x7FF8_0000_0000_0000, 0x7FF8_0000_0000_0000);
    }
}

macro_rules! meanings_of {
    ($(($op:ident, $meaning:ident, $class:ident, $($signature:tt)*))*) => { [$(stringify!($meaning)),*] };
}

#[test]
fn every_operator_has_a_row() {
    for meaning in crate::for_each_numeric!(meanings_of) {
        assert!(TESTED.contains(&meaning), "{meaning} has no values");
    }
}
