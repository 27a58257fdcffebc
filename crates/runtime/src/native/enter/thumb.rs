//! Thumb without float registers, in the instructions of Armv6-M, which later ones have too: the context is in r9.

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
        "push {{r4-r7, lr}}",
        "mov r4, r8",
        "mov r5, r9",
        "mov r6, r10",
        "mov r7, r11",
        "push {{r4-r7}}",
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
        // A branch of Armv6-M does not reach far; lr is free.
        "bl {leave}",
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
        "pop {{r4}}",
        "mov r1, r9",
        "str r4, [r1, #{entry_sp}]",
        "pop {{r4-r7}}",
        "mov r8, r4",
        "mov r9, r5",
        "mov r10, r6",
        "mov r11, r7",
        "pop {{r4-r7, pc}}",
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
        "bl {leave}",
        entry_sp = const ENTRY_SP,
        record = sym record,
        leave = sym leave,
    )
}
