//! What compilers assume on RISC-V, without floats: the first of the list.

use moteur_image::helper::RISCV;

library! {
    RISCV;
    __divdi3 __udivdi3 __moddi3 __umoddi3 __muldi3 __clzsi2 __clzdi2
}
