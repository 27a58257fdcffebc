//! What a CPU may lack although its architecture and float ABI are right: one bit each, counted anew for each architecture.
//!
//! Code needs what its target's name and its CPU promise. A runtime has what its own target's name promises, as it would
//! not run otherwise, and what else the machine says of itself.

#[cfg_attr(all(target_arch = "x86_64", feature = "std"), path = "feature/x86_64.rs")]
#[cfg_attr(not(all(target_arch = "x86_64", feature = "std")), path = "feature/unasked.rs")]
mod asked;

pub use asked::of_cpu;

use crate::target::Arch;

macro_rules! features {
    ($($(#[$doc:meta])* $arch:ident $name:ident $bit:literal $text:literal;)*) => {
        $($(#[$doc])* pub const $name: u64 = 1 << $bit;)*

        /// The names of some features of an architecture.
        pub fn names(arch: Arch, features: u64) -> impl Iterator<Item = &'static str> {
            const ALL: &[(Family, u64, &str)] = &[$((Family::$arch, $name, $text)),*];
            let family = family(arch);
            ALL.iter().filter(move |(of, bit, _)| Some(*of) == family && features & bit != 0).map(|(_, _, text)| *text)
        }
    };
}

/// Architectures that have their features in common.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Thumb,
    RiscV,
    X86_64,
}

const fn family(arch: Arch) -> Option<Family> {
    match arch {
        Arch::Thumb => Some(Family::Thumb),
        Arch::RiscV32 | Arch::RiscV64 => Some(Family::RiscV),
        Arch::X86_64 => Some(Family::X86_64),
        Arch::AArch64 => None,
    }
}

features! {
    /// Instructions of 32 bits, division: Armv7-M and later.
    Thumb THUMB2 0 "thumb2";
    /// Arithmetic on parts of words, with saturation: Cortex-M4 and later.
    Thumb DSP 1 "dsp";
    /// Armv8-M with the main extension.
    Thumb V8M 2 "v8m";
    /// Armv8.1-M: Cortex-M52 and later.
    Thumb V8_1M 3 "v8.1m";
    /// Single-precision floats: Cortex-M4F.
    Thumb FPV4 4 "fpv4";
    /// Roundings and selections of floats besides: Cortex-M33F.
    Thumb FPV5 5 "fpv5";
    /// Double-precision floats: some Cortex-M7, Cortex-M55.
    Thumb FP64 6 "fp64";
    /// Vectors: Cortex-M55.
    Thumb MVE 7 "mve";
    /// Addresses that are not aligned, in loads and stores of integers and floats.
    RiscV UNALIGNED 0 "unaligned-scalar-mem";
    /// Sums with a shifted operand.
    RiscV ZBA 1 "zba";
    /// Bits counted, rotated, picked.
    RiscV ZBB 2 "zbb";
    /// Single bits.
    RiscV ZBS 3 "zbs";
    /// More instructions of 16 bits.
    RiscV ZCB 4 "zcb";
    /// Values chosen by a condition.
    RiscV ZICOND 5 "zicond";
    /// SSE 4.2 and what came with it: x86-64-v2.
    X86_64 X86_64_V2 0 "x86-64-v2";
    /// AVX 2, BMI, FMA: x86-64-v3.
    X86_64 X86_64_V3 1 "x86-64-v3";
    /// AVX 512: x86-64-v4.
    X86_64 X86_64_V4 2 "x86-64-v4";
}

/// What every machine has that runs programs for a target of Rust, by the target's name. Nothing if it is not known.
///
/// A Cortex-M33 can be had without DSP; this takes it for granted, as LLVM does.
pub const fn of_target(triple: &str) -> u64 {
    const TARGETS: &[(&str, u64)] = &[
        ("thumbv7m-none-eabi", THUMB2),
        ("thumbv7em-none-eabi", THUMB2 | DSP),
        ("thumbv7em-none-eabihf", THUMB2 | DSP | FPV4),
        ("thumbv8m.base-none-eabi", 0),
        ("thumbv8m.main-none-eabi", THUMB2 | DSP | V8M),
        ("thumbv8m.main-none-eabihf", THUMB2 | DSP | V8M | FPV4 | FPV5),
    ];
    let mut at = 0;
    while at < TARGETS.len() {
        if is_same(TARGETS[at].0.as_bytes(), triple.as_bytes()) {
            return TARGETS[at].1;
        }
        at += 1;
    }
    0
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn targets_have_what_their_names_promise() {
        assert_eq!(of_target("thumbv6m-none-eabi"), 0);
        assert_eq!(of_target("thumbv7m-none-eabi"), THUMB2);
        assert_eq!(of_target("thumbv7em-none-eabihf"), THUMB2 | DSP | FPV4);
        assert_eq!(of_target("thumbv7em-none-eabihf2"), 0);
        assert_eq!(of_target(""), 0);
    }

    #[test]
    fn bits_have_names_of_their_own() {
        for arch in [Arch::Thumb, Arch::RiscV32, Arch::RiscV64, Arch::X86_64, Arch::AArch64] {
            let all: Vec<_> = (0..64).flat_map(|bit| names(arch, 1 << bit)).collect();
            assert_eq!(names(arch, u64::MAX).count(), all.len());
            assert!((0..64).all(|bit| names(arch, 1 << bit).count() <= 1), "{all:?}");
        }
        assert_eq!(names(Arch::Thumb, FP64 | DSP).collect::<Vec<_>>(), ["dsp", "fp64"]);
    }
}
