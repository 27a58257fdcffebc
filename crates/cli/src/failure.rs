//! Everything that can end a command, with the exit status it leads to.

use std::fmt;

use crate::args::Usage;

/// The module cannot be read, loaded or linked.
pub const STATUS_REFUSED: u8 = 1;
/// The command line is not understood.
pub const STATUS_USAGE: u8 = 2;
/// The guest trapped: what a shell reports for a program that ended by SIGABRT (128 + 6).
pub const STATUS_TRAP: u8 = 134;
/// A guest's own status whose low 8 bits are zero although it is not.
pub const STATUS_TOO_WIDE: u8 = 255;

/// Why a command ended without doing all it was asked for, and what a person shall read about it.
#[derive(Debug)]
pub enum Failure {
    /// The command line is at fault.
    Usage(String),
    /// The module is at fault, or what it was to be linked with.
    Refused(String),
    /// The guest trapped.
    Trap(String),
    /// The guest ended itself with a status; there is nothing to tell.
    Exit(i32),
}

impl Failure {
    /// The exit status of the process.
    pub fn status(&self) -> u8 {
        match *self {
            Failure::Usage(_) => STATUS_USAGE,
            Failure::Refused(_) => STATUS_REFUSED,
            Failure::Trap(_) => STATUS_TRAP,
            Failure::Exit(status) => match status as u8 {
                0 if status != 0 => STATUS_TOO_WIDE,
                low => low,
            },
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Usage(text) => write!(f, "{text}\nTry 'moteur --help'."),
            Failure::Refused(text) | Failure::Trap(text) => f.write_str(text),
            Failure::Exit(status) => write!(f, "exit with status {status}"),
        }
    }
}

impl From<Usage> for Failure {
    fn from(Usage(text): Usage) -> Self {
        Failure::Usage(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_that_fails_never_looks_well() {
        for (guest, process) in [(0, 0), (1, 1), (255, 255), (-1, 255), (256, 255), (257, 1), (i32::MIN, 255)] {
            assert_eq!(Failure::Exit(guest).status(), process, "{guest}");
        }
    }
}
