//! Faults of the processor that end a guest, and not whoever runs it.

use core::fmt;

/// A fault of the processor while a guest's native code was active.
///
/// ```
/// use moteur_platform::{FaultCause, GuestFault};
///
/// let fault = GuestFault { cause: FaultCause::Access, pc: Some(0x1000_0420), address: Some(0x2000_0000) };
/// assert_eq!(fault.to_string(), "data access refused at address 0x20000000, pc 0x10000420");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GuestFault {
    /// What the processor objects to.
    pub cause: FaultCause,
    /// The instruction that failed, or that should have been fetched. A stack that overflowed may leave no trace of it.
    pub pc: Option<usize>,
    /// The address that was accessed, or where the stack ends that overflowed, if that is known.
    pub address: Option<usize>,
}

/// Why a processor took a fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FaultCause {
    /// Memory was read or written that may not be.
    Access,
    /// Memory was executed that may not be.
    Execute,
    /// The stack is at its end.
    Stack,
    /// Nothing is at the address, or the device there refuses.
    Bus,
    /// The processor does not know the instruction, or cannot execute it in its state.
    Instruction,
    /// An address is no multiple of what is accessed there.
    Unaligned,
    /// A division by zero, where the processor takes a fault for that.
    DivisionByZero,
    /// The processor does not say.
    Unknown,
}

impl fmt::Display for FaultCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FaultCause::Access => "data access refused",
            FaultCause::Execute => "execution refused",
            FaultCause::Stack => "stack overflow",
            FaultCause::Bus => "bus error",
            FaultCause::Instruction => "invalid instruction or state",
            FaultCause::Unaligned => "unaligned access",
            FaultCause::DivisionByZero => "division by zero",
            FaultCause::Unknown => "fault",
        })
    }
}

impl fmt::Display for GuestFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)?;
        if let Some(address) = self.address {
            write!(f, " at address {address:#010x}")?;
        }
        match self.pc {
            Some(pc) => write!(f, ", pc {pc:#010x}"),
            None => f.write_str(", pc unknown"),
        }
    }
}

/// Where to go on after a fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resume {
    /// The function to go on with, which does not return.
    pub pc: usize,
    /// What the first three registers for integer arguments hold there.
    pub arguments: [usize; 3],
    /// Where the stack pointer is to be. Without it, it stays where it was.
    pub sp: Option<usize>,
}

/// What the registers say about who called the function that was active at a fault. Zero for what is not known; a guest
/// may have had anything in them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FaultFrame {
    /// The frame pointer.
    pub fp: usize,
    /// Where a function returns to that has not saved that yet.
    pub lr: usize,
}

/// Decides about a fault: `guest` is what [`FaultWatch::watch`] was given. Where the guest is at fault, it says where to go on. Otherwise the fault is somebody else's. It is
/// called from the handler of the fault or of the system's signal.
pub type Decide = unsafe fn(guest: *const (), fault: &GuestFault, caller: &FaultFrame) -> Option<Resume>;

/// Shows faults of the processor to whom they may concern.
pub trait FaultWatch: Sync {
    /// From now on, faults of this thread (of a machine without threads: those outside of interrupt handlers) are shown to
    /// `decide` with this guest, which is null for none. Gives the guest that was watched before.
    fn watch(&self, guest: *const (), decide: Decide) -> *const ();

    /// The lowest address that the stack of who asks may have, so that guests are stopped before it. Zero if that is not
    /// known.
    fn stack_end(&self) -> usize {
        0
    }
}
