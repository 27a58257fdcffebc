//! A host with x86-64 can be asked.

use super::{X86_64_V2, X86_64_V3, X86_64_V4};
use std::is_x86_feature_detected as has;

/// What the CPU that runs this has beyond what its target's name promises.
pub fn of_cpu() -> u64 {
    let v2 = has!("sse3") && has!("ssse3") && has!("sse4.1") && has!("sse4.2") && has!("popcnt") && has!("cmpxchg16b");
    let v3 = v2 && has!("avx2") && has!("bmi1") && has!("bmi2") && has!("f16c") && has!("fma") && has!("lzcnt");
    let v3 = v3 && has!("movbe") && has!("xsave");
    let avx512 = has!("avx512f") && has!("avx512bw") && has!("avx512cd") && has!("avx512dq") && has!("avx512vl");
    [(v2, X86_64_V2), (v3, X86_64_V3), (v3 && avx512, X86_64_V4)]
        .iter()
        .fold(0, |all, (has, bit)| if *has { all | bit } else { all })
}
