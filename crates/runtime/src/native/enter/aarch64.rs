//! AArch64: the context is in x28.

use core::arch::naked_asm;
use core::ptr::NonNull;

use moteur_image::context::{Field, Width};

use crate::native::context::NativeContext;
use crate::native::unwind::record;
use crate::slot::Slot;

const ENTRY_SP: u32 = Field::EntrySp.offset(Width::W64);

/// See [`super::enter`].
///
/// # Safety
/// As there.
#[unsafe(naked)]
pub unsafe extern "C" fn enter(context: NonNull<NativeContext>, entry: usize, code: usize, slots: *mut Slot) -> u32 {
    naked_asm!(
        "stp x29, x30, [sp, #-176]!",
        "stp x27, x28, [sp, #16]",
        "stp x25, x26, [sp, #32]",
        "stp x23, x24, [sp, #48]",
        "stp x21, x22, [sp, #64]",
        "stp x19, x20, [sp, #80]",
        "stp d14, d15, [sp, #96]",
        "stp d12, d13, [sp, #112]",
        "stp d10, d11, [sp, #128]",
        "stp d8, d9, [sp, #144]",
        "ldr x9, [x0, #{entry_sp}]",
        "str x9, [sp, #160]",
        "mov x9, sp",
        "str x9, [x0, #{entry_sp}]",
        "mov x28, x0",
        // The chain of frames ends here.
        "mov x29, xzr",
        "mov x9, x1",
        "mov x0, x2",
        "mov x1, x3",
        "blr x9",
        "mov w0, wzr",
        "b {leave}",
        entry_sp = const ENTRY_SP,
        leave = sym leave,
    )
}

/// Goes back to who entered, with the code in w0; the stack is as `enter` left it.
///
/// # Safety
/// Only `enter` and `trap` come here.
#[unsafe(naked)]
unsafe extern "C" fn leave() {
    naked_asm!(
        "ldr x9, [sp, #160]",
        "str x9, [x28, #{entry_sp}]",
        "ldp d8, d9, [sp, #144]",
        "ldp d10, d11, [sp, #128]",
        "ldp d12, d13, [sp, #112]",
        "ldp d14, d15, [sp, #96]",
        "ldp x19, x20, [sp, #80]",
        "ldp x21, x22, [sp, #64]",
        "ldp x23, x24, [sp, #48]",
        "ldp x25, x26, [sp, #32]",
        "ldp x27, x28, [sp, #16]",
        "ldp x29, x30, [sp], #176",
        "ret",
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
        "stp x0, x1, [sp, #-16]!",
        "mov x2, x30",
        "mov x3, x29",
        "bl {record}",
        "ldp x28, x1, [sp], #16",
        "ldr x9, [x28, #{entry_sp}]",
        "mov sp, x9",
        "mov w0, w1",
        "b {leave}",
        entry_sp = const ENTRY_SP,
        record = sym record,
        leave = sym leave,
    )
}

/// Where a guest goes on whose instruction before `pc` failed: as `trap`.
///
/// # Safety
/// Native code of this context was active.
#[unsafe(naked)]
pub unsafe extern "C" fn fault(context: NonNull<NativeContext>, code: u32, pc: usize) {
    naked_asm!(
        "mov x30, x2",
        "b {trap}",
        trap = sym trap,
    )
}
