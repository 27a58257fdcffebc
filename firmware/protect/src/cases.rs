//! The modules whose machine code does what no compiler lets it do, and what becomes of each.

use moteur::FaultCause;

pub use machine::{CASES, HOST_READS, IN_RAM};

/// Code must stand at a multiple of its alignment in the file, and so must the file.
#[repr(align(16))]
struct Aligned<T: ?Sized>(T);

macro_rules! file {
    ($name:literal) => {{
        static FILE: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("MOTEUR_PROTECT"), "/", $name, ".wasm")));
        &FILE.0
    }};
}

// Behind the macro, which it uses.
#[cfg_attr(target_arch = "arm", path = "cases/cortex_m.rs")]
#[cfg_attr(not(target_arch = "arm"), path = "cases/riscv.rs")]
mod machine;

/// The module as it was compiled.
pub static GOOD: &[u8] = file!("good");

/// Where something should have happened.
#[derive(Clone, Copy)]
pub enum Place {
    /// In the code of the module.
    Code,
    /// In the memory of the guest.
    #[cfg_attr(not(target_arch = "arm"), allow(dead_code))]
    Memory,
    /// At the end of the stack.
    #[cfg_attr(not(target_arch = "arm"), allow(dead_code))]
    StackEnd,
    /// At an address.
    At(usize),
    /// Nobody knows.
    Unknown,
    /// That differs from core to core.
    #[cfg_attr(not(target_arch = "arm"), allow(dead_code))]
    Any,
}

/// A module, and the fault that it takes.
pub struct Case {
    pub what: &'static str,
    pub module: &'static [u8],
    pub cause: FaultCause,
    pub pc: Place,
    pub address: Place,
}

const fn case(what: &'static str, module: &'static [u8], cause: FaultCause, pc: Place, address: Place) -> Case {
    Case { what, module, cause, pc, address }
}
