//! The port to bare Arm Cortex-M processors: what the processor itself has (SysTick, fault status), and the UART and
//! timer of Arm's Cortex-M System Design Kit (CMSDK), which the MPS2 and MPS3 boards
//! and QEMU's models of them have.
//!
//! The console may be the UART or [`semihosting`](crate::semihosting). A board puts its machine together with
//! [`Parts`](crate::Parts). Setting up the MPU will stand here too.

#[cfg(target_arch = "arm")]
mod caches;
mod fault_report;
mod system_counter;
mod systick;
mod tick_clock;
mod timer;
mod uart;

#[cfg(target_arch = "arm")]
pub use caches::publish;
pub use fault_report::{FaultKind, FaultReport, StackedFrame};
pub use system_counter::SystemCounter;
pub use systick::SysTick;
pub use tick_clock::TickClock;
pub use timer::CmsdkTimer;
pub use uart::CmsdkUart;
