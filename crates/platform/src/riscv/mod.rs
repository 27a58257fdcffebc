//! The port to bare RISC-V processors, with the devices of QEMU's machine `virt`, which many SoCs share: a 16550 UART,
//! the machine timer `mtime`, and SiFive's test finisher, which ends an emulated run.
//!
//! The console may be the UART or [`semihosting`](crate::semihosting). A board puts its machine together with
//! [`Parts`](crate::Parts).

pub mod faults;
#[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
mod fence;
mod finisher;
mod mtime;
mod uart;

#[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
pub use fence::publish;
pub use finisher::TestFinisher;
pub use mtime::MachineTime;
pub use uart::Ns16550;

/// Addresses of QEMU's machine `virt`.
pub mod virt {
    /// The UART, an [`Ns16550`](super::Ns16550).
    pub const UART: usize = 0x1000_0000;
    /// The [`TestFinisher`](super::TestFinisher).
    pub const TEST_FINISHER: usize = 0x0010_0000;
    /// The register `mtime` of the CLINT, for [`MachineTime`](super::MachineTime).
    pub const MTIME: usize = 0x0200_bff8;
    /// How many ticks of `mtime` make a second.
    pub const MTIME_HZ: core::num::NonZeroU32 = core::num::NonZeroU32::new(10_000_000).unwrap();
}
