//! Machines, as far as native code depends on them.

use crate::context::{self, Width};
use crate::helper;

/// An instruction set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Arch {
    /// Thumb code for Arm's Cortex-M.
    Thumb = 1,
    /// RV32
    RiscV32 = 2,
    /// RV64
    RiscV64 = 3,
    /// Arm with 64 bits
    AArch64 = 4,
    /// x86 with 64 bits
    X86_64 = 5,
}

impl Arch {
    /// The architecture of the machine that this is compiled for, if native code exists for it.
    pub const NATIVE: Option<Arch> = if cfg!(all(target_arch = "arm", target_os = "none")) {
        Some(Arch::Thumb)
    } else if cfg!(target_arch = "riscv32") {
        Some(Arch::RiscV32)
    } else if cfg!(target_arch = "riscv64") {
        Some(Arch::RiscV64)
    } else if cfg!(target_arch = "aarch64") {
        Some(Arch::AArch64)
    } else if cfg!(target_arch = "x86_64") {
        Some(Arch::X86_64)
    } else {
        None
    };

    /// The architecture with this number.
    pub const fn from_u8(number: u8) -> Option<Arch> {
        match number {
            1 => Some(Arch::Thumb),
            2 => Some(Arch::RiscV32),
            3 => Some(Arch::RiscV64),
            4 => Some(Arch::AArch64),
            5 => Some(Arch::X86_64),
            _ => None,
        }
    }

    /// Its name, as people write it.
    pub const fn name(self) -> &'static str {
        match self {
            Arch::Thumb => "thumb",
            Arch::RiscV32 => "riscv32",
            Arch::RiscV64 => "riscv64",
            Arch::AArch64 => "aarch64",
            Arch::X86_64 => "x86_64",
        }
    }

    /// How wide its words are.
    pub const fn width(self) -> Width {
        match self {
            Arch::Thumb | Arch::RiscV32 => Width::W32,
            Arch::RiscV64 | Arch::AArch64 | Arch::X86_64 => Width::W64,
        }
    }

    /// The functions that compilers assume on it.
    pub const fn library(self) -> &'static [&'static str] {
        match self {
            Arch::Thumb => helper::ARM,
            Arch::RiscV32 | Arch::RiscV64 => helper::RISCV,
            Arch::AArch64 | Arch::X86_64 => helper::NONE,
        }
    }

    /// The number of its context's layout.
    pub const fn context_hash(self) -> u32 {
        context::hash(self.width(), self.library())
    }
}

/// How floats are passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum FloatAbi {
    /// In integer registers.
    Soft = 1,
    /// In float registers.
    Hard = 2,
}

impl FloatAbi {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            FloatAbi::Soft => "soft float",
            FloatAbi::Hard => "hard float",
        }
    }
}

/// How an access is kept inside memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Checks {
    /// Code compares the address.
    Explicit = 1,
    /// Behind the memory lie addresses that fault, as far as an access can reach.
    GuardPages = 2,
}

impl Checks {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Checks::Explicit => "explicit checks",
            Checks::GuardPages => "guard pages",
        }
    }
}
