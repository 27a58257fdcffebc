//! A machine that cannot be asked has what this build may use itself.

use super::{ZBA, ZBB, ZBS};

/// What the CPU that runs this has beyond what its target's name promises.
pub const fn of_cpu() -> u64 {
    let mut all = 0;
    if cfg!(any(target_arch = "riscv32", target_arch = "riscv64")) {
        if cfg!(target_feature = "zba") {
            all |= ZBA;
        }
        if cfg!(target_feature = "zbb") {
            all |= ZBB;
        }
        if cfg!(target_feature = "zbs") {
            all |= ZBS;
        }
    }
    all
}
