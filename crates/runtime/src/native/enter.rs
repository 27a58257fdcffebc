//! The way into native code and out of it, in assembly: a trap leaves all frames of native code at once, to where it was
//! entered. No frame of Rust lies in between, as what native code calls has returned before.

#[cfg_attr(target_arch = "x86_64", path = "enter/x86_64.rs")]
#[cfg_attr(all(target_arch = "arm", target_abi = "eabihf"), path = "enter/thumb_hard.rs")]
#[cfg_attr(all(target_arch = "arm", not(target_abi = "eabihf")), path = "enter/thumb.rs")]
#[cfg_attr(target_arch = "aarch64", path = "enter/aarch64.rs")]
#[cfg_attr(any(target_arch = "riscv32", target_arch = "riscv64"), path = "enter/riscv.rs")]
mod machine;

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) use machine::fault;
#[cfg(all(feature = "faults", target_os = "none", not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub(super) use machine::leave;
pub(super) use machine::trap;

use core::ptr::NonNull;

use super::context::NativeContext;
use crate::slot::Slot;

/// Calls `code` through `entry` with the words at `slots`; gives 0, or the code that a trap was called with.
///
/// # Safety
/// The context is filled for the instance, `entry` and `code` are of its module and of one type, and `slots` has room
/// for arguments and results.
pub(super) unsafe fn enter(context: NonNull<NativeContext>, entry: usize, code: usize, slots: *mut Slot) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { machine::enter(context, entry, code, slots) }
}
