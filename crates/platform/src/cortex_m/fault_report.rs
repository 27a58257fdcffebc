//! What went wrong when the processor took a fault: its status registers, read and put into words.
//! Source: Armv7-M Architecture Reference Manual, B3.2.15 to B3.2.18; Armv8-M, D1.2.

use core::fmt;

use crate::register::Register;

/// What the processor pushed when it took the exception, in its order.
///
/// It is the frame that `cortex-m-rt` hands to a `HardFault` handler as its `ExceptionFrame`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C)]
pub struct StackedFrame {
    /// Registers r0 to r3.
    pub r: [u32; 4],
    /// Register r12.
    pub r12: u32,
    /// The link register: where the interrupted function would return to.
    pub lr: u32,
    /// Where the fault was taken.
    pub pc: u32,
    /// The program status.
    pub xpsr: u32,
}

/// Which exception was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum FaultKind {
    /// Any fault whose own exception is not enabled, and those during one.
    Hard = 3,
    /// The memory protection unit refused.
    MemoryManagement = 4,
    /// The bus gave an error.
    Bus = 5,
    /// An instruction that this processor can't or won't execute.
    Usage = 6,
    /// A violation of the security attribution.
    Secure = 7,
    /// Some other exception, by its number in the program status.
    Other = 0,
}

/// A processor fault. [`Display`](fmt::Display) gives it in words, on two lines.
///
/// ```
/// use moteur_platform::cortex_m::{FaultKind, FaultReport, StackedFrame};
///
/// let report = FaultReport {
///     kind: FaultKind::Hard,
///     frame: StackedFrame { pc: 0x1000_0420, lr: 0x1000_0101, ..StackedFrame::default() },
///     configurable: 1 << 9 | 1 << 15,
///     hard: 1 << 30,
///     memory_address: 0,
///     bus_address: 0x4fff_0000,
/// };
/// assert_eq!(
///     report.to_string(),
///     "hard fault at pc 0x10000420, lr 0x10000101, psr 0x00000000 (cfsr 0x00008200, hfsr 0x40000000)\n\
///      precise data bus error, at address 0x4fff0000, escalated to a hard fault"
/// );
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FaultReport {
    /// Which exception was taken.
    pub kind: FaultKind,
    /// The interrupted registers.
    pub frame: StackedFrame,
    /// CFSR: what the memory protection unit, the bus and the core object to.
    pub configurable: u32,
    /// HFSR: how it became a hard fault.
    pub hard: u32,
    /// MMFAR, of meaning if CFSR says so.
    pub memory_address: u32,
    /// BFAR, of meaning if CFSR says so.
    pub bus_address: u32,
}

impl FaultReport {
    /// Reads the status registers. For a handler of HardFault, MemManage, BusFault or UsageFault.
    ///
    /// # Safety
    /// This is a Cortex-M, in privileged mode.
    pub unsafe fn read(frame: &StackedFrame) -> FaultReport {
        let number = interrupt_number();
        let mut report = FaultReport {
            kind: FaultKind::from_number(number),
            frame: *frame,
            configurable: 0,
            hard: 0,
            memory_address: 0,
            bus_address: 0,
        };
        // SAFETY: the architecture fixes the addresses, and reading has no effect.
        let register = |address| unsafe { Register::<u32>::at(address).read() };
        // CPUID says 0xf for the main extension; the baseline profiles (v6-M, v8-M.base) lack the registers below.
        if register(0xE000_ED00) >> 16 & 0xf == 0xf {
            report.configurable = register(0xE000_ED28);
            report.hard = register(0xE000_ED2C);
            report.memory_address = register(0xE000_ED34);
            report.bus_address = register(0xE000_ED38);
        }
        report
    }

    /// The causes, in words.
    pub fn causes(&self) -> impl Iterator<Item = &'static str> {
        let configurable = self.configurable;
        CAUSES.iter().filter(move |(bit, _)| configurable >> bit & 1 != 0).map(|&(_, text)| text)
    }

    /// The address that was accessed, if the processor knows it.
    pub fn address(&self) -> Option<u32> {
        if self.configurable & MEMORY_ADDRESS_VALID != 0 {
            Some(self.memory_address)
        } else if self.configurable & BUS_ADDRESS_VALID != 0 {
            Some(self.bus_address)
        } else {
            None
        }
    }
}

const MEMORY_ADDRESS_VALID: u32 = 1 << 7;
const BUS_ADDRESS_VALID: u32 = 1 << 15;
const HARD_VECTOR: u32 = 1 << 1;
const HARD_FORCED: u32 = 1 << 30;

/// The bits of CFSR.
const CAUSES: [(u8, &str); 18] = [
    (0, "execution refused by the memory protection unit"),
    (1, "data access refused by the memory protection unit"),
    (3, "memory refused while returning from an exception"),
    (4, "memory refused while entering an exception"),
    (5, "memory refused while saving floating-point state"),
    (8, "bus error on an instruction"),
    (9, "precise data bus error"),
    (10, "imprecise data bus error"),
    (11, "bus error while returning from an exception"),
    (12, "bus error while entering an exception"),
    (13, "bus error while saving floating-point state"),
    (16, "undefined instruction"),
    (17, "invalid state (not Thumb)"),
    (18, "invalid return from an exception"),
    (19, "no coprocessor (floating point is off)"),
    (20, "stack overflow"),
    (24, "unaligned access"),
    (25, "division by zero"),
];

impl FaultKind {
    fn from_number(number: u32) -> FaultKind {
        match number {
            3 => FaultKind::Hard,
            4 => FaultKind::MemoryManagement,
            5 => FaultKind::Bus,
            6 => FaultKind::Usage,
            7 => FaultKind::Secure,
            _ => FaultKind::Other,
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FaultKind::Hard => "hard fault",
            FaultKind::MemoryManagement => "memory fault",
            FaultKind::Bus => "bus fault",
            FaultKind::Usage => "usage fault",
            FaultKind::Secure => "secure fault",
            FaultKind::Other => "exception",
        })
    }
}

impl fmt::Display for FaultReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StackedFrame { pc, lr, xpsr, .. } = self.frame;
        let (kind, configurable, hard) = (self.kind, self.configurable, self.hard);
        write!(f, "{kind} at pc {pc:#010x}, lr {lr:#010x}, psr {xpsr:#010x}")?;
        writeln!(f, " (cfsr {configurable:#010x}, hfsr {hard:#010x})")?;
        let mut separator = "";
        for cause in self.causes() {
            write!(f, "{separator}{cause}")?;
            separator = ", ";
        }
        if let Some(address) = self.address() {
            write!(f, "{separator}at address {address:#010x}")?;
            separator = ", ";
        }
        if hard & HARD_VECTOR != 0 {
            write!(f, "{separator}bus error while reading the vector table")?;
            separator = ", ";
        }
        if hard & HARD_FORCED != 0 {
            write!(f, "{separator}escalated to a hard fault")?;
        }
        Ok(())
    }
}

/// The number of the exception being handled.
#[cfg(target_arch = "arm")]
fn interrupt_number() -> u32 {
    let ipsr: u32;
    // SAFETY: reads a status register and nothing else.
    unsafe { core::arch::asm!("mrs {}, ipsr", out(reg) ipsr, options(nomem, nostack, preserves_flags)) };
    ipsr & 0x1ff
}

/// What documentation and checks on a host are built with.
#[cfg(not(target_arch = "arm"))]
fn interrupt_number() -> u32 {
    0
}
