//! What compilers assume on Arm.

use moteur_image::helper::ARM;
use moteur_wasm::num;

library_with_roundings! {
    ARM;
    __aeabi_idiv __aeabi_uidiv __aeabi_idivmod __aeabi_uidivmod __aeabi_ldivmod __aeabi_uldivmod __aeabi_lmul
    __aeabi_llsl __aeabi_llsr __aeabi_lasr __clzsi2 __clzdi2 __aeabi_fadd __aeabi_fsub __aeabi_fmul __aeabi_fdiv
    __aeabi_fcmpeq __aeabi_fcmplt __aeabi_fcmple __aeabi_fcmpge __aeabi_fcmpgt __aeabi_fcmpun __aeabi_dadd
    __aeabi_dsub __aeabi_dmul __aeabi_ddiv __aeabi_dcmpeq __aeabi_dcmplt __aeabi_dcmple __aeabi_dcmpge __aeabi_dcmpgt
    __aeabi_dcmpun __aeabi_f2iz __aeabi_f2uiz __aeabi_f2lz __aeabi_f2ulz __aeabi_d2iz __aeabi_d2uiz __aeabi_d2lz
    __aeabi_d2ulz __aeabi_i2f __aeabi_ui2f __aeabi_l2f __aeabi_ul2f __aeabi_i2d __aeabi_ui2d __aeabi_l2d __aeabi_ul2d
    __aeabi_d2f
    // The one of Rust's library keeps a signalling NaN as it is.
    __aeabi_f2d = "aapcs"(a: f32) -> f64 { num::f64_promote_f32(a) }
}
