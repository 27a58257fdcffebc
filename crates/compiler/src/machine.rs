//! The machines that code is made for, by the names that Rust and LLVM give them.

use moteur_image::feature::{self, FP64, FPV5, MVE, V8_1M, X86_64_V2, X86_64_V3, X86_64_V4};
use moteur_image::target::{Arch, FloatAbi};

use crate::error::Error;

mod choice;

/// A machine.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its name, as Rust has it.
    pub triple: String,
    /// The CPU, as LLVM calls it.
    pub cpu: String,
    /// Features of the CPU, as LLVM writes them: `+a,-b`.
    pub llvm_features: String,
    /// Its instruction set.
    pub arch: Arch,
    /// How floats are passed.
    pub float_abi: FloatAbi,
    /// What the CPU must have, one bit each.
    pub features: u64,
    /// Whether its code can end a function with a jump to another. Code that makes no use of that runs, too, and is slower where
    /// the guest has tail calls.
    pub tail_calls: bool,
}

struct Known {
    triple: &'static str,
    /// The CPUs that one may ask for; the first is the one that every machine of this name can stand in for.
    cpus: &'static [Cpu],
    features: &'static str,
    arch: Arch,
    float_abi: FloatAbi,
}

const fn known(
    triple: &'static str,
    cpus: &'static [Cpu],
    features: &'static str,
    arch: Arch,
    float: FloatAbi,
) -> Known {
    Known { triple, cpus, features, arch, float_abi: float }
}

/// A CPU, as LLVM calls it, and what it has beyond what the target's name promises.
type Cpu = (&'static str, u64);

// LLVM aborts, or goes on with another CPU, if it does not know one: so these are all.
const V6M: &[Cpu] = &[("cortex-m0", 0), ("cortex-m0plus", 0), ("cortex-m1", 0)];
const V7M: &[Cpu] = &[("cortex-m3", 0)];
const V7EM: &[Cpu] = &[("cortex-m4", 0), ("cortex-m7", 0)];
const V7EM_HARD: &[Cpu] = &[("cortex-m4", 0), ("cortex-m7", FPV5 | FP64)];
const V8M: &[Cpu] =
    &[("cortex-m33", 0), ("cortex-m35p", 0), ("cortex-m52", V8_1M), ("cortex-m55", V8_1M), ("cortex-m85", V8_1M)];
const V8_1M_HARD: u64 = V8_1M | FP64 | MVE;
const V8M_HARD: &[Cpu] = &[
    ("cortex-m33", 0),
    ("cortex-m35p", 0),
    ("cortex-m52", V8_1M_HARD),
    ("cortex-m55", V8_1M_HARD),
    ("cortex-m85", V8_1M_HARD),
];
const RV32: &[Cpu] = &[("generic-rv32", 0), ("rocket-rv32", 0), ("sifive-e31", 0)];
const RV64: &[Cpu] = &[("generic-rv64", 0), ("rocket-rv64", 0), ("sifive-u54", 0), ("sifive-u74", 0)];
const ARMV8: &[Cpu] = &[("generic", 0), ("cortex-a53", 0), ("cortex-a72", 0)];
const X86: &[Cpu] =
    &[("x86-64-v2", X86_64_V2), ("x86-64-v3", X86_64_V2 | X86_64_V3), ("x86-64-v4", X86_64_V2 | X86_64_V3 | X86_64_V4)];

use Arch::{AArch64, RiscV32, RiscV64, Thumb, X86_64};
use FloatAbi::{Hard, Soft};

/// The register of the context is taken from the compiler where there is one to spare.
const KNOWN: &[Known] = &[
    known("thumbv6m-none-eabi", V6M, "+reserve-r9", Thumb, Soft),
    known("thumbv7m-none-eabi", V7M, "+reserve-r9", Thumb, Soft),
    known("thumbv7em-none-eabi", V7EM, "+reserve-r9,-fpregs", Thumb, Soft),
    known("thumbv7em-none-eabihf", V7EM_HARD, "+reserve-r9", Thumb, Hard),
    known("thumbv8m.main-none-eabi", V8M, "+reserve-r9,-fpregs", Thumb, Soft),
    known("thumbv8m.main-none-eabihf", V8M_HARD, "+reserve-r9", Thumb, Hard),
    known("riscv32imc-unknown-none-elf", RV32, "+m,+c,+reserve-x27", RiscV32, Soft),
    known("riscv32imac-unknown-none-elf", RV32, "+m,+a,+c,+reserve-x27", RiscV32, Soft),
    known("riscv64gc-unknown-none-elf", RV64, "+m,+a,+f,+d,+c,+reserve-x27", RiscV64, Hard),
    known("aarch64-unknown-linux-gnu", ARMV8, "+reserve-x28", AArch64, Hard),
    known("aarch64-unknown-none", ARMV8, "+reserve-x28", AArch64, Hard),
    known("x86_64-unknown-linux-gnu", X86, "", X86_64, Hard),
];

/// The name of the machine that this is compiled for. Code calls the runtime as Unix does.
const HOST: Option<&str> = if cfg!(all(target_arch = "x86_64", unix)) {
    Some("x86_64-unknown-linux-gnu")
} else if cfg!(all(target_arch = "aarch64", unix)) {
    Some("aarch64-unknown-linux-gnu")
} else {
    None
};

impl Known {
    /// The CPU with the most features among those that this machine's CPU can stand in for.
    fn best_cpu(&self) -> Option<&'static str> {
        let fits = self.cpus.iter().filter(|(_, features)| features & !feature::of_cpu() == 0);
        fits.rev().max_by_key(|(_, features)| features.count_ones()).map(|(name, _)| *name)
    }
}

impl Machine {
    /// The machine of that name, with the CPU that its name promises or another; on the machine itself also
    /// [`NATIVE`](Self::NATIVE).
    ///
    /// # Errors
    /// [`Error::Machine`], with the names there are, of machines or of CPUs.
    pub fn new(triple: &str, cpu: Option<&str>) -> Result<Machine, Error> {
        let Some(found) = KNOWN.iter().find(|known| known.triple == triple) else {
            let names: Vec<_> = KNOWN.iter().map(|known| known.triple).collect();
            let close = closest(triple, &names);
            return Err(Error::Machine(format!("{triple} is not a target{close}; there are {}", names.join(", "))));
        };
        let cpu = if cpu == Some(Self::NATIVE) && HOST == Some(triple) { found.best_cpu() } else { cpu };
        let asked = cpu.or_else(|| found.cpus.first().map(|(name, _)| *name)).unwrap_or_default();
        let Some((cpu, more)) = found.cpus.iter().find(|(known, _)| *known == asked) else {
            let names: Vec<_> = found.cpus.iter().map(|(name, _)| *name).collect();
            let close = closest(asked, &names);
            return Err(Error::Machine(format!(
                "{asked:?} is not a CPU of {triple}{close}; there are {}",
                names.join(", ")
            )));
        };
        Ok(Machine {
            triple: found.triple.into(),
            cpu: (*cpu).into(),
            llvm_features: found.features.into(),
            arch: found.arch,
            float_abi: found.float_abi,
            features: feature::of_target(triple) | more,
            // LLVM has none for Thumb of Armv6-M.
            tail_calls: !triple.starts_with("thumbv6m"),
        })
    }

    /// The machine that this program runs on, with its CPU's baseline or another CPU.
    ///
    /// # Errors
    /// [`Error::Machine`] if there is no native code for it.
    pub fn host(cpu: Option<&str>) -> Result<Machine, Error> {
        match HOST {
            Some(triple) => Machine::new(triple, cpu),
            None => Err(Error::Machine(format!("there is no native code for this host ({})", std::env::consts::ARCH))),
        }
    }

    /// In place of a CPU's name: all that the CPU of this machine has. The code may not run on another.
    pub const NATIVE: &str = "native";

    /// Its name for LLVM, which has extensions among the features alone.
    pub(crate) fn llvm_triple(&self) -> &str {
        match self.arch {
            RiscV32 => "riscv32-unknown-none-elf",
            RiscV64 => "riscv64-unknown-none-elf",
            _ => &self.triple,
        }
    }

    /// Whether a guest can survive a fault there: a system delivers it, and 8 GiB are not all addresses.
    pub fn catches_faults(&self) -> bool {
        matches!(self.triple.as_str(), "x86_64-unknown-linux-gnu" | "aarch64-unknown-linux-gnu")
    }

    /// The assembly that copies the context's register, and its constraint; `None` where the context is an argument.
    pub(crate) fn context_register(&self) -> Option<&'static str> {
        match self.arch {
            Thumb => Some("mov $0, r9"),
            RiscV32 | RiscV64 => Some("mv $0, x27"),
            AArch64 => Some("mov $0, x28"),
            X86_64 => None,
        }
    }

    /// The assembly that loads a word of the context, so many bytes behind its beginning, and where its result may be;
    /// `None` where the context is an argument.
    pub(crate) fn context_load(&self, offset: u32) -> Option<(String, &'static str)> {
        match self.arch {
            // Only the low registers hold addresses there.
            Thumb if self.triple.starts_with("thumbv6m") => {
                Some((format!("mov $0, r9\n\tldr $0, [$0, #{offset}]"), "=l"))
            }
            Thumb => Some((format!("ldr $0, [r9, #{offset}]"), "=r")),
            RiscV32 => Some((format!("lw $0, {offset}(x27)"), "=r")),
            RiscV64 => Some((format!("ld $0, {offset}(x27)"), "=r")),
            AArch64 => Some((format!("ldr $0, [x28, #{offset}]"), "=r")),
            X86_64 => None,
        }
    }

    /// The assembly that jumps to the address which stands so many bytes behind the context's beginning, with the context
    /// as the first argument, and the first as the second, or a number. `None` where LLVM makes a jump of a tail call, which
    /// leaves alone where the call returns to: on Armv6-M it doesn't.
    pub(crate) fn jump_with_context(&self, offset: u32, number: Option<u32>) -> Option<String> {
        let second = number.map_or("mov r1, r0".to_owned(), |number| format!("movs r1, #{number}"));
        let is_v6m = self.triple.starts_with("thumbv6m");
        is_v6m.then(|| format!("{second}\n\tmov r0, r9\n\tldr r2, [r0, #{offset}]\n\tbx r2"))
    }

    /// The assembly that copies the stack pointer.
    pub(crate) fn stack_pointer(&self) -> &'static str {
        match self.arch {
            Thumb | AArch64 => "mov $0, sp",
            RiscV32 | RiscV64 => "mv $0, sp",
            X86_64 => "movq %rsp, $0",
        }
    }
}

/// What was perhaps meant.
fn closest(word: &str, names: &[&str]) -> String {
    let likeness = |name: &str| strsim::normalized_damerau_levenshtein(word, name);
    let best = names.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    best.filter(|name| likeness(name) > 0.6).map_or_else(String::new, |name| format!(" (did you mean {name}?)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_its_baseline_and_what_it_says_of_itself() {
        let (Ok(least), Ok(all)) = (Machine::host(None), Machine::host(Some(Machine::NATIVE))) else { return };
        assert_eq!(least.features & !all.features, 0, "{} lacks what {} has", all.cpu, least.cpu);
        assert_eq!(all.features & !feature::of_cpu() & !feature::of_target(&all.triple), 0, "{}", all.cpu);
        assert!(Machine::new("thumbv7m-none-eabi", Some(Machine::NATIVE)).is_err());
    }
}
