//! The modules whose machine code does what no compiler lets it do, and what becomes of each.

use moteur::FaultCause;

/// Code must stand at a multiple of its alignment in the file, and so must the file.
#[repr(align(16))]
struct Aligned<T: ?Sized>(T);

macro_rules! file {
    ($name:literal) => {{
        static FILE: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("MOTEUR_PROTECT"), "/", $name, ".wasm")));
        &FILE.0
    }};
}

/// The module as it was compiled.
pub static GOOD: &[u8] = file!("good");

/// Where something should have happened.
#[derive(Clone, Copy)]
pub enum Place {
    /// In the code of the module.
    Code,
    /// In the memory of the guest.
    Memory,
    /// At the end of the stack.
    StackEnd,
    /// At an address.
    At(usize),
    /// Nobody knows.
    Unknown,
    /// That differs from core to core.
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

/// An address where nothing is, and one among the devices where no device is.
pub const NOWHERE: usize = 0xC000_0000;
pub const NO_DEVICE: usize = 0x4FFF_0000;

pub static CASES: [Case; 10] = [
    case("executes data", file!("executes-data"), FaultCause::Execute, Place::Memory, Place::Memory),
    WRITES_CODE,
    case("overflows the stack", file!("overflows-stack"), FaultCause::Stack, Place::Any, Place::StackEnd),
    case("loses the stack", file!("loses-stack"), FaultCause::Stack, Place::Any, Place::StackEnd),
    case("jumps to nowhere", file!("jumps"), FaultCause::Execute, Place::At(NOWHERE), Place::At(NOWHERE)),
    case("reads from nowhere", file!("reads"), FaultCause::Access, Place::Code, Place::At(NOWHERE)),
    case("an undefined instruction", file!("undefined"), FaultCause::Instruction, Place::Code, Place::Unknown),
    case("code that is not Thumb", file!("not-thumb"), FaultCause::Instruction, Place::Code, Place::Unknown),
    case("calls a supervisor", file!("calls-supervisor"), FaultCause::Instruction, Place::Code, Place::Unknown),
    case("reads where no device is", file!("reads-no-device"), FaultCause::Bus, Place::Code, Place::At(NO_DEVICE)),
];

/// Also for code that was copied to RAM.
pub const WRITES_CODE: Case =
    case("writes its code", file!("writes-code"), FaultCause::Access, Place::Code, Place::Code);
