//! Thumb-2 with float registers: the context is in r9.
//!
//! A processor with vectors (Cortex-M55) needs nothing more: the vector registers that a function keeps, q4 to q7, are s16
//! to s31, and the predicate is nobody's to keep. Source: "Procedure Call Standard for the Arm Architecture", 6.1.2.

use core::arch::naked_asm;
use core::ptr::NonNull;

use moteur_image::context::{Field, Width};

use crate::native::context::NativeContext;
use crate::native::unwind::record;
use crate::slot::Slot;

const ENTRY_SP: u32 = Field::EntrySp.offset(Width::W32);

/// See [`super::enter`].
///
/// # Safety
/// As there.
#[unsafe(naked)]
pub unsafe extern "C" fn enter(context: NonNull<NativeContext>, entry: usize, code: usize, slots: *mut Slot) -> u32 {
    naked_asm!(
        // Linked with optimisation, assembly does not know what the target has.
        ".fpu fpv5-sp-d16",
        "push {{r4-r11, lr}}",
        "vpush {{s16-s31}}",
        "ldr r4, [r0, #{entry_sp}]",
        "push {{r4}}",
        "mov r4, sp",
        "str r4, [r0, #{entry_sp}]",
        "mov r9, r0",
        // The chain of frames ends here.
        "movs r7, #0",
        "mov r12, r1",
        "mov r0, r2",
        "mov r1, r3",
        "blx r12",
        "movs r0, #0",
        "b {leave}",
        entry_sp = const ENTRY_SP,
        leave = sym leave,
    )
}

/// Goes back to who entered, with the code in r0; the stack is as `enter` left it.
///
/// # Safety
/// Only `enter`, `trap` and what stands for `trap` after a fault come here.
#[unsafe(naked)]
pub unsafe extern "C" fn leave() {
    naked_asm!(
        ".fpu fpv5-sp-d16",
        "pop {{r4}}",
        "str r4, [r9, #{entry_sp}]",
        "vpop {{s16-s31}}",
        "pop {{r4-r11, pc}}",
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
        "push {{r0, r1}}",
        "mov r2, lr",
        "mov r3, r7",
        "bl {record}",
        "pop {{r2, r3}}",
        "ldr r1, [r2, #{entry_sp}]",
        "mov sp, r1",
        "mov r9, r2",
        "mov r0, r3",
        "b {leave}",
        entry_sp = const ENTRY_SP,
        record = sym record,
        leave = sym leave,
    )
}
