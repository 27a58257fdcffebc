//! What compilers assume on Arm, without floats: the first of the list.

use moteur_image::helper::ARM;
use moteur_wasm::num;

use super::listed::with_rest;

library! {
    ARM;
    __aeabi_idiv __aeabi_uidiv __aeabi_idivmod __aeabi_uidivmod
    __aeabi_ldivmod = "aapcs"(a: u64, b: u64) -> u128 { with_rest(a, b, num::i64_div_s(a, b)) }
    __aeabi_uldivmod = "aapcs"(a: u64, b: u64) -> u128 { with_rest(a, b, num::i64_div_u(a, b)) }
    __aeabi_lmul
    __aeabi_llsl __aeabi_llsr __aeabi_lasr
    __clzsi2 = "aapcs"(a: u32) -> u32 { a.leading_zeros() }
    __clzdi2 = "aapcs"(a: u64) -> u32 { a.leading_zeros() }
}
