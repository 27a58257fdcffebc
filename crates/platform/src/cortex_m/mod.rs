//! The port to bare Arm Cortex-M processors: what the processor itself has (SysTick, fault status), and the UART and
//! timer of Arm's Cortex-M System Design Kit (CMSDK), which the MPS2 boards and QEMU's models of them have.
//!
//! The console may be the UART or [`semihosting`](crate::semihosting). A board puts its machine together with
//! [`Parts`](crate::Parts). Setting up the MPU will stand here too.

mod fault_report;
mod systick;
mod timer;
mod uart;

pub use fault_report::{FaultKind, FaultReport, StackedFrame};
pub use systick::SysTick;
pub use timer::CmsdkTimer;
pub use uart::CmsdkUart;
