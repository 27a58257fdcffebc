//! RISC-V: the context is in s11 (x27), and t2 is nobody's when a function is called.

#[macro_use]
#[path = "gates.rs"]
mod gates;

use core::arch::naked_asm;
use core::mem::offset_of;
use core::ptr::NonNull;

use moteur_image::context::{Field, Width};

use crate::native::context::NativeContext;
use crate::native::enter::leave;

const ENTRY_SP: u32 = Field::EntrySp.offset(Width::NATIVE);
const GATE: usize = offset_of!(NativeContext, gate);

#[cfg(target_arch = "riscv32")]
macro_rules! word {
    (load) => {
        "lw "
    };
    (store) => {
        "sw "
    };
}
#[cfg(target_arch = "riscv64")]
macro_rules! word {
    (load) => {
        "ld "
    };
    (store) => {
        "sd "
    };
}

macro_rules! gate {
    ($helper:path) => {
        naked_asm!("la t2, {helper}", "tail {through}", through = sym through, helper = sym $helper)
    };
}

all_gates!();

/// Calls the function in t2 (`tail` takes t1); arguments and the stack are as for that.
///
/// # Safety
/// Gates go through here.
#[unsafe(naked)]
unsafe extern "C" fn through() {
    naked_asm!(
        concat!(word!(store), "ra, {gate}(s11)"),
        "jalr t2",
        concat!(word!(load), "ra, {gate}(s11)"),
        concat!(word!(store), "zero, {gate}(s11)"),
        "ret",
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
        "mv s11, a0",
        "mv a0, a1",
        concat!(word!(load), "sp, {entry_sp}(s11)"),
        "tail {leave}",
        entry_sp = const ENTRY_SP,
        leave = sym leave,
    )
}
