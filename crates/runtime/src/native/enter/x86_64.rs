//! x86-64, in the convention of System V: the context is the first argument of native functions.

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
pub unsafe extern "sysv64" fn enter(
    context: NonNull<NativeContext>,
    entry: usize,
    code: usize,
    slots: *mut Slot,
) -> u32 {
    naked_asm!(
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "push qword ptr [rdi + {entry_sp}]",
        "mov [rdi + {entry_sp}], rsp",
        // The chain of frames ends here.
        "xor ebp, ebp",
        "mov rbx, rdi",
        "mov rax, rsi",
        "mov rsi, rdx",
        "mov rdx, rcx",
        "call rax",
        "mov rdi, rbx",
        "xor eax, eax",
        "jmp {leave}",
        entry_sp = const ENTRY_SP,
        leave = sym leave,
    )
}

/// Goes back to who entered, with the code in `eax` and the context in `rdi`; the stack is as `enter` left it.
///
/// # Safety
/// Only `enter` and `trap` come here.
#[unsafe(naked)]
unsafe extern "sysv64" fn leave() {
    naked_asm!(
        "pop qword ptr [rdi + {entry_sp}]",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
        entry_sp = const ENTRY_SP,
    )
}

/// Ends the guest: notes who was active, and leaves to where native code was entered.
///
/// # Safety
/// Called by native code, with its context and a code that is not 0.
#[unsafe(naked)]
pub unsafe extern "sysv64" fn trap(context: NonNull<NativeContext>, code: u32) {
    naked_asm!(
        "mov rdx, [rsp]",
        "mov rcx, rbp",
        "push rdi",
        "push rsi",
        "sub rsp, 8",
        "call {record}",
        "add rsp, 8",
        "pop rax",
        "pop rdi",
        "mov rsp, [rdi + {entry_sp}]",
        "jmp {leave}",
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
pub unsafe extern "sysv64" fn fault(context: NonNull<NativeContext>, code: u32, pc: usize) {
    naked_asm!(
        "and rsp, -16",
        "push rdx",
        "jmp {trap}",
        trap = sym trap,
    )
}
