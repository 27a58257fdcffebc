//! The functions that compilers assume where the processor lacks an instruction, by their place in the architecture's
//! list. They come from Rust's own library of such functions.

#[cfg(any(target_arch = "arm", target_arch = "riscv32", target_arch = "riscv64"))]
#[macro_use]
#[path = "library/listed.rs"]
mod listed;
#[cfg_attr(all(target_arch = "arm", not(feature = "floats")), path = "library/arm_integers.rs")]
#[cfg_attr(all(target_arch = "arm", feature = "floats", not(feature = "small")), path = "library/arm.rs")]
#[cfg_attr(all(target_arch = "arm", feature = "floats", feature = "small"), path = "library/arm_small.rs")]
#[cfg_attr(
    all(any(target_arch = "riscv32", target_arch = "riscv64"), not(feature = "floats")),
    path = "library/riscv_integers.rs"
)]
#[cfg_attr(all(any(target_arch = "riscv32", target_arch = "riscv64"), feature = "floats"), path = "library/riscv.rs")]
#[cfg_attr(not(any(target_arch = "arm", target_arch = "riscv32", target_arch = "riscv64")), path = "library/none.rs")]
mod machine;

pub(super) use machine::{COUNT, TABLE};

/// Whether there is a function with this index.
pub(super) fn has(index: u32) -> bool {
    (index as usize) < COUNT
}
