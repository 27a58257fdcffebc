//! Thumb-2: the context is in r9, and r12 is nobody's when a function is called.

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

macro_rules! gate {
    ($helper:path) => {
        naked_asm!("ldr r12, 1f", "b {through}", ".p2align 2", "1: .word {helper}", through = sym through, helper = sym $helper)
    };
}

all_gates!();

/// Calls the function in r12; all other registers and the stack are as for that.
///
/// # Safety
/// Gates go through here.
#[unsafe(naked)]
unsafe extern "C" fn through() {
    naked_asm!(
        "str lr, [r9, #{gate}]",
        "blx r12",
        "ldr lr, [r9, #{gate}]",
        "mov r12, #0",
        "str r12, [r9, #{gate}]",
        "bx lr",
        gate = const GATE,
    )
}

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
        "b {leave}",
        entry_sp = const ENTRY_SP,
        leave = sym leave,
    )
}
