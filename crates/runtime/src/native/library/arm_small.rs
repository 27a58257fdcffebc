//! What compilers assume on Arm, in little code: floats of 64 bits are those of `moteur_wasm::num`, which share their parts,
//! and `f32` goes by way of `f64`, which holds more than twice the digits, so that rounding twice does no harm.

use moteur_image::helper::ARM;
use moteur_wasm::num;

use super::listed::with_rest;

library_with_roundings! {
    ARM;
    __aeabi_idiv __aeabi_uidiv __aeabi_idivmod __aeabi_uidivmod
    __aeabi_ldivmod = "aapcs"(a: u64, b: u64) -> u128 { with_rest(a, b, num::i64_div_s(a, b)) }
    __aeabi_uldivmod = "aapcs"(a: u64, b: u64) -> u128 { with_rest(a, b, num::i64_div_u(a, b)) }
    __aeabi_lmul
    __aeabi_llsl __aeabi_llsr __aeabi_lasr
    __clzsi2 = "aapcs"(a: u32) -> u32 { a.leading_zeros() }
    __clzdi2 = "aapcs"(a: u64) -> u32 { a.leading_zeros() }
    __aeabi_fadd = "aapcs"(a: f32, b: f32) -> f32 { by_wide(num::f64_add, a, b) }
    __aeabi_fsub = "aapcs"(a: f32, b: f32) -> f32 { by_wide(num::f64_add, a, -b) }
    __aeabi_fmul = "aapcs"(a: f32, b: f32) -> f32 { by_wide(num::f64_mul, a, b) }
    __aeabi_fdiv = "aapcs"(a: f32, b: f32) -> f32 { by_wide(num::f64_div, a, b) }
    __aeabi_fcmpeq = "aapcs"(a: f32, b: f32) -> u32 { __aeabi_dcmpeq(wide(a), wide(b)) }
    __aeabi_fcmplt = "aapcs"(a: f32, b: f32) -> u32 { __aeabi_dcmplt(wide(a), wide(b)) }
    __aeabi_fcmple = "aapcs"(a: f32, b: f32) -> u32 { __aeabi_dcmple(wide(a), wide(b)) }
    __aeabi_fcmpge = "aapcs"(a: f32, b: f32) -> u32 { __aeabi_dcmple(wide(b), wide(a)) }
    __aeabi_fcmpgt = "aapcs"(a: f32, b: f32) -> u32 { __aeabi_dcmplt(wide(b), wide(a)) }
    __aeabi_fcmpun = "aapcs"(a: f32, b: f32) -> u32 { __aeabi_dcmpun(wide(a), wide(b)) }
    __aeabi_dadd = "aapcs"(a: f64, b: f64) -> f64 { num::f64_add(a, b) }
    __aeabi_dsub = "aapcs"(a: f64, b: f64) -> f64 { num::f64_sub(a, b) }
    __aeabi_dmul = "aapcs"(a: f64, b: f64) -> f64 { num::f64_mul(a, b) }
    __aeabi_ddiv = "aapcs"(a: f64, b: f64) -> f64 { num::f64_div(a, b) }
    __aeabi_dcmpeq = "aapcs"(a: f64, b: f64) -> u32 { u32::from(num::f64_eq(a, b)) }
    __aeabi_dcmplt = "aapcs"(a: f64, b: f64) -> u32 { u32::from(num::f64_lt(a, b)) }
    __aeabi_dcmple = "aapcs"(a: f64, b: f64) -> u32 { u32::from(num::f64_le(a, b)) }
    __aeabi_dcmpge = "aapcs"(a: f64, b: f64) -> u32 { u32::from(num::f64_le(b, a)) }
    __aeabi_dcmpgt = "aapcs"(a: f64, b: f64) -> u32 { u32::from(num::f64_lt(b, a)) }
    __aeabi_dcmpun = "aapcs"(a: f64, b: f64) -> u32 { u32::from(num::f64_ne(a, a) || num::f64_ne(b, b)) }
    __aeabi_f2iz = "aapcs"(a: f32) -> u32 { num::i32_trunc_sat_f32_s(a) }
    __aeabi_f2uiz = "aapcs"(a: f32) -> u32 { num::i32_trunc_sat_f32_u(a) }
    __aeabi_f2lz = "aapcs"(a: f32) -> u64 { num::i64_trunc_sat_f32_s(a) }
    __aeabi_f2ulz = "aapcs"(a: f32) -> u64 { num::i64_trunc_sat_f32_u(a) }
    __aeabi_d2iz = "aapcs"(a: f64) -> u32 { num::i32_trunc_sat_f64_s(a) }
    __aeabi_d2uiz = "aapcs"(a: f64) -> u32 { num::i32_trunc_sat_f64_u(a) }
    __aeabi_d2lz = "aapcs"(a: f64) -> u64 { num::i64_trunc_sat_f64_s(a) }
    __aeabi_d2ulz = "aapcs"(a: f64) -> u64 { num::i64_trunc_sat_f64_u(a) }
    __aeabi_i2f = "aapcs"(a: i32) -> f32 { num::f32_convert_i64_s(i64::from(a) as u64) }
    __aeabi_ui2f = "aapcs"(a: u32) -> f32 { num::f32_convert_i64_u(u64::from(a)) }
    __aeabi_l2f = "aapcs"(a: u64) -> f32 { num::f32_convert_i64_s(a) }
    __aeabi_ul2f = "aapcs"(a: u64) -> f32 { num::f32_convert_i64_u(a) }
    __aeabi_i2d = "aapcs"(a: u32) -> f64 { num::f64_convert_i32_s(a) }
    __aeabi_ui2d = "aapcs"(a: u32) -> f64 { num::f64_convert_i32_u(a) }
    __aeabi_l2d = "aapcs"(a: u64) -> f64 { num::f64_convert_i64_s(a) }
    __aeabi_ul2d = "aapcs"(a: u64) -> f64 { num::f64_convert_i64_u(a) }
    __aeabi_d2f = "aapcs"(a: f64) -> f32 { num::f32_demote_f64(a) }
    __aeabi_f2d = "aapcs"(a: f32) -> f64 { wide(a) }
}

fn wide(a: f32) -> f64 {
    num::f64_promote_f32(a)
}

/// An operation on `f32` by that on `f64`.
fn by_wide(operation: fn(f64, f64) -> f64, a: f32, b: f32) -> f32 {
    num::f32_demote_f64(operation(wide(a), wide(b)))
}
