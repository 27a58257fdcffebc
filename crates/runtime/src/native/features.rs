//! What the CPU has that native code may need.

#[cfg_attr(all(target_arch = "x86_64", feature = "std"), path = "features/x86_64.rs")]
#[cfg_attr(not(all(target_arch = "x86_64", feature = "std")), path = "features/target.rs")]
mod machine;

pub(super) use machine::here;
