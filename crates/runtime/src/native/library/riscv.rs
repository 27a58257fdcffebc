//! What compilers assume on RISC-V.

use moteur_image::helper::RISCV;
use moteur_wasm::num;

library_with_roundings! {
    RISCV;
    __divdi3 __udivdi3 __moddi3 __umoddi3 __muldi3 __clzsi2 __clzdi2 __addsf3 __subsf3 __mulsf3 __divsf3 __adddf3
    __subdf3 __muldf3 __divdf3 __eqsf2 __nesf2 __ltsf2 __lesf2 __gtsf2 __gesf2 __unordsf2 __eqdf2 __nedf2 __ltdf2
    __ledf2 __gtdf2 __gedf2 __unorddf2 __fixsfsi __fixunssfsi __fixsfdi __fixunssfdi __fixdfsi __fixunsdfsi __fixdfdi
    __fixunsdfdi __floatsisf __floatunsisf __floatdisf __floatundisf __floatsidf __floatunsidf __floatdidf
    __floatundidf __truncdfsf2
    // The one of Rust's library keeps a signalling NaN as it is.
    __extendsfdf2 = "C"(a: f32) -> f64 { num::f64_promote_f32(a) }
}
