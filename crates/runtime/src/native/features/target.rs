//! A machine that cannot be asked has what this build's target promises, and what [`Config::cpu_features`] adds.
//!
//! [`Config::cpu_features`]: crate::Config::cpu_features

use moteur_image::feature;

/// What this CPU has at least.
pub fn here() -> u64 {
    const { feature::of_target(env!("MOTEUR_TARGET")) | of_build() }
}

/// What this build may use itself, beyond what the target's name promises.
const fn of_build() -> u64 {
    let mut all = 0;
    if cfg!(any(target_arch = "riscv32", target_arch = "riscv64")) {
        if cfg!(target_feature = "zba") {
            all |= feature::ZBA;
        }
        if cfg!(target_feature = "zbb") {
            all |= feature::ZBB;
        }
        if cfg!(target_feature = "zbs") {
            all |= feature::ZBS;
        }
    }
    all
}
