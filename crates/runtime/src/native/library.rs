//! The functions that compilers assume where the processor lacks an instruction, by their place in the architecture's
//! list. They come from Rust's own library of such functions.

#[cfg(any(target_arch = "arm", target_arch = "riscv32", target_arch = "riscv64"))]
#[macro_use]
#[path = "library/listed.rs"]
mod listed;
#[cfg_attr(target_arch = "arm", path = "library/arm.rs")]
#[cfg_attr(any(target_arch = "riscv32", target_arch = "riscv64"), path = "library/riscv.rs")]
#[cfg_attr(not(any(target_arch = "arm", target_arch = "riscv32", target_arch = "riscv64")), path = "library/none.rs")]
mod machine;

pub(super) use machine::{COUNT, table};

/// The address of the function with this index; 0 if there is none.
pub(super) fn address(index: usize) -> usize {
    table().get(index).copied().unwrap_or(0)
}
