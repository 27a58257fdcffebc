//! RISC-V: the context is in s11 (x27). The assembly is one for both widths; `LW` and `SW` stand for the word's load and
//! store. Native code of our targets with 64 bits has float registers, so those are saved there.

use core::arch::naked_asm;
use core::ptr::NonNull;

use moteur_image::context::{Field, Width};

use crate::native::context::NativeContext;
use crate::native::unwind::record;
use crate::slot::Slot;

const ENTRY_SP: u32 = Field::EntrySp.offset(Width::NATIVE);
/// Bytes of a word, of the saved registers, and of the saved float registers.
const W: u32 = Width::NATIVE.bytes();
const FRAME: u32 = 16 * W + FLOATS;
const FLOATS: u32 = if cfg!(target_feature = "d") { 12 * 8 } else { 0 };

#[cfg(target_arch = "riscv32")]
macro_rules! words {
    () => {
        ".macro LW r, o, b\n lw \\r, \\o(\\b)\n .endm\n .macro SW r, o, b\n sw \\r, \\o(\\b)\n .endm"
    };
}
#[cfg(target_arch = "riscv64")]
macro_rules! words {
    () => {
        ".macro LW r, o, b\n ld \\r, \\o(\\b)\n .endm\n .macro SW r, o, b\n sd \\r, \\o(\\b)\n .endm"
    };
}

/// The end of `words!`, so that the names are free again.
macro_rules! end_words {
    () => {
        ".purgem LW\n .purgem SW"
    };
}

#[cfg(target_feature = "d")]
macro_rules! floats {
    ($op:literal) => {
        concat!(
            $op,
            " fs0, {f}+0(sp)\n",
            $op,
            " fs1, {f}+8(sp)\n",
            $op,
            " fs2, {f}+16(sp)\n",
            $op,
            " fs3, {f}+24(sp)\n",
            $op,
            " fs4, {f}+32(sp)\n",
            $op,
            " fs5, {f}+40(sp)\n",
            $op,
            " fs6, {f}+48(sp)\n",
            $op,
            " fs7, {f}+56(sp)\n",
            $op,
            " fs8, {f}+64(sp)\n",
            $op,
            " fs9, {f}+72(sp)\n",
            $op,
            " fs10, {f}+80(sp)\n",
            $op,
            " fs11, {f}+88(sp)",
        )
    };
}
#[cfg(not(target_feature = "d"))]
macro_rules! floats {
    ($op:literal) => {
        "/* {f} */"
    };
}

/// See [`super::enter`].
///
/// # Safety
/// As there.
#[unsafe(naked)]
pub unsafe extern "C" fn enter(context: NonNull<NativeContext>, entry: usize, code: usize, slots: *mut Slot) -> u32 {
    naked_asm!(
        words!(),
        "addi sp, sp, -{frame}",
        "SW ra, 13*{w}, sp",
        "SW s0, 12*{w}, sp",
        "SW s1, 11*{w}, sp",
        "SW s2, 10*{w}, sp",
        "SW s3, 9*{w}, sp",
        "SW s4, 8*{w}, sp",
        "SW s5, 7*{w}, sp",
        "SW s6, 6*{w}, sp",
        "SW s7, 5*{w}, sp",
        "SW s8, 4*{w}, sp",
        "SW s9, 3*{w}, sp",
        "SW s10, 2*{w}, sp",
        "SW s11, 1*{w}, sp",
        floats!("fsd"),
        "LW t0, {entry_sp}, a0",
        "SW t0, 0, sp",
        "SW sp, {entry_sp}, a0",
        "mv s11, a0",
        // The chain of frames ends here.
        "li s0, 0",
        "mv t0, a1",
        "mv a0, a2",
        "mv a1, a3",
        "jalr t0",
        "li a0, 0",
        "tail {leave}",
        end_words!(),
        frame = const FRAME,
        w = const W,
        f = const 16 * W,
        entry_sp = const ENTRY_SP,
        leave = sym leave,
    )
}

/// Goes back to who entered, with the code in a0; the stack is as `enter` left it.
///
/// # Safety
/// Only `enter`, `trap` and what stands for `trap` after a fault come here.
#[unsafe(naked)]
pub unsafe extern "C" fn leave() {
    naked_asm!(
        words!(),
        "LW t0, 0, sp",
        "SW t0, {entry_sp}, s11",
        floats!("fld"),
        "LW ra, 13*{w}, sp",
        "LW s0, 12*{w}, sp",
        "LW s1, 11*{w}, sp",
        "LW s2, 10*{w}, sp",
        "LW s3, 9*{w}, sp",
        "LW s4, 8*{w}, sp",
        "LW s5, 7*{w}, sp",
        "LW s6, 6*{w}, sp",
        "LW s7, 5*{w}, sp",
        "LW s8, 4*{w}, sp",
        "LW s9, 3*{w}, sp",
        "LW s10, 2*{w}, sp",
        "LW s11, 1*{w}, sp",
        "addi sp, sp, {frame}",
        "ret",
        end_words!(),
        frame = const FRAME,
        w = const W,
        f = const 16 * W,
        entry_sp = const ENTRY_SP,
    )
}

/// Ends the guest: notes who was active, and leaves to where native code was entered.
///
/// # Safety
/// Called by native code, with its context and a code that is not 0.
#[unsafe(naked)]
pub unsafe extern "C" fn trap(context: NonNull<NativeContext>, code: u32) {
    naked_asm!(
        words!(),
        "mv s11, a0",
        "mv s10, a1",
        "mv a2, ra",
        "mv a3, s0",
        "call {record}",
        "mv a0, s10",
        "LW sp, {entry_sp}, s11",
        "tail {leave}",
        end_words!(),
        entry_sp = const ENTRY_SP,
        record = sym record,
        leave = sym leave,
    )
}
