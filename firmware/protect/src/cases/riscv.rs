//! What a RISC-V without memory protection objects to: an address where nothing is, and what is no instruction.

use moteur::FaultCause;

use super::{Aligned, Case, Place, case};

/// An address where nothing is.
const NOWHERE: usize = 0xC000_0000;

/// Where the host reads.
pub const HOST_READS: usize = NOWHERE;

pub static CASES: [Case; 5] = [
    case("jumps to nowhere", file!("jumps"), FaultCause::Execute, Place::At(NOWHERE), Place::At(NOWHERE)),
    case("loses the stack", file!("loses-stack"), FaultCause::Access, Place::Code, Place::At(0xFFFF_FFFC)),
    case("reads from nowhere", file!("reads"), FaultCause::Access, Place::Code, Place::At(NOWHERE)),
    case("an undefined instruction", file!("undefined"), FaultCause::Instruction, Place::Code, Place::Unknown),
    case("calls a supervisor", file!("calls-supervisor"), FaultCause::Instruction, Place::Code, Place::Unknown),
];

/// All memory is executed and written.
pub static IN_RAM: Option<Case> = None;
