//! The port to bare Arm Cortex-M processors: what the processor itself has (SysTick, faults, memory
//! protection, caches), and the UART and
//! timer of Arm's Cortex-M System Design Kit (CMSDK), which the MPS2 and MPS3 boards
//! and QEMU's models of them have.
//!
//! The console may be the UART or [`semihosting`](crate::semihosting). A board puts its machine together with
//! [`Parts`](crate::Parts).

#[cfg(target_arch = "arm")]
mod caches;
#[cfg(target_arch = "arm")]
mod code_layer;
mod fault_report;
pub mod faults;
pub mod mpu;
mod system_counter;
mod systick;
mod tick_clock;
mod timer;
mod uart;

#[cfg(target_arch = "arm")]
pub use caches::publish;
#[cfg(target_arch = "arm")]
pub use code_layer::CodeLayer;
pub use fault_report::{FaultKind, FaultReport, StackedFrame};
pub use system_counter::SystemCounter;
pub use systick::SysTick;
pub use tick_clock::TickClock;
pub use timer::CmsdkTimer;
pub use uart::CmsdkUart;
