//! The features of a CPU that one may choose, as LLVM spells them. What LLVM has besides is refused by name: it belongs to
//! the target's name, would change how code and runtime call each other, or the fingerprint could not tell it.

use moteur_image::feature::{
    DSP, FP64, MVE, UNALIGNED, V8_1M, X86_64_V2, X86_64_V3, X86_64_V4, ZBA, ZBB, ZBS, ZCB, ZICOND,
};
use moteur_image::target::{Arch, FloatAbi};

use super::{Machine, closest};
use crate::error::Error;

/// A feature: what code with it needs, and what code without it no longer needs.
struct Choice {
    name: &'static str,
    needs: u64,
    spares: u64,
}

const fn choice(name: &'static str, needs: u64, spares: u64) -> Choice {
    Choice { name, needs, spares }
}

/// Costs code where it is given, and nothing else.
const STRICT: Choice = choice("strict-align", 0, 0);
/// Vectors use these instructions.
const WITH_DSP: Choice = choice("dsp", DSP, DSP | MVE);
const WITH_FP64: Choice = choice("fp64", FP64, FP64);

const V7M: &[Choice] = &[WITH_DSP, STRICT];
const V7EM_HARD: &[Choice] = &[WITH_DSP, WITH_FP64, STRICT];
const V8M_HARD: &[Choice] = &[
    WITH_DSP,
    WITH_FP64,
    choice("mve", MVE | V8_1M | DSP, MVE),
    // Without floats in vectors, there are still vectors.
    choice("mve.fp", MVE | V8_1M | DSP, 0),
    STRICT,
];
const RISCV: &[Choice] = &[
    choice("unaligned-scalar-mem", UNALIGNED, UNALIGNED),
    choice("zba", ZBA, ZBA),
    choice("zbb", ZBB, ZBB),
    choice("zbs", ZBS, ZBS),
    choice("zcb", ZCB, ZCB),
    choice("zicond", ZICOND, ZICOND),
];
const ARMV8: &[Choice] = &[STRICT];
const V3: u64 = X86_64_V2 | X86_64_V3;
const V4: u64 = V3 | X86_64_V4;
/// The fingerprint knows levels. Code with one feature of a level needs the level; without it, it may still need the rest.
const X86: &[Choice] = &[
    choice("avx", V3, 0),
    choice("avx2", V3, 0),
    choice("bmi", V3, 0),
    choice("bmi2", V3, 0),
    choice("f16c", V3, 0),
    choice("fma", V3, 0),
    choice("lzcnt", V3, 0),
    choice("movbe", V3, 0),
    choice("avx512f", V4, 0),
    choice("avx512bw", V4, 0),
    choice("avx512cd", V4, 0),
    choice("avx512dq", V4, 0),
    choice("avx512vl", V4, 0),
];

/// What LLVM knows and nobody may choose, because code and runtime would no longer agree.
const FIXED: &[&str] = &[
    "soft-float",
    "fpregs",
    "fpregs16",
    "fpregs64",
    "thumb-mode",
    "thumb2",
    "hwdiv",
    "long-calls",
    "execute-only",
    "pacbti",
    "v8m",
    "v8m.main",
    "v8.1m.main",
    "vfp2",
    "vfp3",
    "vfp4",
    "vfp4d16",
    "vfp4d16sp",
    "fp-armv8d16",
    "fp-armv8d16sp",
    "e",
    "i",
    "m",
    "a",
    "f",
    "d",
    "c",
    "v",
    "zca",
    "zcmp",
    "zcmt",
    "zfinx",
    "zdinx",
    "save-restore",
    "relax",
    "fp-armv8",
    "neon",
    "sve",
    "64bit",
    "x87",
    "sse",
    "sse2",
    "sse3",
    "ssse3",
    "sse4.1",
    "sse4.2",
    "popcnt",
    "cx16",
    "retpoline",
];

impl Machine {
    fn choices(&self) -> &'static [Choice] {
        match (self.arch, self.float_abi) {
            (Arch::Thumb, _) if self.triple.starts_with("thumbv6m") => &[],
            (Arch::Thumb, FloatAbi::Hard) if self.triple.starts_with("thumbv8m") => V8M_HARD,
            (Arch::Thumb, FloatAbi::Hard) => V7EM_HARD,
            (Arch::Thumb, FloatAbi::Soft) => V7M,
            (Arch::RiscV32 | Arch::RiscV64, _) => RISCV,
            (Arch::AArch64, _) => ARMV8,
            (Arch::X86_64, _) => X86,
        }
    }

    /// The same machine with features and without others: `+a,-b`, in LLVM's words. Code that needs what not every machine
    /// of that name has is refused where it is missing.
    ///
    /// # Errors
    /// [`Error::Machine`], with the features that there are.
    pub fn with_features(mut self, list: &str) -> Result<Machine, Error> {
        for word in list.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let (is_wanted, name) = match (word.strip_prefix('+'), word.strip_prefix('-')) {
                (Some(name), _) => (true, name),
                (_, Some(name)) => (false, name),
                _ => return Err(Error::Machine(format!("{word:?} says neither +{word} nor -{word}"))),
            };
            let choices = self.choices();
            let Some(choice) = choices.iter().find(|choice| choice.name == name) else {
                return Err(refused(&self, name));
            };
            self.features = if is_wanted { self.features | choice.needs } else { self.features & !choice.spares };
            if !self.llvm_features.is_empty() {
                self.llvm_features.push(',');
            }
            self.llvm_features.push_str(word);
        }
        Ok(self)
    }
}

fn refused(machine: &Machine, name: &str) -> Error {
    let triple = &machine.triple;
    let names: Vec<_> = machine.choices().iter().map(|choice| choice.name).collect();
    let offered = match names.as_slice() {
        [] => "none can be chosen".to_owned(),
        names => format!("there are {}", names.join(", ")),
    };
    if FIXED.contains(&name) || name.starts_with("reserve-") {
        let text = format!("the feature {name} of {triple} is fixed: code and runtime have to agree on it; {offered}");
        return Error::Machine(text);
    }
    Error::Machine(format!("{name:?} is not a feature of {triple}{}; {offered}", closest(name, &names)))
}
