//! What each target keeps in machine registers while guest code runs, and for tail-call dispatch the handlers'
//! signature.

#[cfg(registers = "arm_hard")]
mod arm_hard;
#[cfg(registers = "arm_soft")]
mod arm_soft;
#[cfg(registers = "eight")]
mod eight;
#[cfg(any(dispatch = "matched", registers = "x86_64"))]
mod pinned_memory;
#[cfg(registers = "x86_64")]
mod x86_64;

#[cfg(registers = "arm_hard")]
pub(crate) use arm_hard::*;
#[cfg(registers = "arm_soft")]
pub(crate) use arm_soft::*;
#[cfg(registers = "eight")]
pub(crate) use eight::*;
#[cfg(any(dispatch = "matched", registers = "x86_64"))]
pub(crate) use pinned_memory::*;
#[cfg(registers = "x86_64")]
pub(crate) use x86_64::*;
