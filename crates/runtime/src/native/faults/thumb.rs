//! Thumb, in the instructions of Armv6-M, which later ones have too: the context is in r9, and r12 is nobody's when a function
//! is called.

#[macro_use]
#[path = "gates.rs"]
mod gates;

use core::arch::naked_asm;
use core::mem::offset_of;
use core::ptr::NonNull;

use moteur_image::context::{Field, Width};

use crate::native::context::NativeContext;
use crate::native::enter::leave;

const ENTRY_SP: u32 = Field::EntrySp.offset(Width::W32);
const GATE: usize = offset_of!(NativeContext, gate);

/// Arguments may be on the stack, so that nothing lies there when the helper is called. Its result is in r0 and r1.
macro_rules! gate {
    ($helper:path) => {
        naked_asm!(
            "push {{r2, r3}}",
            "mov r2, lr",
            "ldr r3, 2f",
            "add r3, r9",
            "str r2, [r3]",
            "ldr r3, 1f",
            "mov r12, r3",
            "pop {{r2, r3}}",
            "blx r12",
            "ldr r3, 2f",
            "add r3, r9",
            "ldr r2, [r3]",
            "mov lr, r2",
            "movs r2, #0",
            "str r2, [r3]",
            "bx lr",
            ".p2align 2",
            "1: .word {helper}",
            "2: .word {gate}",
            helper = sym $helper,
            gate = const GATE,
        )
    };
}

all_gates!();

/// Where a thread goes on whose guest is ended with a code: as after `trap`, of which all is done but leaving.
///
/// # Safety
/// Native code of this context was active.
#[unsafe(naked)]
pub unsafe extern "C" fn fault(context: NonNull<NativeContext>, code: u32) {
    naked_asm!(
        "ldr r2, [r0, #{entry_sp}]",
        "mov sp, r2",
        "mov r9, r0",
        "mov r0, r1",
        // A branch of Armv6-M does not reach far; lr is free.
        "bl {leave}",
        entry_sp = const ENTRY_SP,
        leave = sym leave,
    )
}
