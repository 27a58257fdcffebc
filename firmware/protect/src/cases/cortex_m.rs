//! What a Cortex-M with memory protection objects to.

use moteur::FaultCause;

use super::{Aligned, Case, Place, case};

/// An address where nothing is, and one among the devices where no device is.
const NOWHERE: usize = 0xC000_0000;
const NO_DEVICE: usize = 0x4FFF_0000;

/// Where the host reads.
pub const HOST_READS: usize = NO_DEVICE;

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

const WRITES_CODE: Case = case("writes its code", file!("writes-code"), FaultCause::Access, Place::Code, Place::Code);

/// What is refused in code that was copied to RAM.
pub static IN_RAM: Option<Case> = Some(WRITES_CODE);
